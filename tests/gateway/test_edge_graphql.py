"""GraphQL over HTTP: every rule of the official audit, and bodies nobody should send."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message

from gateway.edge.encoding import encode
from gateway.edge.graphql import GraphQLEndpoint, Limits, MutationByGet
from gateway.edge.graphql_request import Operation
from gateway.edge.rim import Rim
from gateway.execution.own import OwnAnswer
from gateway.execution.remembered import PublicAnswer, Remembered
from schema.domain.text import Language
from schema.graph.ports import Viewer

NEW = "application/graphql-response+json"
OLD = "application/json"
STRANGER = Viewer(subject="", roles=frozenset())
CITIZEN = Viewer(subject="person:1", roles=frozenset({"citizen"}))


class FakeExecute:
    """Answers by what the query begins with, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Operation, Viewer, Language]] = []

    async def __call__(
        self, operation: Operation, *, viewer: Viewer, language: Language, request_id: str
    ) -> Mapping[str, Any] | PublicAnswer | OwnAnswer:
        self.asked.append((operation, viewer, language))
        if operation.query.startswith("mutation") and operation.queries_only:
            raise MutationByGet
        if operation.query.startswith("bug"):
            raise RuntimeError("dsn=postgres://secret")
        if operation.query.startswith("public"):
            return PUBLIC
        if operation.query.startswith("bytes"):
            return OwnAnswer(b'{"data":{"a":1}}', lambda: True, None)
        if operation.query.startswith("partial"):
            return {"data": None, "errors": [{"message": "no", "path": ["a"]}]}
        if operation.query.startswith("{"):
            return {
                "data": {"area": Decimal("186.50")},
                "extensions": {"calls": [{"department": "fire"}]},
            }
        return {"errors": [{"message": "Syntax Error"}]}


async def authenticate(token: str | None) -> Viewer | None:
    return {None: STRANGER, "good": CITIZEN}.get(token)


def client(
    *, dev: bool = False, limits: Limits | None = None
) -> tuple[httpx.AsyncClient, FakeExecute]:
    execute = FakeExecute()
    endpoint = GraphQLEndpoint(
        execute=execute, authenticate=authenticate, dev=dev, limits=limits or Limits()
    )
    app = Rim(endpoint, new_id=lambda: "request-0001", dev=dev)
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://gateway"), execute


async def post(body: bytes, **headers: str) -> httpx.Response:
    sender, _ = client()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await sender.post("/graphql", content=body, headers={"content-type": OLD, **given})


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, OLD),
        ("*/*", OLD),
        (OLD, OLD),
        (NEW, NEW),
        (f"{NEW}, {OLD};q=0.9", NEW),
        (f"{NEW};q=0.1, {OLD}", OLD),
        (f"text/html, {NEW}", NEW),
        ("text/event-stream, application/json", OLD),
    ],
)
async def test_answer_has_the_media_type_asked_for(accept: str | None, media_type: str) -> None:
    sender, _ = client()
    headers = {} if accept is None else {"accept": accept}

    answer = await sender.post("/graphql", json={"query": "{a}"}, headers=headers)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("not a query", NEW, 400),
        ("not a query", OLD, 200),
        ("partial", NEW, 200),
        ("partial", OLD, 200),
        ("{a}", NEW, 200),
        ("bytes", NEW, 200),
    ],
)
async def test_request_error_is_400_only_in_the_new_media_type(
    query: str, accept: str, status: int
) -> None:
    answer = await post(b'{"query": "%s"}' % query.encode(), accept=accept)

    assert answer.status_code == status


async def test_request_error_has_no_data_entry() -> None:
    answer = await post(b'{"query": "not a query"}', accept=NEW)

    assert answer.json() == {"errors": [{"message": "Syntax Error"}]}


async def test_unacceptable_answer_type_is_406() -> None:
    assert (await post(b'{"query": "{a}"}', accept="image/png")).status_code == 406


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=gbk",
        "application/graphql",
        "",
    ],
)
async def test_only_exact_json_may_be_posted(content_type: str) -> None:
    answer = await post(b'{"query": "{a}"}', content_type=content_type)

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_in_utf8_is_taken(content_type: str) -> None:
    assert (await post(b'{"query": "{a}"}', content_type=content_type)).status_code == 200


