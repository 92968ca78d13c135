"""What follows from the facts of a case: who may start, what is sent next, what state it is in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from schema.domain import surplus
from schema.domain.calendar import SHANGHAI, WorkingCalendar, local_day
from schema.domain.case import Case, CaseState, Command, Step, StepState, Verb
from schema.domain.due import dated
from schema.domain.filing import Certificate
from schema.domain.one_thing import OneThing, RefusalPolicy
from schema.domain.outside import held_by
from schema.domain.plan import missing
from schema.domain.reference import command, parse_reference, reference
from schema.domain.step_facts import SETTLED

__all__ = ["TERMINAL", "commands", "issue_due", "parse_reference", "reference", "settle", "watched"]

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


def commands(case: Case, one_thing: OneThing) -> tuple[Command, ...]:
    """Everything that is to be sent by now; a command already known is the same command.

    A case that is done may still have optional items under way, and any case surplus filings.
    """
    wanted = ((step, _verb(step)) for step in case.steps)
    own = (
        command(case.id, step.item, verb, step.round if verb is Verb.SUPPLEMENT else 1)
        for step, verb in wanted
        if verb is not None
    )
    return (*own, *surplus.withdrawals(case))


def issue_due(case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> datetime | None:
    """When the certificates are handed over; None while something mandatory is undecided."""
    if case.state is not CaseState.ISSUING:
        return None
    last = max(s.decided_at for s in case.steps if s.decided_at is not None)
    day = calendar.add_working_days(local_day(last), one_thing.issue_days)
    return datetime.combine(day, ISSUE_HOUR)


def settle(case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> Case:
    """The case with everything that follows from its facts: plan, dates, withdrawals, state."""
    if case.state not in TERMINAL:
        case = replace(case, withdrawal=case.withdrawal or _compensation(case, one_thing))
        steps = tuple(_started(step, case, one_thing) for step in case.steps)
        case = replace(case, steps=_without_dead_ends(steps))
    steps = tuple(dated(_taken_back(s, case), case, one_thing, calendar) for s in case.steps)
    case = replace(case, steps=steps)
    state = case.state if case.state in TERMINAL else _state(case, one_thing)
    return replace(case, state=state, certificates=_bundle(steps) if state in TERMINAL else ())


def watched(case: Case, step: Step) -> bool:
    """Whether its department may still have news: a case that is done waits for optional items."""
    if step.state in SETTLED or step.state is StepState.WAITING:
        open_case = case.state not in TERMINAL
        return open_case and step.state is StepState.GRANTED and step.certificate is None
    return True


def _bundle(steps: Sequence[Step]) -> tuple[Certificate, ...]:
    return tuple(s.certificate for s in steps if s.certificate is not None)


def _verb(step: Step) -> Verb | None:
    if step.state is StepState.WITHDRAWING:
        return Verb.WITHDRAW
    if step.supplementing:
        return Verb.SUPPLEMENT
    return Verb.FILE if step.state in _FILING and step.receipt is None else None


def _compensation(case: Case, one_thing: OneThing) -> str | None:
    """A mandatory item refused or lapsed takes the others back, where the one thing says so."""
    refused = any(s.state in _LOST and one_thing.item(s.item).mandatory for s in case.steps)
    policy = one_thing.on_refusal
    return "refusal" if refused and policy is RefusalPolicy.WITHDRAW_OTHERS else None


def _started(step: Step, case: Case, one_thing: OneThing) -> Step:
    if step.state is not StepState.WAITING:
        return step
    if case.withdrawal:
        return replace(step, state=StepState.SKIPPED)
    selected = [s.item for s in case.steps]
    granted = [s.item for s in case.steps if s.state is StepState.GRANTED]
    item, items = one_thing.item(step.item), [one_thing.item(name) for name in selected]
    waits = (
        *missing(item, selected, granted, case.reported),
        *held_by(item, items, case.reported),
    )
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
    if (case.withdrawal or step.lapsed) and open_there and not step.withdrawal_refused:
        return replace(step, state=StepState.WITHDRAWING)
    return step


def _state(case: Case, one_thing: OneThing) -> CaseState:
    if _all_granted(case.steps, one_thing):
        return CaseState.ISSUING
    if all(s.state in SETTLED for s in case.steps):
        refused = any(s.state is StepState.REFUSED for s in case.steps)
        by_applicant = case.withdrawal == "applicant" or not refused
        return CaseState.WITHDRAWN if by_applicant else CaseState.REFUSED
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
