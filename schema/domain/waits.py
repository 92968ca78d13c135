"""What a case waits for, on whom, since when and until when: nobody waits without a day.

A day named here is the day after which somebody should ask; only some of them are set by law.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from schema.domain import surplus
from schema.domain.calendar import WorkingCalendar, local_day
from schema.domain.case import Case, Command, Step, StepState, SurplusState, Verb
from schema.domain.case_rules import TERMINAL, issue_due
from schema.domain.deadlines import DEEMED_AFTER
from schema.domain.due import REMIND_AFTER
from schema.domain.one_thing import OneThing
from schema.domain.reference import command, parse_reference

OURS = 1  # working days in which what lies with us, or with a clerk, should be done
CERTIFIED_AFTER = 10  # working days from the decision (行政许可法 §44)


class WaitOn(StrEnum):
    """Whose turn it is."""

    APPLICANT = "applicant"
    CLERK = "clerk"
    DEPARTMENT = "department"
    GATEWAY = "gateway"


class WaitReason(StrEnum):
    """What is waited for."""

    REPORT = "report"  # an outside event
    OBJECTION = "objection"  # that an objection is settled
    SUPPLEMENT = "supplement"  # what a department asked for
    FOLLOW_UP = "follow_up"  # what may follow acceptance (容缺后补)
    FILING = "filing"
    CONFIRMATION = "confirmation"  # whether a filing arrived
    CLARIFICATION = "clarification"  # a clerk asks the department
    MISSING = "missing"  # a clerk asks for a filing the department cannot find
    ACCEPTANCE = "acceptance"
    DECISION = "decision"
    INSPECTION = "inspection"
    NOTICE = "notice"
    DELIVERY = "delivery"  # of a supplement
    WITHDRAWAL = "withdrawal"
    SURPLUS = "surplus"  # the withdrawal of a surplus filing
    CERTIFICATE = "certificate"
    ISSUE = "issue"


class WaitingKind(StrEnum):
    """Which waits of all cases."""

    PARKED = "parked"  # on a clerk
    OVERDUE = "overdue"  # the day after which somebody should ask has passed
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One thing that somebody has to do."""

    item: str | None  # None: the whole case
    on: WaitOn
    why: WaitReason
    since: datetime
    due_on: date


_ON: dict[StepState, tuple[WaitOn, WaitReason]] = {
    StepState.FILING: (WaitOn.GATEWAY, WaitReason.FILING),
    StepState.CONFIRMING: (WaitOn.GATEWAY, WaitReason.CONFIRMATION),
    StepState.PARKED: (WaitOn.CLERK, WaitReason.CLARIFICATION),
    StepState.RECEIVED: (WaitOn.DEPARTMENT, WaitReason.ACCEPTANCE),
    StepState.ACCEPTED: (WaitOn.DEPARTMENT, WaitReason.DECISION),
    StepState.INSPECTION: (WaitOn.DEPARTMENT, WaitReason.INSPECTION),
    StepState.NOTICE: (WaitOn.DEPARTMENT, WaitReason.NOTICE),
    StepState.SUPPLEMENT_REQUESTED: (WaitOn.APPLICANT, WaitReason.SUPPLEMENT),
    StepState.SUPPLEMENTING: (WaitOn.GATEWAY, WaitReason.DELIVERY),
    StepState.WITHDRAWING: (WaitOn.GATEWAY, WaitReason.WITHDRAWAL),
}

_VERB = {
    WaitReason.FILING: Verb.FILE,
    WaitReason.CONFIRMATION: Verb.FILE,
    WaitReason.DELIVERY: Verb.SUPPLEMENT,
    WaitReason.WITHDRAWAL: Verb.WITHDRAW,
}


def command_of(wait: Wait, case: Case) -> Command | None:
    """The command a wait is about, which a clerk resolves or orders again; None: about none."""
    step = case.step(wait.item) if wait.item else None
    if step is None:
        return None
    if wait.why is WaitReason.SURPLUS:
        return _withdrawal_of_surplus(step, case, parked=wait.on is WaitOn.CLERK)
    if wait.on is WaitOn.CLERK:
        return parse_reference(step.parked) if step.parked else None
    verb = _VERB.get(wait.why)
    round_ = step.round if verb is Verb.SUPPLEMENT else 1
    return command(case.id, step.item, verb, round_) if verb else None


def receipt_of(wait: Wait, case: Case) -> str | None:
    """The department's number for what is waited for, as far as one is known."""
    about = command_of(wait, case)
    if about is not None:
        return surplus.receipt_of(case, about)
    return case.step(wait.item).receipt if wait.item else None


