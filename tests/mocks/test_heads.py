"""A request whose head was met before is what httptools would read, or is read by httptools."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import Response
from uvicorn.server import ServerState

from mocks.core.heads import Asked, Heads
from mocks.faults.at_once import AtOnce, answering

POST = b"POST /a HTTP/1.1\r\n"
MORE = b"host: department\r\nX-Key: k\r\naccept: */*\r\n"


class Forgetful(Heads):
    """Knows no head."""

    def read(self, data: bytes) -> Asked | None:
        """Nothing."""
        return None


class Transport:
    """What was written, and whether it is closed."""

    def __init__(self) -> None:
        self.written, self.closed = b"", False

    def write(self, content: bytes) -> None:
        self.written += content

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)}.get(name, default)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Timer:
    """Something to be done at a moment."""

    def __init__(self, at: float, do: Callable[[], None]) -> None:
        self.at, self.do, self.cancelled = at, do, False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Time in our hand."""

    def __init__(self) -> None:
        self.now: float = 0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, do: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self.now + seconds, do))
        return self.timers[-1]

    def create_task(self, running: Any) -> Any:
        running.close()  # an application that never answers
        return type("Task", (), {"add_done_callback": lambda *_: None})()

    def until(self, now: float) -> None:
        """Let time pass."""
        self.now = now
        for timer in [one for one in self.timers if one.at <= now and not one.cancelled]:
            self.timers.remove(timer)
            timer.do()


class Connection:
    """A connection to a department that answers whatever it reads."""

    def __init__(self, heads: Heads) -> None:
        self.heard: list[Any] = []
        self.loop, self.transport = Loop(), Transport()
        kind = type("Here", (answering(self.find),), {"heads": heads})
        config = uvicorn.Config(lambda: None, ws="none", timeout_keep_alive=5)
        self.protocol: AtOnce = kind(config, ServerState(), {}, self.loop)
        self.protocol.connection_made(self.transport)

    def find(self, scope: Any) -> Any:
        """None: it is an application's, which takes its time."""
        return None if scope["path"] == "/slow" else self.deed

    def deed(self, scope: Any, content: bytes) -> Response:
        told = {key: value for key, value in scope.items() if key != "extensions"}
        self.heard.append((told, content))
        return Response(b"good", 200)

    def hear(self, *pieces: bytes) -> tuple[list[Any], bytes, bool, int]:
        """All that came of these bytes."""
        for piece in pieces:
            self.protocol.data_received(piece)
        transport = self.transport
        return self.heard, transport.written, transport.closed, self.protocol._answers


def asked(line: bytes = b"POST /a HTTP/1.1", more: bytes = MORE, body: bytes = b"xyz") -> bytes:
    return line + b"\r\n" + more + b"content-length: %d\r\n\r\n" % len(body) + body


LINES = [
    b"POST /a HTTP/1.1", b"POST /b/c?d=e&f HTTP/1.1", b"GET /a?q=%E4%B8%8A HTTP/1.1",
    b"PUT /%E4%B8%8A/x HTTP/1.1", b"DELETE / HTTP/1.1", b"POST // HTTP/1.1", b"POST //h/p HTTP/1.1",
    b"POST http://h/p HTTP/1.1", b"OPTIONS * HTTP/1.1", b"HEAD /a HTTP/1.1", b"POST /a HTTP/1.0",
    b"POST /a#b HTTP/1.1", b"POST /a?b?c HTTP/1.1", b"POST  /a HTTP/1.1", b"POST /a  HTTP/1.1",
    b"post /a HTTP/1.1", b"POST /\xe4 HTTP/1.1", b'POST /a"b HTTP/1.1', b"POST /a", b"POST", b"",
    b"\r\nPOST /a HTTP/1.1", b"POST /a HTTP/1.1\nx: y", b"POST /a HTTP/2.0",
    b"CONNECT h:1 HTTP/1.1",
]  # fmt: skip
HEADERS = [
    MORE, b"", MORE + b"connection: close\r\n", MORE + b"connection: keep-alive\r\n",
    MORE + b"expect: 100-continue\r\n", MORE + b"transfer-encoding: chunked\r\n",
    MORE + b"content-length: 3\r\n", MORE + b"content-length: 2\r\n", b"host : h\r\n", b"a:b\r\n",
    b"a: \tb \r\n", b"a: b\r\n c\r\n", b"a: b\nc: d\r\n", MORE + b"upgrade: websocket\r\n",
    MORE + b"connection: upgrade\r\nupgrade: h2c\r\n", b"a: \xe4\r\n", b"A: 1\r\na: 2\r\n",
]  # fmt: skip


