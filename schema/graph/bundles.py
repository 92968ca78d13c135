"""What is handed over at the end of a case: its certificates, signed as one."""

import strawberry

from schema.domain.case import Case
from schema.graph.fields import Info, computed, plain
from schema.graph.ports import IssuedBundle

_QR_WEIGHT = 5  # drawn, not read


def _qr(parent: strawberry.Parent[IssuedBundle], info: Info) -> str:
    return info.context.bundles.qr(parent.check_url)


@strawberry.type(
    name="Bundle", description="All certificates of a case in one signed piece (统一发证)."
)
class BundleType:
    """Source: `schema.graph.ports.IssuedBundle`."""

    signed: str = plain("A compact JWS (RFC 7515); check it with `onething verify`.")
    check_code: str = plain("The code under which anybody may check it.")
    check_url: str = plain("The page on which anybody may check it.")
    qr: str = computed(_qr, "The address of that page as a QR code, an SVG.", weight=_QR_WEIGHT)


def bundle_of(case: Case, info: Info) -> IssuedBundle | None:
    """The bundle of a case, None until it is issued."""
    return info.context.bundles.issued(case.bundle) if case.bundle else None
