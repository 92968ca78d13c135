"""Commands at a fleet do what was meant, or nothing, and say so."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.terminal import Terminal

BUSY, FIRST, DELAY = {"kind": "busy"}, {"kind": "busy", "first": 2}, {"kind": "delay", "first": 9}
NAMED = {"kind": "busy", "operation": "createDeclaration"}


@pytest.fixture
def shell(
    world: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """Where the fleet's state folder is the usual one."""
    (tmp_path / ".dev").mkdir()
    (tmp_path / ".dev/mocks").symlink_to(world.state)
    monkeypatch.chdir(tmp_path)
    return Terminal(capsys)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("fire busy --lift", [DELAY]),
        ("fire busy --lift --set first=2", [DELAY, NAMED, BUSY]),
        ("fire busy --lift --set operation=createDeclaration", [FIRST, DELAY, BUSY]),
        ("fire --lift", []),
        ("--lift", []),
    ],
)
def test_a_lift_ends_what_it_names_and_leaves_the_rest(
    world: Any, shell: Terminal, words: str, left: list[Any]
) -> None:
    world.faults(fire=[FIRST, DELAY, NAMED, BUSY])

    assert shell.run("mocks", "faults", *words.split()) == 0, shell.err

    assert world.ask("GET", "faults").get("fire", []) == left


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("fire html --lift", 1, "no html in force at fire"),
        ("fire busy --lift --set first=3", 1, "no busy first=3 in force at fire"),
        ("fire buzy --lift", 2, "did you mean busy?"),
    ],
)
def test_a_lift_of_what_is_not_in_force_is_refused(
    world: Any, shell: Terminal, words: str, code: int, told: str
) -> None:
    world.faults(fire=[BUSY])

    assert shell.run("mocks", "faults", *words.split()) == code

    assert told in shell.err
    assert world.ask("GET", "faults") == {"fire": [BUSY]}


def test_a_pace_is_lifted_by_what_it_says(world: Any, shell: Terminal) -> None:
    world.ask("PUT", "latency", {"fire": [{"fixed_s": 0.01}, {"at_once": 4}]})

    assert shell.run("mocks", "latency", "fire", "--lift", "--set", "at_once=4") == 0

    assert world.ask("GET", "latency") == {"fire": [{"fixed_s": 0.01}]}
    world.ask("PUT", "latency", {})


@pytest.mark.parametrize("made", ["missing", "empty", "broken", "other"])
def test_a_state_folder_that_leads_nowhere_leads_to_no_other_fleet(
    world: Any, shell: Terminal, tmp_path: Path, made: str
) -> None:
    folder = tmp_path / "elsewhere"
    if made != "missing":
        folder.mkdir()
    if made in ("broken", "other"):
        told = '{"admin"' if made == "broken" else '{"admin": {"port": 8100}}'
        (folder / "ports.json").write_text(told, "utf-8")

    for words in ("reset", "state", "faults --lift", "clock", "journal", "scenarios", "metrics"):
        assert shell.run("mocks", *words.split(), "--state", str(folder)) == 1
        assert str(folder / "ports.json") in shell.err
        assert "next: name the state folder of a fleet that runs" in shell.err


def test_a_spoiled_ports_file_of_the_usual_folder_leads_to_no_other_fleet(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dev/mocks").mkdir(parents=True)
    (tmp_path / ".dev/mocks/ports.json").write_text("{", "utf-8")
    shell = Terminal(capsys)

    assert shell.run("mocks", "reset") == 1
    assert ".dev/mocks/ports.json" in shell.err


def test_contradictions_are_refused(world: Any, shell: Terminal) -> None:
    refused = {
        "scenarios --play lunch_break --ordinary": "--ordinary plays none",
        "journal --exactly 1 --at-least 2": "--exactly",
        "journal --at-least 3 --at-most 2": "--at-least 3",
        "faults fire busy --set first=1 --set first=2": "first is said twice",
        "faults fire --lift --set first=1": "name it",
        "faults fire --lift --kinds": "one of --lift, --kinds, --struck",
        "faults fire busy --struck": "--struck",
    }
    for words, told in refused.items():
        assert shell.run("mocks", *words.split()) == 2, words
        assert told in shell.err, (words, shell.err)
    assert world.ask("GET", "faults") == {}


def test_an_address_that_is_anothers_is_told_so(world: Any, shell: Terminal) -> None:
    department = world.ports["fire"]["url"]

    assert shell.run("mocks", "state", "--url", department) == 1

    assert "are no controls of mocks" in shell.err
    assert "next: name the address the fleet printed" in shell.err
    assert "start the fleet" not in shell.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("clock --now soon", 1, "write 2026-09-21T09:00:00, a moment of this century"),
        ("faults fire nofault", 1, "'nofault' is not known\n"),
        ("journal --method PST", 1, "did you mean POST?"),
        ("journal --method PST --at-most 0", 1, "did you mean POST?"),
    ],
)
def test_what_was_mistyped_is_told_as_it_is_typed(
    world: Any, shell: Terminal, words: str, code: int, told: str
) -> None:
    assert shell.run("mocks", *words.split()) == code

    assert told in shell.err
    assert "soap_fault" not in shell.err


def test_one_request_is_one(world: Any, shell: Terminal) -> None:
    world.ask("DELETE", "journal")
    fire = world.caller("fire")
    fire.client.get(f"{fire.base}/nowhere")

    assert shell.run("mocks", "journal", "--path", "/nowhere", "--at-least", "2") == 1

    assert "1 request matches, wanted at least 2" in shell.err


def test_the_help_of_the_fleet_shows_how_it_is_started(shell: Terminal) -> None:
    assert shell.run("mocks", "--help") == 0

    for option in ("--port-base", "--only", "--seed", "--state", "--callback-base"):
        assert option in shell.out
    assert json.dumps(shell.out)
