"""docs/mock-admin.md is true: its commands run against a fleet, and what it says is there."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.cells import cell_len
from rich.console import Console

from gateway.cli.commands import app
from gateway.cli.output import Speaker, guarded
from mocks.admin.document import document
from mocks.core import credentials
from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN
from mocks.core.kit import DEPARTMENTS
from tests.gateway.terminal import Terminal

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/mock-admin.md").read_text("utf-8")


def typed() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    return [shlex.split(line)[1:] for line in "".join(blocks).splitlines()]


@pytest.fixture
def shell(
    world: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """Where the fleet's state folder is the usual one."""
    (tmp_path / ".dev").mkdir()
    (tmp_path / ".dev/mocks").symlink_to(world.state)
    monkeypatch.chdir(tmp_path)
    yield Terminal(capsys)
    world.ask("POST", "clock", {"now": "2026-09-21T09:00:00+08:00", "rate": 1})
    world.ask("POST", "reset")


def test_every_command_of_the_guide_does_what_it_says(shell: Terminal) -> None:
    said = {}
    for words in typed():
        assert shell.run(*words) == 0, (words, shell.err)
        said[" ".join(words)] = shell.out

    assert "first=2" in said["mocks faults"]
    assert "no faults on order" in said["mocks faults fire --lift"]
    assert "2026-09-22T18:00:00" in said["mocks clock --working-days 1"]
    assert "played" in said["mocks scenarios --play fire_inspection_fails_once"]
    assert len(said) > 15


def test_a_call_shows_in_the_journal_and_an_assertion_that_fails_says_where_it_differs(
    world: Any, shell: Terminal
) -> None:
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    body = fire.body("createDeclaration", remark="s:cli:1", creditCode=DEMO["uscc"])
    fire.call("createDeclaration", body)

    assert shell.run("mocks", "journal", "--reference", "s:cli:1", "--json") == 0
    [one] = json.loads(shell.out)["requests"]
    assert shell.run("mocks", "journal", "--reference", "s:cli:1", "--exactly", "1") == 0
    code = shell.run("mocks", "journal", "--reference", "s:cli:2", "--at-least", "1")

    assert (one["operation"], one["status"]) == ("createDeclaration", 201)
    assert code == 1
    assert "reference: wanted 's:cli:2', got 's:cli:1'" in shell.err
    assert "next: " in shell.err


def test_an_assertion_that_found_too_many_names_them_and_what_narrows_it(
    world: Any, shell: Terminal
) -> None:
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    for remark in ("s:cli:n1", "s:cli:n2"):
        fire.call("createDeclaration", fire.body("createDeclaration", remark=remark))
    assert shell.run("mocks", "journal", "--department", "fire", "--json", "--limit", "2") == 0
    one, other = (found["id"] for found in json.loads(shell.out)["requests"])
    operation = ("--operation", "createDeclaration")

    code = shell.run("mocks", "journal", "--department", "fire", *operation, "--at-most", "1")

    assert code == 1
    assert "near" not in shell.err
    assert f"found: {one} " in shell.err
    assert f"found: {other} " in shell.err
    assert "differ in reference: narrow it with --reference" in shell.err
    assert f"onething mocks journal {other}" in shell.err


def test_the_rules_of_one_department_are_shown_alone_with_how_often_they_struck(
    world: Any, shell: Terminal
) -> None:
    world.faults(fire=[{"kind": "busy"}], health=[{"kind": "html"}])
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    fire.call("createDeclaration", fire.body("createDeclaration"))

    assert shell.run("mocks", "faults", "fire") == 0
    assert "busy" in shell.out
    assert "html" not in shell.out
    assert shell.run("mocks", "faults", "market") == 0
    assert "no faults on order at market" in shell.out
    assert shell.run("mocks", "faults", "fire", "--struck", "--json") == 0
    assert json.loads(shell.out)["fire"]["busy"] >= 1
    assert shell.run("mocks", "faults", "fire", "--json") == 0
    assert json.loads(shell.out) == {"fire": [{"kind": "busy"}]}


