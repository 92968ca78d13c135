"""A QR code (ISO/IEC 18004) as SVG: paths only, nothing to load."""

from functools import lru_cache
from io import BytesIO


@lru_cache(maxsize=256)
def qr_svg(text: str) -> str:
    """The code of this text, with its quiet zone; scales with whatever holds it."""
    import segno  # with the first code

    out = BytesIO()
    # M bears a stain over a seventh of it: it is printed, folded and photographed.
    code = segno.make(text, error="m", micro=False)
    # On white, whatever it is laid on: a dark page would turn it into its negative.
    code.save(
        out,
        kind="svg",
        light="white",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
        nl=False,
    )
    return out.getvalue().decode()
