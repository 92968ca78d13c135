"""A system is recorded through the proxy, redacted, and played again."""

import asyncio
import json
import re
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from mocks.anything.exchange import Answer
from mocks.recording.credentials import refused_for_credentials
from mocks.recording.kept import Recording
from mocks.recording.people import PEOPLE, Pattern
from mocks.recording.personal import NAMED
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
        if path == "/base/asks-who":
            said = (request.headers.get("authorization"), request.query_params.get("token"))
            if not {"Bearer good", "good"} & {*said}:
                return JSONResponse({"error": "who are you?"}, 401)
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


CASE = "C-51 0042"
OWN = Redaction(
    patterns=[
        Pattern(name="case", looks=re.compile(r"(?<!\d)C-5[1-4] \d{4}|SECRET PLACE")),
        *PEOPLE,
    ],
    named=NAMED,
)


@pytest.fixture
def told(stage: Stage) -> Stage:
    """The same, by further rules."""
    stage.proxy.recording = Recording(folder=stage.folder, redaction=OWN, most=50)
    return stage


def replay_of(stage: Stage) -> Any:
    return Replay(stage.folder, blanked(OWN)).application()


@pytest.mark.parametrize(
    "said",
    [
        {"case": CASE},
        {"place": "at SECRET PLACE"},
        {"xm": "张三", "dz": "漕溪北路8号"},
        {"sfzh": "E12345678"},
        {"lxdh": 64310001},
        {"inner": json.dumps({"case": CASE, "xm": "张三"})},
        {"packed": b64encode(json.dumps({"case": CASE, "id": ID}).encode()).decode()},
        {"mail": "someone@land.example", "tel": "021-64310000"},
    ],
)
async def test_what_has_a_pseudonym_is_found_again_and_told_as_it_is_asked(
    told: Stage, said: dict[str, Any]
) -> None:
    path = "/p/" + CASE.replace(" ", "%20")
    before = await told.ask("POST", path, json=said, params={"xm": "张三"})

    after = await asked(replay_of(told), "POST", path, json=said, params={"xm": "张三"})

    kept = json.dumps(told.kept, ensure_ascii=False)
    values = [one for one in said.values() if isinstance(one, str) and len(one) < 30]
    assert not any(value in kept for value in (*values, CASE, "SECRET PLACE"))
    assert after.status_code == 200
    assert json.loads(after.json()["sent"]) == json.loads(before.json()["sent"])


async def test_a_pseudonym_fits_the_pattern_it_stands_for(told: Stage) -> None:
    await told.ask("GET", "/x", params={"case": CASE})

    [example] = told.kept
    path = unquote_plus(example["exchanges"][0]["request"]["path"])
    assert re.fullmatch(r"/x\?case=C-5[1-4] \d{4}", path)
    assert CASE not in path


async def test_each_person_gets_the_replies_recorded_for_one(told: Stage) -> None:
    ids = {"a": ID, "b": "110105194912310029"}
    for one in ids.values():
        await told.ask("GET", "/person", params={"id": one})
    app = replay_of(told)

    async def number(one: str) -> Any:
        return (await asked(app, "GET", "/person", params={"id": one})).json()["number"]

    assert [await number(ids[one]) for one in "abaabb"] == [1, 2, 1, 1, 2, 2]
    assert await number("11010519491231002X") == 2  # a third: the last one again


async def test_who_asks_with_the_pseudonyms_gets_just_those_replies(told: Stage) -> None:
    for one in (ID, "110105194912310029"):
        await told.ask("GET", "/person", params={"id": one})
    first, second = (one["exchanges"][0]["request"]["path"] for one in told.kept)
    app = replay_of(told)

    numbers = [(await asked(app, "GET", one)).json()["number"] for one in (second, first, second)]

    assert numbers == [2, 1, 2]