def test_two_rules_of_one_kind_are_told_apart_by_what_they_struck(
    world: Any, shell: Terminal
) -> None:
    world.faults(
        fire=[
            {"kind": "busy", "operation": "createDeclaration"},
            {"kind": "busy", "operation": "getDeclaration"},
        ]
    )
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    for _ in "ab":
        fire.call("createDeclaration", fire.body("createDeclaration"))

    assert shell.run("mocks", "faults", "fire", "--struck") == 0
    rows = [re.sub(r"\W+", " ", line).strip() for line in shell.out.splitlines()]
    assert "fire kind busy operation createDeclaration 2" in rows
    assert "fire kind busy operation getDeclaration 0" in rows
    told = world.ask("GET", "faults/struck/rules")
    assert [one["struck"] for one in told["fire"]] == [2, 0]
    assert told["fire"] == world.ask("GET", "state")["departments"]["fire"]["rules"]
    assert told["health"] == []


def test_what_is_asked_for_may_be_a_part_of_the_body(world: Any, shell: Terminal) -> None:
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    for number in (1, 2):
        body = fire.body("createDeclaration", remark=f"s:cli:b{number}", creditCode=DEMO["uscc"])
        fire.call("createDeclaration", body)
    uscc = f"creditCode={DEMO['uscc']}"

    assert shell.run("mocks", "journal", "--body", "remark=s:cli:b1", "--body", uscc) == 0
    assert "1 of 1 that match" in shell.out
    assert (
        shell.run("mocks", "journal", "--body", '{"remark": "s:cli:b2"}', "--method", "POST") == 0
    )
    assert "1 of 1 that match" in shell.out
    assert shell.run("mocks", "journal", "--body", "remark=s:cli:b3", "--near") == 0
    assert "body /remark: wanted 's:cli:b3', got 's:cli:b2'" in shell.out


def test_the_kinds_a_department_can_have_are_told_with_their_parameters(
    world: Any, shell: Terminal
) -> None:
    assert shell.run("mocks", "faults", "fire", "--kinds", "--json") == 0
    kinds = {one["name"]: one for one in json.loads(shell.out)}
    assert {one["suits"] for one in kinds.values()} == {"both", "rest"}
    assert kinds.keys().isdisjoint({"lag", "forged", "token_stale"})  # nothing meets them there
    assert shell.run("mocks", "faults", "fire", "--kinds") == 0
    assert "retry_after_s=120" in shell.out


def test_one_request_is_shown_whole_by_the_id_the_list_names(world: Any, shell: Terminal) -> None:
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    fire.call("createDeclaration", fire.body("createDeclaration", remark="s:cli:whole"))
    assert shell.run("mocks", "journal", "--reference", "s:cli:whole", "--json") == 0
    [one] = json.loads(shell.out)["requests"]

    assert shell.run("mocks", "journal", "--limit", "1") == 0
    assert one["id"] in shell.out
    assert shell.run("mocks", "journal", one["id"]) == 0
    assert f"POST {one['path']}" in shell.out
    assert '"remark":"s:cli:whole"' in shell.out.replace(": ", ":")
    assert FIRE_TOKEN not in shell.out
    assert shell.run("mocks", "journal", "fire-7") == 1
    assert "has given way" in shell.err


def test_a_limit_says_what_a_call_beyond_it_hears(world: Any, shell: Terminal) -> None:
    words = ("--set", "at_once=4", "--set", "queue=2", "--set", "over=429")

    assert shell.run("mocks", "latency", "fire", *words) == 0, shell.err
    assert shell.run("mocks", "latency", "--lift") == 0


def test_the_credentials_and_ports_in_the_guide_are_those_the_departments_know() -> None:
    told = (ROOT / "docs/mocks.md").read_text("utf-8")
    values = {value for name, value in vars(credentials).items() if name.isupper()}

    assert {value for value in values if f"`{value}`" not in told and f" {value}`" not in told} == {
        credentials.GREENING_APP_SECRET  # which its contract never sends
    }
    for port, department in enumerate(DEPARTMENTS, start=8101):
        assert f"| {department} | {port} |" in told


def test_what_was_assigned_is_told_and_no_list_of_scenarios(world: Any, shell: Terminal) -> None:
    assert shell.run("mocks", "scenarios", "--assign", "case:A:1=lunch_break") == 0
    assert shell.out == "case:A:1 will meet lunch_break\n"
    assert shell.run("mocks", "scenarios", "--assign", "case:A:1=") == 0
    assert shell.out == "case:A:1 will meet what is played\n"
    assert shell.run("mocks", "scenarios", "--assign", "case:A:1=ordinary", "--json") == 0
    assert json.loads(shell.out)["filings"] == {"case:A:1": "ordinary"}
    assert shell.run("mocks", "scenarios", "--assign", "case:A:1=") == 0


