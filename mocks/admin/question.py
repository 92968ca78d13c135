"""A question to the journal as it was sent, and the names in it that nobody has.

Who looks is told of them beside what was found; who asserts is refused: that nothing came of a name
there is not would hold for ever.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mocks.admin.document import command_of
from mocks.admin.refusal import Finding, Refusal, refused
from mocks.core.kit import DEPARTMENTS
from mocks.faults.operations import operations_of, unknown_to
from mocks.faults.said import near
from mocks.faults.table import KINDS
from mocks.journal.matching import ANY, Matcher

_OVER_LIMIT = "over_limit"  # what is noted where a pace was ordered with a limit
_STRUCK = (*KINDS, _OVER_LIMIT)
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_MEND = "name one there is; GET /__admin/faults/kinds tells faults, GET /__admin/state operations"
_COMMAND = "onething mocks faults --kinds tells faults, onething mocks state --json operations"


def matcher_of(told: Mapping[str, Any], at: str, operation: str) -> Matcher:
    """What is looked for; it stands `at` this. Refusal for a moment there is not."""
    try:
        return Matcher.of(told)
    except ValueError as wrong:
        mend = "write a moment that exists with its offset, 2026-09-21T09:00:00+08:00"
        typed = command_of(operation)
        raise refused("BODY_WRONG", f"{at}since", str(wrong), mend, command=typed) from None


def refuse_unknown(matcher: Matcher, at: str) -> None:
    """Refusal for a name nobody has."""
    if found := [Finding(where=at + name, what=what) for name, what in _unknown(matcher.line)]:
        raise Refusal("NOT_OBEYABLE", found, _MEND, status=422, command=_COMMAND)


def unknown_in(matcher: Matcher) -> list[dict[str, str]]:
    """The names nobody has, and which were meant."""
    return [{"where": name, "what": what} for name, what in _unknown(matcher.line)]


def _unknown(line: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    method = line.get("method", ANY)
    if method not in (*_METHODS, ANY) and (meant := near(method.upper(), _METHODS)):
        yield "method", f"nobody sends {method[:80]!r}{meant}"  # others come as they are named
    if what := _no_operation(line.get("operation", ANY), line.get("department")):
        yield "operation", what
    fault = line.get("fault", ANY)
    for kind in fault.split("+"):
        if kind not in (*_STRUCK, ANY):
            yield "fault", f"no fault is {kind[:80]!r}{near(kind, _STRUCK)}"


def _no_operation(name: str, department: str | None) -> str | None:
    """What is wrong with the name of an operation; None where somebody has it."""
    if name == ANY or any(name in operations_of(one) for one in _looked_at(department)):
        return None
    if department:
        return unknown_to(department, name[:80])
    known = sorted(one for each in DEPARTMENTS for one in operations_of(each))
    told = near(name, known) or " — name a department to be told its operations"
    return f"no department has {name[:80]!r}{told}"


def _looked_at(department: str | None) -> tuple[str, ...]:
    return (department,) if department else DEPARTMENTS
