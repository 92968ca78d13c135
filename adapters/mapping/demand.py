"""What the contract demands of a value, checked when it is sent; sentences never hold the value."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from adapters.mapping.compile import Compute, Scope
from adapters.mapping.convert import EMPTY, NIL, TO_KIND, MappingError, to_text
from adapters.mapping.fits import own
from adapters.shape import Facets, Kind, Shape

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_DATES = (Kind.DATE, Kind.DATETIME)
_LONGEST = 120  # characters of what is allowed
Check = Callable[[Any], None]


class Unfit(MappingError):
    """A value that cannot stand where the contract has it; names the element and the rule."""


def demanded(check: Check, compute: Compute) -> Compute:
    """The same value, or Unfit when the contract does not allow it in this place."""

    def checked(scope: Scope) -> Any:
        value = compute(scope)
        if value is None or value is NIL or value is EMPTY:
            return value
        for one in value if isinstance(value, list | tuple) else (value,):
            check(one)
        return value

    return checked


def demand(shape: Shape) -> Check | None:
    """The check of one value for this place; None where any value of its kind may stand."""
    shape = own(shape)
    rules = list(_rules(shape.facets, shape.kind))
    if shape.enum:
        rules.append((frozenset(shape.enum).__contains__, f"is none of {', '.join(shape.enum)}"))
    if not rules and shape.kind not in _DATES:
        return None
    convert: Callable[[Any], Any] = TO_KIND.get(shape.kind, to_text)
    collapse, name = shape.facets.collapse, shape.name

    def check(value: Any) -> None:
        try:
            typed = convert(value)
        except MappingError as error:
            raise Unfit(f"{name} {error}") from None
        text = to_text(typed).strip() if collapse else to_text(typed)
        for fits, sentence in rules:
            if not fits(text):
                raise Unfit(f"{name} {sentence[:_LONGEST]}")

    return check


def _rules(facets: Facets, kind: Kind) -> Iterator[tuple[Callable[[str], bool], str]]:
    least, most = facets.least_length, facets.most_length
    if kind in (Kind.TEXT, Kind.ANY):
        if least:
            yield (lambda text: len(text) >= least), f"is shorter than {least} (minLength)"
        if most is not None:
            yield (lambda text: len(text) <= most), f"is longer than {most} (maxLength)"
    for pattern in facets.patterns:
        yield _found(pattern), f"has not the form {pattern.pattern} (pattern)"
    if kind in _NUMBERS:
        yield from _bounds(facets)


def _found(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


def _bounds(facets: Facets) -> Iterator[tuple[Callable[[str], bool], str]]:
    low, high, above, below = facets.minimum, facets.maximum, facets.above, facets.below
    if low is not None:
        yield (lambda text: Decimal(text) >= low), f"is below {low:f} (minimum)"
    if high is not None:
        yield (lambda text: Decimal(text) <= high), f"is above {high:f} (maximum)"
    if above is not None:
        yield (lambda text: Decimal(text) > above), f"is not above {above:f} (minimum)"
    if below is not None:
        yield (lambda text: Decimal(text) < below), f"is not below {below:f} (maximum)"
    places, digits = facets.fraction_digits, facets.total_digits
    if places is not None:
        yield (lambda text: _digits(text)[1] <= places), f"has more than {places} decimal places"
    if digits is not None:
        yield (lambda text: max(_digits(text)) <= digits), f"has more than {digits} digits"


def _digits(text: str) -> tuple[int, int]:
    """How many digits a number has, and how many of them are decimal places."""
    _, digits, exponent = Decimal(text).normalize().as_tuple()
    return len(digits), max(0, -exponent) if isinstance(exponent, int) else 0