@pytest.mark.parametrize(
    "words", ["state", "scenarios", "faults --kinds", "journal", "ledger fire"]
)
def test_a_table_fits_eighty_columns(
    world: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    fire.call("createDeclaration", fire.body("createDeclaration", remark="s:cli:" + "w" * 30))
    speaker = Speaker(out=Console(width=80))

    words += f" --url {world.admin}"
    assert guarded(speaker, lambda: app(["mocks", *words.split()], obj=speaker)) == 0

    rows = [line for line in capsys.readouterr().out.splitlines() if line[:1] in "┏┃┡│└"]
    assert len(rows) > 3
    assert {cell_len(line) for line in rows} <= set(range(81))


def test_a_state_folder_that_is_gone_is_not_said_to_be_full(own_fire: Any) -> None:
    moved = own_fire.state.with_name("moved")
    own_fire.state.rename(moved)
    try:
        reply = own_fire.client.put(f"{own_fire.admin}/__admin/faults", json={"fire": []})
        told = own_fire.client.put(
            f"{own_fire.admin}/__admin/faults", json={"fire": [{"kind": "busy"}]}
        )
    finally:
        moved.rename(own_fire.state)

    assert {reply.status_code, told.status_code} == {503}
    assert "the state folder is gone" in told.json()["mend"]


def test_where_nothing_stands_it_is_said_so(world: Any, shell: Terminal) -> None:
    assert shell.run("mocks", "scenarios", "--where", "case:none") == 0
    assert "no filing under case:none" in shell.out
    assert shell.run("mocks", "clock", "--now", "2026-09-21 09:30") == 0
    assert "2026-09-21T09:30" in shell.out


def test_a_department_is_stopped_and_started(own_fire: Any, shell: Terminal) -> None:
    at = ("--url", own_fire.admin)

    assert shell.run("mocks", "stop", "fire", *at) == 0
    assert "fire is down" in shell.out
    assert shell.run("mocks", "start", "fire", *at) == 0
    assert "fire is up" in shell.out
    assert shell.run("mocks", "start", "fire", *at, "--json") == 0
    assert json.loads(shell.out)["up"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("scenarios keys", "| key | write | meaning |"),
        ("scenarios check mocks/scenarios/library/lunch_break.toml", "Closed over lunch"),
        ("city companies --count 1", "uscc"),
    ],
)
def test_what_needs_no_fleet_is_a_command_too(words: str, told: str) -> None:
    command = [sys.executable, "-m", "gateway", "mocks", *words.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours

    assert (done.returncode, done.stderr) == (0, "")
    assert told in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        "mocks scenarios keys",
        "mocks scenarios check mocks/scenarios/library/lunch_break.toml",
        "mocks city companies --count 1",
        "mocks city companies --count 20000",
        "mocks faults --kinds --url {admin}",
        "mocks faults --kinds --json --url {admin}",
        "mocks metrics --url {admin}",
        "mocks state --url {admin}",
        "version",
    ],
)
def test_a_list_nobody_reads_on_ends_quietly_as_other_filters_do(world: Any, words: str) -> None:
    command = [sys.executable, "-m", "gateway", *words.format(admin=world.admin).split()]
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, check=False)  # noqa: S603 - ours

    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("faults fire buzy", 1, "did you mean busy"),
        ("faults fire duplicate", 1, "fire has none; order it at market"),
        ("faults fire status --set status=1000", 1, "a whole number from 200 to 599"),
        ("latency fire --set seed=7", 1, "goes with uniform_s, median_s or percentiles"),
        ("faults --set first=1", 2, "name it"),
        ("latency --set fixed_s=1", 2, "name a department"),
        ("faults fyre", 2, "did you mean fire"),
        ("faults fyre busy", 2, "did you mean fire"),
        ("faults fyre --lift", 2, "there are "),
        ("faults busy", 2, "there are housing, market, fire, health"),
        ("latency fyre", 2, "did you mean fire"),
        ("ledger fyre", 2, "did you mean fire"),
        ("stop fyre", 2, "did you mean fire"),
        ("journal --department fyre", 2, "did you mean fire"),
        ("journal --body form", 2, "PATH=VALUE"),
        ("journal --body a=1 --body a/b=2", 2, "PATH=VALUE"),
        ("journal --body {", 2, "JSON"),
        ("clock --rate 2 --stop", 2, "--go"),
        ("clock --now 2026-09-21T09:00 --hours 1", 2, "--now"),
        ("clock --now soon", 1, "--now: 'soon' is no moment"),
        ("clock --now soon", 1, "next: onething mocks clock --now 2026-09-21T09:00"),
        ("clock --now 2100-01-01T09:00", 1, "of this century"),
        ("faults fire bussy", 1, "kind: 'bussy' is not known — did you mean busy?"),
        ("faults fire bussy", 1, "next: onething mocks faults fire busy --set first=2"),
        ("faults fire busy --set operation=getDeclaratio", 1, "did you mean getDeclaration?"),
        ("faults fire busy --set operation=xyz", 1, "there are createDeclaration, "),
        ("faults fire busy --set operation=xyz", 1, "onething mocks faults --kinds"),
        ("latency fire --set fixed_s=1 --set operation=xyz", 1, "there are createDeclaration, "),
        ("journal --department fire --operation xyz", 1, "there are createDeclaration, "),
        ("journal --operation createDeclaratio", 1, "did you mean createDeclaration?"),
        ("journal --operation getLicences --department fire --at-most 0", 1, "fire has no "),
        ("journal --fault bussy", 1, "--fault: no fault is 'bussy' — did you mean busy?"),
        ("journal --fault bussy --near", 1, "next: onething mocks faults --kinds"),
        ("journal fire-9999", 1, "next: onething mocks journal lists"),
        ("journal assert", 2, "--exactly"),
        ("scenarios --play lunch_brake", 1, "did you mean lunch_break?"),
        ("scenarios --play lunch_brake", 1, "next: onething mocks scenarios lists"),
        ("scenarios --assign case:1=lunch_brake", 1, "--assign: no scenario 'lunch_brake'"),
        ("clock --now 2026-09-21", 1, "is no moment"),
        ("journal --since 2026-09-21", 1, "write 2026-09-21T09:00:00+08:00"),
        ("faults fire zzz", 1, "onething mocks faults --kinds"),
        ("faults fire busy --set first=x", 1, "fire[0].first: 'x' is not"),
        ("scenarios --play none_such", 1, "none_such"),
        ("reset --keep clock", 2, "--keep clock"),
        ("state --url http://127.0.0.1:9", 1, "start the fleet: onething mocks"),
        ("metrics --url http://127.0.0.1:9", 1, "start the fleet: onething mocks"),
        ("journal --url http://127.0.0.1:9", 1, "start the fleet: onething mocks"),
        ("dance", 2, "No such command"),
    ],
)
def test_a_refused_command_says_what_to_do_next(
    shell: Terminal, words: str, code: int, told: str
) -> None:
    assert shell.run("mocks", *words.split()) == code
    assert told in shell.err
    assert not re.search("GET /|PUT /|POST /|openapi.json|send for example", shell.err)
    assert "Traceback" not in shell.out + shell.err


