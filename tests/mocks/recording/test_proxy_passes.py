"""The recording proxy keeps its clients apart, adds nothing, and says what went wrong."""

import argparse
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from mocks.recording.command import add_to, run
from mocks.recording.kept import Recording
from mocks.recording.people import PEOPLE
from mocks.recording.proxy import Proxy
from mocks.recording.redaction import Redaction
from mocks.recording.replay import Replay
from mocks.recording.rules import blanked


class Login:
    """A system that gives everyone a session, and says what it was asked with."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append((request.method, dict(request.headers)))
        if request.url.path != "/deaf":
            await request.body()
        reply: Response = JSONResponse({"number": len(self.asked)})
        reply.headers["set-cookie"] = f"JSESSIONID=geheim{len(self.asked)}; Path=/"
        reply.headers["x-name"] = "小满".encode().decode("latin-1")
        if request.url.path in ("/204", "/304"):
            reply = Response(status_code=int(request.url.path[1:]), headers={"etag": '"7"'})
        if request.url.path == "/bytes":
            reply = Response(bytes(range(256)), media_type="application/octet-stream")
        await reply(scope, receive, send)


class Broken(httpx.AsyncBaseTransport):
    """A line that ends so."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        raise self.error


def proxy(folder: Path, line: httpx.AsyncBaseTransport) -> Proxy:
    recording = Recording(folder=folder, redaction=Redaction(patterns=PEOPLE), most=50)
    return Proxy(to="http://real.example", recording=recording, line=line, cap=9999, within_s=3)


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers(dest="command"))
    return parser.parse_args(words)


def kept_in(folder: Path) -> list[str]:
    return [file.read_text("utf-8") for file in sorted(folder.glob("*.json"))]


async def ask(app: Any, method: str, path: str, **said: Any) -> httpx.Response:
    line = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=line, base_url="http://proxy") as client:
        return await client.request(method, path, **said)


async def test_the_session_of_one_client_goes_to_no_other(tmp_path: Path) -> None:
    system = Login()
    app = proxy(tmp_path, httpx.ASGITransport(system))

    first = await ask(app, "GET", "/login")
    await ask(app, "GET", "/mine")
    await ask(app, "GET", "/mine", headers={"cookie": "JSESSIONID=geheim1"})

    assert first.headers["set-cookie"] == "JSESSIONID=geheim1; Path=/"
    assert [headers.get("cookie") for _, headers in system.asked] == [
        None, None, "JSESSIONID=geheim1",
    ]  # fmt: skip
    kept = "".join(kept_in(tmp_path))
    assert "geheim" not in kept
    assert "JSESSIONID=***" in kept


async def test_a_client_that_says_little_is_given_no_headers(tmp_path: Path) -> None:
    system = Login()
    app = proxy(tmp_path, httpx.ASGITransport(system))
    scope = {
        "type": "http", "method": "GET", "path": "/x", "raw_path": b"/x", "query_string": b"",
        "headers": [(b"host", b"proxy")], "scheme": "http", "server": ("proxy", 80),
    }  # fmt: skip

    async def nothing(*_: Any) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    await app(scope, nothing, nothing)

    assert set(system.asked[0][1]) == {"host", "accept-encoding"}


@pytest.mark.parametrize("path", ["/204", "/304", "/bytes", "/name"])
async def test_replies_of_every_kind_are_replayed_as_they_passed(tmp_path: Path, path: str) -> None:
    passed = await ask(proxy(tmp_path, httpx.ASGITransport(Login())), "GET", path)

    replay = Replay(tmp_path, blanked(Redaction(patterns=PEOPLE))).application()
    again = await ask(replay, "GET", path)

    assert (again.status_code, again.content) == (passed.status_code, passed.content)
    assert again.headers.get("x-name") == passed.headers.get("x-name")


async def test_a_304_may_tell_a_length_it_does_not_have(tmp_path: Path) -> None:
    async def unchanged(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=304, headers={"content-length": "5"})(scope, receive, send)

    reply = await ask(proxy(tmp_path, httpx.ASGITransport(unchanged)), "GET", "/x")

    assert "content-length" not in reply.headers  # the server would wait for five bytes
    assert len(kept_in(tmp_path)) == 1


