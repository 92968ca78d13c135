"""Files of the state folder somebody spoiled by hand: told, where, how to mend it; served on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mocks.admin.test_admin_refusals import refused

CHOICES = ["{", "[]", "3", "\x00", '{"active": 3}', '{"active": [["x"]]}', '{"filings": []}',
           '{"filings": {"a": 3}}', '{"folder": 7}']  # fmt: skip
CLOCKS = ["{", "[]", "3", "{}", '{"virtual": "soon", "real": 1, "rate": 1}']


@pytest.fixture
def fleet(world: Any) -> Iterator[Any]:
    yield world
    world.ask("POST", "reset", {"clock": True})


def spoiled(world: Any) -> list[str]:
    told = world.ask("GET", "state")["spoiled"]
    assert all(one["what"] and one["mend"] for one in told)
    return [one["where"] for one in told]


@pytest.mark.parametrize("content", CHOICES)
def test_what_is_played_is_told_to_be_spoiled_and_playing_anew_mends_it(
    fleet: Any, content: str
) -> None:
    file = fleet.state / "scenarios.json"
    file.write_text(content, "utf-8")
    told = (409, "SPOILED", [str(file)])
    assigned = b'{"reference": "case:A:file:1", "scenario": "ordinary"}'

    assert refused(fleet, "GET", "scenarios") == told
    assert refused(fleet, "PUT", "scenarios/filings", content=assigned) == told
    assert spoiled(fleet) == [str(file)]
    assert fleet.ask("GET", "scenarios/standing?reference=case:A:file:1") == []
    fleet.ask("PUT", "scenarios", {"active": ["silent_department"]})

    assert fleet.ask("GET", "scenarios")["active"] == ["silent_department"]
    assert spoiled(fleet) == []


@pytest.mark.parametrize("content", CLOCKS)
def test_a_spoiled_clock_is_told_and_a_moment_mends_it(fleet: Any, content: str) -> None:
    file = fleet.state / "clock.json"
    file.write_text(content, "utf-8")
    told = (409, "SPOILED", [str(file)])

    assert refused(fleet, "GET", "clock") == told
    assert refused(fleet, "POST", "clock", content=b'{"advance": {"hours": 1}}') == told
    assert refused(fleet, "POST", "clock", content=b'{"rate": 7}') == told
    assert spoiled(fleet) == [str(file)]
    fleet.ask("POST", "clock", {"now": "2026-09-21T09:00", "rate": 0})

    assert fleet.ask("GET", "clock")["now"][:16] == "2026-09-21T09:00"
    assert spoiled(fleet) == []


@pytest.mark.parametrize("what", ["faults", "latency"])
def test_spoiled_rules_show_in_the_state(fleet: Any, what: str) -> None:
    file = fleet.state / f"{what}.json"
    file.write_text("{", "utf-8")

    assert spoiled(fleet) == [str(file)]


def test_a_ledger_spoiled_under_a_reference_is_told(fleet: Any) -> None:
    file = fleet.state / "ledger" / "housing.jsonl"
    before = file.read_bytes()
    file.write_bytes(b'{"seq": 1}\nspoiled\n')
    try:
        told = refused(fleet, "GET", "scenarios/standing?reference=case:A:file:1")
    finally:
        file.write_bytes(before)

    assert told == (409, "SPOILED", [str(file)])


def test_a_seed_spoiled_by_hand_is_told(fleet: Any) -> None:
    file = fleet.state / "seed.json"
    file.write_text('{"seed": "many"}', "utf-8")
    try:
        told = refused(fleet, "GET", "demo")
    finally:
        file.unlink()

    assert told == (409, "SPOILED", [str(file)])


def test_a_state_folder_nobody_may_write_in_is_told(fleet: Any, tmp_path: Path) -> None:
    (fleet.state / "faults.json.part").mkdir()  # where the new file would be written first
    try:
        told = refused(fleet, "PUT", "faults", content=b"{}")
    finally:
        (fleet.state / "faults.json.part").rmdir()

    assert told == (503, "DISK", [str(fleet.state / "faults.json.part")])
