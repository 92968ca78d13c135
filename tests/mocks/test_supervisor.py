"""Nine processes: what a kill does, what is remembered, how it all ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN


def alive(pid: int) -> bool:
    """Whether the process is there and is not a corpse."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def declared(fire: Any, remark: str) -> str:
    body = fire.body("createDeclaration", remark=remark, creditCode=DEMO["uscc"])
    return str(fire.call("createDeclaration", body).json()["id"])


@pytest.fixture
def fire(world: Any) -> Any:
    caller = world.caller("fire")
    caller.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    return caller


def test_every_department_is_a_process_of_its_own(world: Any) -> None:
    departments = world.ask("GET", "state")["departments"]

    assert set(departments) == {"housing", "market", "fire", "health"}
    assert all(entry["up"] for entry in departments.values())
    assert len({entry["pid"] for entry in departments.values()}) == 4


def test_a_killed_department_is_noticed_stays_down_and_comes_back_knowing_all(
    world: Any, fire: Any
) -> None:
    number = declared(fire, "s:kill")
    pid = world.ask("GET", "state")["departments"]["fire"]["pid"]

    os.kill(pid, signal.SIGKILL)
    world.until(lambda: not world.ask("GET", "state")["departments"]["fire"]["up"], "it is down")
    with pytest.raises(httpx.ConnectError):
        fire.call("getDeclaration", path={"id": number})
    assert world.ask("GET", "state")["departments"]["housing"]["up"]
    back = world.ask("POST", "departments/fire/start")

    assert back["up"]
    assert back["pid"] != pid
    assert fire.call("getDeclaration", path={"id": number}).json()["remark"] == "s:kill"


def test_killed_at_its_answer_it_knows_the_filing_and_drops_a_line_cut_short(
    own_fire: Any,
) -> None:
    caller = own_fire.caller("fire")
    caller.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    pid = own_fire.ask("GET", "state")["departments"]["fire"]["pid"]

    number = declared(caller, "s:answered")
    os.kill(pid, signal.SIGKILL)
    own_fire.until(lambda: not alive(pid), "it is down")
    with (own_fire.state / "ledger" / "fire.jsonl").open("ab") as book:
        book.write(b'{"seq": 2, "kind": "filing", "reference": "s:to')
    back = own_fire.ask("POST", "departments/fire/start")
    after = declared(caller, "s:after")

    assert back["filings"] == 1
    assert [e["receipt"] for e in own_fire.ledger("fire")] == [number, after]


def test_a_department_killed_this_moment_is_up_when_it_was_asked_back(own_fire: Any) -> None:
    pids = []
    for _ in range(3):
        pids.append(own_fire.ask("GET", "state")["departments"]["fire"]["pid"])
        os.kill(pids[-1], signal.SIGKILL)
        back = own_fire.ask("POST", "departments/fire/start")
        assert back["up"]
        assert back["pid"] not in pids


def test_the_ledger_holds_what_was_acknowledged(world: Any, fire: Any) -> None:
    number = declared(fire, "s:ledger")

    (entry,) = [e for e in world.ledger("fire") if e["receipt"] == number]

    assert (entry["kind"], entry["reference"]) == ("filing", "s:ledger")
    assert entry["fields"]["creditCode"] == DEMO["uscc"]
    assert world.ask("GET", "ledger?department=fire")[-1] == entry


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "clock", {"advance": {"weeks": 1}}),
        ("POST", "clock", {"now": "tomorrow"}),
        ("POST", "clock", {"now": "2026-09-21T09:00:00", "rate": "fast"}),
        ("POST", "clock", {"now": "2026-09-21T09:00:00", "rate": -1}),
        ("PUT", "faults", {"fire": [{"kind": "explode"}]}),
        ("GET", "journal?department=nobody", None),
        ("POST", "departments/nobody/start", None),
    ],
)
def test_an_impossible_wish_is_refused_with_its_reason(
    world: Any, method: str, path: str, body: Any
) -> None:
    with pytest.raises(httpx.HTTPStatusError) as refused:
        world.ask(method, path, body)

    assert refused.value.response.json()["error"]
    assert world.ask("GET", "state")["departments"]["fire"]["up"]


def test_the_demo_world_is_published(world: Any) -> None:
    assert world.ask("GET", "demo") == DEMO


def test_sigterm_ends_parent_and_children(own_world: Any) -> None:
    pid = own_world.ports["health"]["pid"]

    own_world.process.terminate()

    assert own_world.process.wait(timeout=30) == 0
    assert not alive(pid)


