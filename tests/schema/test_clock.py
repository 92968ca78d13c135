"""The statutory clock, exact to the day: holidays, make-up days, suspensions, New Year."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.domain.calendar import SHANGHAI
from schema.domain.case import Suspension
from schema.domain.clock import ClockReading, StatutoryClock, due_date, read_clock
from schema.working_days import load_working_calendar

CALENDAR = load_working_calendar()


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def pause(since: date, until: date | None, reason: str = "supplement") -> Suspension:
    return Suspension(
        reason=reason, since=at(since), until=None if until is None else at(until, 15)
    )


def test_the_day_of_acceptance_is_not_counted() -> None:
    clock = StatutoryClock(started_on=date(2026, 11, 23), limit=5)
    assert due_date(clock, CALENDAR, date(2026, 11, 23)) == date(2026, 11, 30)


def test_a_limit_over_national_day_week_counts_the_make_up_saturday() -> None:
    clock = StatutoryClock(started_on=date(2026, 9, 29), limit=5)
    reading = read_clock(clock, CALENDAR, date(2026, 10, 10))
    # 30 September, 8, 9, Saturday 10 (made up), then Monday 12 October
    assert reading == ClockReading(
        due_on=date(2026, 10, 12),
        used=4,
        remaining=1,
        suspended=0,
        running=True,
        provisional=False,
    )


def test_a_suspension_over_national_day_week_shifts_by_its_working_days_only() -> None:
    clock = StatutoryClock(
        started_on=date(2026, 9, 28),
        limit=5,
        suspensions=(pause(date(2026, 9, 30), date(2026, 10, 10)),),
    )
    reading = read_clock(clock, CALENDAR, date(2026, 10, 12))
    # counted: 29, 30 September (the day of the request counts), 12, 13, 14 October;
    # suspended: 8, 9 and Saturday 10 October (the day it came in does not count)
    assert reading == ClockReading(
        due_on=date(2026, 10, 14),
        used=3,
        remaining=2,
        suspended=3,
        running=True,
        provisional=False,
    )


def test_sixty_days_from_november_run_into_2027_and_are_provisional() -> None:
    clock = StatutoryClock(started_on=date(2026, 11, 23), limit=60)
    reading = read_clock(clock, CALENDAR, date(2026, 11, 23))
    # 28 working days to 31 December; 20 in January (the 1st is off); 12 in February, as 5 and 8
    # February are off
    assert reading.due_on == date(2027, 2, 18)
    assert reading.provisional
    assert CALENDAR.working_days_between(date(2026, 11, 23), date(2026, 12, 31)) == 28


def test_an_open_suspension_moves_the_earliest_due_date_day_by_day() -> None:
    clock = StatutoryClock(
        started_on=date(2026, 11, 2), limit=5, suspensions=(pause(date(2026, 11, 4), None),)
    )
    seen = [read_clock(clock, CALENDAR, date(2026, 11, d)) for d in (3, 4, 5, 6, 7, 9)]
    assert [r.due_on.day for r in seen] == [9, 9, 10, 11, 11, 12]
    assert [r.used for r in seen] == [1, 2, 2, 2, 2, 2]
    assert [r.running for r in seen] == [True, False, False, False, False, False]


def test_a_suspension_within_one_day_takes_nothing() -> None:
    day = date(2026, 11, 4)
    clock = StatutoryClock(started_on=date(2026, 11, 2), limit=5, suspensions=(pause(day, day),))
    assert due_date(clock, CALENDAR, date(2026, 11, 5)) == date(2026, 11, 9)


def test_overlapping_suspensions_are_counted_once() -> None:
    twice = (
        pause(date(2026, 11, 4), date(2026, 11, 6)),
        pause(date(2026, 11, 5), date(2026, 11, 10), "inspection"),
    )
    once = (pause(date(2026, 11, 4), date(2026, 11, 10)),)
    clocks = [
        StatutoryClock(started_on=date(2026, 11, 2), limit=9, suspensions=s) for s in (twice, once)
    ]
    assert len({due_date(c, CALENDAR, date(2026, 11, 20)) for c in clocks}) == 1


def test_a_suspension_before_acceptance_takes_nothing() -> None:
    early = (pause(date(2026, 10, 26), date(2026, 10, 30)),)
    clock = StatutoryClock(started_on=date(2026, 11, 2), limit=5, suspensions=early)
    assert read_clock(clock, CALENDAR, date(2026, 11, 4)).suspended == 0


def test_a_clock_past_its_limit_is_overdue_by_its_days() -> None:
    clock = StatutoryClock(started_on=date(2026, 11, 2), limit=5)
    on_the_day = read_clock(clock, CALENDAR, date(2026, 11, 9))
    day_after = read_clock(clock, CALENDAR, date(2026, 11, 10))
    assert (on_the_day.remaining, on_the_day.overdue) == (0, False)
    assert (day_after.remaining, day_after.overdue) == (-1, True)


def test_an_item_done_on_the_spot_is_due_the_same_day() -> None:
    clock = StatutoryClock(started_on=date(2026, 11, 2), limit=0)
    assert due_date(clock, CALENDAR, date(2026, 11, 2)) == date(2026, 11, 2)


def test_a_limit_is_not_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        StatutoryClock(started_on=date(2026, 11, 2), limit=-1)


STARTS = st.dates(date(2025, 1, 1), date(2026, 11, 30))
PAUSES = st.lists(st.tuples(st.integers(-10, 80), st.integers(0, 30)), max_size=4)


def clock_of(start: date, limit: int, pauses: list[tuple[int, int]]) -> StatutoryClock:
    return StatutoryClock(
        started_on=start,
        limit=limit,
        suspensions=tuple(
            pause(start + timedelta(days=o), start + timedelta(days=o + n)) for o, n in pauses
        ),
    )


@given(start=STARTS, limit=st.integers(1, 60), offset=st.integers(0, 80), length=st.integers(0, 30))
@settings(max_examples=150)
def test_one_suspension_shifts_the_due_date_by_exactly_its_working_days(
    start: date, limit: int, offset: int, length: int
) -> None:
    free = due_date(clock_of(start, limit, []), CALENDAR, start)
    since, until = start + timedelta(days=offset), start + timedelta(days=offset + length)
    shifted = due_date(clock_of(start, limit, [(offset, length)]), CALENDAR, until)
    taken = CALENDAR.working_days_between(since, until) if since < free else 0
    assert shifted == CALENDAR.add_working_days(free, taken)


@given(start=STARTS, limit=st.integers(1, 60), pauses=PAUSES)
@settings(max_examples=150)
def test_counted_days_up_to_the_due_date_are_exactly_the_limit(
    start: date, limit: int, pauses: list[tuple[int, int]]
) -> None:
    clock = clock_of(start, limit, pauses)
    closed = start + timedelta(days=200)
    due = due_date(clock, CALENDAR, closed)
    counted = [
        day
        for day in (start + timedelta(days=i) for i in range(1, (due - start).days + 1))
        if CALENDAR.is_working(day)
        and not any(s.since.date() < day <= s.until.date() for s in clock.suspensions if s.until)
    ]
    assert len(counted) == limit
    assert counted[-1] == due
    reading = read_clock(clock, CALENDAR, due)
    assert (reading.used, reading.remaining, reading.overdue) == (limit, 0, False)


@given(start=STARTS, limit=st.integers(0, 60), pauses=PAUSES, day=st.integers(0, 120))
@settings(max_examples=100)
def test_used_days_never_fall_and_add_up(
    start: date, limit: int, pauses: list[tuple[int, int]], day: int
) -> None:
    clock, on = clock_of(start, limit, pauses), start + timedelta(days=day)
    today, tomorrow = (read_clock(clock, CALENDAR, on + timedelta(days=d)) for d in (0, 1))
    assert tomorrow.used - today.used in {0, 1}
    assert today.used + today.suspended == CALENDAR.working_days_between(start, on)
    assert today.used + today.remaining == limit
