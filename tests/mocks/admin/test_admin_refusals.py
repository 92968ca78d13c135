"""A wish that is not granted says what is wrong, where, and how to mend it."""

from typing import Any

import pytest
from openapi_spec_validator import validate
from starlette.routing import Route

from mocks.admin.application import application
from mocks.admin.document import document
from mocks.supervisor import Supervisor

ASSIGNED = b'{"reference": "case:A:file:1", "scenario": "no"}'
OF_FIRE = {"operation": "zz", "department": "fire"}
NO_OPERATION = (422, "NOT_OBEYABLE", ["/match/operation"])
UNKNOWN_KEY = (422, "NOT_OBEYABLE", ["fire[0].x"])


def refused(world: Any, method: str, path: str, **said: Any) -> Any:
    reply = world.client.request(method, f"{world.admin}/__admin/{path}", **said)
    assert reply.status_code >= 400
    told = reply.json()
    assert told["mend"]
    assert told["error"]
    return reply.status_code, told["code"], [one["where"] for one in told["findings"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "wrong"),
    [
        ("POST", "clock", b"{", (400, "BODY_NOT_JSON", [""])),
        ("POST", "clock", b"", (400, "BODY_NOT_JSON", [""])),
        ("POST", "clock", b"{}", (400, "BODY_WRONG", [""])),
        ("POST", "clock", b'{"rate": -1}', (400, "BODY_WRONG", ["/rate"])),
        ("POST", "clock", b"[1]", (400, "BODY_WRONG", [""])),
        ("POST", "clock", b'{"advance": {"working_days": NaN}}', (400, "BODY_NOT_JSON", [""])),
        ("POST", "clock", b'{"now": "2026-02-31T09:00:00"}', (422, "NOT_OBEYABLE", ["/now"])),
        ("POST", "clock", b'{"advance": {"weeks": 1}}', (400, "BODY_WRONG", ["/advance"])),
        ("PUT", "faults", b'{"fire": [{"kind": "no"}]}', (400, "BODY_WRONG", ["/fire/0/kind"])),
        ("PUT", "faults", b'{"nobody": []}', (400, "BODY_WRONG", [""])),
        ("PUT", "faults/departments/nobody", b"[]", (404, "UNKNOWN", ["id"])),
        ("PUT", "faults", b"{\"fire\":[{\"kind\":\"hang\",\"x\":1}]}", UNKNOWN_KEY),
        ("PUT", "faults", b'{"fire": [{"kind": "lag"}]}', (422, "NOT_OBEYABLE", ["fire[0].kind"])),
        ("PUT", "scenarios", b'{"active": ["no"]}', (422, "NOT_OBEYABLE", ["/active"])),
        ("PUT", "scenarios/filings", ASSIGNED, (422, "NOT_OBEYABLE", ["/scenario"])),
        ("PUT", "latency", b'{"fire": [{"operation": "*"}]}', (422, "NOT_OBEYABLE", ["fire[0]"])),
        ("PUT", "faults/departments/fire", b'["busy"]', (400, "BODY_WRONG", ["/0"])),
        ("POST", "reset", b'{"clocks": true}', (400, "BODY_WRONG", [""])),
        ("POST", "journal/assert", b'{"match": {}}', (400, "BODY_WRONG", [""])),
        ("POST", "journal/near", b'{"match": {"text": 7}}', (400, "BODY_WRONG", ["/match/text"])),
        ("GET", "journal?limit=many", b"", (400, "PARAMETER_WRONG", ["limit"])),
        ("GET", "journal?limits=1", b"", (400, "PARAMETER_WRONG", ["limits"])),
        ("GET", "journal?detail=body", b"", (400, "PARAMETER_WRONG", ["detail"])),
        ("GET", "journal/requests/fire-7", b"", (404, "UNKNOWN", ["id"])),
        ("POST", "journal/find", b'{"match": {"body": 7}}', (400, "BODY_WRONG", ["/match/body"])),
        ("POST", "journal/near", b'{"match":{"operation":"no"}}', NO_OPERATION),
        ("POST", "journal/assert", b'{"match":{"operation":"no"},"exactly":0}', NO_OPERATION),
        ("GET", "ledger", b"", (400, "PARAMETER_WRONG", ["department"])),
        ("GET", "nowhere", b"", (404, "UNKNOWN", ["/__admin/nowhere"])),
        ("PUT", "clock", b"{}", (405, "METHOD_WRONG", ["/__admin/clock"])),
    ],
)  # fmt: skip
def test_a_refusal_names_the_place(
    world: Any, method: str, path: str, body: bytes, wrong: tuple[int, str, list[str]]
) -> None:
    assert refused(world, method, path, content=body) == wrong


