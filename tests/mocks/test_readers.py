"""A department of several processes: one desk, whoever answers."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mocks.core.city import DEMO
from mocks.core.contract import Contract
from mocks.core.credentials import HOUSING_APP_KEY, MARKET_CLIENT, MARKET_SECRET
from mocks.core.kit import CONTRACTS
from mocks.readers.lending import QUIET
from tests.mocks.conftest import World, sample, start_world, stop_world, until
from tests.mocks.faults.wire import Heard, Talk, request
from tests.mocks.test_supervisor import alive

HOUSING = Contract.of(CONTRACTS / "housing" / "contract")
KEYS = {"X-App-Key": HOUSING_APP_KEY, "content-type": "application/json"}
LINES = 6  # two each: the department itself, and two readers


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = start_world(tmp_path_factory.mktemp("readers"), "housing", "market", workers=3)
    yield world
    stop_world(world)


@pytest.fixture
def readers(shared: World) -> World:
    """Two departments of three processes, empty, on a good day."""
    shared.ask("POST", "departments/housing/start")
    shared.ask("POST", "reset")
    return shared


def port_of(world: World, department: str) -> int:
    return int(world.ports[department]["url"].rpartition(":")[2])


Lines = Callable[..., list[Talk]]


@pytest.fixture
def lines(readers: World) -> Iterator[Lines]:
    """New connections, so many as every process gets the same number of."""
    made: list[Talk] = []

    def some(department: str = "housing") -> list[Talk]:
        new = [Talk(port_of(readers, department)) for _ in range(LINES)]
        made.extend(new)
        return new

    yield some
    for line in made:
        line.close()


def register() -> bytes:
    path = HOUSING.operations["queryPropertyBatch"].path
    return request("POST", path, KEYS, json.dumps({"certNos": [DEMO["cert_no"]]}).encode())


def filing(reference: str, more: str = "") -> bytes:
    (media,) = HOUSING.operations["submitMatter"].spec["requestBody"]["content"].values()
    body = {**sample(HOUSING, media["schema"]), "YWLSH": reference}
    content = json.dumps(body).encode() + more.encode()
    return request("POST", HOUSING.operations["submitMatter"].path, KEYS, content)


def asking(number: str) -> bytes:
    path = HOUSING.operations["queryMatterBatch"].path
    return request("POST", path, KEYS, json.dumps({"SLBH": [number]}).encode())


def data(heard: Heard) -> Any:
    assert heard.status == 200, heard.raw
    return json.loads(heard.body)["data"]


def noted_by(world: World, operation: str) -> set[str]:
    told = world.ask("GET", f"journal?department=housing&operation={operation}&limit=1000")
    return {one["id"].rpartition("-")[0] for one in told["requests"]}


def test_the_state_names_the_readers_and_they_answer_by_turns(readers: World, lines: Lines) -> None:
    for line in lines():
        assert data(line.ask(register()))["list"][0]["CQZH"] == DEMO["cert_no"]

    state = readers.ask("GET", "state")["departments"]["housing"]
    assert len({state["pid"], *state["readers"]}) == 3
    assert noted_by(readers, "queryPropertyBatch") == {"housing", "housing.1", "housing.2"}


def test_what_is_filed_on_one_connection_is_known_at_once_on_all(
    readers: World, lines: Lines
) -> None:
    writer, *others = lines()

    for number in range(50):
        told = data(writer.ask(filing(f"r:{number}")))["SLBH"]
        for other in others:
            assert [one["YWLSH"] for one in data(other.ask(asking(told)))["list"]] == [
                f"r:{number}"
            ]

    assert noted_by(readers, "queryMatterBatch") == {"housing", "housing.1", "housing.2"}
    assert readers.ask("GET", "state")["departments"]["housing"]["filings"] == 50


def test_one_line_may_read_file_and_read_again(readers: World, lines: Lines) -> None:
    for number, line in enumerate(lines()):
        line.ask(register())
        told = data(line.ask(filing(f"r:{number}")))["SLBH"]
        assert data(line.ask(asking(told)))["list"][0]["YWLSH"] == f"r:{number}"
        assert data(line.ask(register()))["list"]

    assert noted_by(readers, "submitMatter") == {"housing"}
    told = readers.ask("GET", "journal?department=housing&operation=submitMatter")
    assert told["matched"] == LINES  # what was given back is noted once


def test_a_ledger_spoiled_under_way_is_told_and_every_line_is_still_answered(
    readers: World, lines: Lines
) -> None:
    talks = lines()
    told = data(talks[0].ask(filing("r:spoiled")))["SLBH"]
    file = readers.state / "ledger" / "housing.jsonl"
    right = file.read_bytes()
    with file.open("ab") as opened:
        opened.write(b"no entry\n")

    found = [data(line.ask(asking(told)))["list"][0]["YWLSH"] for line in talks for _ in "ab"]
    state = readers.ask("GET", "state")

    assert found == ["r:spoiled"] * 2 * LINES
    assert state["departments"]["housing"]["up"]
    [spoiled] = state["spoiled"]
    assert (spoiled["where"], spoiled["what"][:18]) == (str(file), "line 2 is no entry")
    assert "put the line right" in spoiled["mend"]
    assert "answers from what it knows" in spoiled["mend"]
    file.write_bytes(right)
    assert [data(line.ask(asking(told)))["list"] for line in lines()]
    assert readers.ask("GET", "state")["spoiled"] == []


def test_a_line_that_came_back_is_lent_again_when_it_only_reads(
    readers: World, lines: Lines
) -> None:
    talks = lines()
    for number, line in enumerate(talks):
        line.ask(filing(f"r:{number}"))
    readers.client.request("DELETE", f"{readers.admin}/__admin/journal").raise_for_status()

    for line in talks:
        for _ in range(4 * QUIET):
            assert data(line.ask(register()))["list"]
    asked = noted_by(readers, "queryPropertyBatch")
    told = [data(line.ask(filing(f"r:more:{n}")))["YWLSH"] for n, line in enumerate(talks)]

    assert asked >= {"housing.1", "housing.2"}
    assert told == [f"r:more:{number}" for number in range(LINES)]


@pytest.mark.parametrize("cut", [3, 60, -2])
def test_a_request_in_pieces_is_whole_wherever_it_is_answered(
    readers: World, lines: Lines, cut: int
) -> None:
    for number, line in enumerate(lines()):
        for content in (register(), filing(f"r:{number}"), register()):
            line.send(content[:cut])
            line.send(content[cut:])
            assert line.hear().status == 200


def test_requests_sent_together_are_answered_in_their_order(readers: World, lines: Lines) -> None:
    for line in lines():
        line.send(register() + filing("r:together") + register())
        heard = b""
        while heard.count(b"HTTP/1.1 200") < 3:
            heard += line.hear(most=1).raw
        parts = [
            json.loads(x.partition(b"\r\n\r\n")[2])["data"]
            for x in heard.split(b"HTTP/1.1 200")[1:]
        ]
        assert ["SLBH" in part for part in parts] == [False, True, False]

    assert readers.ask("GET", "state")["departments"]["housing"]["filings"] == LINES


def test_a_long_filing_comes_through(readers: World, lines: Lines) -> None:
    blank = " " * 1_500_000  # white space behind a JSON document is no mistake

    for number, line in enumerate(lines()):
        assert data(line.ask(filing(f"r:{number}", blank)))["YWLSH"] == f"r:{number}"


def test_a_rule_strikes_the_next_call_and_so_often_as_it_says(readers: World, lines: Lines) -> None:
    talks = lines()
    for line in talks:
        line.ask(register())

    readers.faults(housing=[{"kind": "unavailable", "first": 2}])
    heard = [line.ask(register()).status for line in talks]
    struck = readers.ask("GET", "faults/struck")["housing"]["unavailable"]
    readers.faults()

    assert sorted(heard) == [200] * (LINES - 2) + [503] * 2
    assert struck == 2


def test_what_strikes_new_connections_spares_those_that_are_kept(
    readers: World, lines: Lines
) -> None:
    talks = lines()
    for line in talks:
        line.ask(register())

    readers.faults(housing=[{"kind": "accept_close"}])
    kept = [line.ask(filing("r:kept")).status for line in talks]
    new = [line.hear().end for line in lines()]
    readers.faults()

    assert kept == [200] * LINES
    assert new == ["closed"] * LINES


def test_a_reset_is_seen_by_all(readers: World, lines: Lines) -> None:
    talks = lines()
    told = data(talks[0].ask(filing("r:reset")))["SLBH"]
    for line in talks:
        line.ask(asking(told))

    readers.ask("POST", "reset")

    assert readers.ask("GET", "journal")["kept"] == 0
    assert [data(line.ask(asking(told)))["list"] for line in talks] == [[]] * LINES


def test_half_a_request_of_before_a_reset_is_not_done_after_it(
    readers: World, lines: Lines
) -> None:
    talks, content = lines(), filing("r:half")
    for line in talks:
        line.ask(register())
        line.send(content[:-2])

    readers.ask("POST", "reset")
    for line in talks:
        with suppress(ConnectionError):
            line.send(content[-2:])

    assert {line.hear().end for line in talks} <= {"closed", "reset"}
    assert readers.ask("GET", "journal")["kept"] == 0
    assert readers.ask("GET", "state")["departments"]["housing"]["filings"] == 0
    assert data(lines()[0].ask(filing("r:whole")))["YWLSH"] == "r:whole"


def test_a_connection_that_was_to_be_cut_is_good_again_after_a_reset(
    readers: World, lines: Lines
) -> None:
    readers.faults(housing=[{"kind": "stale_keep_alive"}])
    talks = lines()
    for line in talks:
        line.ask(register())

    readers.ask("POST", "reset")

    assert [line.ask(register()).status for line in talks] == [200] * LINES


def test_the_clock_decides_for_all(readers: World, lines: Lines) -> None:
    talks = lines()
    told = data(talks[0].ask(filing("r:decided")))["SLBH"]

    readers.advance(working_days=10)

    assert [data(line.ask(asking(told)))["list"][0]["BJZT"] for line in talks] == ["05"] * LINES


def test_counts_are_those_of_all_processes(readers: World, lines: Lines) -> None:
    def counted() -> float:
        told = readers.client.get(f"{readers.admin}/__admin/metrics").text
        found = [
            line
            for line in told.splitlines()
            if line.startswith("mocks_request_duration_seconds_count")
            and 'operation="queryPropertyBatch"' in line
        ]
        return sum(float(line.rpartition(" ")[2]) for line in found)

    before = counted()
    for line in lines():
        line.ask(register())

    assert counted() == before + LINES


def test_a_token_is_good_at_every_process(readers: World, lines: Lines) -> None:
    form = f"grant_type=client_credentials&client_id={MARKET_CLIENT}&client_secret={MARKET_SECRET}"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    heard = lines("market")[0].ask(request("POST", "/oauth/token", kind, form.encode()))
    token = json.loads(heard.body)["access_token"]

    def asked(shown: str) -> list[int]:
        bearer = {"authorization": f"Bearer {shown}"}
        question = request("GET", f"/licences?uscc={DEMO['uscc']}", bearer)
        return [line.ask(question).status for line in lines("market")]

    assert asked(token) == [200] * LINES
    assert asked(token[:-1] + "x") == [401] * LINES


def test_a_killed_department_takes_its_readers_along_and_comes_back_knowing_all(
    readers: World,
    lines: Lines,
) -> None:
    talks = lines()
    told = data(talks[0].ask(filing("r:killed")))["SLBH"]
    state = readers.ask("GET", "state")["departments"]["housing"]

    os.kill(state["pid"], signal.SIGKILL)
    until(lambda: not any(map(alive, [state["pid"], *state["readers"]])), "all are gone")
    assert not readers.ask("GET", "state")["departments"]["housing"]["up"]
    readers.ask("POST", "departments/housing/start")

    for line in lines():
        assert data(line.ask(asking(told)))["list"][0]["YWLSH"] == "r:killed"


def test_without_a_reader_the_department_goes_on(readers: World, lines: Lines) -> None:
    gone = readers.ask("GET", "state")["departments"]["housing"]["readers"][0]

    os.kill(gone, signal.SIGKILL)
    until(lambda: not alive(gone), "it is gone")

    until(lambda: all(one.ask(register()).status == 200 for one in lines()), "all answer")
    readers.ask("POST", "departments/housing/stop")
    readers.ask("POST", "departments/housing/start")
    assert len(readers.ask("GET", "state")["departments"]["housing"]["readers"]) == 2


def test_one_that_has_to_see_every_request_stays_alone(tmp_path: Path) -> None:
    world = start_world(tmp_path, "health", workers=2)
    try:
        assert "readers" not in world.ask("GET", "state")["departments"]["health"]
    finally:
        stop_world(world)
