"""The lean line: connections are kept, closed ones left alone, and every way to fail is typed."""

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from adapters.errors import ContractBroken, Misconfigured, NotDelivered, OutcomeUnknown
from adapters.line import lean
from adapters.line.connection import Connection
from adapters.line.lean import LeanWire
from adapters.line.reply import ReplyReader
from adapters.line.trust import trusting
from adapters.line.turns import Turns
from adapters.wire import Endpoint, WireRequest
from tests.certificates import issued

GET = WireRequest(method="GET", path="/", headers={}, asks=True)
TRIES = 3  # this machine may be slow as well: only what is late each time is late
OK = b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A department that does with each connection what the next `talk` says, then the last."""

    def __init__(self) -> None:
        self.talks: list[Talk] = [answering]
        self.connections = self.open = self.most = 0
        self.heard: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, context: ssl.SSLContext | None = None) -> "Server":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        talk = self.talks.pop(0) if len(self.talks) > 1 else self.talks[0]
        try:
            await talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)


def saying(*said: bytes, then: str = "wait") -> Talk:
    """Say this to one question, then wait, close or reset."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for one in said:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(one)
        await writer.drain()
        if then == "wait":
            await reader.read()
        elif then == "reset":
            writer.transport.abort()

    return talk


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = await Server().start()
    yield made
    await made.stop()


@pytest.fixture
async def wire(server: Server) -> AsyncIterator[LeanWire]:
    made = line(f"http://127.0.0.1:{server.port}")
    yield made
    await made.aclose()


def line(url: str, *, concurrency: int = 2, reply_bytes: int = 1000) -> LeanWire:
    turns = Turns("land", concurrency=concurrency, rate_per_s=0)
    trust = trusting(url)
    return LeanWire("land", Endpoint(url=url), turns, reply_bytes=reply_bytes, trust=trust)


def within(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def becomes(fact: Callable[[], bool]) -> None:
    """Return once it is so."""
    async with asyncio.timeout(20):
        while not fact():  # noqa: ASYNC110 - what a connection does it tells nobody
            await asyncio.sleep(0.005)


async def test_a_connection_is_kept_for_the_next_question(wire: LeanWire, server: Server) -> None:
    for _ in range(5):
        assert (await wire.send(GET, deadline=within(2))).body == b"ok"
    assert server.connections == 1


async def test_many_callers_at_once_are_all_answered(server: Server) -> None:
    wire = line(f"http://127.0.0.1:{server.port}", concurrency=4)

    async def caller() -> None:
        for _ in range(50):
            assert (await wire.send(GET, deadline=within(2))).body == b"ok"

    await asyncio.gather(*(caller() for _ in range(4)))
    await wire.aclose()
    assert server.connections <= 4


async def test_so_many_connections_as_turns_and_no_more(wire: LeanWire, server: Server) -> None:
    await asyncio.gather(*(wire.send(GET, deadline=within(3)) for _ in range(20)))
    assert server.most <= 2


@pytest.mark.parametrize("then", ["close", "reset"])
async def test_a_kept_connection_found_closed_is_asked_anew_once(
    wire: LeanWire, server: Server, then: str
) -> None:
    server.talks = [saying(OK, then=then), answering]
    await wire.send(GET, deadline=within(2))
    await asyncio.sleep(0.02)
    assert (await wire.send(GET, deadline=within(2))).body == b"ok"
    assert server.connections == 2


async def closing_as_asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK)
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def test_over_a_kept_connection_that_closes_as_it_is_asked_it_is_unheard_and_not_sent_anew(
    wire: LeanWire, server: Server
) -> None:
    server.talks = [closing_as_asked, answering]
    await wire.send(GET, deadline=within(2))
    with pytest.raises(OutcomeUnknown) as caught:
        await wire.send(GET, deadline=within(2))
    assert caught.value.unheard
    assert server.connections == 1

    assert (await wire.send(GET, deadline=within(2))).body == b"ok"
    assert server.connections == 2


async def test_where_a_kept_connection_was_found_closed_none_is_kept_for_a_while(
    wire: LeanWire, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lean, "WARY_S", 60.0)
    server.talks = [closing_as_asked, answering, answering]
    await asyncio.gather(*(wire.send(GET, deadline=within(2)) for _ in range(2)))
    assert server.open == 2
    with pytest.raises(OutcomeUnknown):
        await asyncio.gather(*(wire.send(GET, deadline=within(2)) for _ in range(2)))
    await becomes(lambda: server.open == 0)

    for _ in range(3):
        await wire.send(GET, deadline=within(2))
        await becomes(lambda: server.open == 0)
    monkeypatch.setattr(wire, "_wary_until", within(0))
    await wire.send(GET, deadline=within(2))
    await wire.send(GET, deadline=within(2))
    assert (server.open, server.connections) == (1, 6)


