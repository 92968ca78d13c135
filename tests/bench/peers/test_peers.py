"""The bench compares like with like, and what it tells is true; nothing is timed here."""

import asyncio
import json
import os
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import StringIO
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from rich.console import Console
from strawberry import Schema

from tests.bench.peers import natural
from tests.bench.peers.alarm import Alarm
from tests.bench.peers.bench import CHOICES, Bench
from tests.bench.peers.contenders import CONTENDERS, FLOOR, MERCURIUS
from tests.bench.peers.costs import Costs
from tests.bench.peers.five_calls import questions
from tests.bench.peers.goals import Goal, of_section
from tests.bench.peers.load import Broken, Target, asked
from tests.bench.peers.measure import Figures, Pace, Result, differences
from tests.bench.peers.npm import HERE, Missing, folder_of
from tests.bench.peers.processes import Held, held
from tests.bench.peers.progress import Progress
from tests.bench.peers.replies import MANY, canned, cert_no, parcel_no, person_ref, uscc
from tests.bench.peers.report import MEMORY_HEADS, how, memory_rows, rows_of, written
from tests.bench.peers.sections import SECTIONS
from tests.bench.peers.slow import STRAIGHT, Exchanges, Latency, Waited, added
from tests.bench.peers.starting import ROOT
from tests.bench.peers.upstream import CALLS, Door, Office, response

PAGE = (ROOT / "docs" / "performance.md").read_text("utf-8")
DEPARTMENTS = {one.department: one for one in canned()}


def _graphs() -> dict[str, GraphQLSchema]:
    return {
        "ours": build_schema((ROOT / "schema" / "schema.graphql").read_text("utf-8")),
        "node": build_schema((HERE / "shared" / "schema.graphql").read_text("utf-8")),
        "natural": build_schema(Schema(natural.Query).as_str()),
    }


@pytest.mark.parametrize("graph", ["ours", "node", "natural"])
def test_every_question_is_valid_in_every_graph(graph: str) -> None:
    schema = _graphs()[graph]

    found = {s.name: validate(schema, parse(s.document)) for s in SECTIONS.values()}

    assert {name: errors for name, errors in found.items() if errors} == {}


@pytest.mark.parametrize(
    ("department", "ask"),
    [
        ("market", uscc), ("health", uscc), ("housing", cert_no),
        ("police", person_ref), ("planning", parcel_no), ("construction", parcel_no),
    ],
)  # fmt: skip
def test_a_canned_department_answers_about_the_number_asked_for(department: str, ask: Any) -> None:
    answer = DEPARTMENTS[department].answer(f"?q={ask(7)}".encode())

    assert b"00000007" in answer
    assert b"@@" not in answer


def test_two_keys_in_one_call_are_two_records() -> None:
    answer = DEPARTMENTS["market"].answer(f"{uscc(1)}%2C{uscc(2)}%2C{uscc(1)}".encode())

    assert [r["uscc"] for r in json.loads(answer)["licences"]] == [uscc(1), uscc(2)]


def test_a_parcel_of_the_list_has_fifty_different_projects() -> None:
    [section] = [s for s in SECTIONS.values() if s.name == "list"]
    asked_for = section.variables(next(section.numbers()))["parcelNo"]

    answer = DEPARTMENTS["construction"].answer(asked_for.encode()).decode("gb18030")

    assert len({part.split("&lt;")[0] for part in answer.split("&lt;XMBH&gt;")[1:]}) == MANY


class _Heard:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.said = b""
        self.something = asyncio.Event()

    def write(self, data: bytes) -> None:
        self.said += data
        self.something.set()


def test_a_call_arriving_in_pieces_is_answered_and_counted_once() -> None:
    door, heard, before = Door(Office(canned())), _Heard(), CALLS["market"]
    door.connection_made(heard)

    for piece in (b"GET /lice", f"nces?uscc={uscc(5)} HTTP/1.1\r\nhost: x\r\n\r\n".encode()):
        door.data_received(piece)

    assert heard.said.startswith(b"HTTP/1.1 200 OK")
    assert CALLS["market"] == before + 1


async def _asked(status: str, at_most: int | None = None) -> Any:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # the end of the load
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(response(b"{}", status=status))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        numbers = islice(count(), at_most)
        requests = Target(port).requests(SECTIONS["case"], "onething", numbers)
        return await asked(port, requests, seconds=0.2, connections=2)
    finally:
        server.close()


async def test_the_load_counts_every_answer() -> None:
    made = await _asked("200 OK")

    assert len(made.latencies) > 1
    assert made.rate > 0


async def test_an_answer_other_than_200_breaks_the_stretch() -> None:
    with pytest.raises(Broken, match="status 500"):
        await _asked("500 No")


