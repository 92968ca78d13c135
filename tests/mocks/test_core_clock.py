"""Working days and the virtual clock."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.core.clock import (
    SHANGHAI,
    VirtualClock,
    Watched,
    add_working_days,
    is_working_day,
    real_now,
    working_days_between,
    write_atomically,
)

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2029, 12, 31))


def test_national_day_week_is_closed_and_its_make_up_saturday_is_open() -> None:
    assert [is_working_day(date(2026, 10, d)) for d in (1, 7, 8, 10)] == [False, False, True, True]
    assert add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)


def test_an_unknown_year_falls_back_to_monday_to_friday() -> None:
    assert [is_working_day(date(2039, 10, d)) for d in (3, 8)] == [True, False]


@given(DAYS, st.integers(0, 40))
@settings(max_examples=80)
def test_counting_on_and_counting_back_agree(day: date, count: int) -> None:
    end = add_working_days(day, count)

    assert working_days_between(day, end) == count
    assert count == 0 or is_working_day(end)


def test_without_a_file_the_clock_shows_real_time(tmp_path: Path) -> None:
    shown = VirtualClock(tmp_path / "clock.json").now()

    assert shown.utcoffset() == timedelta(hours=8)


def test_what_one_process_sets_another_sees(tmp_path: Path) -> None:
    parent, child = (VirtualClock(tmp_path / "clock.json") for _ in range(2))
    moment = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)

    parent.set(moment, rate=0)

    assert child.now() == moment


def test_a_rate_makes_days_pass_and_the_file_is_read_once(tmp_path: Path) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    path = tmp_path / "clock.json"
    set_at = real_now() - 20  # twenty real seconds ago
    write_atomically(path, {"virtual": start.isoformat(), "real": set_at, "rate": 43_200})
    watched = Watched(path)
    clock = VirtualClock(path)

    shown = [clock.now() for _ in range(100)]
    for _ in range(100):
        watched.value()

    assert timedelta(days=10) <= shown[0] - start < timedelta(days=12)
    assert shown == sorted(shown)
    assert watched.version == 1


def test_advancing_working_days_ends_when_the_offices_close(tmp_path: Path) -> None:
    clock = VirtualClock(tmp_path / "clock.json")
    clock.set(datetime(2026, 9, 30, 9, tzinfo=SHANGHAI), rate=0)

    assert clock.advance(working_days=1) == datetime(2026, 10, 8, 18, tzinfo=SHANGHAI)
    assert clock.advance(hours=1, seconds=30) == datetime(2026, 10, 8, 19, 0, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "content",
    ['{"virtual": "2026-', '{"virtual": "2026-"}', '{"virtual": "soon", "real": 1, "rate": 1}'],
)
def test_a_clock_file_spoiled_by_hand_leaves_the_time_as_it_was(
    tmp_path: Path, content: str
) -> None:
    clock = VirtualClock(tmp_path / "clock.json")
    clock.set(datetime(2026, 9, 21, 9, tzinfo=SHANGHAI), rate=0)

    (tmp_path / "clock.json").write_text(content)

    assert [clock.now() for _ in range(2)] == [datetime(2026, 9, 21, 9, tzinfo=SHANGHAI)] * 2
    assert clock.rate == 0