def test_a_department_whose_parent_died_ends_itself(own_world: Any) -> None:
    pid = own_world.ports["health"]["pid"]

    own_world.process.kill()
    own_world.process.wait()

    own_world.until(lambda: not alive(pid), "the orphan is gone")


def test_the_next_due_moment_can_be_jumped_to(own_fire: Any) -> None:
    caller = own_fire.caller("fire")
    caller.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    path = {"id": declared(caller, "s:jump")}

    due = own_fire.ask("GET", "state")["nextDueAt"]
    answered = own_fire.ask("POST", "clock", {"now": due})

    assert caller.call("getDeclaration", path=path).json()["statusCode"] == 20
    assert answered["nextDueAt"] == "2026-09-30T10:00:00+08:00"  # the inspection: the sixth day


def test_strikes_are_counted_for_each_department_until_it_is_killed(world: Any, fire: Any) -> None:
    before = world.ask("GET", "faults/struck")["fire"].get("busy", 0)
    world.faults(fire=[{"operation": ["createDeclaration"], "kind": "busy", "first": 2}])
    body = fire.body("createDeclaration", creditCode=DEMO["uscc"])
    answers = [fire.call("createDeclaration", body).status_code for _ in "abc"]

    struck = world.ask("GET", "faults/struck")
    shown = world.ask("GET", "state")["departments"]["fire"]["struck"]
    world.ask("POST", "departments/fire/stop")
    down = world.ask("GET", "faults/struck")["fire"]
    world.ask("POST", "departments/fire/start")

    assert answers == [503, 503, 201]
    assert struck["fire"]["busy"] == shown["busy"] == before + 2
    assert set(struck) == {"housing", "market", "fire", "health"}
    assert down == world.ask("GET", "faults/struck")["fire"] == {}


def test_days_pass_by_themselves_and_decisions_come_in_their_order(own_fire: Any) -> None:
    caller = own_fire.caller("fire")
    caller.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    own_fire.ask("POST", "clock", {"now": "2026-11-02T09:00:00+08:00", "rate": 432_000})
    numbers = [declared(caller, f"s:rate:{n}") for n in range(3)]

    def passed() -> bool:
        found = [caller.call("getDeclaration", path={"id": number}).json() for number in numbers]
        return all(one["statusCode"] == 50 for one in found)

    own_fire.until(passed, "three weeks went by in a few seconds")
    own_fire.ask("POST", "clock", {"now": "2026-12-01T09:00:00+08:00", "rate": 0})
    times = [entry["at"] for entry in own_fire.ledger("fire")]
    assert times == sorted(times)
    assert own_fire.ask("GET", "clock") == {"now": "2026-12-01T09:00:00+08:00", "rate": 0}


def test_a_reset_empties_the_desks_and_lifts_the_faults(own_fire: Any) -> None:
    fire = own_fire.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    number = declared(fire, "s:reset")
    own_fire.faults(fire=[{"kind": "busy"}])

    own_fire.ask("POST", "reset")

    assert fire.call("getDeclaration", path={"id": number}).status_code == 404
    assert own_fire.ledger("fire") == []


def test_two_fleets_do_not_share_a_state_folder(own_world: Any) -> None:
    serve = [sys.executable, "-m", "mocks", "serve", "--port-base", "0", "--only", "fire"]
    serve += ["--state", str(own_world.state)]

    second = subprocess.run(serve, capture_output=True, text=True, timeout=50, check=False)  # noqa: S603 - our own

    assert second.returncode == 1
    assert f"another fleet works in {own_world.state} — stop it" in second.stderr
    assert "Traceback" not in second.stderr
    assert own_world.ask("GET", "state")["departments"]["health"]["up"]


def test_a_state_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    serve = [sys.executable, "-m", "mocks", "serve", "--state", str(tmp_path / "file")]

    told = subprocess.run(serve, capture_output=True, text=True, timeout=50, check=False)  # noqa: S603 - our own

    assert (told.returncode, "Traceback" in told.stderr) == (1, False)
    assert told.stderr.startswith("not started: ")


def test_a_broken_ledger_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "fire.jsonl").write_text('{"seq": 1}\nno entry\n')
    serve = [sys.executable, "-m", "mocks", "serve", "--port-base", "0", "--only", "fire"]
    serve += ["--state", str(tmp_path)]

    told = subprocess.run(serve, capture_output=True, text=True, timeout=50, check=False)  # noqa: S603 - our own

    assert told.returncode == 1
    assert "fire.jsonl: line 2 is no entry" in told.stderr
    assert "not started: fire ended with 1" in told.stderr
    assert "Traceback" not in told.stderr
