"""A ledger somebody wrote in: its department stays down and says which line; the others serve."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.gateway.terminal import Terminal
from tests.mocks.conftest import World, start_world, stop_world

FILING = {
    "seq": 1, "kind": "filing", "at": "2026-09-21T09:00:00+08:00",
    "real_at": "2026-09-21T09:00:00+08:00", "receipt": "XF20260921000001", "reference": "case:A",
    "service": "fire_safety_inspection", "digest": "", "key": None, "fields": {}, "scenario": None,
    "entered_at": None,
}  # fmt: skip
DECIDED = {**FILING, "seq": 2, "kind": "decision", "receipt": "XF20260921000009"}


def lines(*entries: Any) -> str:
    return "".join(e if isinstance(e, str) else json.dumps(e) + "\n" for e in entries)


SPOILED = {
    "garbage": (lines(FILING, "no entry\n"), "line 2 is no entry"),
    "half a line": (lines('{"seq": 1, "kind"\n', FILING), "line 1 is no entry"),
    "no object": (lines(FILING, "3\n"), "line 2 is no entry (not an object)"),
    "no kind": (lines({"seq": 1}), "line 1 is no entry (KeyError 'kind')"),
    "of no filing": (lines(FILING, DECIDED), "line 2 is no entry"),
    "no time": (lines({**FILING, "at": "soon"}), "line 1 is no entry"),
}


@pytest.fixture
def began(tmp_path: Path) -> Iterator[Callable[[str], World]]:
    """A fleet of two that begins over a ledger of the fire department's that somebody wrote in;
    what it complains of is in the file `said`.
    """
    worlds = []

    def begin(content: str) -> World:
        (tmp_path / "ledger").mkdir()
        (tmp_path / "ledger" / "fire.jsonl").write_text(content, "utf-8")
        with (tmp_path / "said").open("wb") as said:
            worlds.append(start_world(tmp_path, "fire", "health", complaints=said))
        return worlds[-1]

    yield begin
    for world in worlds:
        stop_world(world)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """A fleet of two, for all who write in the fire department's ledger while it is down; and the
    file of what it complains of.
    """
    complaints = tmp_path_factory.mktemp("complaints") / "said"
    with complaints.open("wb") as said:
        world = start_world(tmp_path_factory.mktemp("fleet"), "fire", "health", complaints=said)
    yield world, complaints
    stop_world(world)


@pytest.mark.parametrize("how", SPOILED)
def test_the_others_serve_and_the_line_is_named(fleet: tuple[World, Path], how: str) -> None:
    (world, complaints), (content, wrong) = fleet, SPOILED[how]
    file, before = world.state / "ledger" / "fire.jsonl", len(complaints.read_text("utf-8"))
    world.ask("POST", "departments/fire/stop")
    file.write_text(content, "utf-8")

    with pytest.raises(httpx.HTTPStatusError) as refused:
        world.ask("POST", "departments/fire/start")
    assert refused.value.response.status_code == 409
    assert "put the line right" in refused.value.response.json()["mend"]
    assert f"{file}: {wrong}" in complaints.read_text("utf-8")[before:]
    state = world.ask("GET", "state")
    assert {name: one["up"] for name, one in state["departments"].items()} == {
        "fire": False, "health": True,
    }  # fmt: skip
    (told,) = state["spoiled"]
    assert (told["where"], told["what"].startswith(wrong)) == (str(file), True)

    file.write_text(lines(FILING), "utf-8")
    back = world.ask("POST", "departments/fire/start")
    assert (back["up"], back["filings"]) == (True, 1)
    assert world.ask("GET", "state")["spoiled"] == []


def test_a_fleet_may_begin_over_it_and_a_command_says_it_too(
    began: Callable[[str], World], capsys: pytest.CaptureFixture[str]
) -> None:
    world, shell = began(lines(FILING, "no entry\n")), Terminal(capsys)
    at = ("--state", str(world.state))

    assert {name: one["up"] for name, one in world.ask("GET", "state")["departments"].items()} == {
        "fire": False, "health": True,
    }  # fmt: skip
    said = (world.state / "said").read_text("utf-8")
    assert f"{world.state / 'ledger' / 'fire.jsonl'}: line 2 is no entry" in said
    assert "fire is down until its ledger is right: onething mocks start fire" in said
    assert shell.run("mocks", "state", *at) == 0
    assert "line 2 is no entry" in shell.out
    assert "put the line right" in shell.out
    assert shell.run("mocks", "start", "fire", *at) == 1
    assert "line 2 is no entry" in shell.err
    assert shell.run("mocks", "reset", *at) == 0
    assert shell.run("mocks", "start", "fire", *at) == 0


MENDED = [
    ("scenarios.json", "mocks scenarios", "mocks scenarios --ordinary"),
    ("clock.json", "mocks clock", "mocks clock --now 2026-09-21T09:00 --rate 1"),
    ("clock.json", "mocks clock --hours 1", "mocks reset --clock"),
    ("faults.json", "mocks faults fire busy", "mocks faults --lift"),
    ("latency.json", "mocks latency", "mocks latency --lift"),
]


@pytest.mark.parametrize("content", ["{", "[]"])
@pytest.mark.parametrize(("file", "refused", "mends"), MENDED)
def test_what_a_command_says_mends_a_file_does(
    world: World,
    capsys: pytest.CaptureFixture[str],
    file: str,
    refused: str,
    mends: str,
    content: str,
) -> None:
    shell, at = Terminal(capsys), ("--state", str(world.state))
    (world.state / file).write_text(content, "utf-8")
    try:
        assert shell.run(*refused.split(), *at) == 1
        assert f"{world.state / file}: spoiled by hand: " in shell.err
        assert f"onething {mends}" in shell.err
        assert shell.run("mocks", "state", *at) == 0
        assert f"spoiled {world.state / file}" in shell.out
        assert shell.run(*mends.split(), *at) == 0
        assert shell.run(*refused.split(), *at) == 0
    finally:
        world.ask("POST", "reset", {"clock": True})


def test_a_line_cut_short_at_the_end_is_dropped_and_told(began: Callable[[str], World]) -> None:
    world = began(lines(FILING, '{"seq": 2, "ki'))

    assert world.ask("GET", "state")["departments"]["fire"]["filings"] == 1
    assert world.ask("GET", "state")["spoiled"] == []
    said = (world.state / "said").read_text("utf-8")
    assert "a line cut short at its end, 14 bytes nobody was promised" in said


@pytest.mark.parametrize(
    ("file", "content", "more"),
    [("scenarios.json", "{", ["--scenario", "silent_department"]), ("seed.json", "{", [])],
)
def test_a_fleet_over_a_spoiled_file_says_which(
    tmp_path: Path, file: str, content: str, more: list[str]
) -> None:
    (tmp_path / file).write_text(content, "utf-8")
    serve = [sys.executable, "-m", "mocks", "serve", "--port-base", "0", "--only", "fire"]
    serve += ["--state", str(tmp_path), "--scenarios", str(tmp_path), *more]

    told = subprocess.run(serve, capture_output=True, text=True, timeout=50, check=False)  # noqa: S603 - our own

    assert told.returncode == 1
    assert told.stderr.startswith(f"not started: {tmp_path / file}: spoiled by hand: ")
    assert "Traceback" not in told.stderr