async def test_a_form_in_parts_is_found_again_whatever_its_boundary(tmp_path: Path) -> None:
    files = {"file": ("a.txt", b"text"), "password": (None, "geheim")}
    await ask(proxy(tmp_path, httpx.ASGITransport(Login())), "POST", "/up", files=files)

    replay = Replay(tmp_path, blanked(Redaction(patterns=PEOPLE))).application()

    assert (await ask(replay, "POST", "/up", files=files)).status_code == 200
    other = {**files, "file": ("a.txt", b"other")}
    assert (await ask(replay, "POST", "/up", files=other)).status_code == 404


async def test_what_is_sent_compressed_is_passed_and_not_kept(tmp_path: Path) -> None:
    app = proxy(tmp_path, httpx.ASGITransport(Login()))

    reply = await ask(app, "POST", "/x", content=b"\x1f\x8b", headers={"content-encoding": "gzip"})

    assert (reply.status_code, kept_in(tmp_path)) == (200, [])


async def test_a_request_that_was_not_heard_out_is_not_kept(tmp_path: Path) -> None:
    app = proxy(tmp_path, httpx.ASGITransport(Login()))

    reply = await ask(app, "POST", "/deaf", content=b"x" * 99)

    assert (reply.status_code, kept_in(tmp_path)) == (200, [])


async def test_a_full_disk_takes_the_recording_and_not_the_reply(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "land"
    app = proxy(folder, httpx.ASGITransport(Login()))
    folder.rmdir()

    reply = await ask(app, "GET", "/a;jsessionid=geheim/x")

    assert reply.status_code == 200
    assert "/a;jsessionid=***/x: not kept: [Errno 2]" in caplog.text


def _untrusted() -> Exception:
    error = httpx.ConnectError("handshake")
    cause = ssl.SSLCertVerificationError()
    cause.verify_message = "unable to get local issuer certificate"
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "said", "mend"),
    [
        (_untrusted(), "not trusted here: unable to get local issuer", "SSL_CERT_FILE"),
        (httpx.ConnectError("refused"), "cannot be reached: refused", "--to"),
        (httpx.ReadTimeout("late"), "no answer within 3 s", "--within"),
        (httpx.RemoteProtocolError("cut"), "the line broke: cut", "HTTP"),
    ],
)
async def test_a_system_that_does_not_answer_is_told_with_the_remedy(
    tmp_path: Path, error: Exception, said: str, mend: str
) -> None:
    reply = await ask(proxy(tmp_path, Broken(error)), "GET", "/x")

    assert reply.status_code == 502
    assert said in reply.json()["detail"]
    assert mend in reply.json()["mend"]


def test_more_of_a_recording_is_redacted_by_the_rules_it_began_with(tmp_path: Path) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text('fields = ["GMSFHM"]\n')
    words = ["record", "--to", "http://127.0.0.1:1", "--as", "land", "--for", "0", "--folder"]

    assert run(parsed(*words, str(tmp_path), "--rules", str(rules))) == 0
    assert (tmp_path / "land/rules.toml").read_text() == rules.read_text()
    assert run(parsed(*words, str(tmp_path), "--more")) == 0
    (tmp_path / "land/rules.toml").write_text("[")
    assert run(parsed(*words, str(tmp_path), "--more")) == 1  # they are read


def test_a_folder_that_cannot_be_written_to_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    words = ["record", "--to", "http://127.0.0.1:1", "--as", "land", "--for", "0", "--folder"]

    assert run(parsed(*words, str(tmp_path / "file"))) == 1
    assert "not recorded: " in capsys.readouterr().err


def test_an_address_with_a_password_in_it_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("record", "--to", "https://u:geheim@real.example", "--as", "land")

    assert "geheim" not in capsys.readouterr().err


@pytest.mark.parametrize("heard", [0, 1])
async def test_a_client_that_goes_away_ends_quietly_and_is_noted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, heard: int
) -> None:
    app = proxy(tmp_path, httpx.ASGITransport(Login()))
    scope = {
        "type": "http", "method": "POST", "path": "/a", "raw_path": b"/a", "query_string": b"",
        "headers": [(b"host", b"proxy"), (b"content-length", b"9")], "scheme": "http",
        "server": ("proxy", 80),
    }  # fmt: skip
    coming = iter([{"type": "http.request", "body": b"123456789", "more_body": False}][:heard])
    said: list[Any] = []

    async def receive() -> Any:
        return next(coming, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        said.append(message)

    await app(scope, receive, send)

    assert "/a: not kept: the client went away" in caplog.text
    assert kept_in(tmp_path) == []
    assert not any(one.get("status") == 502 for one in said)