HOSTILE = [
    b"",
    b'"x"',
    b"12",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"{",
    b"\xff\xfe",
    b'{"query": "\xff"}',
    b'{"query": "\\ud800"}',
    b'{"query": ""}',
    b'{"query": "  "}',
    b'{"query": 1}',
    b'{"query": ["{a}"]}',
    b'{"query": {"a": 1}}',
    b'{"query": null}',
    b'{"query": "{a}", "variables": 1}',
    b'{"query": "{a}", "variables": []}',
    b'{"query": "{a}", "variables": "{}"}',
    b'{"query": "{a}", "operationName": 1}',
    b'{"query": "{a}", "operationName": {}}',
    b'{"query": "{a}", "extensions": []}',
    b'{"query": "{a}", "extensions": "x"}',
    b'{"query": "{a}", "variables": {"x": NaN}}',
    b'{"query": "{a}", "variables": {"x": Infinity}}',
    b'{"query": "{a}", "variables": {"x": 1e999}}',
    b'{"query": "{a}", "variables": {"x": 99999999999999999999}}',
    b'{"query": "{a}", "variables": {"x": [{"y": -9007199254740993.0}]}}',
    b'{"query": "{a}", "variables": {"x": ' + b"9" * 6_000 + b"}}",
    b'{"query": "{a}", "variables": {"x": ' + b"[" * 30 + b"]" * 30 + b"}}",
    b"[" * 50_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_hostile_body_is_a_short_400(body: bytes, accept: str) -> None:
    answer = await post(body, accept=accept)

    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert len(answer.content) < 300


@pytest.mark.parametrize("member", ["variables", "operationName", "extensions"])
async def test_null_members_are_as_absent(member: str) -> None:
    sender, execute = client()

    answer = await sender.post("/graphql", json={"query": "{a}", member: None})

    assert answer.status_code == 200
    assert execute.asked[0][0] == Operation(query="{a}", variables={})


async def test_body_over_the_cap_is_413_whether_declared_or_not() -> None:
    sender, execute = client(limits=Limits(body_bytes=50))

    async def pieces() -> Any:
        yield b'{"query": "' + b" " * 100
        yield b'{a}"}'

    declared = await sender.post("/graphql", json={"query": "{a}" + " " * 100})
    streamed = await sender.post("/graphql", content=pieces(), headers={"content-type": OLD})

    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert execute.asked == []


async def test_slow_body_is_408_and_the_connection_ends() -> None:
    execute = FakeExecute()
    endpoint = GraphQLEndpoint(
        execute=execute, authenticate=authenticate, limits=Limits(body_deadline_s=0.02)
    )
    sent: list[Message] = []
    pieces = iter([{"type": "http.request", "body": b'{"que', "more_body": True}])

    async def receive() -> Message:
        for piece in pieces:
            return piece
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await endpoint(_scope("POST"), receive, send)

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert execute.asked == []


async def test_client_that_leaves_is_not_answered() -> None:
    execute = FakeExecute()
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await GraphQLEndpoint(execute=execute, authenticate=authenticate)(_scope("POST"), receive, send)

    assert (sent, execute.asked) == ([], [])


def _scope(method: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }


async def test_get_carries_a_query_with_variables() -> None:
    sender, execute = client()

    answer = await sender.get(
        "/graphql", params={"query": "{a}", "variables": '{"x": 1}', "operationName": "Q"}
    )

    assert answer.status_code == 200
    assert execute.asked[0][0] == Operation(
        query="{a}", variables={"x": 1}, name="Q", queries_only=True
    )


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 400),
        ({"query": ""}, 400),
        ({"query": "{a}", "variables": "x"}, 400),
        ({"query": "{a}", "variables": "[1]"}, 400),
        ({"query": "{a}", "extensions": "1"}, 400),
        ({"query": "mutation { a }"}, 405),
    ],
)
async def test_get_refuses(params: dict[str, str], status: int) -> None:
    sender, _ = client()

    assert (await sender.get("/graphql", params=params)).status_code == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"])
