"""The outermost layer: what goes straight is marked and masked as everything else is."""

import httpx
import pytest
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.edge.rim import Rim


def saying(word: str, *headers: tuple[bytes, bytes]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": word.encode()})

    return app


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a bug")


async def got(path: str, *, dev: bool = False) -> httpx.Response:
    theirs = ((b"x-request-id", b"theirs"), (b"x-other", b"kept"), (b"x-dev-mode", b"0"))
    rim = Rim(
        saying("around", *theirs),
        new_id=lambda: "id-0001",
        dev=dev,
        straight={"/graphql": saying("straight", *theirs), "/broken": broken},
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=rim), base_url="http://x"
    ) as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "word"),
    [("/graphql", "straight"), ("/graphql/", "around"), ("/graphqls", "around"), ("/", "around")],
)
async def test_only_the_exact_path_goes_straight(path: str, word: str) -> None:
    assert (await got(path)).text == word


@pytest.mark.parametrize("path", ["/graphql", "/"])
async def test_our_headers_stand_once_on_every_answer_and_others_stay(path: str) -> None:
    answer = await got(path, dev=True)

    assert answer.headers.multi_items() == [
        ("x-other", "kept"),
        ("x-dev-mode", "1"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", "id-0001"),
    ]


async def test_a_bug_in_what_goes_straight_is_masked() -> None:
    answer = await got("/broken")

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (
        500,
        {"code": "INTERNAL", "requestId": "id-0001"},
    )


async def test_what_is_logged_while_a_request_is_answered_bears_its_id_and_nothing_after() -> None:
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(structlog.contextvars.get_contextvars())
        await saying("logged")(scope, receive, send)

    rim = Rim(app, new_id=lambda: "id-0001")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=rim), base_url="http://x"
    ) as client:
        await client.get("/", headers={"x-request-id": "theirs-0001"})
        await client.get("/")

    assert seen == [{"request_id": "theirs-0001"}, {"request_id": "id-0001"}]
    assert structlog.contextvars.get_contextvars() == {}
