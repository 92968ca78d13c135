"""Working days and the virtual clock."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.core.clock import (
    SHANGHAI,
    Setting,
    SpoiledClock,
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


def setting(path: Path) -> Setting:
    return Setting.of(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("rate", [1.0, 86_400.0, 1_000_000.0])
@pytest.mark.parametrize("then", [None, 0.0, 3600.0])
def test_a_running_clock_is_moved_by_exactly_what_was_said(
    tmp_path: Path, rate: float, then: float | None
) -> None:
    path = tmp_path / "clock.json"
    clock = VirtualClock(path)
    clock.set(datetime(2026, 9, 21, 9, tzinfo=SHANGHAI), rate=rate)
    before = setting(path)

    clock.advance(hours=1, seconds=30, rate=then)

    after = setting(path)
    assert after.virtual - before.at(after.real) == timedelta(hours=1, seconds=30)
    assert after.rate == (rate if then is None else then)


def test_all_who_advance_at_once_move_it(tmp_path: Path) -> None:
    clocks = [VirtualClock(tmp_path / "clock.json") for _ in range(4)]
    start = datetime(2026, 9, 21, 9, tzinfo=SHANGHAI)
    clocks[0].set(start, rate=0)

    def advance(clock: VirtualClock) -> None:
        for _ in range(25):
            clock.advance(hours=1)

    with ThreadPoolExecutor(len(clocks)) as pool:
        list(pool.map(advance, clocks))

    assert [clock.now() - start for clock in clocks] == [timedelta(hours=100)] * 4


def test_what_is_written_again_within_a_tick_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    watched = Watched(path)

    seen = []
    for number in range(100, 400):
        write_atomically(path, {"n": number})  # of one length, and soon of a number used before
        if number % 2:
            seen.append(watched.value()["n"])

    assert seen == list(range(101, 400, 2))


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("{", "Expecting"),
        ("3", "is not an object"),
        ("{}", "'virtual' is missing"),
        ('{"virtual": "2026-09-21T09:00:00", "real": 1, "rate": 1}', "no offset"),
        ('{"virtual": "2026-09-21T09:00:00+08:00", "real": NaN, "rate": 1}', "rate a number"),
        ('{"virtual": "2026-09-21T09:00:00+08:00", "real": 1, "rate": -1}', "rate a number"),
        ('{"virtual": "soon", "real": 1, "rate": 1}', "Invalid isoformat"),
    ],
)
def test_a_spoiled_clock_is_not_advanced_and_a_moment_mends_it(
    tmp_path: Path, content: str, wrong: str
) -> None:
    (tmp_path / "clock.json").write_text(content, "utf-8")
    clock, moment = VirtualClock(tmp_path / "clock.json"), datetime(2026, 9, 21, 9, tzinfo=SHANGHAI)

    with pytest.raises(SpoiledClock, match=wrong):
        clock.advance(hours=1)
    assert clock.now().year < 2100  # it shows real time

    assert clock.set(moment, rate=0) == moment


def test_the_calendar_is_asked_once_for_each_day(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[date] = []
    known = chinese_calendar.is_workday

    def counted(day: date) -> bool:
        asked.append(day)
        return bool(known(day))

    monkeypatch.setattr(chinese_calendar, "is_workday", counted)

    found = {add_working_days(date(2019, 2, 27 - n % 3), 20 + n % 2) for n in range(600)}

    assert max(found) == date(2019, 3, 28)
    assert len(asked) == len(set(asked))
