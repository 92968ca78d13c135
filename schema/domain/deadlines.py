"""What falls due with time alone: each fact is told once for ever, by its key.

A day is past when it is over in Shanghai: a deadline is told as passed on the day after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from schema.domain.calendar import SHANGHAI, WorkingCalendar, local_day
from schema.domain.case import Case, Event, EventKind, Step, StepState
from schema.domain.due import promised_days, supplement_days
from schema.domain.one_thing import Item, OneThing
from schema.domain.step_facts import SETTLED

NEAR = 1  # working days before the due date
WARNED_FROM = 3  # working days: a shorter limit is always near
DEEMED_AFTER = 5  # working days after receipt (行政许可法 §32)


@dataclass(frozen=True, slots=True)
class _Limit:
    """One day a step is due by."""

    name: str  # promised | statutory | supplement
    due_on: date
    days: int
    warned: bool  # whether it is told when it comes near
    ends: EventKind = EventKind.DEADLINE_PASSED


def fallen_due(
    case: Case, one_thing: OneThing, calendar: WorkingCalendar, now: datetime
) -> Iterator[Event]:
    """Every fact time has brought by now; what was told before is told again, under its key."""
    for step in case.steps:
        if step.state in SETTLED or step.state is StepState.PARKED:
            continue
        item = one_thing.item(step.item)
        yield from _deemed(case, step, calendar, now)
        for limit in _limits(step, item, promised_days(item, case, one_thing)):
            yield from _told(case, step, limit, calendar, now)


def deemed_on(step: Step, calendar: WorkingCalendar) -> date | None:
    """The last day on which a department may ask for more before it has accepted by law."""
    asked = any(mark.kind == "supplement_requested" for mark in step.history)
    held = any(s.until is None for s in step.suspensions)
    if step.state is not StepState.RECEIVED or step.filed_at is None or asked or held:
        return None
    return calendar.add_working_days(local_day(step.filed_at), DEEMED_AFTER)


def _deemed(case: Case, step: Step, calendar: WorkingCalendar, now: datetime) -> Iterator[Event]:
    day = deemed_on(step, calendar)
    if day is not None and local_day(now) > day:
        at = datetime.combine(day + timedelta(days=1), time(tzinfo=SHANGHAI))
        key = f"deemed_accepted:{case.id}:{step.item}:{step.receipt}"
        yield _event(case, step, EventKind.DEEMED_ACCEPTED, key, now, at=at.isoformat())


def _limits(step: Step, item: Item, promised: int) -> Iterator[_Limit]:
    """The limits that run now: a department's stand still while its clock does."""
    if step.supplement_due_on is not None and not step.supplementing:
        asked = step.state is StepState.SUPPLEMENT_REQUESTED
        lapses = asked and item.supplement_days is not None
        ends = EventKind.LAPSED if lapses else EventKind.DEADLINE_PASSED
        days = supplement_days(step, item)
        yield _Limit("supplement", step.supplement_due_on, days, warned=True, ends=ends)
    if any(s.until is None for s in step.suspensions):
        return
    if step.due_on is not None:
        yield _Limit("promised", step.due_on, promised, warned=True)
    if step.statutory_due_on is not None:
        yield _Limit("statutory", step.statutory_due_on, item.statutory_days, warned=False)


def _told(
    case: Case, step: Step, limit: _Limit, calendar: WorkingCalendar, now: datetime
) -> Iterator[Event]:
    today, due = local_day(now), limit.due_on
    if today > due:
        kind = limit.ends
    elif limit.warned and limit.days >= WARNED_FROM and due <= _horizon(calendar, today):
        kind = EventKind.DEADLINE_NEAR
    else:
        return
    key = f"{kind.value}:{case.id}:{step.item}:{limit.name}:{due}"
    yield _event(case, step, kind, key, now, limit=limit.name, due_on=due.isoformat())


def _horizon(calendar: WorkingCalendar, today: date) -> date:
    return calendar.add_working_days(today, NEAR)


def _event(case: Case, step: Step, kind: EventKind, key: str, now: datetime, **data: Any) -> Event:
    return Event(
        key=key, case=case.id, kind=kind, at=now, actor="gateway", item=step.item, data=data
    )
