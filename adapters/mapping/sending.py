"""A request line against the element it fills: kinds, facets, nil, empty, fixed values."""

from collections.abc import Mapping
from typing import Any

from adapters.findings import Findings
from adapters.mapping import layouts
from adapters.mapping.convert import MappingError
from adapters.mapping.fits import kinds_fit, own, remedy_of, too_fine, unfit
from adapters.mapping.foresee import places_of, possible
from adapters.mapping.functions import Environment
from adapters.mapping.parse import BadExpression, Expression, Path
from adapters.mapping.sources import listed
from adapters.rules import Rule
from adapters.shape import Kind, Shape

_BATCHED = {"key": "keys", "receipt": "receipts"}
_ASKED: Mapping[str, tuple[str, ...]] = {
    "find_filing": ("reference",),
    "supplement": ("receipt", "reference"),
    "find_supplement": ("receipt", "reference"),
    "withdraw": ("receipt", "reference"),
    "progress": ("receipt", "receipts"),
    "certificate": ("receipt",),
    "lookup": ("key", "keys"),
    "verification": ("claims",),
    "feed": ("cursor",),
}


def fill(
    findings: Findings,
    expression: Expression,
    made: Kind,
    shape: Shape,
    key: str,
    env: Environment,
    const: Mapping[str, Any],
) -> None:
    """Note everything known beforehand to be wrong with this line in this place."""
    try:
        values = possible(expression, env, const)
    except MappingError as error:
        findings.add(key, f"a constant {error}", "mend the constant", Rule.VALUE_CONSTANT)
        return
    except BadExpression as error:
        findings.add(key, str(error), error.remedy, error.rule)
        return
    for value in values:
        complaint = unfit(shape, value)
        if complaint is not None:
            findings.add(key, complaint.sentence, complaint.remedy, complaint.rule)
    if not values:
        _unknown(findings, expression, made, own(shape), key)
    if kinds_fit(made, own(shape).kind):
        layouts.written(findings, expression, made, shape, key, env)
    _absence(findings, expression, shape, key)


def _unknown(
    findings: Findings, expression: Expression, made: Kind, shape: Shape, key: str
) -> None:
    """What is wrong with any value the line might give."""
    if not kinds_fit(made, shape.kind):
        sentence = f"gives {made}, the contract wants {shape.kind}"
        remedy = remedy_of(made, shape.kind) or "map another source"
        findings.add(key, sentence, remedy, Rule.KIND_REQUEST)
    elif shape.facets.fixed is not None:
        sentence = f"the contract fixes {shape.name} to {shape.facets.fixed!r}"
        remedy = f"write \"'{shape.facets.fixed}'\""
        findings.add(key, sentence, remedy, Rule.VALUE_FIXED)
    for complaint in too_fine(shape.facets, shape.name, places_of(expression) or 0):
        findings.add(key, complaint.sentence, complaint.remedy, complaint.rule)


def _absence(findings: Findings, expression: Expression, shape: Shape, key: str) -> None:
    last = expression.stages[-1].name if expression.stages else ""
    if last == "else_nil" and not (shape.nillable or shape.unknown):
        sentence = f"the contract allows no nil for {shape.name}"
        findings.add(key, sentence, "leave it out, or give a default", Rule.REQUEST_NIL)
    if last == "else_empty" and unfit(shape, "") is not None:
        sentence = f"{shape.name} cannot be empty"
        findings.add(key, sentence, "leave it out, or give a default", Rule.REQUEST_EMPTY)


def one_value(
    findings: Findings, call: str, expression: Expression, shape: Shape, key: str
) -> None:
    """Note a source of many values where the contract takes one, or where a row is no value."""
    start = expression.start
    rows = listed(call, start) if isinstance(start, Path) else None
    first = expression.stages[0].name if expression.stages else ""
    if rows is None or first in ("join", "count", "exists", "python"):
        return
    if rows or not (shape.repeated or shape.unknown):
        sentence = f"{start} are many, {shape.name} takes one value"
        findings.add(key, sentence, "use each, | join ',' or | count", Rule.REQUEST_OCCURS)


def forbidden(findings: Findings, shape: Shape, key: str) -> bool:
    """Whether the contract forbids us to send this; noted."""
    if shape.prohibited:
        sentence = f"the contract prohibits {shape.name!r}"
        findings.add(key, sentence, "remove it", Rule.REQUEST_PROHIBITED)
    elif shape.read_only:
        sentence = f"only the department says {shape.name!r}"
        findings.add(key, sentence, "remove it", Rule.REQUEST_READ_ONLY)
    return shape.prohibited or shape.read_only


def one_or_many(path: Path, call: str, batch: int) -> None:
    """BadExpression when a batch is asked by one key, or one key as a batch."""
    name = path.steps[0]
    if batch > 1 and name in _BATCHED and call in ("lookup", "progress"):
        sentence = f"{name!r} is one, and the call asks for {batch} at once"
        raise BadExpression(sentence, Rule.SOURCE_BATCH, f"use {_BATCHED[name]}")
    if batch == 1 and name == "keys":
        sentence = "'keys' is for a batch"
        raise BadExpression(sentence, Rule.SOURCE_BATCH, "use key, or set batch above 1")


def unasked(findings: Findings, call: str, used: set[str], key: str, *, keyed: bool) -> None:
    """Note a call that never sends what it is asked for."""
    asked = ("reference",) if call == "file" and keyed else _ASKED.get(call, ())
    if asked and not used.intersection(asked):
        sentence = f"the request never sends {' or '.join(asked)}"
        remedy = f'write "{asked[0]}" where the contract has a place for it'
        findings.add(key, sentence, remedy, Rule.CALL_UNASKED)
