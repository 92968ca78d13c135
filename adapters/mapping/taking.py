"""A reply line against the contract: kinds, lists, codes, and whether a value may be absent."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.findings import Findings, did_you_mean, nearest
from adapters.mapping.codes import REST, codes_of
from adapters.mapping.convert import TO_KIND, MappingError
from adapters.mapping.fits import own, remedy_of
from adapters.mapping.parse import Expression, Literal, Part, Path
from adapters.rules import Rule
from adapters.shape import Kind, Shape

_READ: Mapping[Kind, tuple[Kind, ...]] = {  # what a field is: what may be read into it
    Kind.INTEGER: (Kind.INTEGER,),
    Kind.DECIMAL: (Kind.INTEGER, Kind.DECIMAL),
    Kind.BOOLEAN: (Kind.BOOLEAN,),
    Kind.DATE: (Kind.DATE, Kind.DATETIME),
    Kind.DATETIME: (Kind.DATE, Kind.DATETIME),
}
_TAKES_LISTS = ("join", "count", "exists", "python")
_ONLY_LISTS = ("join", "count")
_LEAVES = ("integer", "default", "blank")
_LOSES, _SETTLES = ("blank", "part"), ("default", "exists")


def readable(
    findings: Findings, expression: Expression, made: Kind, kind: Kind, ends: list[Shape], key: str
) -> None:
    """Note a line whose value cannot be of the field's kind, as far as it is known."""
    if made is Kind.GROUP:
        sentence = "is a group in the contract, not a value"
        findings.add(key, sentence, "name one of its members", Rule.REPLY_GROUP)
        return
    if kind is Kind.INTEGER and _as_it_comes(expression) and any(own(end).wide for end in ends):
        sentence = "may exceed 32 bits by the contract, more than a GraphQL Int holds"
        remedy = 'give the field kind = "text", or "decimal" where it is an amount'
        findings.add(key, sentence, remedy, Rule.KIND_REPLY)
        return
    allowed = _READ.get(kind)
    if allowed is None or made is Kind.ANY or made in allowed:
        return
    if not expression.stages and ends and _all_convert(ends[-1], kind):
        return
    sentence = f"is {made} in the contract, the field is {kind}"
    remedy = remedy_of(made, kind) or "read another path, or change the field's kind"
    findings.add(key, sentence, remedy, Rule.KIND_REPLY)


def _as_it_comes(expression: Expression) -> bool:
    """Whether the number that is read is the one the department gave."""
    return all(stage.name in _LEAVES for stage in expression.stages)


def _all_convert(shape: Shape, kind: Kind) -> bool:
    """Whether the contract lists the values, and each is one of this kind."""
    if kind is Kind.INTEGER and shape.facets.fraction_digits == 0:
        return True
    try:
        return bool([TO_KIND[kind](value) for value in shape.enum])
    except MappingError:
        return False


def one_value(findings: Findings, expression: Expression, key: str) -> None:
    """Note a list where one value is wanted, and a list stage where there is one value."""
    first = expression.stages[0].name if expression.stages else ""
    many = isinstance(expression.start, Path) and listed(expression.start)
    inside = any(isinstance(t, Path) and listed(t) for t in expression.terms)
    if inside and not (many and first in _TAKES_LISTS):
        sentence = "is a list where one value is wanted"
        findings.add(key, sentence, "add | join ',' or | count, or drop []", Rule.REPLY_LIST)
    single = isinstance(expression.start, Path) and not many
    if single and first in _ONLY_LISTS and expression.start != Path(("request", "receipts")):
        sentence = f"{first} wants a list"
        findings.add(key, sentence, "write [] behind what is repeated", Rule.REPLY_LIST)


def listed(path: Path) -> bool:
    """Whether the path gives all values it leads to; `[]` may stand behind any of its steps."""
    return any(step.endswith("[]") for step in path.steps)


def may_be_absent(expression: Expression, loose: list[bool]) -> bool:
    """Whether the line may come without a value; `loose`: which of its paths may."""
    return _absent(expression, iter(loose))


def _absent(part: Part, loose: Iterator[bool]) -> bool:
    if isinstance(part, Literal):
        return False
    if isinstance(part, Path):
        return next(loose, False)
    absent = [_absent(one, loose) for one in part.parts]
    start = getattr(part.start, "name", "")
    may = all(absent) if start in ("first", "join") else any(absent)
    for stage in part.stages:
        may = stage.name not in _SETTLES and (may or stage.name in _LOSES)
    return may


def absence(parent: Shape, step: Shape, failing: str | None) -> bool:
    """Whether the contract lets this step be absent.

    In a choice of two whose other branch says that the row failed, it is there otherwise.
    """
    if step.required or step.nillable or step.unknown:
        return step.nillable
    for choice in parent.choices():
        branch = next((b for b in choice.branches if step.name in b), ())
        others = [b for b in choice.branches if b is not branch]
        if choice.required and branch and len(others) == 1 and failing in others[0]:
            return False
    return True


def cover(findings: Findings, table: Mapping[str, Any], enum: tuple[str, ...], name: str) -> None:
    """Findings for codes of the contract without a meaning, and meanings without a code."""
    known = codes_of(table)
    lost = [code for code in enum if code not in known and REST not in table]
    for code in known:
        if enum and code not in enum:
            hint = did_you_mean(code, enum)
            place = f"codes.{name}.{code}"
            findings.add(place, "is no code of the contract", hint, Rule.CODES_FOREIGN)
            meant = nearest(code, lost)
            lost = [one for one in lost if one != meant]  # misspelt, not forgotten
    for code in lost:
        if findings.told(f"codes.{name}.{code}", besides=Rule.CODES_MEANING):
            continue  # it has a meaning, which is none
        sentence = f"the contract's code {code!r} has no meaning"
        remedy = f'add "{code}" = "…" with what it means'
        findings.add(f"codes.{name}", sentence, remedy, Rule.CODES_MEANING)
