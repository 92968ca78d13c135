"""`onething cases`: its operations are ones the published schema answers; what it says."""

from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import build_schema, parse, validate

from gateway.cli.desk import DEPARTMENTS, RESOLVE, RETRY, SHOW, WAITING
from tests.gateway.stub import Stub
from tests.gateway.terminal import Terminal

SCHEMA = build_schema(
    (Path(__file__).parents[2] / "schema" / "schema.graphql").read_text(encoding="utf-8"),
    assume_valid_sdl=True,
)
NOWHERE = "http://127.0.0.1:9"
WILD = "[/bold] \x1b[2J[red]x"  # closes a tag nobody opened, and clears the screen
TEXT = {"zh": "请向部门核实", "en": f"Ask {WILD}"}
WAIT = {
    "case": "C-1",
    "item": "C",
    "department": "fire",
    "on": "CLERK",
    "text": TEXT,
    "since": "2026-03-02T09:00:00",
    "dueOn": "2026-03-03",
    "overdue": True,
    "reference": "C-1:C:file:1",
    "remedy": TEXT,
}
STEP = {
    "item": "C",
    "department": {"id": "fire"},
    "state": "PARKED",
    "receipt": WILD,
    "dueOn": None,
    "problemCode": None,
}
EVENT = {"at": "2026-03-02T09:00:00", "item": None, "actor": "CLERK", "text": TEXT}
CASE = {"id": "C-1", "state": "FILED", "submittedAt": "2026-03-02T09:00:00"}


@pytest.mark.parametrize("operation", [WAITING, SHOW, RETRY, RESOLVE, DEPARTMENTS])
def test_operation_is_valid_against_the_published_schema(operation: str) -> None:
    assert validate(SCHEMA, parse(operation)) == []


def test_an_operation_that_names_no_field_is_noticed() -> None:
    assert validate(SCHEMA, parse(SHOW.replace("timeline", "timelime")))


@pytest.fixture
def clerk(terminal: Terminal) -> Terminal:
    """A shell with a clerk's token in `t.jwt`, and no settings at all."""
    Path("t.jwt").write_text("a.clerks.token\n", encoding="ascii")
    return terminal


def waits(*nodes: object, after: str | None = None) -> dict[str, Any]:
    info = {"endCursor": after, "hasNextPage": after is not None}
    return {"data": {"waiting": {"nodes": nodes, "pageInfo": info}}}


def test_address_and_token_are_all_a_clerks_terminal_needs(clerk: Terminal, stub: Stub) -> None:
    stub.tells(waits())

    assert clerk.run("cases", "--url", stub.url, "--token-file", "t.jwt", "parked") == 0
    assert clerk.out == "nothing is parked\n"
    assert stub.tokens == ["Bearer a.clerks.token"]


@pytest.mark.parametrize(
    ("given", "missing"),
    [(("--url", NOWHERE), "--token-file"), (("--token-file", "t.jwt"), "--url")],
)
def test_one_of_the_two_alone_is_told_what_is_missing(
    clerk: Terminal, given: tuple[str, ...], missing: str
) -> None:
    assert clerk.run("cases", *given, "parked") == 2
    assert clerk.err.startswith(f"{missing} is missing\nnext: ")
    assert "issuer" not in clerk.err


def test_settings_somebody_names_are_told_whole_when_they_are_wrong(clerk: Terminal) -> None:
    assert clerk.run("cases", "parked", "--url", NOWHERE, "--set", "server.port=many") == 78
    assert "server.port: " in clerk.err


def test_without_anything_the_settings_are_told_and_how_to_do_without(clerk: Terminal) -> None:
    assert clerk.run("cases", "parked") == 78
    assert "identity.issuer" in clerk.err
    assert "--url https://… --token-file clerk.jwt" in clerk.err


def test_options_count_before_the_commands_name_and_after_it(clerk: Terminal, stub: Stub) -> None:
    stub.tells(waits(WAIT))
    options = ("--url", stub.url, "--token-file", "t.jwt", "--json")

    for words in (
        (*options, "parked"),
        ("parked", *options),
        ("--url", NOWHERE, *options[4:], "parked", *options[:4]),
    ):
        assert clerk.run("cases", *words) == 0
        assert orjson.loads(clerk.out) == [WAIT]


def test_settings_said_before_and_after_add_up(clerk: Terminal) -> None:
    before = ("--profile", "dev", "--set", "server.host=127.0.0.2")

    assert clerk.run("cases", *before, "parked", "--set", "server.port=9") == 1
    assert "http://127.0.0.2:9/graphql: no answer" in clerk.err