@pytest.mark.parametrize("then", ["close", "reset"])
async def test_a_fresh_connection_that_closes_unanswered_is_unknown_and_not_asked_again(
    wire: LeanWire, server: Server, then: str
) -> None:
    server.talks = [saying(b"", then=then)]
    with pytest.raises(OutcomeUnknown) as caught:
        await wire.send(GET, deadline=within(2))
    assert not caught.value.unheard
    assert server.connections == 1


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 X\r\n", OK[:-1]])
async def test_silence_ends_at_the_deadline_and_with_it_the_connection(
    wire: LeanWire, server: Server, said: bytes
) -> None:
    took: list[float] = []
    while len(took) < TRIES and (not took or min(took) > 0.2):
        server.talks = [saying(said), answering]
        began = within(0)
        with pytest.raises(OutcomeUnknown, match="deadline"):
            await wire.send(GET, deadline=within(0.1))
        took.append(within(0) - began)
    assert min(took) < 0.2
    assert (await wire.send(GET, deadline=within(2))).body == b"ok"
    assert server.connections == len(took) + 1


@pytest.mark.parametrize(("first", "then"), [(5.0, 0.1), (0.1, 0.3), (0.2, 0.2)])
async def test_each_question_has_its_own_deadline_on_a_kept_connection(
    wire: LeanWire, server: Server, first: float, then: float
) -> None:
    server.talks = [saying(OK), answering]
    await wire.send(GET, deadline=within(first))
    began = within(0)
    with pytest.raises(OutcomeUnknown, match="deadline"):
        await wire.send(GET, deadline=within(then))
    assert then - 0.01 < within(0) - began < then + 2
    assert server.connections == 1


async def test_a_connection_that_is_over_leaves_no_timer(wire: LeanWire, server: Server) -> None:
    server.talks = [saying(OK, then="close"), answering]
    before = connections()
    for _ in range(2):
        await wire.send(GET, deadline=within(60))
        await asyncio.sleep(0.02)
    await wire.aclose()
    await asyncio.sleep(0.02)
    assert connections() == before


async def test_exchanges_leave_nothing_for_the_collector(wire: LeanWire) -> None:
    await wire.send(GET, deadline=within(5))
    gc.collect()
    gc.disable()
    try:
        before = readers()
        for _ in range(20):
            await wire.send(GET, deadline=within(5))
        assert readers() == before
    finally:
        gc.enable()


def readers() -> int:
    return sum(isinstance(one, ReplyReader) for one in gc.get_objects())


async def test_words_unasked_spoil_the_connection(wire: LeanWire, server: Server) -> None:
    async def chatting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await answered.wait()
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\nwrong")
        await reader.read()

    answered = asyncio.Event()
    server.talks = [chatting, answering]
    await wire.send(GET, deadline=within(2))
    answered.set()
    await becomes(lambda: server.open == 0)
    assert (await wire.send(GET, deadline=within(2))).body == b"ok"


async def test_an_answer_without_a_length_ends_with_its_connection(
    wire: LeanWire, server: Server
) -> None:
    server.talks = [saying(b"HTTP/1.1 200 X\r\n\r\nall of it", then="close")]
    assert (await wire.send(GET, deadline=within(2))).body == b"all of it"


async def test_an_answer_beyond_the_cap_breaks_the_contract(wire: LeanWire, server: Server) -> None:
    server.talks = [saying(b"HTTP/1.1 200 X\r\n\r\n" + b"a" * 5_000_000)]
    with pytest.raises(ContractBroken, match="exceeds 1000 bytes"):
        await wire.send(GET, deadline=within(2))


@pytest.mark.parametrize("steps", range(1, 20))
async def test_calls_given_up_at_any_step_leave_the_line_as_it_was(
    wire: LeanWire, server: Server, steps: int
) -> None:
    for _ in range(4):
        given_up = asyncio.ensure_future(wire.send(GET, deadline=within(5)))
        for _ in range(steps):
            await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait({given_up})
    assert (await wire.send(GET, deadline=within(2))).body == b"ok"
    await becomes(lambda: server.open <= 1)


async def test_idle_connections_are_closed_though_nobody_calls(
    wire: LeanWire, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lean, "IDLE_S", 0.05)
    await wire.send(GET, deadline=within(2))
    assert server.open == 1
    await becomes(lambda: server.open == 0)


