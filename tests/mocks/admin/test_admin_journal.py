"""The journal of a fleet that is up: asked, asserted, compared, and what a kill leaves."""

import os
import signal
from typing import Any

import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN


@pytest.fixture
def fire(world: Any) -> Any:
    caller = world.caller("fire")
    caller.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    world.client.request("DELETE", f"{world.admin}/__admin/journal").raise_for_status()
    return caller


def declare(fire: Any, remark: str) -> Any:
    body = fire.body("createDeclaration", remark=remark, creditCode=DEMO["uscc"])
    return fire.call("createDeclaration", body)


def test_a_request_is_found_by_department_operation_reference_text_and_fault(
    world: Any, fire: Any
) -> None:
    world.faults(fire=[{"kind": "busy", "first": 1}])
    declare(fire, "s:j:1")
    declare(fire, "s:j:2")

    def ids(query: str) -> list[str]:
        told = world.ask("GET", f"journal?{query}")
        return [one["reference"] for one in told["requests"]]

    assert ids("department=fire") == ["s:j:1", "s:j:2"]
    assert ids("operation=createDeclaration&limit=1") == ["s:j:2"]
    assert ids("reference=s:j:1") == ids("fault=busy") == ids("status=503") == ["s:j:1"]
    assert ids(f"text={DEMO['uscc']}&department=housing") == []
    assert ids("text=s:j:2") == ids("status=201") == ["s:j:2"]


def test_no_credential_leaves_the_journal(world: Any, fire: Any) -> None:
    declare(fire, "s:j:3")

    [one] = world.ask("GET", "journal?department=fire")["requests"]

    assert one["headers"]["authorization"] == "***"
    assert FIRE_TOKEN not in str(one)


def test_since_leaves_out_what_came_before(world: Any, fire: Any) -> None:
    declare(fire, "s:j:4")
    declare(fire, "s:j:5")
    [_, second] = world.ask("GET", "journal?department=fire")["requests"]

    since = second["realAt"].replace("+", "%2B")
    told = world.ask("GET", f"journal?department=fire&since={since}")

    assert told == {"requests": [second], "matched": 1, "kept": 2, "unknown": []}


def test_lines_leave_out_what_is_long_and_one_request_is_told_whole(world: Any, fire: Any) -> None:
    declare(fire, "s:j:13")

    [whole] = world.ask("GET", "journal?reference=s:j:13")["requests"]
    [line] = world.ask("GET", "journal?reference=s:j:13&detail=line")["requests"]

    assert set(whole) - set(line) == {"query", "headers", "body"}
    assert {**whole, **line} == whole == world.ask("GET", f"journal/requests/{line['id']}")


def test_a_request_is_found_by_its_line_and_by_a_part_of_its_body(world: Any, fire: Any) -> None:
    declare(fire, "s:j:14")
    declare(fire, "s:j:15")
    path = fire.contract.operations["createDeclaration"].path

    def references(match: dict[str, Any]) -> list[str]:
        told = world.ask("POST", "journal/find", {"match": match, "detail": "line"})
        return [one["reference"] for one in told["requests"]]

    assert references({"method": "POST", "path": path}) == ["s:j:14", "s:j:15"]
    assert references({"body": {"remark": "s:j:14", "creditCode": "*"}}) == ["s:j:14"]
    told = world.ask("GET", f"journal?path={path}&method=POST&limit=1")
    assert [one["reference"] for one in told["requests"]] == ["s:j:15"]
    assert world.ask("POST", "journal/find")["kept"] == 2


@pytest.mark.parametrize(
    ("bounds", "holds"),
    [
        ({"exactly": 2}, True),
        ({"exactly": 1}, False),
        ({"at_least": 1, "at_most": 3}, True),
        ({"at_most": 1}, False),
        ({"at_least": 3}, False),
    ],
)
def test_so_many_calls_are_asserted(
    world: Any, fire: Any, bounds: dict[str, int], holds: bool
) -> None:
    declare(fire, "s:j:6")
    declare(fire, "s:j:7")
    match = {"department": "fire", "operation": "createDeclaration"}

    verdict = world.ask("POST", "journal/assert", {"match": match, **bounds})

    assert (verdict["holds"], verdict["count"]) == (holds, 2)


def test_what_came_closest_is_shown_with_where_it_differs(world: Any, fire: Any) -> None:
    declare(fire, "s:j:8")
    match = {"department": "fire", "body": {"remark": "s:j:9", "creditCode": DEMO["uscc"]}}

    verdict = world.ask("POST", "journal/assert", {"match": match, "at_least": 1})
    near = world.ask("POST", "journal/near", {"match": match, "limit": 1})

    assert not verdict["holds"]
    assert verdict["near"] == near
    assert near[0]["differences"] == [
        {"where": "body /remark", "expected": "s:j:9", "got": "s:j:8"}
    ]


def test_too_many_are_named_and_told_apart_and_nothing_else_is_shown(world: Any, fire: Any) -> None:
    for _ in "abcdef":
        declare(fire, "s:j:20")
    declare(fire, "s:j:21")
    match = {"operation": "createDeclaration"}

    verdict = world.ask("POST", "journal/assert", {"match": match, "exactly": 1})
    few = world.ask("POST", "journal/assert", {"match": match, "at_least": 9})

    newest = world.ask("GET", "journal?operation=createDeclaration&limit=5&detail=line")["requests"]
    assert (verdict["count"], verdict["near"]) == (7, [])
    assert verdict["found"] == newest
    assert verdict["apart"] == ["reference"]
    assert (few["found"], few["apart"]) == ([], [])


def test_what_was_sent_twice_alike_is_told_apart_by_nothing(world: Any, fire: Any) -> None:
    for _ in "ab":
        declare(fire, "s:j:22")

    asked = {"match": {"reference": "s:j:22"}, "at_most": 1}
    verdict = world.ask("POST", "journal/assert", asked)

    assert (len(verdict["found"]), verdict["apart"]) == (2, [])


def test_a_department_killed_in_mid_call_leaves_the_call_behind(world: Any, fire: Any) -> None:
    world.faults(fire=[{"kind": "hang"}])
    fire.client.timeout = 0.3
    with pytest.raises(Exception, match="timed out"):
        declare(fire, "s:j:10")
    pid = world.ask("GET", "state")["departments"]["fire"]["pid"]

    os.kill(pid, signal.SIGKILL)
    world.until(lambda: not world.ask("GET", "state")["departments"]["fire"]["up"], "it is down")
    fire.client.timeout = 15
    [one] = world.ask("GET", "journal?reference=s:j:10")["requests"]
    world.ask("POST", "departments/fire/start")
    world.faults()
    declare(fire, "s:j:11")

    assert (one["status"], one["operation"]) == (None, one["operation"])
    found = world.ask("GET", "journal?department=fire")["requests"]
    assert [e["reference"] for e in found] == ["s:j:10", "s:j:11"]


def test_what_is_counted_is_told_as_prometheus_reads_it(world: Any, fire: Any) -> None:
    declare(fire, "s:j:12")

    told = world.client.get(f"{world.admin}/__admin/metrics").text
    values = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))

    of_it = 'department="fire",operation="createDeclaration"'
    answered = float(values[f'mocks_requests_total{{{of_it},status="201",fault=""}}'])
    timed = float(values[f"mocks_request_duration_seconds_count{{{of_it}}}"])
    assert 1 <= answered <= timed
    assert float(values[f'mocks_request_duration_seconds_bucket{{{of_it},le="+Inf"}}']) == timed
    assert float(values['mocks_filings{department="fire",status="received"}']) >= 1
    assert values['mocks_department_up{department="fire"}'] == "1"
