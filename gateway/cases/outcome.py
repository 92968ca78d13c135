"""What came of an attempt, told as events; and whether a command still has to be carried out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.cases.attempts import Errand
from gateway.cases.errand import Result
from schema.domain import surplus
from schema.domain.case import Case, Command, Event, EventKind, Step, StepState, Verb
from schema.domain.delivery_policy import (
    TAKEN,
    Act,
    Adopt,
    Move,
    Outcome,
    Park,
    Refuse,
    may_have_arrived,
    said_no,
)
from schema.domain.problem import ProblemCode
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


def _arrived(command: Command) -> EventKind:
    beyond = surplus.is_beyond(command)
    return EventKind.SURPLUS_WITHDRAWN if beyond else _ARRIVED[command.verb]


def _declined(command: Command) -> EventKind:
    return EventKind.SURPLUS_KEPT if surplus.is_beyond(command) else _DECLINED[command.verb]


def _surplus_data(errand: Errand, command: Command) -> dict[str, str | None]:
    """Which of the surplus filings it was; nothing for any other command."""
    if not surplus.is_beyond(command):
        return {}
    return {"receipt": surplus.receipt_of(errand.case, command)}


def obsolete(errand: Errand, command: Command) -> Obsolete | None:
    """Whether facts have overtaken the command; looked at again just before it is sent."""
    step = errand.case.step(command.item)
    if surplus.is_beyond(command):  # to be taken back even after the case has ended
        return None if surplus.wanted(step, command) else Obsolete()
    if step.state in SETTLED:
        return Obsolete()
    if command.verb is Verb.FILE:
        return _filing_obsolete(errand, step)
    if command.verb is Verb.WITHDRAW:
        return None if step.state is StepState.WITHDRAWING else Obsolete()
    wanted = step.supplementing and command.round == step.round
    return None if wanted and step.state is not StepState.WITHDRAWING else Obsolete()


def has_moved(errand: Errand, fresh: Case, command: Command) -> bool:
    """Whether its message, made from what was read a while ago, is not to be sent: the command is
    obsolete now, or what it takes back or supplements has another number there.
    """
    number, was = (surplus.receipt_of(case, command) for case in (fresh, errand.case))
    renumbered = command.verb is not Verb.FILE and number != was
    return renumbered or obsolete(replace(errand, case=fresh), command) is not None


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
    # What was sent anew after a clerk was asked may arrive, or be declined, a second time.
    anew = f":{n}" if any(a.act is Act.TOLD for a in errand.history) else ""
    department = f"department:{errand.department}"
    if result.others:
        others = {"receipts": list(result.others), "adopted": result.attempt.detail}
        yield _event(command, EventKind.DUPLICATE_FOUND, f"duplicate{anew}", department, at, others)
    data: dict[str, str | None]
    match move:
        case Adopt(receipt=receipt):
            data = {"receipt": receipt, "received_at": _iso(result.received_at)}
            data |= _surplus_data(errand, command)
            yield _event(command, _arrived(command), f"arrived{anew}", department, at, data)
        case Refuse(reason=reason, code=code):
            data = {"reason": reason, "code": code, **_surplus_data(errand, command)}
            yield _event(command, _declined(command), f"declined{anew}", department, at, data)
        case Park(why=why):
            data = {"problem": _parked_for(errand, result, why), "why": why}
            yield _event(command, EventKind.FILING_PARKED, f"parked:{n}", "gateway", at, data)
        case _:
            yield from _trouble(command, result, n, at)


def _parked_for(errand: Errand, result: Result, why: str) -> str | None:
    """What a clerk is to clear up, where that says more than the last attempt's problem."""
    if why == TAKEN:  # before all else: with that number nothing of ours can be cleared up
        return ProblemCode.DEPARTMENT_RECEIPT_TAKEN.value
    if said_no((*errand.history, result.attempt)):
        return ProblemCode.DEPARTMENT_REFUSAL_DOUBTED.value
    return result.problem


def _trouble(command: Command, result: Result, n: int, at: datetime) -> Iterator[Event]:
    data = {"problem": result.problem, "attempt": n}
    if result.attempt.outcome in (Outcome.UNKNOWN, Outcome.UNPROVEN):
        yield _event(command, EventKind.FILING_UNKNOWN, f"unknown:{n}", "gateway", at, data)
    elif result.attempt.outcome is Outcome.NOT_SENT and n & (n - 1) == 0:
        # 1st, 2nd, 4th, 8th …: a department that is down for days does not flood the timeline
        yield _event(command, EventKind.FILING_NOT_SENT, f"not_sent:{n}", "gateway", at, data)


def never_filed(command: Command, at: datetime) -> Event:
    """The filing was taken back before anything was sent."""
    data = {"receipt": None, "abandoned": True}
    return _event(command, EventKind.FILING_RESOLVED, "abandoned", "gateway", at, data)


def overtaken(command: Command, at: datetime) -> Event:
    """Its case has ended, and what a clerk was to find out about it matters no more."""
    data = {"receipt": None, "overtaken": True}
    return _event(command, EventKind.FILING_RESOLVED, "overtaken", "gateway", at, data)


def told(command: Command, receipt: str | None, n: int, clerk: str, at: datetime) -> Event:
    """What a clerk found out about a parked command."""
    kind = EventKind.FILING_RESOLVED
    return _event(command, kind, f"resolved:{n}", f"clerk:{clerk}", at, {"receipt": receipt})


def retried(command: Command, n: int, clerk: str, at: datetime, *, in_doubt: bool) -> Event:
    """A clerk orders another round; `in_doubt`: whether it arrived is to be confirmed."""
    kind, actor = EventKind.FILING_RETRIED, f"clerk:{clerk}"
    return _event(command, kind, f"retried:{n}", actor, at, {"in_doubt": in_doubt})


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
