"""A reset leaves nothing."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN


def declared(world: Any, remark: str) -> None:
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    body = fire.body("createDeclaration", remark=remark, creditCode=DEMO["uscc"])
    fire.call("createDeclaration", body)


def test_desk_ledger_journal_and_faults_are_empty_and_the_clock_stays(own_fire: Any) -> None:
    declared(own_fire, "s:r:1")
    own_fire.faults(fire=[{"kind": "busy"}])
    before = own_fire.ask("GET", "clock")["now"]

    own_fire.ask("POST", "reset")

    state = own_fire.ask("GET", "state")
    assert state["departments"]["fire"]["filings"] == 0
    assert state["nextDueAt"] is None
    assert own_fire.ask("GET", "ledger?department=fire") == own_fire.ledger("fire") == []
    assert own_fire.ask("GET", "journal")["kept"] == 0
    assert own_fire.ask("GET", "faults") == {}
    assert own_fire.ask("GET", "clock")["now"] >= before
    assert (own_fire.state / "clock.json").exists()


def test_faults_stay_and_the_clock_goes_on_request(own_fire: Any) -> None:
    rules = {"fire": [{"kind": "busy"}]}
    own_fire.ask("PUT", "faults", rules)

    own_fire.ask("POST", "reset", {"faults": False, "clock": True})

    assert own_fire.ask("GET", "faults") == rules
    assert not (own_fire.state / "clock.json").exists()


def test_a_department_that_is_down_wakes_up_with_an_empty_desk(own_fire: Any) -> None:
    declared(own_fire, "s:r:2")
    own_fire.ask("POST", "departments/fire/stop")

    own_fire.ask("POST", "reset")
    back = own_fire.ask("POST", "departments/fire/start")

    assert back["filings"] == 0
    assert own_fire.ask("GET", "journal")["kept"] == 0


SOON_S = 8  # who asks gives up after fifteen
ASLEEP = {
    "delay": {"faults": [{"kind": "delay", "delay_s": 0.6}]},
    "delay, twice": {"faults": [{"kind": "processed_twice", "delay_s": 0.6}]},
    "pace": {"latency": [{"fixed_s": 0.6}]},
    "queue": {"latency": [{"at_once": 1}], "faults": [{"kind": "delay", "delay_s": 0.6}]},
}
ON_THE_LINE = {
    "hang": {"faults": [{"kind": "hang"}]},
    "headers_only": {"faults": [{"kind": "headers_only"}]},
    "drip": {"faults": [{"kind": "drip", "every_s": 0.2}]},
    "endless_1xx": {"faults": [{"kind": "endless_1xx"}]},
    "accept_silence": {"faults": [{"kind": "accept_silence"}]},
    "late_accept": {"faults": [{"kind": "late_accept", "delay_s": 0.6}]},
    "bytes_per_s": {"latency": [{"bytes_per_s": 20}]},
}


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def under_way(world: Any, beside: ThreadPoolExecutor, day: Any) -> list[Future[None]]:
    """Two filings asked for on such a day, when the department has them."""

    def had() -> int:
        silenced = world.ask("GET", "faults/struck")["fire"].get("accept_silence", 0)
        return int(silenced + world.ask("GET", "journal")["kept"])

    for what, rules in day.items():
        world.ask("PUT", what, {"fire": rules})
    before = had()
    asked = [beside.submit(declared, world, f"s:r:{number}") for number in (5, 6)]
    world.until(lambda: had() == before + 2, "both are asked for")
    return asked


@pytest.mark.parametrize("day", [*ASLEEP.values(), *ON_THE_LINE.values()], ids=str)
def test_what_was_under_way_ends_at_once_and_undone(
    own_fire: Any, beside: ThreadPoolExecutor, day: Any
) -> None:
    asked = under_way(own_fire, beside, day)

    began = time.monotonic()
    own_fire.ask("POST", "reset")
    ends = [one.exception(timeout=10) for one in asked]

    assert all(isinstance(end, httpx.TransportError) for end in ends), ends
    assert time.monotonic() - began < SOON_S
    until_past = began + 1.0
    own_fire.until(lambda: time.monotonic() > until_past, "its time is past")
    assert own_fire.ledger("fire") == []
    assert own_fire.ask("GET", "state")["departments"]["fire"]["filings"] == 0
    assert own_fire.ask("GET", "journal")["kept"] == 0
    declared(own_fire, "s:r:7")
    assert own_fire.ask("GET", "state")["departments"]["fire"]["filings"] == 1


def test_rules_that_are_kept_begin_anew(own_fire: Any) -> None:
    own_fire.ask("PUT", "faults", {"fire": [{"kind": "busy", "first": 1}]})

    def filed() -> int:
        declared(own_fire, "s:r:8")
        return int(own_fire.ask("GET", "state")["departments"]["fire"]["filings"])

    before = [filed(), filed()]
    own_fire.ask("POST", "reset", {"faults": False})

    assert before == [0, 1]
    assert [filed(), filed()] == [0, 1]
