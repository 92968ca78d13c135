"""The statutory clock of one item: when a decision is due, and how many days it has taken.

What the law says, and how each sentence is counted here:

- 行政许可法 §42: the decision falls due within n days *from acceptance* (自受理之日起). As with
  every period counted in days (民法典 §201), **the day of acceptance is not counted**: day 1 is
  the next working day, and the decision is in time until the end of day n.
- §82: the days are **working days**, statutory holidays excluded; a make-up Saturday (调休) is one.
- §45: time for hearings, inspections, tests, quarantine, appraisal and expert review **is not
  counted**; nor is a public notice, nor the time the applicant takes for a supplement (补正).
- §44: the certificate is issued within ten days of the decision: a clock of its own, same rules.

A suspension is an event too, so its days are counted by the same rule. **The day it starts still
counts** (the office had that day; the stretch begins the day after), **the day it ends does not**
(as the day of acceptance does not): suspended are the days `since < day <= until`. A suspension
that starts and ends on one day takes nothing. Overlapping suspensions are counted once. So the due
date moves by exactly the working days suspended before it, no more and no less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from schema.domain.calendar import WorkingCalendar, local_day
from schema.domain.case import Suspension


@dataclass(frozen=True, slots=True, kw_only=True)
class StatutoryClock:
    """A limit of `limit` working days that started on the day `started_on`."""

    started_on: date
    limit: int
    suspensions: tuple[Suspension, ...] = ()

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError("a limit is not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What the clock shows at the end of a day; all figures are working days.

    `due_on` assumes that a suspension still open ends today: it is then the earliest due date.
    """

    due_on: date
    used: int
    remaining: int  # negative: days overdue
    suspended: int  # up to the day of reading
    running: bool  # False while a suspension is open
    provisional: bool  # a year's holidays in between are not decided yet

    @property
    def overdue(self) -> bool:
        """Whether the limit has been passed."""
        return self.remaining < 0


def read_clock(clock: StatutoryClock, calendar: WorkingCalendar, on: date) -> ClockReading:
    """The clock as it stands at the end of `on`: today, or the day of the decision."""
    stretches = _stretches(clock.suspensions, on)
    due = _due(clock, calendar, stretches)
    suspended = _suspended_days(clock.started_on, calendar, stretches, on)
    used = calendar.working_days_between(clock.started_on, on) - suspended
    return ClockReading(
        due_on=due,
        used=used,
        remaining=clock.limit - used,
        suspended=suspended,
        running=not any(_is_open(s, on) for s in clock.suspensions),
        provisional=calendar.provisional(clock.started_on, due),
    )


def due_date(clock: StatutoryClock, calendar: WorkingCalendar, on: date) -> date:
    """The last day in time, as known on `on`."""
    return _due(clock, calendar, _stretches(clock.suspensions, on))


_Stretch = tuple[date, date]  # since < day <= until


def _stretches(suspensions: Sequence[Suspension], on: date) -> tuple[_Stretch, ...]:
    return tuple(
        (local_day(s.since), on if s.until is None else local_day(s.until)) for s in suspensions
    )


def _is_open(suspension: Suspension, on: date) -> bool:
    started = local_day(suspension.since) <= on
    return started and (suspension.until is None or on < local_day(suspension.until))


def _is_suspended(day: date, stretches: Sequence[_Stretch]) -> bool:
    return any(since < day <= until for since, until in stretches)


def _due(clock: StatutoryClock, calendar: WorkingCalendar, stretches: Sequence[_Stretch]) -> date:
    left, due = clock.limit, clock.started_on
    days = calendar.working_days_after(clock.started_on)
    while left:
        due = next(days)
        left -= not _is_suspended(due, stretches)
    return due


def _suspended_days(
    start: date, calendar: WorkingCalendar, stretches: Sequence[_Stretch], on: date
) -> int:
    if not stretches:
        return 0
    first = max(start, min(since for since, _ in stretches))
    last = min(on, max(until for _, until in stretches))
    days = takewhile(lambda day: day <= last, calendar.working_days_after(first))
    return sum(_is_suspended(day, stretches) for day in days)
