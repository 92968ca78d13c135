"""Byte for byte: answers a GraphQL department may give, and ought not to."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.department import DeclaredDepartment
from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from tests.adapters.conftest import Counter, filing_with
from tests.adapters.graphql.conftest import started, venue

JSON = "application/json"


@pytest.fixture
async def told(tmp_path: Path, counter: Counter) -> AsyncIterator[DeclaredDepartment]:
    async for one in started(tmp_path, counter.url):
        yield one


def says(counter: Counter, body: Any, status: int = 200, kind: str = JSON) -> None:
    counter.says(body if isinstance(body, str) else json.dumps(body), status=status, kind=kind)


def row(**change: Any) -> dict[str, Any]:
    whole = {**venue("1"), **change}
    whole["label"] = whole.pop("name")
    return {key: value for key, value in whole.items() if value is not Ellipsis}


async def read(department: DeclaredDepartment, *keys: str) -> Any:
    return await department.read("venue", "no", keys or ("1",), budget=1)


BROKEN = {
    "a wrong type": (row(seats="40"), "venues/0/seats: type"),
    "a missing entry": (row(area=...), "venues/0: required"),
    "null for what is never null": (row(state=None), "venues/0/state: enum"),
    "null for a scalar of its own": (row(area=None), "venues/0/area: not"),
    "an enum value not in the contract": (row(state="SOLD"), "venues/0/state: enum"),
    "a number too large": (row(seats=2**31), "venues/0/seats: maximum"),
    "null in a list": (row(tags=["a", None]), "venues/0/tags/1: type"),
    "no list": (row(tags="a"), "venues/0/tags: type"),
    "a number for an id": (row(no=1), "venues/0/no: type"),
    "a type nobody knows": (
        row(operator={"__typename": "Guild", "name": "x"}),
        "venues/0/operator/__typename: enum",
    ),
    "an entry its type must have": (
        row(operator={"__typename": "Company", "name": "x"}),
        "venues/0/operator: required",
    ),
}


async def test_a_member_told_twice_breaks_the_contract(
    told: DeclaredDepartment, counter: Counter
) -> None:
    once = json.dumps({"data": {"venues": [row()]}})
    says(counter, once.replace('"area": "186.50"', '"area": "10", "area": "186.50"'))

    with pytest.raises(ContractBroken, match="tells a member twice"):
        await read(told)


@pytest.mark.parametrize("name", BROKEN)
async def test_data_that_is_not_what_was_selected_breaks_the_contract(
    told: DeclaredDepartment, counter: Counter, name: str
) -> None:
    given, where = BROKEN[name]
    says(counter, {"data": {"venues": [given]}})

    with pytest.raises(ContractBroken, match=f"the reply breaks the schema at {where}"):
        await read(told)


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        ("<html>busy</html>", "text/html", "no JSON but text/html"),
        ("{", JSON, "not well-formed JSON"),
        ("[]", JSON, "neither data nor errors"),
        ("{}", JSON, "neither data nor errors"),
        ('{"data": null}', JSON, "breaks the schema at its root: type"),
        ('{"errors": []}', JSON, "neither data nor errors"),
        ('{"errors": "no"}', JSON, "no list of errors"),
        ('{"errors": [{"message": "bad"}]}', JSON, "code no code has no meaning"),
    ],
)
async def test_an_answer_that_is_none_breaks_the_contract(
    told: DeclaredDepartment, counter: Counter, body: str, kind: str, sentence: str
) -> None:
    says(counter, body, kind=kind)

    with pytest.raises(ContractBroken, match=sentence):
        await read(told)


def failing(code: str) -> dict[str, Any]:
    return {"errors": [{"message": "sentence", "extensions": {"code": code}}]}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, failing("SEALED"), Refused),
        (400, failing("NEW"), ContractBroken),
        (401, "", Misconfigured),
        (403, failing("NEW"), Misconfigured),
        (404, "<html>", ContractBroken),
        (302, "", Misconfigured),
        (500, failing("NEW"), OutcomeUnknown),
        (500, failing("BUSY"), NotDelivered),
        (502, "<html>", OutcomeUnknown),
        (503, "<html>", NotDelivered),
    ],
)
async def test_a_status_is_judged_after_the_errors_codes(
    told: DeclaredDepartment, counter: Counter, status: int, body: Any, error: type[AdapterError]
) -> None:
    says(counter, body, status)

    with pytest.raises(AdapterError) as raised:
        await told.file(filing_with(), budget=1)

    assert type(raised.value) is error


async def test_an_error_deep_in_a_row_is_that_rows(
    told: DeclaredDepartment, counter: Counter
) -> None:
    errors = [{"message": "x", "path": ["venues", 1, "openedOn"], "extensions": {"code": "SEALED"}}]
    rows = [row(), row(no="2", openedOn=None)]
    says(counter, {"data": {"venues": rows}, "errors": errors})

    found = await read(told, "1", "2")

    assert found["1"]["no"] == "1"
    assert isinstance(found["2"], Refused)


@pytest.mark.parametrize(
    "path", [None, [], ["venues"], ["other", 0], ["venues", 7], ["venues", "0"]]
)
async def test_an_error_without_a_row_fails_the_whole_call(
    told: DeclaredDepartment, counter: Counter, path: Any
) -> None:
    errors = [{"message": "x", "path": path, "extensions": {"code": "SEALED"}}]
    says(counter, {"data": {"venues": [row(), None]}, "errors": errors})

    with pytest.raises(Refused):
        await read(told, "1", "2")


async def test_silence_after_a_filing_is_unknown_and_no_connection_is_not_delivered(
    told: DeclaredDepartment, counter: Counter
) -> None:
    async def nothing(*_: Any) -> None:
        return None

    counter.acts.append(nothing)

    with pytest.raises(OutcomeUnknown):
        await told.file(filing_with(), budget=1)


@pytest.fixture
async def tokened(tmp_path: Path, counter: Counter) -> AsyncIterator[DeclaredDepartment]:
    header = 'kind = "header"\nname = "X-Key"\nvalue = "password"'
    oauth = 'kind = "oauth2"\ntoken_path = "/token"\nclient_id = "user"\nclient_secret = "password"'
    async for one in started(tmp_path, counter.url, lambda text: text.replace(header, oauth)):
        yield one


def token(counter: Counter, name: str) -> None:
    says(counter, {"access_token": name, "expires_in": 600})


async def test_a_read_is_asked_again_with_a_fresh_token_and_a_filing_is_not(
    tokened: DeclaredDepartment, counter: Counter
) -> None:
    token(counter, "t1")
    says(counter, failing("OLD"), 401)
    token(counter, "t2")
    says(counter, {"data": {"venues": [row()]}})
    says(counter, failing("OLD"), 401)

    assert (await read(tokened))["1"]["no"] == "1"
    with pytest.raises(NotDelivered):
        await tokened.file(filing_with(), budget=1)

    assert [b"Bearer t2" in heard for heard in counter.heard] == [False] * 3 + [True] * 2
