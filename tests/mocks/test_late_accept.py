"""Done after the caller gave up: late_accept over REST, over SOAP, and when the department dies."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from mocks.core.city import DEMO
from mocks.core.clock import real_now
from mocks.core.credentials import FIRE_TOKEN
from mocks.core.late import LateDeeds

GIVEN_UP_S, LATER_S = 0.2, 0.8


def late(operation: str) -> dict[str, Any]:
    return {"operation": operation, "kind": "late_accept", "delay_s": LATER_S, "first": 1}


def declare_and_give_up(world: Any, remark: str) -> float:
    """When the request left."""
    fire = world.caller("fire")
    spec = fire.contract.operations["createDeclaration"]
    asked = real_now()
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            fire.base + spec.path,
            json=fire.body("createDeclaration", remark=remark, creditCode=DEMO["uscc"]),
            headers={"Authorization": f"Bearer {FIRE_TOKEN}"},
            timeout=GIVEN_UP_S,
            trust_env=False,
        )
    return asked


def filed(world: Any, remark: str) -> list[Any]:
    return [entry for entry in world.ledger("fire") if entry.get("reference") == remark]


def test_the_deed_is_done_after_the_caller_is_gone(world: Any) -> None:
    world.faults(fire=[late("createDeclaration")])

    asked = declare_and_give_up(world, "late:rest")

    assert filed(world, "late:rest") == []
    world.until(lambda: filed(world, "late:rest"), "it is filed")
    (entry,) = filed(world, "late:rest")
    assert entry["kind"] == "filing"
    assert datetime.fromisoformat(entry["real_at"]).timestamp() >= asked + LATER_S
    assert world.ask("GET", "faults/struck")["fire"]["late_accept"] >= 1


def test_a_stopped_department_does_not_do_it(own_fire: Any) -> None:
    own_fire.faults(fire=[late("createDeclaration")])
    asked = declare_and_give_up(own_fire, "late:stopped")

    own_fire.ask("POST", "departments/fire/stop")
    own_fire.ask("POST", "departments/fire/start")

    own_fire.until(lambda: real_now() > asked + LATER_S + 0.2, "its time is past")
    assert filed(own_fire, "late:stopped") == []


def test_an_emptied_department_does_not_do_it(own_fire: Any) -> None:
    own_fire.faults(fire=[late("createDeclaration")])
    asked = declare_and_give_up(own_fire, "late:emptied")

    own_fire.ask("POST", "reset")

    own_fire.until(lambda: real_now() > asked + LATER_S + 0.2, "its time is past")
    assert filed(own_fire, "late:emptied") == []


async def test_forgotten_deeds_are_not_done() -> None:
    deeds, done, kept = LateDeeds(), [], asyncio.Event()

    async def deed(name: str) -> None:
        done.append(name)
        if name == "kept":
            kept.set()

    deeds.after(0, lambda: deed("forgotten"))
    deeds.forget()
    deeds.after(0.01, lambda: deed("kept"))
    await kept.wait()

    assert done == ["kept"]
