"""What single values cannot show: words that name nothing, moves without a cause, empty files.

It looks at the file as told, so that it can speak beside mistakes of other kinds.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from mocks.core.filed import Status
from mocks.faults.operations import calls_of
from mocks.scenarios.keys import SAYABLE
from mocks.scenarios.model import START, Mistake
from mocks.scenarios.ordinary import ordinary
from mocks.scenarios.terms import Terms

_STATUSES = frozenset(SAYABLE)
_DAYS = frozenset({"working_days", "calendar_days"})
Told = Mapping[str, Any]


def senseless(file: str, told: Told, terms: Sequence[Terms]) -> Iterator[Mistake]:
    """The mistakes of a file that its keys and values do not show."""
    states = _table(told.get("states"))
    if not (states or told.get("open") or told.get("closed")):
        yield Mistake(
            file=file, key="states", sentence="there are no states and no hours",
            remedy="tell [states.<name>], [[open]] or [[closed]]",
        )  # fmt: skip
    yield from _wrong_names(file, states)
    for where, move in _moves(states):
        yield from _wrong_move(file, where, move)
    if terms:
        yield from _strangers(file, told, terms)
        yield from _nowhere(file, states, terms)
        yield from _unasked(file, told, departments=[term.department for term in terms])
    yield from _wrong_hours(file, told)


def _wrong_names(file: str, states: Told) -> Iterator[Mistake]:
    for name, state in states.items():
        if name == Status.WITHDRAWN:
            yield Mistake(
                file=file, key=f"states.{name}", sentence="is the applicant's to bring about",
                remedy="take it out",
            )  # fmt: skip
        elif isinstance(state, Mapping) and "status" not in state and name not in _STATUSES:
            yield Mistake(
                file=file, key=f"states.{name}.status",
                sentence="is missing, and the state's name is no status",
                remedy=f"write one of {', '.join(SAYABLE)}",
            )  # fmt: skip
    first = _table(states.get(START)).get("status", START)
    if first != START:
        yield Mistake(
            file=file, key=f"states.{START}.status", sentence="is said when a filing comes in",
            remedy=f"write {START}, or take it out",
        )  # fmt: skip


def _wrong_move(file: str, where: str, move: Told) -> Iterator[Mistake]:
    after, on = move.get("after"), move.get("on")
    if (after is None) == (on is None):
        yield Mistake(
            file=file, key=where, sentence=f"goes by {'nothing' if on is None else 'two causes'}",
            remedy='write either after = { … } or on = "supplement"',
        )  # fmt: skip
    if on is not None and "since" in move:
        yield Mistake(
            file=file, key=f"{where}.since", sentence="goes with a time, not with an event",
            remedy="take it out",
        )  # fmt: skip
    if not isinstance(after, Mapping):
        return
    units = after.keys() - {"at"}
    if len(units) != 1:
        yield Mistake(
            file=file, key=f"{where}.after", sentence=f"is told in {len(units)} units",
            remedy="write one, like working_days = 5",
        )  # fmt: skip
    if "at" in after and not units & _DAYS:
        yield Mistake(
            file=file, key=f"{where}.after.at", sentence="goes with whole days only",
            remedy="take it out, or count in working_days or calendar_days",
        )  # fmt: skip


def _strangers(file: str, told: Told, terms: Sequence[Terms]) -> Iterator[Mistake]:
    """Departments and services nobody knows."""
    departments = [term.department for term in terms]
    services = [service for term in terms for service in term.services]
    meets = _table(told.get("meets"))
    named = [("meets.departments", name, departments) for name in _list(meets, "departments")]
    named += [("meets.services", name, services) for name in _list(meets, "services")]
    for kind, place, window in _windows(told):
        key = f"{kind}[{place}].departments"
        named += [(key, name, departments) for name in _list(window, "departments")]
    for key, name, known in named:
        if name not in known:
            yield Mistake(
                file=file, key=key, sentence=f"{name!r} is not known",
                remedy=f"write one of {', '.join(known)}",
            )  # fmt: skip


def _nowhere(file: str, states: Told, terms: Sequence[Terms]) -> Iterator[Mistake]:
    """Moves to states no file and no service has."""
    usual = {
        s for term in terms for one in term.services.values() for s in ordinary(one, {}).states
    }
    known = usual | states.keys()
    for where, move in _moves(states):
        to = move.get("to")
        for target in to if isinstance(to, Mapping) else [to]:
            if isinstance(target, str) and target.strip() and target not in known:
                yield Mistake(
                    file=file, key=f"{where}.to", sentence=f"there is no state {target!r}",
                    remedy=f"tell [states.{target}], or write one of {', '.join(sorted(known))}",
                )  # fmt: skip


def _unasked(file: str, told: Told, departments: Sequence[str]) -> Iterator[Mistake]:
    """Hours of operations that nobody asks of the departments they are told for."""
    for kind, place, window in _windows(told):
        named = [one for one in _list(window, "departments") if one in departments]
        known = sorted({one for name in named or departments for one in calls_of(name)})
        whose = ", ".join(named) or "any department"
        for operation in _list(window, "operations"):
            if operation in known or window.get("answer") == "next_morning":
                continue
            near = get_close_matches(str(operation), known, n=1, cutoff=0.8)
            yield Mistake(
                file=file, key=f"{kind}[{place}].operations",
                sentence=f"{operation!r} is no operation of {whose}",
                remedy=f"write {near[0]}" if near else f"write one of {', '.join(known)}",
            )  # fmt: skip


def _wrong_hours(file: str, told: Told) -> Iterator[Mistake]:
    for kind, place, window in _windows(told):
        first, last = window.get("first"), window.get("last")
        if type(first) is type(last) and first is not None and first > last:
            yield Mistake(
                file=file, key=f"{kind}[{place}].last", sentence="is before the first day",
                remedy="write a day that is not earlier",
            )  # fmt: skip
        if window.get("answer") == "next_morning" and "operations" in window:
            yield Mistake(
                file=file, key=f"{kind}[{place}].operations",
                sentence="next_morning is a matter of filings, not of operations",
                remedy="take it out",
            )  # fmt: skip


def _moves(states: Told) -> Iterator[tuple[str, Told]]:
    for name, state in states.items():
        for place, move in enumerate(_list(_table(state), "then"), 1):
            if isinstance(move, Mapping):
                yield f"states.{name}.then[{place}]", move


def _windows(told: Told) -> Iterator[tuple[str, int, Told]]:
    for kind in ("open", "closed"):
        for place, window in enumerate(_list(told, kind), 1):
            if isinstance(window, Mapping):
                yield kind, place, window


def _table(value: Any) -> Told:
    return value if isinstance(value, Mapping) else {}


def _list(table: Told, key: str) -> Sequence[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else ()
