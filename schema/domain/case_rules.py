"""What follows from the facts of a case: who may start, what is sent next, what state it is in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from schema.domain.calendar import SHANGHAI, WorkingCalendar, local_day
from schema.domain.case import Case, CaseState, Command, Step, StepState, Verb
from schema.domain.clock import StatutoryClock, due_date
from schema.domain.one_thing import Item, OneThing, RefusalPolicy
from schema.domain.plan import missing
from schema.domain.step_facts import SETTLED

TERMINAL = frozenset({CaseState.DONE, CaseState.REFUSED, CaseState.WITHDRAWN})
ISSUE_HOUR = time(9, tzinfo=SHANGHAI)
_LOST = frozenset({StepState.REFUSED, StepState.WITHDRAWN, StepState.SKIPPED})
_FILING = frozenset({StepState.FILING, StepState.CONFIRMING, StepState.PARKED})
_AT_DEPARTMENT = frozenset(
    {
        StepState.RECEIVED,
        StepState.ACCEPTED,
        StepState.SUPPLEMENT_REQUESTED,
        StepState.SUPPLEMENTING,
        StepState.INSPECTION,
        StepState.NOTICE,
    }
)


def reference(case: str, item: str, verb: Verb, round_: int) -> str:
    """The identity of one command for ever; departments print it in their own reference field."""
    return f"{case}:{item}:{verb.value}:{round_}"


def parse_reference(text: str) -> Command | None:
    """The command a reference names; None when it is not one of ours."""
    parts = text.split(":")
    if len(parts) != 4 or parts[2] not in set(Verb) or not parts[3].isdigit():
        return None
    return Command(
        reference=text, case=parts[0], item=parts[1], verb=Verb(parts[2]), round=int(parts[3])
    )


def commands(case: Case, one_thing: OneThing) -> tuple[Command, ...]:
    """Everything that is to be sent by now; a command already known is the same command."""
    if case.state in TERMINAL:
        return ()
    wanted = ((step, _verb(step)) for step in case.steps)
    return tuple(_command(case, step, verb) for step, verb in wanted if verb is not None)


def issue_due(case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> datetime | None:
    """When the certificates are handed over; None while something mandatory is undecided."""
    if case.state is not CaseState.ISSUING:
        return None
    last = max(s.decided_at for s in case.steps if s.decided_at is not None)
    day = calendar.add_working_days(local_day(last), one_thing.issue_days)
    return datetime.combine(day, ISSUE_HOUR)


def settle(case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> Case:
    """The case with everything that follows from its facts: plan, dates, withdrawals, state."""
    if case.state in TERMINAL:
        return case
    case = replace(case, withdrawal=case.withdrawal or _compensation(case, one_thing))
    steps = tuple(_started(step, case, one_thing) for step in case.steps)
    steps = _without_dead_ends(steps)
    steps = tuple(_dated(_taken_back(s, case), case, one_thing, calendar) for s in steps)
    case = replace(case, steps=steps)
    return replace(case, state=_state(case, one_thing))


def _verb(step: Step) -> Verb | None:
    if step.state is StepState.WITHDRAWING:
        return Verb.WITHDRAW
    if step.state is StepState.SUPPLEMENTING:
        return Verb.SUPPLEMENT
    return Verb.FILE if step.state in _FILING and step.receipt is None else None


def _command(case: Case, step: Step, verb: Verb) -> Command:
    round_ = step.round if verb is Verb.SUPPLEMENT else 1
    return Command(
        reference=reference(case.id, step.item, verb, round_),
        case=case.id,
        item=step.item,
        verb=verb,
        round=round_,
    )


def _compensation(case: Case, one_thing: OneThing) -> str | None:
    """A refused mandatory item takes the others back, where the one thing says so."""
    refused = any(
        s.state is StepState.REFUSED and one_thing.item(s.item).mandatory for s in case.steps
    )
    policy = one_thing.on_refusal
    return "refusal" if refused and policy is RefusalPolicy.WITHDRAW_OTHERS else None


def _started(step: Step, case: Case, one_thing: OneThing) -> Step:
    if step.state is not StepState.WAITING:
        return step
    if case.withdrawal:
        return replace(step, state=StepState.SKIPPED)
    selected = [s.item for s in case.steps]
    granted = [s.item for s in case.steps if s.state is StepState.GRANTED]
    waits = missing(one_thing.item(step.item), selected, granted, case.reported)
    return replace(step, waits_for=waits, state=step.state if waits else StepState.FILING)


def _without_dead_ends(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """What waits for an item that can no longer be granted is never filed, down the chain."""
    lost = {s.item for s in steps if s.state in _LOST}
    after = tuple(
        replace(s, state=StepState.SKIPPED)
        if s.state is StepState.WAITING and lost.intersection(s.waits_for)
        else s
        for s in steps
    )
    return after if after == steps else _without_dead_ends(after)


def _taken_back(step: Step, case: Case) -> Step:
    open_there = step.state in _AT_DEPARTMENT and step.receipt is not None
    if case.withdrawal and open_there and not step.withdrawal_refused:
        return replace(step, state=StepState.WITHDRAWING)
    return step


def _dated(step: Step, case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> Step:
    if step.accepted_at is None:
        return step
    item = one_thing.item(step.item)
    promised = _promised(item, case, one_thing)
    return replace(
        step,
        due_on=_due(step, item, promised, calendar),
        statutory_due_on=_due(step, item, item.statutory_days, calendar),
    )


def _promised(item: Item, case: Case, one_thing: OneThing) -> int:
    district = next((d for d in one_thing.districts if d.code == case.district), None)
    return (
        district.promised_days.get(item.id, item.promised_days) if district else item.promised_days
    )


def _due(step: Step, item: Item, limit: int, calendar: WorkingCalendar) -> date:
    """The last day in time; an open suspension is taken to end on the day it began."""
    accepted = step.accepted_at
    assert accepted is not None  # noqa: S101 — only called for accepted steps
    started = local_day(accepted)
    if item.calendar_days:
        return started + timedelta(days=item.calendar_days)
    known = max((local_day(s.since) for s in step.suspensions), default=started)
    clock = StatutoryClock(started_on=started, limit=limit, suspensions=step.suspensions)
    return due_date(clock, calendar, known)


def _state(case: Case, one_thing: OneThing) -> CaseState:
    if _all_granted(case.steps, one_thing):
        return CaseState.ISSUING
    if all(s.state in SETTLED for s in case.steps):
        return CaseState.WITHDRAWN if case.withdrawal == "applicant" else CaseState.REFUSED
    if case.withdrawal:
        return CaseState.WITHDRAWING
    return CaseState.AWAITING_APPLICANT if _waits_for_applicant(case) else CaseState.IN_PROGRESS


def _all_granted(steps: Sequence[Step], one_thing: OneThing) -> bool:
    mandatory = [s for s in steps if one_thing.item(s.item).mandatory] or steps
    return all(s.state is StepState.GRANTED for s in mandatory)


def _waits_for_applicant(case: Case) -> bool:
    """A supplement is asked for, or nothing moves until the applicant reports an event."""
    if any(s.state is StepState.SUPPLEMENT_REQUESTED for s in case.steps):
        return True
    items = {s.item for s in case.steps}
    moving = [s for s in case.steps if s.state not in SETTLED]
    stuck = [s for s in moving if s.state is StepState.WAITING]
    told = any(not items.issuperset(s.waits_for) for s in stuck)
    return told and len(stuck) == len(moving)
