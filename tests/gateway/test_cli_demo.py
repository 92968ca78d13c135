"""The demo's own judgement: when the gateway has caught up, and whether the books agree."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from graphql import parse
from rich.console import Console

from gateway.demo import conclusion
from gateway.demo.answers import restaurant
from gateway.demo.board import Board, picture
from gateway.demo.documents import pdf
from gateway.demo.failure import DemoFailed
from gateway.demo.ledgers import behind, compare, read_ledgers
from gateway.demo.processes import running, until
from gateway.demo.run import Options, _first_day, _make_anew, _unfinished
from gateway.demo.seed import tabs
from gateway.demo.town import Ports
from gateway.edge.shelf import media_type_of
from schema.domain.calendar import WorkingCalendar

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CASE = "31010420261123-ABCDEFGHX"


def step(item: str, state: str, receipt: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "item": item,
        "name": {"zh": "事项", "en": "Item"},
        "departmentName": {"zh": "部门", "en": "Department"},
        "state": state,
        "statusAt": None,
        "decidedAt": None,
        "receipt": receipt,
        "clock": None,
        "waitsFor": [],
        "problem": None,
        **more,
    }


def case(*steps: Mapping[str, Any], state: str = "IN_PROGRESS") -> dict[str, Any]:
    return {
        "id": CASE,
        "state": state,
        "submittedAt": "2026-11-23T09:00:00+08:00",
        "doneAt": None,
        "oneThing": {"issueDays": 1},
        "steps": list(steps),
        "timeline": [],
    }


def filing(item: str, receipt: str, case_id: str = CASE) -> dict[str, Any]:
    return {"kind": "filing", "reference": f"{case_id}:{item}:file:1", "receipt": receipt}


def decision(receipt: str, at: str) -> dict[str, Any]:
    return {"kind": "decision", "receipt": receipt, "at": at, "reference": None}


def test_books_agree_when_each_filing_is_there_once_under_the_number_shown() -> None:
    lines = compare(case(step("A", "GRANTED", "M1")), {"market": [filing("A", "M1")]})

    assert [(line.agrees, line.verdict) for line in lines] == [(True, "")]


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([], "A: nobody never received it"),
        ([filing("A", "M1"), filing("A", "M2")], "A: market received it 2 times"),
        ([filing("A", "M2")], "A: M2 there, M1 here"),
        ([filing("A", "M1", "another-case")], "A: nobody never received it"),
    ],
)
def test_books_that_do_not_agree_say_how(entries: list[Any], verdict: str) -> None:
    lines = compare(case(step("A", "GRANTED", "M1")), {"market": entries})

    assert [line.verdict for line in lines] == [verdict]


def test_filing_for_no_item_of_the_case_is_named() -> None:
    lines = compare(case(), {"fire": [filing("Z", "F1")]})

    assert [line.verdict for line in lines] == ["Z: F1 there, None here"]


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (step("A", "WAITING"), ["A: market has received it", "A: free to be filed"]),
        (step("A", "FILING"), ["A: market has received it", "A: filing"]),
        (step("A", "RECEIVED", "M1"), ["A: market has moved on"]),
        (
            step("A", "ACCEPTED", "M1", statusAt="2026-11-24T09:59:00+08:00"),
            ["A: market has moved"],
        ),
        (step("A", "GRANTED", "M1", statusAt="2026-11-24T02:00:00+00:00"), []),
    ],
)
def test_gateway_is_behind_until_it_shows_the_last_change(
    shown: Mapping[str, Any], missing: list[str]
) -> None:
    ledger = [filing("A", "M1"), decision("M1", "2026-11-24T10:00:00.400+08:00")]

    lines = behind(case(shown), {"market": ledger}, WorkingCalendar(), NOW)

    assert len(lines) == len(missing)
    assert all(line.startswith(part) for line, part in zip(lines, missing, strict=True))


def test_step_that_waits_for_another_is_not_behind() -> None:
    waiting = case(step("B", "WAITING", waitsFor=[{"id": "A"}]))

    assert behind(waiting, {"market": []}, WorkingCalendar(), NOW) == []


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        ("2026-11-28T12:00:00+08:00", []),
        ("2026-11-30T08:59:00+08:00", []),
        ("2026-11-30T09:00:00+08:00", ["certificates are due"]),
    ],
)
def test_certificates_are_due_a_working_day_after_the_last_decision(
    now: str, missing: list[str]
) -> None:
    granted = step("A", "GRANTED", "M1", decidedAt="2026-11-27T10:00:00+08:00")
    issuing = case(granted, state="ISSUING")

    assert behind(issuing, {}, WorkingCalendar(), datetime.fromisoformat(now)) == missing


def test_half_written_ledger_line_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "fire.jsonl").write_bytes(b'{"kind":"filing"}\n{"kind":"deci')

    assert read_ledgers(tmp_path) == {"fire": [{"kind": "filing"}]}


def test_case_that_is_not_done_names_every_item_without_a_certificate() -> None:
    refused = case(step("A", "GRANTED", "M1"), step("B", "REFUSED", "M2"), state="REFUSED")

    assert _unfinished(refused) == ["the case ended REFUSED", "B: refused, no certificate"]
    assert _unfinished(case(step("A", "GRANTED", "M1"), state="DONE")) == []


def test_generated_document_is_a_pdf_and_the_same_each_time() -> None:
    document = pdf(["A3 (Resolution)", "中文"])

    assert media_type_of(document) == "application/pdf"
    assert document == pdf(["A3 (Resolution)", "中文"])
    start = int(document.split(b"startxref\n")[1].split(b"\n")[0])
    assert document[start : start + 4] == b"xref"


def test_shipped_operations_are_graphql_and_all_tabs_are_among_them() -> None:
    folder = resources.files("gateway.demo") / "operations"
    names = [path.name for path in folder.iterdir() if path.name.endswith(".graphql")]
    opened = tabs({"uscc": "U", "address": "A"}, lambda: datetime(2026, 11, 23, tzinfo=UTC))

    for name in names:
        parse((folder / name).read_text(encoding="utf-8"))
    assert {f"{tab.name}.graphql" for tab in opened} <= set(names)
    assert any("mutation" in tab.query for tab in opened)


def test_answers_fit_the_city_and_the_day() -> None:
    typed = restaurant({"uscc": "U", "address": "天平路"}, date(2026, 11, 23))

    assert typed.first == {"uscc": "U", "premisesAddress": "天平路"}
    assert typed.form["openingDate"] == "2027-01-22"


def test_answers_hold_none_of_the_words_that_make_mocks_object() -> None:
    typed = restaurant({"uscc": "U", "address": "A"}, date(2026, 11, 23))

    assert not [v for v in typed.form.values() for w in ("补正", "违规", "搁置") if w in str(v)]


def options(tmp_path: Path, start: date | None = None) -> Options:
    return Options(
        once=True,
        start=start,
        today=date(2026, 11, 22),
        state=tmp_path,
        port_base=0,
        port=None,
    )


def test_demo_starts_on_a_working_day(tmp_path: Path) -> None:
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    calendar = WorkingCalendar()

    assert _first_day(calendar, options(tmp_path)) == monday
    assert _first_day(calendar, options(tmp_path, monday)) == monday
    assert _first_day(calendar, options(tmp_path, sunday)) == monday


def test_folder_that_is_not_a_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(DemoFailed) as refused:
        _make_anew(tmp_path)

    assert "not a demo's" in refused.value.missing[0]
    assert (tmp_path / "thesis.txt").exists()


def test_folder_of_an_earlier_demo_is_emptied(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    _make_anew(state)
    (state / "onething.sqlite").touch()

    _make_anew(state)

    assert not (state / "onething.sqlite").exists()


def test_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]

        with pytest.raises(DemoFailed) as refused:
            Ports.chosen(0, port)

    assert refused.value.missing == (f"port {port} is taken",)
    assert "--port-base" in refused.value.next_step


def test_board_shows_each_item_with_its_number_and_days() -> None:
    console = Console(record=True, width=160)
    clock = {"used": 3, "remaining": 7, "running": False, "dueOn": "2026-12-07"}
    shown = case(
        step("C", "INSPECTION", "F-77", clock=clock),
        step("E", "WAITING", waitsFor=[{"id": "B"}]),
    )

    console.print(picture(shown, datetime(2026, 11, 26, 10, tzinfo=UTC), 3, "无应答 fire"))

    text = console.export_text()
    for part in ("F-77", "3/10 ⏸", "现场核查", CASE, "无应答 fire"):
        assert part in text


def test_board_without_a_terminal_tells_each_event_once() -> None:
    console = Console(record=True, width=200, force_terminal=False)
    event = {"at": "2026-11-23T09:00:00+08:00", "text": {"zh": "已提交", "en": "submitted"}}
    now = datetime(2026, 11, 23, tzinfo=UTC)

    with Board(console) as board:
        board.show({**case(), "timeline": [event]}, now, 0)
        board.show({**case(), "timeline": [event]}, now, 0)

    assert console.export_text() == "2026-11-23 09:00  已提交 submitted\n"


def test_board_without_a_terminal_says_what_became_known_late() -> None:
    console = Console(record=True, width=200, force_terminal=False)
    accepted = {"at": "2026-11-23T10:01:00+08:00", "text": {"zh": "甲已受理", "en": "A accepted"}}
    received = {"at": "2026-11-23T10:00:59+08:00", "text": {"zh": "乙已收件", "en": "B received"}}
    same = {"at": "2026-11-23T10:01:00.9+08:00", "text": {"zh": "丙", "en": "C"}}
    rounded = {"at": "2026-11-23T10:01:00+08:00", "text": {"zh": "丁", "en": "D"}}

    with Board(console) as board:
        now = datetime(2026, 11, 23, tzinfo=UTC)
        board.show({**case(), "timeline": [accepted]}, now, 0)
        board.show({**case(), "timeline": [accepted, received, same, rounded]}, now, 0)

    assert console.export_text().splitlines() == [
        "2026-11-23 10:01  甲已受理 A accepted",
        "2026-11-23 10:00  乙已收件 B received （后得知 learnt later）",
        "2026-11-23 10:01  丙 C",
        "2026-11-23 10:01  丁 D",
    ]


CHECKED = {"bundle": {"checkUrl": "http://127.0.0.1:8000/check/ABC"}}


@pytest.mark.parametrize("stays", [True, False])
def test_a_demo_names_addresses_only_where_they_go_on_listening(stays: bool) -> None:
    console = Console(record=True, width=160)

    conclusion.places(
        console,
        CHECKED,
        gateway="http://127.0.0.1:8000",
        mocks="http://127.0.0.1:8100",
        state=".dev/demo",
        stays=stays,
    )

    text = console.export_text()
    assert ".dev/demo/mocks/ledger" in text
    assert ("http://127.0.0.1:8000/graphql" in text) is stays
    assert ("http://127.0.0.1:8000/check/ABC" in text) is stays
    assert ("http://" in text) is stays


PARENT_OF_ANOTHER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("started", flush=True)
time.sleep(60)
"""


async def test_process_and_what_it_started_are_gone_after_the_block(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = tmp_path / "parent.py"
    script.write_text(PARENT_OF_ANOTHER)

    async def started() -> bool:
        return b"started" in await asyncio.to_thread(log.read_bytes)

    async with running("parent", ["cProfile", str(script)], log) as parent:
        await until("parent", started, within_s=10)

    assert parent.process.returncode == -signal.SIGTERM
    await until("group gone", _gone(parent.process.pid), within_s=5)


def _gone(group: int) -> Callable[[], Awaitable[bool]]:
    async def gone() -> bool:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    return gone


async def test_process_that_ends_early_fails_with_its_last_words(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    async with running("liar", ["this_module_does_not_exist"], tmp_path / "log") as liar:
        with pytest.raises(DemoFailed) as failed:
            await until("liar", never, within_s=10, watching=[liar])

    assert failed.value.missing[0] == "liar ended with exit code 1"
    assert "No module named" in failed.value.missing[-1]
