"""The true reply, wrongly carried: what leaves is written on the connection itself."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mocks.faults.line import Line, line_of
from mocks.faults.reply import Reply
from mocks.faults.rule import Fault

_PAD = b" " * 16_384
Carrying = Callable[[Line, Reply, Fault], Awaitable[None]]


class Carried(Response):
    """Carries a reply in some wrong way, then waits until the connection is gone."""

    def __init__(self, carry: Carrying, reply: Reply, fault: Fault) -> None:
        super().__init__()
        self._carry, self._reply, self._fault = carry, reply, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write, and say nothing more; uvicorn must not think that we forgot to answer."""
        await self._carry(line_of(scope), self._reply, self._fault)
        await until_gone(receive)


class Silence(Response):
    """No answer while the client waits; any server can do that."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say nothing until the client gives up."""
        await until_gone(receive)


async def until_gone(receive: Receive) -> None:
    """Wait until the other side has ended the connection, or it was cut."""
    while (await receive())["type"] != "http.disconnect":
        pass


def status_line(status: int) -> bytes:
    """The first line of a reply."""
    known = {code.value: code.phrase for code in HTTPStatus}
    return f"HTTP/1.1 {status} {known.get(status, '')}\r\n".encode()


def head(reply: Reply, *more: tuple[str, str], first: bytes = b"") -> bytes:
    """The head of a reply with these headers after its own."""
    lines = [f"{name}: {value}\r\n" for name, value in (*reply.headers, *more)]
    return (first or status_line(reply.status)) + "".join(lines).encode("latin-1") + b"\r\n"


def whole(reply: Reply) -> bytes:
    """The reply as it would have left."""
    return head(reply, _length(len(reply.body))) + reply.body


def _length(count: int) -> tuple[str, str]:
    return "content-length", str(count)


def _half(reply: Reply) -> int:
    return len(reply.body) // 2


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


async def _reset_after_status(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(status_line(reply.status))
    await line.reset()


async def _reset_mid_body(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, _length(len(reply.body))) + reply.body[: _half(reply)])
    await line.reset()


async def _truncated(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, _length(len(reply.body))) + reply.body[: _half(reply)])
    line.close()


async def _truncated_chunked(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, ("transfer-encoding", "chunked")))
    line.write(_chunk(reply.body[: _half(reply)]))
    line.close()


async def _headers_only(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, _length(len(reply.body))))


async def _drip(line: Line, reply: Reply, fault: Fault) -> None:
    for byte in whole(reply):
        line.write(bytes((byte,)))
        if not await line.pause(float(fault.of("every_s"))):
            return
    line.close()


async def _bad_status_line(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, _length(len(reply.body)), first=b"HTP 1.1 OK 200?\r\n") + reply.body)
    line.close()


async def _impossible_status(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(whole(reply))
    line.close()


async def _bad_header(line: Line, reply: Reply, fault: Fault) -> None:
    first = status_line(reply.status) + b"this line is no header\r\n"
    line.write(head(reply, _length(len(reply.body)), first=first) + reply.body)
    line.close()


async def _length_short(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, _length(_half(reply))) + reply.body)


async def _length_long(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, _length(len(reply.body) + 1000)) + reply.body)


async def _length_twice(line: Line, reply: Reply, fault: Fault) -> None:
    lengths = _length(len(reply.body)), _length(len(reply.body) + 7)
    line.write(head(reply, *lengths) + reply.body)
    line.close()


async def _length_and_chunked(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, _length(_half(reply)), ("transfer-encoding", "chunked")))
    line.write(_chunk(reply.body) + _chunk(b""))
    line.close()


async def _bad_chunk(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, ("transfer-encoding", "chunked")))
    line.write(_chunk(reply.body[: _half(reply)]) + b"zz\r\n" + reply.body[_half(reply) :])
    line.close()


async def _two_replies(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(whole(reply) * 2)


async def _endless_body(line: Line, reply: Reply, fault: Fault) -> None:
    line.write(head(reply, ("transfer-encoding", "chunked")) + _chunk(reply.body))
    while not line.ended.is_set():
        line.write(_chunk(_PAD))
        await line.drained()
        await line.pause(0)


async def _endless_1xx(line: Line, reply: Reply, fault: Fault) -> None:
    while not line.ended.is_set():
        line.write(b"HTTP/1.1 102 Processing\r\n\r\n")
        await line.drained()
        await line.pause(float(fault.of("every_s")))


async def _half_close(line: Line, reply: Reply, fault: Fault) -> None:
    line.end()


async def drop(line: Line, reply: Reply, fault: Fault) -> None:
    """Reset the connection."""
    line.abort()


async def cut_off(line: Line, reply: Reply, fault: Fault) -> None:
    """Reset the connection as late as was ordered."""
    if await line.pause(fault.delay_s):
        line.abort()


async def _close(line: Line, reply: Reply, fault: Fault) -> None:
    line.close()


UNDONE: dict[str, Carrying] = {  # nothing is done, and no reply was made
    "reset_after_body": drop,
    "half_close": _half_close,
    "endless_1xx": _endless_1xx,
}
INSTEAD: dict[str, Carrying] = {"impossible_status": _impossible_status}
AFTER: dict[str, Carrying] = {"lost_reply": _close, "reset_after_deed": drop}
CARRIED: dict[str, Carrying] = {
    "reset_after_status": _reset_after_status,
    "reset_mid_body": _reset_mid_body,
    "truncated": _truncated,
    "truncated_chunked": _truncated_chunked,
    "headers_only": _headers_only,
    "drip": _drip,
    "bad_status_line": _bad_status_line,
    "bad_header": _bad_header,
    "length_short": _length_short,
    "length_long": _length_long,
    "length_twice": _length_twice,
    "length_and_chunked": _length_and_chunked,
    "bad_chunk": _bad_chunk,
    "two_replies": _two_replies,
    "endless_body": _endless_body,
}