async def test_other_methods_are_405(method: str) -> None:
    sender, _ = client()

    answer = await sender.request(method, "/graphql")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.3, zh-Hans;q=0.7", "zh"),
        ("fr, en;q=0.5", "en"),
        ("fr", "zh"),
        ("*", "zh"),
        ("en;q=x", "zh"),
        ("en;q=0", "zh"),
    ],
)
async def test_language_follows_the_client(header: str | None, language: str) -> None:
    sender, execute = client()
    headers = {} if header is None else {"accept-language": header}

    answer = await sender.post("/graphql", json={"query": "{a}"}, headers=headers)

    assert answer.headers["content-language"] == execute.asked[0][2] == language
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 200),
        ("Bearer good", 200),
        ("bearer good", 200),
        ("Bearer bad", 401),
        ("Bearer", 401),
        ("Basic Z29vZA==", 401),
        ("Bearer " + "x" * 9_000, 401),
    ],
)
async def test_token_decides_who_asks(header: str | None, status: int) -> None:
    sender, execute = client()
    headers = {} if header is None else {"authorization": header}

    answer = await sender.post("/graphql", json={"query": "{a}"}, headers=headers)

    assert answer.status_code == status
    if status == 200:
        assert execute.asked[0][1] is (CITIZEN if header else STRANGER)
    else:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert execute.asked == []


async def test_answers_are_neither_stored_nor_sniffed_and_carry_an_id() -> None:
    answer = await post(b'{"query": "{a}"}')

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"] == "request-0001"
    assert "x-dev-mode" not in answer.headers


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("trace-12345678", "trace-12345678"),
        ("short", "request-0001"),
        ("a b\tc<d>ef", "request-0001"),
    ],
)
async def test_request_id_of_the_client_is_kept_when_it_is_one(given: str, kept: str) -> None:
    answer = await post(b'{"query": "{a}"}', x_request_id=given)

    assert answer.headers["x-request-id"] == kept


async def test_calls_are_shown_to_developers_only() -> None:
    developer, _ = client(dev=True)
    public, _ = client()

    seen = await developer.post("/graphql", json={"query": "{a}"})
    hidden = await public.post("/graphql", json={"query": "{a}"})

    assert seen.json()["extensions"] == {"calls": [{"department": "fire"}]}
    assert seen.headers["x-dev-mode"] == "1"
    assert hidden.json() == {"data": {"area": "186.50"}}


async def test_bug_is_masked_and_named_by_request_id() -> None:
    answer = await post(b'{"query": "bug"}', accept_language="en")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["errors"][0]["extensions"] == {
        "code": "INTERNAL",
        "requestId": "request-0001",
    }


PUBLIC = PublicAnswer(b'{"data":{"p":1}}', b"d1")


async def asked_publicly(method: str = "GET", **headers: str) -> httpx.Response:
    sender, _ = client()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if method == "GET":
        return await sender.get("/graphql", params={"query": "public"}, headers=given)
    return await sender.post("/graphql", json={"query": "public"}, headers=given)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_public_answer_may_be_kept_by_all_and_is_asked_about_first(method: str) -> None:
    answer = await asked_publicly(method)

    assert (answer.status_code, answer.content) == (200, PUBLIC.content)
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert answer.headers["etag"] == '"d1-zhj"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "known", ['"d1-zhj"', 'W/"d1-zhj"', '"other", "d1-zhj"', "*", '"other" , W/"d1-zhj" ']
)
async def test_an_answer_that_is_known_is_not_sent_again(known: str) -> None:
    answer = await asked_publicly(if_none_match=known)

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"d1-zhj"'
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["x-request-id"] == "request-0001"
    assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"if_none_match": '"d1-zhg"'},
        {"if_none_match": '"d1"'},
        {"if_none_match": ""},
        {"if_none_match": '"d1-zhj"', "accept": NEW},
        {"if_none_match": '"d1-zhj"', "accept_language": "en"},
        {"if_none_match": '"d1-zhj"', "method": "POST"},
    ],
)
async def test_any_other_answer_is_sent_whole(headers: dict[str, str]) -> None:
    answer = await asked_publicly(**headers)

    assert (answer.status_code, answer.content) == (200, PUBLIC.content)


async def test_a_public_answer_is_not_for_a_token_that_does_not_hold() -> None:
    assert (await asked_publicly(authorization="Bearer bad")).status_code == 401


