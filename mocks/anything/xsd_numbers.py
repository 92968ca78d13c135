"""Numbers a simple type of XML Schema allows."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from random import Random

from mocks.anything.refusal import Unmakeable
from mocks.anything.xsd_types import Simple


def number_allowed(simple: Simple, text: str) -> bool:
    """Whether the text is a number within the facets."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    if not value.is_finite():
        return False
    low, high = _bounds(simple)
    scale = max(0, -int(value.normalize().as_tuple().exponent))
    digits = len(value.normalize().as_tuple().digits)
    return (
        (low is None or (value > low if simple.above else value >= low))
        and (high is None or (value < high if simple.below else value <= high))
        and (simple.fraction is None or scale <= simple.fraction)
        and (simple.digits is None or max(digits, scale) <= simple.digits)
        and "E" not in str(value)
    )


def _bounds(simple: Simple) -> tuple[Decimal | None, Decimal | None]:
    low, high = simple.above or simple.least, simple.below or simple.most
    return (Decimal(low) if low else None), (Decimal(high) if high else None)


def decimal_of(simple: Simple, name: str, draw: Random) -> str:
    """A number with places that the type allows."""
    most = simple.fraction if simple.fraction is not None else 12
    for scale in dict.fromkeys((min(most, 2), 0, *range(most + 1))):
        span = _span(simple, scale)
        if span is not None:
            break
    else:
        raise Unmakeable(f"{name}: no number between its ends")
    low, high = span
    number = draw.randint(max(low, min(1, high)), min(high, max(low, 1) + 199))
    value = Decimal(number).scaleb(-scale)
    return f"{value:f}"


def _span(simple: Simple, scale: int) -> tuple[int, int] | None:
    low, high = _bounds(simple)
    widest = 10 ** min(simple.digits or 18, 18) - 1
    least, most = -widest, widest
    if low is not None:
        least = max(least, int((low.scaleb(scale)).to_integral_value(ROUND_CEILING)))
        least += bool(simple.above) and Decimal(least) == low.scaleb(scale)
    if high is not None:
        most = min(most, int((high.scaleb(scale)).to_integral_value(ROUND_FLOOR)))
        most -= bool(simple.below) and Decimal(most) == high.scaleb(scale)
    return (least, most) if least <= most else None


def float_of(simple: Simple, draw: Random) -> str:
    """A floating number between the ends."""
    low, high = (None if end is None else float(end) for end in _bounds(simple))
    start = low if low is not None else (min(0.0, high - 100) if high is not None else 0.0)
    end = high if high is not None else start + 1000
    exact = round(draw.uniform(start, end), 2)
    inside = start < exact < end
    return repr(exact if inside else (start + end) / 2 if simple.above or simple.below else start)
