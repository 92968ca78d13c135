"""The working calendar against chinesecalendar, and overlay files with every kind of mistake."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.domain.calendar import WorkingCalendar, local_day
from schema.working_days import CalendarInvalid, load_working_calendar

CALENDAR = load_working_calendar()
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def test_every_known_day_agrees_with_chinesecalendar() -> None:
    first = date(2004, 1, 1)
    days = [first + timedelta(days=i) for i in range((date(2026, 12, 31) - first).days + 1)]
    assert [d for d in days if CALENDAR.is_working(d) != chinese_calendar.is_workday(d)] == []


def test_national_day_week_and_its_make_up_days() -> None:
    working = [d for d in range(1, 15) if CALENDAR.is_working(date(2026, 10, d))]
    assert working == [8, 9, 10, 12, 13, 14]
    assert CALENDAR.is_working(date(2026, 9, 20))  # a Sunday made up


@given(start=DAYS, n=st.integers(0, 60))
@settings(max_examples=100)
def test_adding_and_counting_are_inverse(start: date, n: int) -> None:
    end = CALENDAR.add_working_days(start, n)
    assert CALENDAR.working_days_between(start, end) == n
    assert n == 0 or CALENDAR.is_working(end)


@given(a=DAYS, b=DAYS, c=DAYS)
@settings(max_examples=50)
def test_counts_of_adjoining_stretches_add_up(a: date, b: date, c: date) -> None:
    first, middle, last = sorted((a, b, c))
    between = CALENDAR.working_days_between
    assert between(first, middle) + between(middle, last) == between(first, last)


@given(start=st.dates(date(1949, 1, 1), date(2026, 11, 27)), days=st.integers(350, 20_000))
@settings(max_examples=50)
def test_a_long_stretch_has_the_days_of_its_parts(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    parts = [*range(0, days, 100), days]
    ends = [start + timedelta(days=part) for part in parts]
    between = CALENDAR.working_days_between
    assert between(start, end) == sum(map(between, ends, ends[1:]))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")), date(1949, 1, 1)),
        (datetime(1, 1, 1, tzinfo=UTC), date(1949, 1, 1)),
        (datetime(1753, 1, 1, tzinfo=UTC), date(1949, 1, 1)),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), date(2200, 12, 31)),
        (datetime(2200, 12, 31, 18, tzinfo=UTC), date(2200, 12, 31)),
        (datetime(1949, 1, 1, tzinfo=timezone(timedelta(hours=14))), date(1949, 1, 1)),
    ],
)
def test_a_moment_of_no_time_is_of_a_day_beside_which_others_can_be_counted(
    at: datetime, day: date
) -> None:
    assert local_day(at) == day
    assert CALENDAR.add_working_days(local_day(at), 60) > day


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert CALENDAR.working_days_between(date(2026, 10, 9), date(2026, 10, 8)) == 0


def test_no_days_added_is_the_day_itself_even_on_a_holiday() -> None:
    assert CALENDAR.add_working_days(date(2026, 10, 1), 0) == date(2026, 10, 1)


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        CALENDAR.add_working_days(date(2026, 10, 1), -1)


def test_a_day_cannot_be_holiday_and_make_up_day() -> None:
    day = date(2026, 10, 10)
    with pytest.raises(ValueError, match="2026-10-10"):
        WorkingCalendar(holidays=frozenset({day}), make_up_days=frozenset({day}))


@pytest.mark.parametrize(
    ("day_from", "day_to", "provisional"),
    [
        (date(2026, 1, 1), date(2026, 12, 23), False),
        (date(2026, 1, 1), date(2026, 12, 24), True),
        (date(2025, 12, 1), date(2025, 12, 31), False),
        (date(2026, 12, 1), date(2027, 1, 4), True),
        (date(2003, 12, 31), date(2004, 1, 5), True),
    ],
)
def test_days_beyond_the_last_notice_are_provisional(
    day_from: date, day_to: date, provisional: bool
) -> None:
    assert CALENDAR.provisional(day_from, day_to) is provisional


def test_a_moment_is_dated_in_shanghai() -> None:
    assert local_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 11, 23, 16, 0))  # noqa: DTZ001


def test_the_shipped_2027_is_provisional_and_only_what_the_law_fixes() -> None:
    assert 2027 not in CALENDAR.known_years
    assert not CALENDAR.is_working(date(2027, 1, 1))
    assert not CALENDAR.is_working(date(2027, 2, 5))
    assert CALENDAR.is_working(date(2027, 10, 8))
    assert CALENDAR.is_working(date(2028, 6, 1))


def test_an_overlay_folder_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "2027.toml").write_text(
        "year = 2027\nholidays = [2026-12-31, 2027-01-01]\nmake_up_days = [2027-01-03]\n",
        encoding="utf-8",
    )
    calendar = load_working_calendar(tmp_path)
    assert 2027 in calendar.known_years
    assert not calendar.is_working(date(2026, 12, 31))
    assert calendar.is_working(date(2027, 1, 3))
    assert calendar.is_working(date(2027, 2, 5))
    assert not calendar.provisional(date(2026, 11, 23), date(2027, 3, 1))


def test_every_mistake_of_every_overlay_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "2028.toml").write_text(
        'year = 2029\nprovisional = "yes"\nsource = 1\nhollidays = []\n'
        'make_up_days = [2029-01-01, "2029-01-06", 2030-01-05, 2029-01-07, 2029-01-07]\n',
        encoding="utf-8",
    )
    (tmp_path / "2030.toml").write_text("year = \n", encoding="utf-8")
    (tmp_path / "2031.toml").write_text('year = "2031"\n', encoding="utf-8")
    (tmp_path / "2032.toml").write_text("year = 2032\nholidays = 2032-01-01\n", encoding="utf-8")
    (tmp_path / "2033.toml").write_text(
        "year = 2033\nholidays = [2033-01-01]\nmake_up_days = [2033-01-01]\n", encoding="utf-8"
    )
    with pytest.raises(CalendarInvalid) as caught:
        load_working_calendar(tmp_path)
    assert [p for p in caught.value.problems if not p.startswith("2030.toml: ")] == [
        "2028.toml:hollidays: unknown key; known are "
        "holidays, make_up_days, provisional, source, year",
        "2028.toml:year: 2029 does not fit the file's name; name it 2029.toml",
        "2028.toml:provisional: must be true or false",
        "2028.toml:source: must be a text",
        "2028.toml:holidays: missing; list the days off of the year",
        "2028.toml:make_up_days: 2029-01-01 is not a Saturday or Sunday, so it needs no make-up",
        "2028.toml:make_up_days: '2029-01-06' is not a date; "
        "write it as 2029-10-01, without quotes",
        "2028.toml:make_up_days: 2030-01-05 is not in 2029, nor in the December before it",
        "2028.toml:make_up_days: 2029-01-07 is listed twice",
        "2031.toml:year: must be a year, as in 2027",
        "2032.toml:holidays: must be a list of dates",
        "2033.toml:make_up_days: 2033-01-01 is a holiday too",
    ]
    assert len(caught.value.problems) == 13


def test_a_missing_overlay_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(CalendarInvalid, match="does not exist"):
        load_working_calendar(tmp_path / "nowhere")