def test_every_path_of_the_document_is_in_the_guide() -> None:
    parents = ("/departments/{id}", "/filings", "/standing")
    paths = {path for path in document()["paths"] if not path.endswith(parents)}

    assert {p for p in paths if p.partition("{")[0].rstrip("/") not in GUIDE} == set()


def started(*words: str, cwd: Path) -> tuple[subprocess.Popen[str], str]:
    """A command that serves, and the address it prints."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-m", "mocks", *words, "--folder", str(cwd)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


def ended(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    with process:
        return process.wait(timeout=60)


def test_a_department_is_recorded_and_played_again_also_by_its_contract(
    world: Any, tmp_path: Path
) -> None:
    health, url = world.caller("health"), world.ports["health"]["url"]
    world.faults(health=[{"kind": "delay", "delay_s": 0}])
    asked = {"creditCode": DEMO["uscc"]}
    key = {"X-Api-Key": "health-demo-key"}

    recorder, address = started("record", "--to", url, "--as", "health", cwd=tmp_path)
    health.base, health.headers = address, key
    told = health.call("certificateSummary", **asked).json()
    assert ended(recorder) == 0
    contract = str(next((ROOT / "adapters/departments/health/contract").glob("*.yaml")))
    for more in ((), ("--contract", contract)):
        player, address = started("replay", "health", *more, cwd=tmp_path)
        health.base = address
        assert health.call("certificateSummary", **asked).json() == told
        if more:
            journal = httpx.get(f"{address}/__mock/", trust_env=False).json()
            assert [one["source"] for one in journal["requests"]] == ["recorded"]
        ended(player)

    [file] = (tmp_path / "health").glob("*.json")
    assert "health-demo-key" not in file.read_text("utf-8")