def test_a_refusal_says_the_place_once(world: Any) -> None:
    reply = world.client.put(
        f"{world.admin}/__admin/faults", json={"fire": [{"kind": "hang", "x": 1}]}
    )

    told = reply.json()
    assert told["error"].startswith("fire[0].x: unknown key")
    assert [one["what"].startswith("unknown key") for one in told["findings"]] == [True]


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "journal/assert", {"match": {}}, "add exactly, at_least or at_most"),
        ("POST", "journal/find", {"match": {"operaton": "*"}}, "did you mean operation?"),
        (
            "POST",
            "journal/near",
            {"match": {"operation": "submitcase"}},
            "did you mean SubmitCase?",
        ),
        ("POST", "journal/near", {"match": OF_FIRE}, "there are createDeclaration, "),
        ("PUT", "faults", {"fire": [{"kind": "busy", "operation": "zz"}]}, "createDeclaration, "),
        ("PUT", "scenarios", {"active": ["lunch_brake"]}, "did you mean lunch_break?"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_one_that_was_meant(
    world: Any, method: str, path: str, body: Any, told: str
) -> None:
    reply = world.client.request(method, f"{world.admin}/__admin/{path}", json=body).json()

    assert told in reply["error"]
    assert "onething mocks" in reply["command"]
    assert "onething mocks" not in reply["mend"]


@pytest.mark.parametrize(
    ("query", "where", "what"),
    [
        ("operation=submitcase", "operation", "did you mean SubmitCase?"),
        ("operation=zz&department=fire", "operation", "there are createDeclaration, "),
        ("fault=bussy", "fault", "did you mean busy?"),
    ],
)
def test_who_looks_for_a_name_nobody_has_finds_nothing_and_hears_why(
    world: Any, query: str, where: str, what: str
) -> None:
    told = world.ask("GET", f"journal?{query}")

    [unknown] = told["unknown"]
    assert (told["requests"], unknown["where"]) == ([], where)
    assert what in unknown["what"]
    assert world.ask("GET", "journal?operation=*&fault=*")["unknown"] == []


def test_a_moment_that_is_none_is_said_once(world: Any) -> None:
    body = {"match": {"since": "yesterday"}}

    reply = world.client.post(f"{world.admin}/__admin/journal/find", json=body).json()

    assert [one["where"] for one in reply["findings"]] == ["/match/since"]


def test_the_state_tells_where_and_what_each_department_is_asked(world: Any) -> None:
    told = world.ask("GET", "state")["departments"]

    for name, one in told.items():
        assert one["address"].startswith(one["url"])
        assert (one["contract"] is not None) is (one["protocol"] == "soap"), name
    assert "createDeclaration" in told["fire"]["operations"]
    assert "applicationStatusChanged" not in told["market"]["operations"]
    soap = [one for one in told.values() if one["protocol"] == "soap" and one["up"]]
    assert [world.client.get(one["contract"]).status_code for one in soap] == [200] * len(soap)


@pytest.mark.parametrize("department", ["fire", "market"])
def test_a_path_a_department_has_not_is_answered_with_those_it_has(
    world: Any, department: str
) -> None:
    reply = world.client.get(f"{world.ports[department]['url']}/nowhere")

    assert reply.status_code == 404
    for operation in world.caller(department).contract.operations.values():
        assert f"{operation.method} {operation.path}\n" in reply.text


def ordered(path: str) -> tuple[str, bytes]:
    return path, b'[{"kind": "busy"}]' if "faults" in path else b'[{"fixed_s": 0.1}]'


@pytest.mark.parametrize("what", ["faults", "latency"])
@pytest.mark.parametrize(
    "content", ["{", "[]", '{"fire": 3}', "\x00", '{"$marks": []}', '{"$marks": {"fire": 3}}']
)
def test_a_file_spoiled_by_hand_is_told_and_mended_from_here(
    world: Any, what: str, content: str
) -> None:
    file = world.state / f"{what}.json"
    file.write_text(content, "utf-8")
    one, rules = ordered(f"{what}/departments/fire")

    assert refused(world, "GET", what) == (409, "SPOILED", [str(file)])
    assert refused(world, "PUT", one, content=rules) == (409, "SPOILED", [str(file)])
    assert world.ask("PUT", what, {}) == {}
    assert world.ask("GET", what) == {}


@pytest.mark.parametrize("content", ["{", "[]", "3"])
def test_a_reset_ends_scenarios_that_were_spoiled_by_hand(world: Any, content: str) -> None:
    (world.state / "scenarios.json").write_text(content, "utf-8")

    world.ask("POST", "reset", {})

    assert world.ask("GET", "scenarios")["active"] == []


def test_a_ledger_spoiled_by_hand_is_told(world: Any) -> None:
    file = world.state / "ledger" / "housing.jsonl"
    before = file.read_bytes()
    file.write_bytes(b"spoiled\n")
    try:
        told = refused(world, "GET", "ledger?department=housing")
    finally:
        file.write_bytes(before)

    assert told == (409, "SPOILED", [str(file)])


def test_a_page_of_another_origin_is_refused_and_our_own_is_not(world: Any) -> None:
    elsewhere = refused(world, "POST", "reset", headers={"Origin": "https://example.org"})
    own = world.client.get(f"{world.admin}/__admin/clock", headers={"Origin": world.admin})

    assert elsewhere == (403, "ELSEWHERE", ["Origin"])
    assert own.is_success


def test_the_document_is_valid_openapi_and_names_every_route(tmp_path: Any) -> None:
    supervisor = Supervisor(state=tmp_path, host="127.0.0.1", ports={})
    served = {
        (route.path, method.lower())
        for route in application(supervisor).routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    described = {(path, method) for path, item in document()["paths"].items() for method in item}

    validate(document())
    assert described <= served
    pages = {"/", "/__admin", "/__admin/", "/__admin/openapi.json"}
    assert {path for path, _ in served - described if "." not in path} <= pages


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("evil:18100", "http://evil:18100", 403),
        ("evil.example", None, 403),
        ("127.0.0.1.evil.example:1", None, 403),
        ("localhost:18100", "http://localhost:18100", 200),
        ("fleet.localhost", None, 200),
        ("127.0.0.1:18100", None, 200),
        ("10.1.2.3:18100", None, 200),
        ("[::1]:18100", "http://[::1]:18100", 200),
    ],
)
def test_a_name_that_is_not_this_machines_is_refused(
    world: Any, host: str, origin: str | None, status: int
) -> None:
    headers = {"Host": host, **({"Origin": origin} if origin else {})}

    reply = world.client.get(f"{world.admin}/__admin/faults", headers=headers)

    assert reply.status_code == status
    if status == 403:
        assert reply.json()["code"] == "ELSEWHERE"
        assert "127.0.0.1" in reply.json()["mend"]


