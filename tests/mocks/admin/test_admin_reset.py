"""A reset leaves nothing."""

from typing import Any

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
