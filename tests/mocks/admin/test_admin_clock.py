"""The city's time from outside: set, stopped, hurried, let go."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from mocks.core.clock import Setting


def moved(world: Any, **asked: Any) -> tuple[str, float]:
    told = world.ask("POST", "clock", asked)
    assert world.ask("GET", "clock")["rate"] == world.ask("GET", "state")["rate"] == told["rate"]
    return told["now"][:19], told["rate"]


def test_a_rate_alone_keeps_the_time_and_a_time_alone_keeps_the_rate(own_fire: Any) -> None:
    assert moved(own_fire, now="2026-09-21T09:00", rate=0) == ("2026-09-21T09:00:00", 0)

    assert moved(own_fire, advance={"hours": 1}) == ("2026-09-21T10:00:00", 0)
    now, rate = moved(own_fire, rate=3600)
    assert rate == 3600
    assert "2026-09-21T10:00:00" <= now < "2026-09-22"
    own_fire.until(lambda: own_fire.ask("GET", "clock")["now"] > "2026-09-21T10:30", "it goes on")
    now, rate = moved(own_fire, advance={"working_days": 1}, rate=0)
    assert rate == 0
    assert "2026-09-22T18:00:00" <= now < "2026-09-22T18:10"  # at its pace, to the last moment


def test_without_a_setting_it_is_real_time(own_fire: Any) -> None:
    own_fire.ask("POST", "reset", {"clock": True})

    assert own_fire.ask("GET", "clock")["rate"] == 1


def setting(world: Any) -> Setting:
    return Setting.of(json.loads((world.state / "clock.json").read_text("utf-8")))


def test_a_span_and_a_rate_in_one_wish_leave_nothing_between_them(own_fire: Any) -> None:
    moved(own_fire, now="2026-09-21T09:00", rate=86_400)
    before = setting(own_fire)

    own_fire.ask("POST", "clock", {"advance": {"hours": 5}, "rate": 0})

    after = setting(own_fire)
    assert after.virtual - before.at(after.real) == timedelta(hours=5)
    assert after.rate == 0


def test_spans_asked_for_at_once_add_up(own_fire: Any) -> None:
    moved(own_fire, now="2026-09-21T09:00", rate=0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: own_fire.advance(hours=1), range(24)))

    assert own_fire.ask("GET", "clock")["now"][:19] == "2026-09-22T09:00:00"
