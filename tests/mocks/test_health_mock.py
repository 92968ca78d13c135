"""卫健: slow, and codes inside the answer."""

from typing import Any

import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import HEALTH_API_KEY


@pytest.fixture
def health(world: Any) -> Any:
    caller = world.caller("health")
    caller.headers["X-Api-Key"] = HEALTH_API_KEY
    return caller


def quick(world: Any, **rule: Any) -> None:
    world.faults(health=[{"kind": "delay", "delay_s": 0, **rule}])


def test_it_is_slow_on_a_good_day(health: Any) -> None:
    reply = health.call("certificateSummary", creditCode=DEMO["uscc"])

    assert reply.elapsed.total_seconds() >= 0.4
    assert reply.json()["data"]["validCount"] == 12


@pytest.mark.parametrize(
    ("query", "code"),
    [({"creditCode": "91310104MA1000000X"}, "96"), ({}, "97"), ({"creditCode": "short"}, "98")],
)
def test_a_failure_is_a_code_in_a_200(
    world: Any, health: Any, query: dict[str, str], code: str
) -> None:
    quick(world)

    reply = health.call("certificateSummary", **query)

    assert (reply.status_code, reply.json()["code"]) == (200, code)
    assert "data" not in reply.json()


def test_a_stranger_is_turned_away(world: Any) -> None:
    quick(world)

    reply = world.caller("health").call("certificateSummary", creditCode=DEMO["uscc"])

    assert (reply.status_code, reply.json()["code"]) == (401, "95")


def test_every_answer_the_contract_declares_was_given_and_keeps_it(world: Any, health: Any) -> None:
    quick(world)
    health.call("certificateSummary", creditCode=DEMO["uscc"])
    health.headers.clear()
    health.call("certificateSummary", creditCode=DEMO["uscc"])

    assert health.seen == health.declared()


def test_a_busy_day_is_code_99(world: Any, health: Any) -> None:
    quick(world, kind="busy")

    assert health.call("certificateSummary", creditCode=DEMO["uscc"]).json()["code"] == "99"