async def test_of_a_field_sent_twice_the_first_counts() -> None:
    sender, execute = client()
    headers = [("content-type", OLD), ("content-type", "text/plain"),
               ("authorization", "Bearer good"), ("authorization", "Bearer bad")]  # fmt: skip

    answer = await sender.post("/graphql", content=b'{"query": "{a}"}', headers=headers)

    assert answer.status_code == 200
    assert execute.asked[0][1] is CITIZEN


class Catalogue:
    """What is remembered over it is forgotten with it."""

    def __init__(self) -> None:
        self.edition = object()
        self.remembered = Remembered(lambda: self.edition, found=lambda: None)
        self.execute = FakeExecute()
        endpoint = GraphQLEndpoint(
            execute=self.execute, authenticate=authenticate, remembered=self.remembered
        )
        transport = httpx.ASGITransport(Rim(endpoint, new_id=lambda: "request-0001"))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    async def ask(self, method: str = "POST", query: str = "public", **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: Any = {"params": {"query": query}} if method == "GET" else {"json": {"query": query}}
        return await self.client.request(method, "/graphql", headers=given, **sent)


async def test_a_public_answer_is_made_once_for_each_way_and_language_it_is_asked_in() -> None:
    world = Catalogue()

    answers = [
        await world.ask(method, accept_language=language, accept=accept)
        for _ in range(3)
        for method in ("GET", "POST")
        for language in ("zh", "en")
        for accept in (OLD, NEW)
    ]

    assert len(world.execute.asked) == 4
    assert {(a.status_code, a.content) for a in answers} == {(200, PUBLIC.content)}
    assert {(a.headers["content-language"], a.headers["content-type"]) for a in answers} == {
        (language, f"{kind}; charset=utf-8") for language in ("zh", "en") for kind in (OLD, NEW)
    }


async def test_the_query_of_a_url_is_no_body() -> None:
    world = Catalogue()
    await world.ask("GET")

    answer = await world.client.post(
        "/graphql", content=b"query=public", headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_JSON"


async def test_from_memory_too_a_token_must_hold_and_a_known_answer_is_not_sent_again() -> None:
    world = Catalogue()
    tag = (await world.ask("GET")).headers["etag"]

    refused = await world.ask("GET", authorization="Bearer bad")
    same = await world.ask("GET", if_none_match=tag, authorization="Bearer good")
    elsewhere = await world.ask("PUT")

    assert (refused.status_code, same.status_code, elsewhere.status_code) == (401, 304, 405)
    assert len(world.execute.asked) == 1


async def test_with_another_catalogue_it_is_made_anew() -> None:
    world = Catalogue()
    await world.ask()

    world.edition = object()
    await world.ask()

    assert len(world.execute.asked) == 2


async def test_what_is_not_public_is_never_remembered() -> None:
    world = Catalogue()

    answers = [await world.ask(query="bytes") for _ in range(2)]

    assert len(world.execute.asked) == 2
    assert len(world.remembered) == 0
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 2


@pytest.mark.parametrize(
    ("sent", "bare"),
    [
        ({"query": "{a}"}, True),
        ({"query": "{a}", "variables": {"x": 1}, "operationName": "A", "extensions": {}}, True),
        ({"query": "{a}", "extensions": {"x": 1}}, False),
        ({"query": "{a}", "other": 1}, False),
    ],
)
async def test_what_else_was_sent_is_noticed(sent: dict[str, Any], bare: bool) -> None:
    sender, execute = client()
    by_url = {key: orjson.dumps(v).decode() if key in ("variables", "extensions") else v
              for key, v in sent.items()}  # fmt: skip

    await sender.post("/graphql", json=sent)
    await sender.get("/graphql", params=by_url)

    assert [operation.bare for operation, _, _ in execute.asked] == [bare, bare]


class Kind(StrEnum):
    FOOD = "food"


def test_keys_of_another_type_become_texts_and_what_is_no_json_is_a_bug() -> None:
    odd = {"data": {"by": {1: Decimal("2.50"), Kind.FOOD: 3}}}

    assert encode(odd) == b'{"data":{"by":{"1":"2.50","food":3}}}'
    with pytest.raises(TypeError):
        encode({"data": object()})