async def test_a_reply_repeats_the_id_of_the_message_it_answers(told: Stage) -> None:
    def said(number: int) -> dict[str, Any]:
        return {"id": f"{number:032x}", "at": f"2026-09-21T09:00:0{number}+08:00", "floor": 1}

    for number in (1, 2):
        await told.ask("POST", "/x", json=said(number))
    app = replay_of(told)

    replies = [(await asked(app, "POST", "/x", json=said(n))).json() for n in (7, 8)]

    assert [one["number"] for one in replies] == [1, 2]
    assert [json.loads(one["sent"])["id"] for one in replies] == [said(7)["id"], said(8)["id"]]
    other = {**said(9), "floor": 2}
    assert (await asked(app, "POST", "/x", json=other)).status_code == 404


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"params": [("a", "1"), ("a", "2")]}, {"params": [("a", "3"), ("a", "2")]}),
        ({"content": b'<q id="7"/>'}, {"content": b'<q id="8"/>'}),
        (
            {"content": b"<e:Envelope xmlns:e='urn:e'><e:Body><q id='7'/></e:Body></e:Envelope>"},
            {"content": b"<e:Envelope xmlns:e='urn:e'><e:Body><q id='8'/></e:Body></e:Envelope>"},
        ),
    ],
)
async def test_requests_that_differ_anywhere_are_not_the_same(
    told: Stage, one: dict[str, Any], other: dict[str, Any]
) -> None:
    await told.ask("POST", "/x", **one)
    app = replay_of(told)

    assert (await asked(app, "POST", "/x", **one)).status_code == 200
    assert (await asked(app, "POST", "/x", **other)).status_code == 404


async def test_a_path_that_begins_with_two_slashes_stays_one(told: Stage) -> None:
    await told.ask("GET", "http://proxy//land/7?n=1")

    assert (await asked(replay_of(told), "GET", "http://proxy//land/7?n=1")).status_code == 200


GOOD = {"authorization": "Bearer good"}
REFUSED = {"authorization": "Bearer wrong"}


async def recorded(stage: Stage, *sent: dict[str, str], path: str = "/asks-who") -> Any:
    for headers in sent:
        await stage.ask("GET", path, headers=headers)
    return stage.replay()


async def statuses(app: Any, *sent: dict[str, str], path: str = "/asks-who") -> list[int]:
    return [(await asked(app, "GET", path, headers=headers)).status_code for headers in sent]


async def test_who_sends_credentials_is_not_told_that_somebody_elses_were_refused(
    stage: Stage,
) -> None:
    app = await recorded(stage, {}, REFUSED, GOOD)

    assert await statuses(app, {"authorization": "Bearer mine"}, GOOD, {}, GOOD, {}) == [
        200, 200, 401, 200, 401,
    ]  # fmt: skip


async def test_credentials_in_a_parameter_count_likewise(stage: Stage) -> None:
    for path in ("/asks-who?token=wrong", "/asks-who?token=good"):
        await stage.ask("GET", path)

    [reply] = await statuses(stage.replay(), {}, path="/asks-who?token=mine")

    assert reply == 200


async def test_where_nothing_but_a_refusal_was_recorded_everyone_gets_it(stage: Stage) -> None:
    app = await recorded(stage, REFUSED)

    assert await statuses(app, GOOD, {}) == [401, 401]


async def test_who_sends_none_gets_what_was_recorded_with_some_where_nothing_else_was(
    stage: Stage,
) -> None:
    app = await recorded(stage, GOOD)

    assert await statuses(app, {}) == [200]


async def test_a_refusal_of_one_person_is_not_preferred_to_the_record_of_another(
    told: Stage,
) -> None:
    other = "110105194912310029"
    await told.ask("GET", "/asks-who", params={"id": ID}, headers=REFUSED)
    await told.ask("GET", "/asks-who", params={"id": other}, headers=GOOD)

    reply = await asked(replay_of(told), "GET", "/asks-who", params={"id": ID}, headers=GOOD)

    assert reply.status_code == 200


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        (401, b"", True),
        (407, b"", True),
        (403, b"", False),
        (500, b"<faultcode>wsse:FailedAuthentication</faultcode>", True),
        (500, b"<faultcode>soap:Server</faultcode>", False),
        (400, b'{"error": "invalid_client"}', True),
        (400, b'{"error": "invalid_scope"}', False),
    ],
)
def test_a_refusal_for_credentials_is_known_by_what_standards_say_of_it(
    status: int, body: bytes, refused: bool
) -> None:
    assert refused_for_credentials(Answer(status=status, body=body)) is refused