def test_what_differs_is_told_by_its_path() -> None:
    ours = {"a": {"b": [{"c": 1}, {"c": 2}]}}

    assert list(differences(ours, {"a": {"b": [{"c": 1}, {"c": 2}]}})) == []
    assert list(differences(ours, {"a": {"b": [{"c": 1}, {"c": 3}]}})) == [
        "differs at .a.b[1].c: 3"
    ]
    assert list(differences(ours, {"a": {}})) == ["differs at .a.b: None"]


def _figures(rate: float) -> Figures:
    return Figures(rate=rate, cpu_ms=1, p50_ms=1, p99_ms=1, rss_mb=1, calls=5)


def test_a_row_tells_the_ratio_and_a_skipped_one_the_reason() -> None:
    rows = rows_of(
        [
            Result(contender="onething", figures=[_figures(90), _figures(100), _figures(110)]),
            Result(contender="slow", figures=[_figures(50)], equal="equal"),
            Result(contender="slower", figures=[_figures(2.5)], equal="equal"),
            Result(contender="fast", figures=[_figures(200)], equal="equal"),
            Result(contender="absent", failed="npm is not installed"),
        ]
    )

    assert [row[-2] for row in rows] == ["—", "2.0×", "40.0×", "0.50×", "—"]
    assert rows[0][1:3] == ("100", "90–110")
    assert rows[2][1] == "2.5"
    assert rows[4][-1] == "npm is not installed"


def test_memory_is_told_as_held_shared_out_and_alone() -> None:
    started = [Held(rss=100, pss=80, uss=60), Held(rss=120, pss=90, uss=70)]
    loaded = [_holding(200, 150, 110), _holding(210, 140, 120)]
    costs = [Costs(contender="onething", held=started), Costs(contender="absent")]

    rows = memory_rows(costs, [Result(contender="onething", figures=loaded)])

    assert rows == [("onething", "110", "85", "65", "210", "150", "120")]
    assert {len(row) for row in rows} == {len(MEMORY_HEADS)}
    assert memory_rows(costs, [])[0][4:] == ("—", "—", "—")


def _holding(rss: float, pss: float, uss: float) -> Figures:
    return replace(_figures(1), rss_mb=rss, pss_mb=pss, uss_mb=uss)


def test_what_this_process_holds_is_more_than_its_share_and_that_more_than_what_is_its_own() -> (
    None
):
    holding = held(os.getpid())

    assert 10 < holding.uss <= holding.pss <= holding.rss < 10_000


def test_only_what_is_between_the_marks_is_replaced() -> None:
    page = "a\n<!-- bench:case -->\nold\n<!-- /bench:case -->\nb\n"

    assert written(page, "case", "new") == page.replace("old", "new")
    with pytest.raises(ValueError, match="no marks for list"):
        written(page, "list", "new")


@pytest.mark.parametrize("section", [*CHOICES, "slow parts"])
def test_the_page_has_a_place_for_every_section(section: str) -> None:
    assert written(PAGE, section, "figures") != PAGE


def test_without_node_a_peer_is_missing_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(Missing, match="node is not installed"):
        folder_of("node")


@pytest.mark.parametrize("folder", ["node", "hive"])
def test_the_versions_of_the_peers_are_exact(folder: str) -> None:
    package = json.loads(Path(HERE / folder / "package.json").read_text("utf-8"))

    loose = {n: v for n, v in package["dependencies"].items() if not v[0].isdigit()}

    assert loose == {}


class _NoTerminal(Console):
    """Keeps what is printed."""

    def __init__(self) -> None:
        super().__init__(file=StringIO(), width=200)

    @property
    def said(self) -> str:
        file = self.file
        assert isinstance(file, StringIO)
        return file.getvalue()


def test_what_is_left_is_what_the_sections_still_take() -> None:
    progress = Progress(_NoTerminal(), {"case": 100, "list": 60, "hot": 40})

    progress.section("list")

    assert progress.left_s(0.5) == 30 + 40


def test_a_line_of_progress_says_what_is_measured_and_how_long_it_will_take() -> None:
    console = _NoTerminal()
    progress = Progress(console, {"case": 100, "list": 60})
    progress.section("case")

    progress.tell("round 2 of 3: Apollo Server", 0.5)

    assert console.said.strip() == "0:00, 1:50 left · case · round 2 of 3: Apollo Server"


def test_a_whole_run_takes_less_than_twenty_five_minutes(tmp_path: Path) -> None:
    pace = Pace(seconds=3, rounds=3, warm_s=6, connections=16)

    bench = Bench(CONTENDERS, "", tmp_path, pace, "", CHOICES)

    assert sum(dict(bench._expected()).values()) < 24 * 60


