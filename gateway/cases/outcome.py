"""What came of an attempt, told as events; and whether a command still has to be carried out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.cases.attempts import Errand
from gateway.cases.errand import Result
from schema.domain.case import Command, Event, EventKind, Step, StepState, Verb
from schema.domain.case_rules import TERMINAL
from schema.domain.delivery_policy import Adopt, Move, Outcome, Park, Refuse, may_have_arrived
from schema.domain.step_facts import SETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Obsolete:
    """The command needs no carrying out any more; `never_sent`: its item is not filed at all."""

    never_sent: bool = False


_ARRIVED = {
    Verb.FILE: EventKind.FILED,
    Verb.SUPPLEMENT: EventKind.SUPPLEMENT_DELIVERED,
    Verb.WITHDRAW: EventKind.WITHDRAWN,
}
_DECLINED = {
    Verb.FILE: EventKind.FILING_REFUSED,
    Verb.SUPPLEMENT: EventKind.SUPPLEMENT_REFUSED,
    Verb.WITHDRAW: EventKind.WITHDRAWAL_REFUSED,
}


def obsolete(errand: Errand, command: Command) -> Obsolete | None:
    """Whether facts have overtaken the command; looked at again just before it is sent."""
    step = errand.case.step(command.item)
    if step.state in SETTLED or errand.case.state in TERMINAL:
        return Obsolete()
    if command.verb is Verb.FILE:
        return _filing_obsolete(errand, step)
    wanted = StepState.SUPPLEMENTING if command.verb is Verb.SUPPLEMENT else StepState.WITHDRAWING
    older = command.verb is Verb.SUPPLEMENT and command.round != step.round
    return Obsolete() if older or step.state is not wanted else None


def _filing_obsolete(errand: Errand, step: Step) -> Obsolete | None:
    if step.receipt is not None:
        return Obsolete()
    taken_back = errand.case.withdrawal is not None and not may_have_arrived(errand.history)
    return Obsolete(never_sent=True) if taken_back else None


def events_of(
    errand: Errand, command: Command, result: Result, move: Move, at: datetime
) -> Iterator[Event]:
    """The facts this attempt brought, each under a key of its own."""
    n = len(errand.history)
    department = f"department:{errand.department}"
    if result.others:
        others = {"receipts": list(result.others)}
        yield _event(command, EventKind.DUPLICATE_FOUND, "duplicate", department, at, others)
    data: dict[str, str | None]
    match move:
        case Adopt(receipt=receipt):
            data = {"receipt": receipt, "received_at": _iso(result.received_at)}
            yield _event(command, _ARRIVED[command.verb], "arrived", department, at, data)
        case Refuse(reason=reason):
            data = {"reason": reason, "code": result.fault}
            yield _event(command, _DECLINED[command.verb], "declined", department, at, data)
        case Park(why=why):
            data = {"problem": result.problem, "why": why}
            yield _event(command, EventKind.FILING_PARKED, f"parked:{n}", "gateway", at, data)
        case _:
            yield from _trouble(command, result, n, at)


def _trouble(command: Command, result: Result, n: int, at: datetime) -> Iterator[Event]:
    data = {"problem": result.problem, "attempt": n}
    if result.attempt.outcome is Outcome.UNKNOWN:
        yield _event(command, EventKind.FILING_UNKNOWN, f"unknown:{n}", "gateway", at, data)
    elif result.attempt.outcome is Outcome.NOT_SENT and n & (n - 1) == 0:
        # 1st, 2nd, 4th, 8th …: a department that is down for days does not flood the timeline
        yield _event(command, EventKind.FILING_NOT_SENT, f"not_sent:{n}", "gateway", at, data)


def never_filed(command: Command, at: datetime) -> Event:
    """The filing was taken back before anything was sent."""
    data = {"receipt": None, "abandoned": True}
    return _event(command, EventKind.FILING_RESOLVED, "abandoned", "gateway", at, data)


def told(command: Command, receipt: str | None, n: int, clerk: str, at: datetime) -> Event:
    """What a clerk found out about a parked command."""
    kind = EventKind.FILING_RESOLVED
    return _event(command, kind, f"resolved:{n}", f"clerk:{clerk}", at, {"receipt": receipt})


def _event(
    command: Command, kind: EventKind, key: str, actor: str, at: datetime, data: Mapping[str, Any]
) -> Event:
    return Event(
        key=f"{key}:{command.reference}",
        case=command.case,
        kind=kind,
        at=at,
        actor=actor,
        item=command.item,
        data={"reference": command.reference, **data},
    )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at and at.year > 1970 else None