@pytest.mark.parametrize("more", HEADERS)
def test_the_same_is_heard_and_said_as_without_a_memory(more: bytes) -> None:
    for line in LINES:
        first, again = asked(more=more), asked(line, more, b"two")
        remembering, forgetful = Connection(Heads()), Connection(Forgetful())

        assert remembering.hear(first, again, first) == forgetful.hear(first, again, first), line


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(LINES[:8]), st.sampled_from(HEADERS[:9]), st.binary(max_size=3),
            st.sampled_from([b"", b"", b"z", b"POST /a HTTP/1.1\r\n"]),
        ),
        max_size=6,
    ),
    st.lists(st.integers(0, 400), max_size=5),
)  # fmt: skip
def test_it_is_the_same_in_whatever_pieces_it_comes(parts: list[Any], cuts: list[int]) -> None:
    told = [asked(line, more, body) + behind for line, more, body, behind in parts]
    content, heads = b"".join(told), Heads()
    ends = [0, *sorted(cuts), len(content)]
    pieces = [content[a:b] for a, b in pairwise(ends)]

    for sent in (told, pieces, told):
        assert Connection(heads).hear(*sent) == Connection(Forgetful()).hear(*sent)


def test_a_head_met_before_is_not_parsed_again() -> None:
    connection = Connection(Heads())
    connection.hear(asked())
    connection.protocol.parser = None  # type: ignore[assignment]  # whoever feeds it fails

    heard, written, closed, answers = connection.hear(asked(b"GET /b?c=%20 HTTP/1.1", body=b"123"))

    scope, content = heard[1]
    assert (scope["method"], scope["path"], scope["query_string"]) == ("GET", "/b", b"c=%20")
    assert (content, closed, answers, len(re.findall(b"good", written))) == (b"123", False, 2, 2)


@pytest.mark.parametrize(
    "pieces",
    [
        [asked(), POST + b"x: ", asked()],
        [asked(), POST + b"content-length: 400\r\n\r\n", asked()],
        [POST + b"a: b\r\n", MORE + b"\r\n", POST + b"X-Key: k\r\naccept: */*\r\n\r\n"],
        [POST + b"a: b", b"\r\n" + MORE + b"\r\n", POST + MORE + b"\r\n"],
        [asked(), asked(b"POST /slow HTTP/1.1"), asked()],
        [asked() + b"POST", b" /a HTTP/1.1\r\n\r\n", asked()],
        [asked() + asked(body=b""), asked(), asked(body=b"")],
    ],
)  # fmt: skip
def test_what_is_half_read_is_read_on(pieces: list[bytes]) -> None:
    assert Connection(Heads()).hear(*pieces) == Connection(Forgetful()).hear(*pieces)


def test_what_is_known_of_heads_is_bounded() -> None:
    heads = Heads()

    for number in range(2000):
        more = b"x: %d\r\n" % number
        heads.learn(asked(more=more), [(b"x", b"1"), (b"content-length", b"3")], b"xyz")

    assert len(heads._known) <= 256
    long = asked(more=b"x: %s\r\n" % (b"y" * 5000))
    heads.learn(long, [(b"x", b"1"), (b"content-length", b"3")], b"xyz")
    assert heads.read(long) is None


def test_a_connection_is_ended_when_nothing_came_for_so_long() -> None:
    connection = Connection(Heads())

    for moment in (0, 3, 6, 9):
        connection.loop.until(moment)
        connection.hear(asked())
    ended: list[bool] = []
    for late in (13.9, 14):
        connection.loop.until(late)
        ended.append(connection.transport.closed)

    assert ended == [False, True]
    assert len(connection.loop.timers) == 0
