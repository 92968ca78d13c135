"""Whether a value that is known beforehand has a place in the contract, and which kinds fit."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from adapters.findings import did_you_mean
from adapters.mapping.convert import TO_KIND, MappingError, to_text
from adapters.rules import Rule
from adapters.shape import Facets, Kind, Shape


class Complaint(NamedTuple):
    """Why a value does not fit."""

    rule: Rule
    sentence: str
    remedy: str


_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_SENT: dict[Kind, tuple[Kind, ...]] = {  # what the contract wants: what may be written there
    Kind.INTEGER: (Kind.INTEGER,),
    Kind.DECIMAL: _NUMBERS,
    Kind.BOOLEAN: (Kind.BOOLEAN,),
    Kind.DATE: (Kind.DATE, Kind.DATETIME),
    Kind.DATETIME: (Kind.DATE, Kind.DATETIME),
}
_REMEDIES = {  # of a text
    Kind.INTEGER: "add | integer",
    Kind.DECIMAL: "add | decimal",
    Kind.BOOLEAN: "say which words mean true and false: | boolean 'Y' 'N'",
    Kind.DATE: "say its form: | date '%Y%m%d'",
    Kind.DATETIME: "say its form: | datetime '%Y%m%d%H%M%S'",
}


_WRITTEN = {
    Kind.INTEGER: "a whole number",
    Kind.DECIMAL: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date like '2026-01-31'",
    Kind.DATETIME: "a moment like '2026-01-31T08:00:00+08:00'",
}


def remedy_of(made: Kind, wanted: Kind) -> str | None:
    """The stage that makes one kind of the other; None when no stage does."""
    if made is Kind.INTEGER and wanted is Kind.DATETIME:
        return "say what is counted: | datetime 'epoch_ms' or 'epoch_s'"
    numbers = made in _NUMBERS and wanted in _NUMBERS
    return _REMEDIES.get(wanted) if made is Kind.TEXT or numbers else None


def kinds_fit(made: Kind, wanted: Kind) -> bool:
    """Whether a value of kind `made` can stand where `wanted` is said; ANY may be anything."""
    allowed = _SENT.get(wanted)
    return allowed is None or made is Kind.ANY or made in allowed


def own(shape: Shape) -> Shape:
    """The shape of an element's own text, where it has attributes beside it."""
    return shape.member(".") or shape if shape.kind is Kind.GROUP else shape


def unfit(shape: Shape, value: Any) -> Complaint | None:
    """The first reason why this very value cannot be sent, None when it can."""
    shape = own(shape)
    convert = TO_KIND.get(shape.kind)
    try:
        typed = value if convert is None else convert(value)
    except MappingError:
        sentence = f"{to_text(value)!r} is no {shape.kind} for {shape.name}"
        return Complaint(Rule.VALUE_KIND, sentence, f"write {_WRITTEN[shape.kind]}")
    text = to_text(typed).strip() if shape.facets.collapse else to_text(typed)
    if shape.enum and text not in shape.enum and shape.facets.fixed is None:
        sentence = f"{text!r} is no value of {shape.name}"
        return Complaint(Rule.VALUE_ENUM, sentence, did_you_mean(text, shape.enum))
    return next(_complaints(shape, typed, text), None)


def _complaints(shape: Shape, typed: Any, text: str) -> Iterator[Complaint]:
    facets, name = shape.facets, shape.name
    if facets.fixed is not None and text != facets.fixed:
        remedy = f"write \"'{facets.fixed}'\""
        yield Complaint(Rule.VALUE_FIXED, f"the contract fixes {name} to {facets.fixed!r}", remedy)
    if shape.kind in (Kind.TEXT, Kind.ANY):
        yield from _length(facets, name, text)
    if any(pattern.search(text) is None for pattern in facets.patterns):
        sentence = f"{text!r} has not the form {name} must have"
        forms = " and ".join(pattern.pattern for pattern in facets.patterns)
        yield Complaint(Rule.VALUE_PATTERN, sentence, f"form: {forms}")
    if shape.kind in _NUMBERS and isinstance(typed, int | Decimal):
        yield from _numeric(facets, name, Decimal(typed))


def _length(facets: Facets, name: str, text: str) -> Iterator[Complaint]:
    least, most = facets.least_length or 0, facets.most_length
    if len(text) < least or (most is not None and len(text) > most):
        sentence = f"{text!r} has {len(text)} characters"
        bounds = f"{name} takes {least} to {'any' if most is None else most}"
        yield Complaint(Rule.VALUE_LENGTH, sentence, bounds)


def _numeric(facets: Facets, name: str, number: Decimal) -> Iterator[Complaint]:
    beyond: list[tuple[Decimal | None, Callable[[Decimal], bool], str]] = [
        (facets.minimum, lambda bound: number < bound, "at least"),
        (facets.maximum, lambda bound: number > bound, "at most"),
        (facets.above, lambda bound: number <= bound, "above"),
        (facets.below, lambda bound: number >= bound, "below"),
    ]
    for bound, breaks, words in beyond:
        if bound is not None and breaks(bound):
            remedy = f"{name} is {words} {bound:f}"
            yield Complaint(Rule.VALUE_RANGE, f"{number:f} is out of bounds", remedy)
    _, digits, exponent = number.normalize().as_tuple()
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    yield from too_fine(facets, name, places)
    if facets.total_digits is not None and max(len(digits), places) > facets.total_digits:
        sentence = f"{number:f} has {len(digits)} digits"
        remedy = f"{name} takes {facets.total_digits}"
        yield Complaint(Rule.VALUE_DIGITS, sentence, remedy)


def too_fine(facets: Facets, name: str, places: int) -> Iterator[Complaint]:
    """A complaint when more places are written than the contract takes."""
    if facets.fraction_digits is not None and places > facets.fraction_digits:
        remedy = f"{name} takes {facets.fraction_digits}"
        yield Complaint(Rule.VALUE_DIGITS, f"{places} decimal places are written", remedy)
