"""应急管理(消防): blind to repeats, polled with ETag."""

from typing import Any

import httpx
import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN


@pytest.fixture
def fire(world: Any) -> Any:
    caller = world.caller("fire")
    caller.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    return caller


def filed(fire: Any, remark: str, **changes: Any) -> dict[str, str]:
    body = fire.body("createDeclaration", remark=remark, creditCode=DEMO["uscc"], **changes)
    reply = fire.call("createDeclaration", body)
    assert reply.status_code == 201
    return {"id": reply.json()["id"]}


def test_a_repeat_makes_a_second_declaration(fire: Any) -> None:
    assert filed(fire, "f:twice") != filed(fire, "f:twice")


def test_there_is_no_way_to_look_up_by_remark(fire: Any) -> None:
    reply = httpx.get(
        f"{fire.base}/declarations?remark=f:twice", headers=fire.headers, trust_env=False
    )

    assert reply.status_code == 405


def test_a_number_beyond_its_format_is_refused(fire: Any) -> None:
    body = fire.body("createDeclaration", remark="f:large")
    body["attachments"][0]["fileSize"] = 2**63

    reply = httpx.post(
        f"{fire.base}/declarations", json=body, headers=fire.headers, trust_env=False
    )

    assert (reply.status_code, reply.json()["errorCode"]) == (400, 40001)


def test_an_unchanged_declaration_costs_no_body(world: Any, fire: Any) -> None:
    path = filed(fire, "f:etag")
    first = fire.call("getDeclaration", path=path)
    known = {"If-None-Match": first.headers["etag"]}

    same = fire.call("getDeclaration", path=path, headers=known)
    world.advance(seconds=61)
    changed = fire.call("getDeclaration", path=path, headers=known)

    assert (same.status_code, same.content) == (304, b"")
    assert (first.json()["statusCode"], changed.json()["statusCode"]) == (10, 20)
    assert changed.headers["etag"] != first.headers["etag"]


def test_ten_working_days_with_an_inspection_on_the_sixth(world: Any, fire: Any) -> None:
    path, seen = filed(fire, "f:walk"), []

    for days in (5, 1, 1, 3):
        world.advance(working_days=days)
        seen.append(fire.call("getDeclaration", path=path).json())

    assert [info["statusCode"] for info in seen] == [20, 30, 31, 50]
    paper = seen[-1]["certificate"]
    assert paper["eLicenceId"].startswith("1.2.156.3005.2.")
    assert paper["issueDate"] % 86_400_000 == 57_600_000  # midnight in Shanghai


def test_a_supplement_resumes_the_clock(world: Any, fire: Any) -> None:
    path = filed(fire, "f:supp", placeUse="补正")
    body = fire.body("supplementDeclaration")
    assert fire.call("supplementDeclaration", body, path=path).status_code == 409

    world.advance(working_days=1)
    assert fire.call("getDeclaration", path=path).json()["statusCode"] == 40
    answered = fire.call("supplementDeclaration", body, path=path).json()

    assert (answered["statusCode"], answered["supplementTimes"]) == (20, 1)


def test_a_refusal_has_a_numeric_reason(world: Any, fire: Any) -> None:
    path = filed(fire, "f:refused", placeUse="违规")

    world.advance(working_days=10)

    info = fire.call("getDeclaration", path=path).json()
    assert (info["statusCode"], info["rejectReason"]) == (60, 1)


def test_revoking_twice_says_so(fire: Any) -> None:
    path, body = filed(fire, "f:back"), fire.body("revokeDeclaration")

    first, second = (fire.call("revokeDeclaration", body, path=path) for _ in range(2))

    assert first.json()["statusCode"] == 90
    assert (second.status_code, second.json()["errorCode"]) == (409, 40902)


def test_every_declared_answer_is_given_and_valid(world: Any, fire: Any) -> None:
    good, path = fire.body("createDeclaration", creditCode=DEMO["uscc"]), filed(fire, "f:all")
    none, stranger = {"id": "XF0"}, {"Authorization": "Bearer wrong"}
    writes = {
        "supplementDeclaration": fire.body("supplementDeclaration"),
        "revokeDeclaration": fire.body("revokeDeclaration"),
    }
    fire.call("createDeclaration", good)
    fire.call("createDeclaration", {**good, "exitNum": 0})
    fire.call("createDeclaration", {**good, "creditCode": "91310104MA1000000X"})
    etag = fire.call("getDeclaration", path=path).headers["etag"]
    fire.call("getDeclaration", path=path, headers={"If-None-Match": etag})
    fire.call("getDeclaration", path=none)
    asked = filed(fire, "f:all:s", placeUse="补正")
    world.advance(working_days=1)
    for operation, body in writes.items():
        fire.call(operation, body, path=none)
        fire.call(operation, {}, path=path)
        fire.call(operation, body, path=asked)
        fire.call(operation, body, path=asked)
    for kind in ("stranger", "busy"):
        if kind == "busy":
            world.faults(fire=[{"kind": "busy"}])
        headers = stranger if kind == "stranger" else {}
        fire.call("createDeclaration", good, headers=headers)
        fire.call("getDeclaration", path=path, headers=headers)
        for operation, body in writes.items():
            fire.call(operation, body, path=path, headers=headers)

    assert fire.seen == fire.declared()