def test_texts_from_outside_neither_style_nor_steer_the_terminal(
    clerk: Terminal, stub: Stub
) -> None:
    case = {**CASE, "steps": [STEP], "waits": [WAIT], "timeline": [EVENT]}
    shown = "[/bold] �[2J[red]x"
    options = ("--url", stub.url, "--token-file", "t.jwt")

    stub.tells({"data": {"case": case}})
    assert clerk.run("cases", "show", "C-1", *options) == 0
    assert clerk.out.count(shown) == 4  # receipt, why, what to do, what happened
    stub.tells(waits(WAIT))
    assert clerk.run("cases", "parked", *options) == 0
    assert clerk.out.count(shown) == 2
    stub.tells({"errors": [{"message": WILD}]})
    assert clerk.run("cases", "parked", *options) == 1
    assert shown in clerk.err


def test_every_page_is_read(clerk: Terminal, stub: Stub) -> None:
    stub.tells(waits(WAIT, after="next"), waits(WAIT))

    assert clerk.run("cases", "overdue", "--url", stub.url, "--token-file", "t.jwt") == 0
    assert "overdue: 2" in clerk.out
    assert [asked["variables"]["after"] for asked in stub.asked] == [None, "next"]


def test_what_was_refused_is_told_in_the_language_asked_for(clerk: Terminal, stub: Stub) -> None:
    problem = {"code": "WRONG_STATE", "path": [], "text": TEXT}
    outcome = {"__typename": "WrongState", "problems": [problem]}
    stub.tells({"data": {"retryFiling": outcome}})
    words = ("retry", "C-1:C:file:1", "--url", stub.url, "--token-file", "t.jwt", "--zh")

    assert clerk.run("cases", *words) == 1
    assert clerk.err.startswith("请向部门核实\nnext: ")


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        (502, b"<html>", "it answers 502, and is no gateway's GraphQL"),
        (200, b"[]", "it answers 200, and is no gateway's GraphQL"),
        (403, b'{"errors": ["no"], "data": null}', "it answers 403, and is no gateway's GraphQL"),
        (401, b"no", "this token is not believed"),
    ],
)
def test_an_answer_that_is_none_is_told_for_what_it_is(
    clerk: Terminal, stub: Stub, status: int, answer: bytes, told: str
) -> None:
    stub.tells(answer, status=status)

    assert clerk.run("cases", "parked", "--url", stub.url, "--token-file", "t.jwt") == 1
    assert told in clerk.err
    assert "next: " in clerk.err


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file"), ("", "there is no token in it"), ("证", "there is no token in it")],
)
def test_a_file_without_a_token_is_named(clerk: Terminal, content: str | None, told: str) -> None:
    if content is not None:
        Path("mine.jwt").write_text(content, encoding="utf-8")

    assert clerk.run("cases", "parked", "--url", NOWHERE, "--token-file", "mine.jwt") == 1
    assert f"mine.jwt: {told}" in clerk.err


def test_nothing_found_is_not_told_to_who_would_be_shown_nothing_anyway(
    clerk: Terminal, stub: Stub
) -> None:
    claims = urlsafe_b64encode(b'{"roles": ["auditor"]}').decode().rstrip("=")
    Path("t.jwt").write_text(f"e30.{claims}.x", encoding="ascii")
    stub.tells(waits())

    assert clerk.run("cases", "parked", "--url", stub.url, "--token-file", "t.jwt") == 1
    assert "does not have the role clerk" in clerk.err


def test_nothing_at_a_department_there_is_not_names_those_there_are(
    clerk: Terminal, stub: Stub
) -> None:
    stub.tells(waits(), {"data": {"departments": [{"id": "fire"}, {"id": "market"}]}})
    words = ("parked", "--department", "fires", "--url", stub.url, "--token-file", "t.jwt")

    assert clerk.run("cases", *words) == 1
    assert clerk.err == "there is no department 'fires'\nnext: name one of fire, market\n"


@pytest.mark.parametrize("said", [(), ("--receipt", "GZ-1", "--not-received"), ("--receipt", " ")])
def test_resolving_says_one_thing_and_not_two(clerk: Terminal, said: tuple[str, ...]) -> None:
    assert clerk.run("cases", "resolve", "C-1:C:file:1", *said) == 2
    assert "either --receipt NUMBER or --not-received" in clerk.err