async def test_a_line_given_back_leaves_no_connection(wire: LeanWire, server: Server) -> None:
    await wire.send(GET, deadline=within(2))
    await wire.aclose()
    await becomes(lambda: server.open == 0)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid"])
async def test_who_is_not_reached_got_nothing(url: str) -> None:
    with pytest.raises(NotDelivered):
        await line(url).send(GET, deadline=within(3))


@pytest.mark.parametrize(
    "url", ["ftp://x", "http://", "http://a:b@x", "http://x:99999", "http://x?y=1"]
)
async def test_what_is_no_address_is_ours_to_mend(url: str) -> None:
    with pytest.raises(Misconfigured, match="address"):
        await line(url).send(GET, deadline=within(1))


async def test_a_header_cannot_carry_another_one(wire: LeanWire, server: Server) -> None:
    wrong = WireRequest(method="GET", path="/", headers={"X": "a\r\nEvil: 1"}, asks=True)
    with pytest.raises(Misconfigured, match="header"):
        await wire.send(wrong, deadline=within(1))
    assert server.connections == 0


async def test_a_header_once_carried_carries_no_other_later(wire: LeanWire, server: Server) -> None:
    for value in ("a", "\t\xe9", ""):
        fine = WireRequest(method="GET", path="/", headers={"X": value}, asks=True)
        assert (await wire.send(fine, deadline=within(1))).body == b"ok"
    for name, value in (("X", "a\r\nEvil: 1"), ("X", "企"), ("X: a\r\nY", "b")):
        wrong = WireRequest(method="GET", path="/", headers={name: value}, asks=True)
        with pytest.raises(Misconfigured, match="header"):
            await wire.send(wrong, deadline=within(1))


async def test_a_path_is_one_word_whatever_is_in_it(server: Server) -> None:
    heard: list[bytes] = []

    async def hearing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    server.talks = [hearing]
    wire = line(f"http://127.0.0.1:{server.port}/base/")
    path = "/企业 a#b\r\nEvil: 1?k=%20v"
    await wire.send(WireRequest(method="GET", path=path, headers={}, asks=True), deadline=within(1))
    await wire.aclose()

    said = heard[0].split(b"\r\n")
    assert said[0] == b"GET /base/%E4%BC%81%E4%B8%9A%20a%23b%0D%0AEvil:%201?k=%20v HTTP/1.1"
    assert said[1] == f"Host: 127.0.0.1:{server.port}".encode()
    assert not any(one.startswith(b"Evil") for one in said)


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[Server]:
    """A server over TLS; its authority's certificate is `authority.pem`."""
    authority = issued("authority")
    authority.files(tmp_path, "authority")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*issued("land", authority).files(tmp_path, "land"))
    made = await Server().start(context)
    yield made
    await made.stop()


@pytest.mark.parametrize("trusted", [True, False])
async def test_only_a_trusted_certificate_is_spoken_to(
    encrypted: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    wire = line(f"https://127.0.0.1:{encrypted.port}")
    try:
        if trusted:
            for _ in range(2):
                assert (await wire.send(GET, deadline=within(2))).body == b"ok"
            assert encrypted.connections == 1
        else:
            with pytest.raises(Misconfigured, match="certificate"):
                await wire.send(GET, deadline=within(2))
    finally:
        await wire.aclose()


async def test_long_answers_over_tls_are_whole_and_each_its_own(
    encrypted: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

    async def echoing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1]
            body = asked * 20_000
            writer.write(b"HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    encrypted.talks = [echoing]
    wire = line(f"https://127.0.0.1:{encrypted.port}", concurrency=3, reply_bytes=1_000_000)

    async def ask(number: int) -> None:
        request = WireRequest(method="GET", path=f"/answer/{number}", headers={}, asks=True)
        reply = await wire.send(request, deadline=within(20))
        assert reply.body == f"/answer/{number}".encode() * 20_000

    await asyncio.gather(*(ask(number) for number in range(9)))
    await wire.aclose()
    assert encrypted.most == 3


async def test_plain_words_where_tls_is_due_are_not_delivered(server: Server) -> None:
    async def banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await reader.read()

    server.talks = [banner]
    with pytest.raises(NotDelivered):
        await line(f"https://127.0.0.1:{server.port}").send(GET, deadline=within(2))


def connections() -> int:
    gc.collect()
    return sum(isinstance(one, Connection) for one in gc.get_objects())


async def test_connections_that_never_came_leave_nothing_behind() -> None:
    wire, before = line("http://127.0.0.1:1"), connections()
    for _ in range(20):
        with pytest.raises(NotDelivered):
            await wire.send(GET, deadline=within(1))
    assert connections() < before + 3