def _withdrawal_of_surplus(step: Step, case: Case, *, parked: bool) -> Command | None:
    clerks = {one.parked for one in step.surplus}
    mine = (c for c in surplus.withdrawals(case) if c.item == step.item)
    return next((c for c in mine if not parked or c.reference in clerks), None)


def waits(case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> tuple[Wait, ...]:
    """Everything the case waits for, most urgent first: what is parked, then by day.

    A case that has not ended waits for something; one that has may for an optional item still, or
    for a surplus filing.
    """
    found = [wait for step in case.steps for wait in _of_step(case, step, calendar)]
    issue = issue_due(case, one_thing, calendar)
    if issue is not None:
        granted = [s.decided_at for s in case.steps if s.decided_at is not None]
        found.append(_wait(None, WaitOn.GATEWAY, WaitReason.ISSUE, max(granted), local_day(issue)))
    return tuple(sorted(found, key=_urgency))


def _urgency(wait: Wait) -> tuple[bool, date, datetime, str]:
    return wait.on is not WaitOn.CLERK, wait.due_on, wait.since, wait.item or ""


def _of_step(case: Case, step: Step, calendar: WorkingCalendar) -> Iterator[Wait]:
    since = step.since or step.filed_at or case.submitted_at
    if step.state in _ON:
        on, why = _ON[step.state]
        why = WaitReason.MISSING if step.missing else why
        yield _wait(step.item, on, why, since, _due(step, on, since, calendar))
    if step.state is StepState.WAITING:
        yield from _events(case, step, since, calendar)
    yield from _owed(step, calendar)
    yield from _objection(step, calendar)
    yield from _certificate(case, step, calendar)
    yield from _surplus(case, step, since, calendar)


def _due(step: Step, on: WaitOn, since: datetime, calendar: WorkingCalendar) -> date:
    if step.state is StepState.RECEIVED:
        return _days(calendar, step.filed_at or since, DEEMED_AFTER)
    if on is WaitOn.DEPARTMENT:
        return step.due_on or _days(calendar, since, REMIND_AFTER)
    if on is WaitOn.APPLICANT:
        return step.supplement_due_on or _days(calendar, since, REMIND_AFTER)
    return _days(calendar, since, OURS)


def _events(case: Case, step: Step, since: datetime, calendar: WorkingCalendar) -> Iterator[Wait]:
    """Outside events; what waits for other items waits for whoever those wait for."""
    items = {other.item for other in case.steps}
    if items.isdisjoint(step.waits_for):
        due = _days(calendar, since, REMIND_AFTER)
        yield _wait(step.item, WaitOn.APPLICANT, WaitReason.REPORT, since, due)


def _owed(step: Step, calendar: WorkingCalendar) -> Iterator[Wait]:
    if step.owes and not step.supplementing and step.accepted_at and step.supplement_due_on:
        why = WaitReason.FOLLOW_UP
        yield _wait(step.item, WaitOn.APPLICANT, why, step.accepted_at, step.supplement_due_on)


def _objection(step: Step, calendar: WorkingCalendar) -> Iterator[Wait]:
    for held in step.suspensions:
        if held.reason == "objection" and held.until is None:
            due = _days(calendar, held.since, REMIND_AFTER)
            yield _wait(step.item, WaitOn.APPLICANT, WaitReason.OBJECTION, held.since, due)


def _certificate(case: Case, step: Step, calendar: WorkingCalendar) -> Iterator[Wait]:
    ended = case.state in TERMINAL
    if step.state is StepState.GRANTED and step.certificate is None and not ended:
        since = step.decided_at or case.submitted_at
        due = _days(calendar, since, CERTIFIED_AFTER)
        yield _wait(step.item, WaitOn.DEPARTMENT, WaitReason.CERTIFICATE, since, due)


def _surplus(case: Case, step: Step, since: datetime, calendar: WorkingCalendar) -> Iterator[Wait]:
    for one in step.surplus:
        if one.state is SurplusState.WITHDRAWING:
            on = WaitOn.CLERK if one.parked else WaitOn.GATEWAY
            due = _days(calendar, since, OURS)
            yield _wait(step.item, on, WaitReason.SURPLUS, since, due)


def _days(calendar: WorkingCalendar, since: datetime, days: int) -> date:
    return calendar.add_working_days(local_day(since), days)


def _wait(item: str | None, on: WaitOn, why: WaitReason, since: datetime, due_on: date) -> Wait:
    return Wait(item=item, on=on, why=why, since=since, due_on=due_on)