def test_every_section_is_taken_by_us_and_no_contender_takes_another() -> None:
    sections = {*SECTIONS, "start", "slow", "memory"}

    assert {name for c in CONTENDERS for name in c.takes} <= sections
    assert set(SECTIONS) <= set(CONTENDERS[0].takes)


def test_a_goal_is_reached_missed_or_not_measured() -> None:
    least, most = (
        Goal(wanted="a", figure="a", bound=5),
        Goal(wanted="b", figure="b", bound=1, at_most=True, form="{:.1f} ms"),
    )

    assert least.row({"a": 5.2}) == ("a", "5.2×", "reached")
    assert most.row({"b": 1.4}) == ("b", "1.4 ms", "missed")
    assert most.row({}) == ("b", "—", "not measured")


def test_ratios_and_memory_are_taken_from_a_comparison() -> None:
    found = of_section(
        "case",
        [
            Result(contender="onething", figures=[_figures(100)]),
            Result(contender=MERCURIUS, figures=[_figures(20)]),
            Result(contender=FLOOR, figures=[_figures(150)]),
            Result(contender="gone", figures=[_figures(1)], failed="it went"),
        ],
    )

    assert found[f"case, {MERCURIUS}"] == 5
    assert found["case, CPU beside the adapters alone"] == 1
    assert found["memory beside the least peer"] == 1
    assert "case, gone" not in found


def test_added_latency_is_what_is_beyond_the_floor() -> None:
    floor = Waited(contender=STRAIGHT, by_clients={1: [Latency(20, 21)], 8: [Latency(20, 22)]})
    ours = Waited(
        contender="onething",
        by_clients={1: [Latency(21, 23), Latency(22, 24)], 8: [Latency(25, 30)]},
    )

    assert added(ours, floor) == [1.5, 2.5, 5, 8]


def test_what_the_slowest_department_took_is_nobodys_latency() -> None:
    made = Exchanges()
    made.add(f"?uscc={uscc(7)}".encode(), 10.0, 10.030)
    times = {"00000007": [(10.001, 10.021), (10.003, 10.025)]}  # the second took two more

    latency = made.latency(times)

    assert latency.p50 == pytest.approx(8)
    assert latency.parts[::2] == pytest.approx([22, 3, 5])


def test_a_query_no_department_was_asked_for_breaks_the_stretch() -> None:
    made = Exchanges()
    made.add(f"?uscc={uscc(7)}".encode(), 10.0, 10.030)

    with pytest.raises(Broken, match="without asking"):
        made.latency({})


def test_the_five_calls_of_the_control_are_those_of_a_case() -> None:
    office, heard = Office(canned()), _Heard()
    door = Door(office)
    door.connection_made(heard)

    for question in questions(7):
        door.data_received(question)

    assert heard.said.count(b"HTTP/1.1 200 OK") == 5
    assert heard.said.count(b"00000007") >= 5


async def test_departments_that_take_their_time_say_when_they_were_asked_and_replied() -> None:
    office, heard, aside = Office(canned()), _Heard(), _Heard()
    door = Door(office)
    door.connection_made(heard)
    office.hear(b"/__takes?0.01", b"", 0.0, aside)

    door.data_received(f"GET /licences?uscc={uscc(7)} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    at_once = heard.said
    await heard.something.wait()
    office.hear(b"/__times", b"", 0.0, aside)

    told = json.loads(aside.said.rpartition(b"\r\n\r\n")[2])
    [(came, left)] = told["00000007"]
    assert at_once == b""
    assert left - came >= 0.01


async def test_an_alarm_calls_in_order_and_never_early() -> None:
    alarm, called = Alarm(asyncio.get_running_loop()), list[tuple[str, bool]]()
    now, all_called = time.perf_counter(), asyncio.Event()

    def call(name: str, due: float) -> None:
        called.append((name, time.perf_counter() >= due))
        if len(called) == 3:
            all_called.set()

    for name, after in (("last", 0.004), ("first", 0.001), ("passed", -1.0)):
        alarm.at(now + after, partial(call, name, now + after))
    await all_called.wait()
    alarm.close()

    assert called == [("passed", True), ("first", True), ("last", True)]


async def test_a_line_ends_when_there_is_nothing_more_to_ask() -> None:
    made = await _asked("200 OK", at_most=3)

    assert len(made.latencies) == 3


def test_each_table_says_how_it_was_measured() -> None:
    pace = Pace(seconds=3, rounds=3, warm_s=6, connections=16)

    assert how("case", pace) == "16 connections, 3 s a stretch after 6 s; 2 of 3 rounds kept"
    assert how("large", pace) == "2 connections, 3 s a stretch after 3 s; 2 of 3 rounds kept"
    assert how("slow", pace).startswith("1 and 8 connections")
    assert how("submit", pace) == ""
