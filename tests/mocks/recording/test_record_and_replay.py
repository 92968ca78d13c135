"""A system is recorded through the proxy, redacted, and played again."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from mocks.recording.kept import Recording
from mocks.recording.people import PEOPLE
from mocks.recording.proxy import Proxy
from mocks.recording.redaction import Redaction
from mocks.recording.replay import Replay
from mocks.recording.rules import blanked

ID = "310101197404133341"
CAP = 10_000


class System:
    """The real one: it counts, it is slow, it redirects, it answers too much."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{p:path}", self.answer, methods=["GET", "POST"])])

    async def answer(self, request: Request) -> Response:
        self.asked.append(request)
        body = (await request.body()).decode()
        path = request.url.path
        if path == "/base/moved":
            return RedirectResponse("https://elsewhere.example/")
        if path == "/base/big":
            return StreamingResponse(_pieces(), media_type="text/plain")
        if path == "/base/packed":
            return Response(zlib.compress(b"x"), headers={"content-encoding": "deflate"})
        if path == "/base/slow":
            await asyncio.sleep(5)
        told = {"number": len(self.asked), "holder": ID, "access_token": "geheim", "sent": body}
        return JSONResponse(told, headers={"Set-Cookie": "s=geheim", "X-Kept": "yes"})


async def _pieces() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"x" * 1000


@dataclass
class Stage:
    """A system, the proxy before it, and the recording."""

    system: System
    proxy: Proxy
    folder: Path

    async def ask(self, method: str, path: str, **said: Any) -> httpx.Response:
        return await asked(self.proxy, method, path, **said)

    @property
    def kept(self) -> list[dict[str, Any]]:
        return [json.loads(file.read_text("utf-8")) for file in sorted(self.folder.glob("*.json"))]

    def replay(self, **how: Any) -> Any:
        return Replay(self.folder, blanked(Redaction(patterns=PEOPLE)), **how).application()


async def asked(app: Any, method: str, path: str, **said: Any) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://proxy"
    ) as client:
        return await client.request(method, path, **said)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    system, folder = System(), tmp_path / "land"
    recording = Recording(folder=folder, redaction=Redaction(patterns=PEOPLE), most=5)
    line = httpx.ASGITransport(system.app())
    return Stage(
        system,
        Proxy(
            to="http://real.example/base", recording=recording, line=line, cap=CAP, within_s=0.5
        ),
        folder,
    )  # fmt: skip


async def test_everything_passes_as_it_came_and_is_kept_without_secrets(stage: Stage) -> None:
    reply = await stage.ask(
        "POST", f"/people/{ID}?token=geheim", json={"phone": "13987707662"},
        headers={"Authorization": "Bearer geheim"},
    )  # fmt: skip

    passed = stage.system.asked[0]
    assert passed.url == f"http://real.example/base/people/{ID}?token=geheim"
    assert passed.headers["authorization"] == "Bearer geheim"
    assert reply.json()["access_token"] == "geheim"
    [example] = stage.kept
    text = json.dumps(example)
    assert not any(secret in text for secret in ("geheim", ID, "13987707662"))
    assert example["exchanges"][0]["reply"]["headers"]["x-kept"] == "yes"


async def test_a_redirect_is_passed_on_and_not_followed(stage: Stage) -> None:
    reply = await stage.ask("GET", "/moved")

    assert (reply.status_code, len(stage.system.asked)) == (307, 1)
    assert reply.headers["location"] == "https://elsewhere.example/"


@pytest.mark.parametrize("path", ["/big", "/packed"])
async def test_what_is_too_long_or_compressed_passes_and_is_not_kept(
    stage: Stage, path: str
) -> None:
    reply = await stage.ask("GET", path)

    assert reply.status_code == 200
    assert stage.kept == []


async def test_a_system_that_does_not_answer_in_time_is_a_502(stage: Stage) -> None:
    reply = await stage.ask("GET", "/slow")

    assert reply.status_code == 502
    assert reply.json()["title"] == "real.example did not answer: TimeoutError"
    assert stage.kept == []


async def test_only_so_many_are_kept(stage: Stage) -> None:
    for number in range(7):
        assert (await stage.ask("GET", f"/n/{number}")).status_code == 200

    assert len(stage.kept) == 5


async def test_the_same_request_gets_the_same_replies_in_turn(stage: Stage) -> None:
    body = {"client_secret": "geheim", "form": {"id": ID, "floor": 1}}
    for _ in "ab":
        await stage.ask("POST", "/apply", json=body)
    app = stage.replay()

    other = {"form": {"floor": 1, "id": "110105194912310029"}, "client_secret": "another"}
    numbers = [(await asked(app, "POST", "/apply", json=other)).json()["number"] for _ in "abc"]

    assert numbers == [1, 2, 2]


async def test_what_was_not_recorded_says_where_it_differs(stage: Stage) -> None:
    await stage.ask("POST", "/apply", json={"floor": 1})
    strict, near = stage.replay(), stage.replay(near=True)

    refused = await asked(strict, "POST", "/apply", json={"floor": 2})

    assert (refused.status_code, refused.json()["differs"]) == (404, ["body /floor"])
    assert (await asked(near, "POST", "/apply", json={"floor": 2})).status_code == 200
    assert (await asked(near, "POST", "/other", json={"floor": 1})).status_code == 404


async def test_a_recording_goes_on_behind_its_last_file_whatever_was_taken_away(
    stage: Stage,
) -> None:
    for _ in "ab":
        await stage.ask("GET", "/x")
    (stage.folder / "0001-get-x.json").unlink()
    again = Recording(folder=stage.folder, redaction=Redaction(), most=5)
    stage.proxy.recording = again

    await stage.ask("GET", "/x")

    assert sorted(file.name for file in stage.folder.glob("*.json")) == [
        "0002-get-x.json",
        "0003-get-x.json",
    ]


async def test_headers_that_are_not_ascii_pass_as_they_came(stage: Stage) -> None:
    reply = await stage.ask("GET", "/x", headers={b"x-name": "小满".encode("gbk")})

    assert reply.status_code == 200
    assert stage.system.asked[0].headers["x-name"].encode("latin-1") == "小满".encode("gbk")


async def test_an_address_no_client_can_send_on_is_told_and_not_kept(stage: Stage) -> None:
    stage.proxy.to = "http://real.example:port"

    reply = await stage.ask("GET", "/x")

    assert (reply.status_code, stage.kept) == (502, [])
