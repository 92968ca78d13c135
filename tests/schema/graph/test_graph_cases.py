"""Cases and drafts as their applicant sees them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from schema.domain.case import Event, EventKind
from schema.domain.text import Text
from schema.graph.words import event_text, happened_at

CASE = "31010420261123-AB"


async def test_a_case_tells_each_step_with_its_live_state(desk: Any) -> None:
    data = await desk.run(
        """query ($id: ID!) { case(id: $id) { state oneThing { name { en } } steps {
             item name { en } departmentName { en } department { id } state receipt
             waitsFor { id event name { en } } problemCode problem { en } parked
             certificate { number issuedOn }
             live { value { status receipt } provenance { department } problem { code } } } } }""",
        id=CASE,
    )

    first, _, third = data["case"]["steps"]
    assert data["case"]["state"] == "IN_PROGRESS"
    assert data["case"]["oneThing"] == {"name": {"en": "Open a shop"}}
    assert first["certificate"] == {"number": "C-1", "issuedOn": "2026-11-23"}
    assert first["live"] == {
        "value": {"status": "ACCEPTED", "receipt": "R-A"},
        "provenance": {"department": "market"},
        "problem": None,
    }
    assert third["waitsFor"] == [
        {"id": "b", "event": False, "name": {"en": "permit b"}},
        {
            "id": "construction_finished",
            "event": True,
            "name": {"en": "the construction work is finished"},
        },
    ]
    assert third["problemCode"] == "DEPARTMENT_TIMEOUT"
    assert "the market office" in third["problem"]["en"]
    assert third["live"] == {"value": None, "provenance": None, "problem": None}
    assert third["parked"] is None
    assert desk.reads.asked == [("market", "permit", "R-A"), ("market", "permit", "R-B")]


async def test_the_clock_of_a_step_stands_still_while_suspended(desk: Any) -> None:
    data = await desk.run(
        'query ($id: ID!) { case(id: $id) { step(item: "b") { clock {'
        " used suspended remaining running overdue provisional }"
        " suspensions { reason until } } } }",
        id=CASE,
    )

    # Accepted Wednesday, inspected from Friday on; today is Monday. The district promises 3 days.
    assert data["case"]["step"] == {
        "clock": {
            "used": 2,
            "suspended": 1,
            "remaining": 1,
            "running": False,
            "overdue": False,
            "provisional": True,
        },
        "suspensions": [{"reason": "inspection", "until": None}],
    }


async def test_the_timeline_is_told_in_words_and_names_nobody(desk: Any) -> None:
    desk.language = "zh"

    data = await desk.run(
        "query ($id: ID!) { case(id: $id) { timeline { kind actor item text { local en } } } }",
        id=CASE,
    )

    assert data["case"]["timeline"] == [
        {
            "kind": "SUBMITTED",
            "actor": "APPLICANT",
            "item": None,
            "text": {"local": "申请已提交", "en": "The application was submitted"},
        },
        {
            "kind": "PROGRESSED",
            "actor": "DEPARTMENT",
            "item": "a",
            "text": {"local": "“permit a的中文”已准予", "en": "permit a was granted"},
        },
        {
            "kind": "FILING_RESOLVED",
            "actor": "CLERK",
            "item": "c",
            "text": {
                "local": "窗口人员已核实“permit c的中文”的报送情况",
                "en": "permit c: a clerk has clarified what happened",
            },
        },
    ]


@pytest.mark.parametrize(
    ("kind", "told", "at"),
    [
        (EventKind.FILED, "2026-12-07T10:00:00+08:00", "2026-12-07T10:00:00+08:00"),
        (EventKind.FILED, None, "2026-11-30T10:01:00+08:00"),
        (EventKind.SUPPLEMENT_DELIVERED, "1970-01-01T00:00:00+08:00", "2026-11-30T10:01:00+08:00"),
    ],
)
def test_a_filing_was_received_when_its_department_says_so(
    kind: EventKind, told: str | None, at: str
) -> None:
    ours = datetime.fromisoformat("2026-11-30T10:01:00+08:00")
    event = Event(key="1", case=CASE, kind=kind, at=ours, actor="department:market", item="a")

    happened = happened_at(replace(event, data={"receipt": "7", "received_at": told}))

    assert happened == datetime.fromisoformat(at)


def test_a_command_that_ended_with_its_case_is_no_clerks_doing() -> None:
    kind, data = EventKind.FILING_RESOLVED, {"receipt": None, "overtaken": True}
    at = datetime.fromisoformat("2026-11-30T10:01:00+08:00")
    event = Event(key="1", case=CASE, kind=kind, at=at, actor="gateway", item="a", data=data)

    told = event_text(event, Text(zh="许可", en="permit"))

    assert told.zh == "“许可”已办结，无需再核实"
    assert told.en == "permit: it is settled, nothing needs clarifying any more"


async def test_an_unknown_case_is_absent_not_an_error(desk: Any) -> None:
    assert await desk.run('{ case(id: "x") { id } draft(id: "x") { id } }') == {
        "case": None,
        "draft": None,
    }


async def test_cases_come_in_pages(desk: Any) -> None:
    data = await desk.run(
        '{ cases(first: 5, after: "c", state: DONE) {'
        " nodes { id } pageInfo { hasNextPage endCursor } } }"
    )

    assert data["cases"] == {
        "nodes": [{"id": CASE}],
        "pageInfo": {"hasNextPage": True, "endCursor": "next"},
    }
    assert desk.applications.told == [("cases", {"first": 5, "after": "c", "state": "done"})]


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_beyond_the_limit_is_refused(desk: Any, first: int) -> None:
    with pytest.raises(AssertionError, match="between 1 and 100"):
        await desk.run("query ($n: Int!) { cases(first: $n) { nodes { id } } }", n=first)


async def test_a_draft_tells_its_values_sources_and_what_is_missing(desk: Any) -> None:
    data = await desk.run(
        """{ draft(id: "31010420261123-CD") { answers submitted
             prefilled { key value provenance { source } }
             shared { code state } materials { code sha256 }
             problems { code message path } } }"""
    )

    assert data["draft"] == {
        "answers": {"seats": "12.5", "since": "2026-01-02"},
        "submitted": False,
        "prefilled": [{"key": "uscc", "value": "U1", "provenance": {"source": "business_licence"}}],
        "shared": [{"code": "B3", "state": "UNAVAILABLE"}],
        "materials": [{"code": "A2", "sha256": "f" * 64}],
        "problems": [{"code": "REQUIRED", "message": "name is required", "path": ["name"]}],
    }


async def test_a_draft_shows_what_is_to_be_pledged_and_what_may_follow(desk: Any) -> None:
    data = await desk.run(
        """{ draft(id: "31010420261123-CD") { pledges { code item name { en } text { zh en } }
             deferrable { code deferrable laterDays fate reason { en } } } }"""
    )

    assert data["draft"] == {
        "pledges": [
            {
                "code": "C1",
                "item": "c",
                "name": {"en": "record"},
                "text": {"zh": "we pledge的中文", "en": "we pledge"},
            }
        ],
        "deferrable": [
            {
                "code": "A3",
                "deferrable": True,
                "laterDays": 3,
                "fate": "SUBMIT",
                "reason": {"en": "Please upload it."},
            }
        ],
    }