def test_two_ways_at_once_are_refused_in_words(world: Any) -> None:
    reply = world.client.post(
        f"{world.admin}/__admin/clock",
        json={"now": "2026-09-21T09:00:00", "advance": {"hours": 1}},
    )

    assert reply.status_code == 400
    assert "'advance' goes with a rate, not with now" in reply.json()["error"]
    assert "did you mean advance" not in reply.json()["error"]


def test_the_way_to_the_controls_is_shown_at_the_root(world: Any) -> None:
    reply = world.client.get(world.admin)

    assert (reply.status_code, reply.headers["location"]) == (307, "/__admin/")


@pytest.mark.parametrize(
    "never",
    [
        [{"kind": "busy"}, {"kind": "lost_reply", "filing": "only:me"}],
        [{"kind": "busy", "operation": ["createDeclaration"]},
         {"kind": "html", "operation": "createDeclaration"}],
    ],
)  # fmt: skip
def test_a_rule_behind_one_that_always_strikes_is_refused(
    world: Any, never: list[dict[str, Any]]
) -> None:
    reply = world.client.put(f"{world.admin}/__admin/faults", json={"fire": never})

    assert reply.status_code == 422
    assert "never strikes: fire[0] strikes all it could" in reply.json()["error"]


@pytest.mark.parametrize(
    "rules",
    [
        [{"kind": "busy", "first": 1}, {"kind": "html"}],
        [{"kind": "busy", "operation": "createDeclaration"}, {"kind": "html"}],
        [{"kind": "busy", "probability": 0.5}, {"kind": "html"}],
        [{"kind": "accept_reset"}, {"kind": "html"}],
        [{"kind": "busy", "hours": "09:00-10:00"}, {"kind": "html"}],
    ],
)
def test_a_rule_behind_one_that_sometimes_strikes_is_taken(
    world: Any, rules: list[dict[str, Any]]
) -> None:
    assert world.client.put(f"{world.admin}/__admin/faults", json={"fire": rules}).is_success
