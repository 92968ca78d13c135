"""The days by which a step is due: promised, set by law, and for what the applicant is to add."""

from dataclasses import replace
from datetime import date, timedelta

from schema.domain.calendar import WorkingCalendar, local_day
from schema.domain.case import Case, Step, StepState
from schema.domain.clock import StatutoryClock, due_date
from schema.domain.one_thing import Item, OneThing

REMIND_AFTER = 30  # working days for a supplement, where the catalogue sets no period


def dated(step: Step, case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> Step:
    """The step with every day it is due by."""
    item = one_thing.item(step.item)
    supplement = _supplement_due(step, item, calendar)
    due = statutory = None
    if step.accepted_at is not None:
        due = _due(step, item, promised_days(item, case, one_thing), calendar)
        statutory = _due(step, item, item.statutory_days, calendar)
    known = (step.supplement_due_on, step.due_on, step.statutory_due_on)
    if known == (supplement, due, statutory):  # as most often: a step has many fields to copy
        return step
    return replace(step, supplement_due_on=supplement, due_on=due, statutory_due_on=statutory)


def promised_days(item: Item, case: Case, one_thing: OneThing) -> int:
    """The promise that binds this case; its district may promise less."""
    district = next((d for d in one_thing.districts if d.code == case.district), None)
    return (
        district.promised_days.get(item.id, item.promised_days) if district else item.promised_days
    )


def supplement_days(step: Step, item: Item) -> int:
    """How many working days the applicant has for what is asked for, or for what is owed."""
    if step.state is StepState.SUPPLEMENT_REQUESTED or not step.owes:
        return item.supplement_days or REMIND_AFTER
    later = [m.later_days for m in item.materials if m.code in step.owes and m.later_days]
    return min(later, default=REMIND_AFTER)


def _supplement_due(step: Step, item: Item, calendar: WorkingCalendar) -> date | None:
    since = None
    if step.state is StepState.SUPPLEMENT_REQUESTED:
        asked = (s.since for s in step.suspensions if s.reason == "supplement" and s.until is None)
        since = next(asked, None)
    elif step.owes:
        since = step.accepted_at
    days = supplement_days(step, item)
    return calendar.add_working_days(local_day(since), days) if since else None


def _due(step: Step, item: Item, limit: int, calendar: WorkingCalendar) -> date:
    """The last day in time; an open suspension is taken to end on the day it began."""
    accepted = step.accepted_at
    assert accepted is not None  # noqa: S101 — only called for accepted steps
    started = local_day(accepted)
    if item.calendar_days:
        return started + timedelta(days=item.calendar_days + _held_days(step))
    known = max((local_day(s.since) for s in step.suspensions), default=started)
    clock = StatutoryClock(started_on=started, limit=limit, suspensions=step.suspensions)
    return due_date(clock, calendar, known)


def _held_days(step: Step) -> int:
    """Calendar days an objection added to a public notice."""
    return sum(
        (local_day(s.until) - local_day(s.since)).days
        for s in step.suspensions
        if s.reason == "objection" and s.until is not None
    )
