"""The server's side of a connection, lent to faults: bytes out, ends of every kind, resets.

`lent(faults)` gives the protocol class a department's server runs; it also plays the faults that
strike a connection before anything of it was read. Connections of the fleet's own controls
(`/__admin/…`) are spared: who orders bad days must be able to end them.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Protocol

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mocks.faults.table import Point, require

_EXTENSION = "mock.line"
_SILENT_S = 0.05
_OWN = b"__admin"
_TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x0a"  # fatal: unexpected message
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class OnAccept(Protocol):
    """Says what a new connection meets."""

    def waiting(self) -> bool:
        """Whether any connection may meet something."""
        ...

    def next(self) -> tuple[str, float] | None:
        """Kind and delay in seconds for this connection; None on a good day. Counts."""
        ...


class Line:
    """One connection as a fault may treat it."""

    def __init__(self, transport: Any, flow: Any) -> None:
        self._transport, self._flow = transport, flow
        self.ended = asyncio.Event()
        self.cut_next = False  # reset when the next request comes

    def write(self, content: bytes) -> None:
        """Send bytes as they are."""
        if not self._transport.is_closing():
            self._transport.write(content)

    async def drained(self) -> None:
        """Wait until the other side took most of what was written."""
        await self._flow.drain()

    def abort(self) -> None:
        """Reset: the other side loses what it had not read yet."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None and not self.ended.is_set():
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # on, 0 seconds: RST instead of FIN
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    async def reset(self) -> None:
        """Reset once what was written has left."""
        await self.flushed()
        self.abort()

    def drop(self) -> None:
        """End now: in good order where nothing is left unsent, else by a reset."""
        (self.abort if self._transport.get_write_buffer_size() else self.close)()

    async def flushed(self) -> None:
        """Wait until what was written has left, or the connection has ended."""
        while self._transport.get_write_buffer_size() and not self.ended.is_set():
            await self.pause(0.005)

    def close(self) -> None:
        """End in good order, after what was written."""
        self._transport.close()

    def end(self) -> None:
        """End our own side only."""
        if self._transport.can_write_eof():
            self._transport.write_eof()

    async def pause(self, seconds: float) -> bool:
        """Wait; whether the connection is still there."""
        try:
            await asyncio.wait_for(self.ended.wait(), seconds)
        except TimeoutError:
            return True
        return False


def lent_line(scope: Scope) -> Line | None:
    """The connection a request came over; None where the server lends none."""
    found = scope.get("extensions", {}).get(_EXTENSION)
    return found if isinstance(found, Line) else None


def line_of(scope: Scope) -> Line:
    """The connection a request came over; LookupError where the server lends none."""
    if (found := lent_line(scope)) is None:
        raise LookupError("this fault needs the server of mocks.faults.line (http=lent(…))")
    return found


class Lent(HttpToolsProtocol):
    """uvicorn's protocol, lending each request its connection."""

    on_accept: OnAccept | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin as usual; on a bad day wait for the first bytes, or for silence."""
        super().connection_made(transport)
        self.line = Line(transport, self.flow)
        self._held: bytes | None = None
        self._lost = False
        if self.on_accept is not None and self.on_accept.waiting():
            self._held = b""
            self.loop.call_later(_SILENT_S, self._decide)

    def connection_lost(self, exc: Exception | None) -> None:
        """End as usual, and tell the faults."""
        super().connection_lost(exc)
        self.line.ended.set()

    def forget(self) -> None:
        """Bear nothing any more that a fault did to this connection; one that is doomed ends."""
        self.line.cut_next = False
        if self._lost:
            self.line.abort()

    def data_received(self, data: bytes) -> None:
        """Read as usual, unless this connection is doomed."""
        if self._lost:
            return
        if self.line.cut_next:
            self.line.abort()
        elif self._held is None:
            super().data_received(data)
        else:
            self._held += data
            self._decide()

    def on_message_begin(self) -> None:
        """Begin a request as usual, then lend."""
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = {**scope.get("extensions", {}), _EXTENSION: self.line}

    def _decide(self) -> None:
        held, self._held = self._held, None
        if held is None or self.line.ended.is_set():
            return
        own = _OWN in held.partition(b"\r\n")[0]
        met = None if own or self.on_accept is None else self.on_accept.next()
        if met is None:
            if held:
                super().data_received(held)
            return
        kind, delay_s = met
        self._lost = True
        self._unset_keepalive_if_required()
        self.loop.call_later(delay_s, ACCEPTED[kind], self.line)


def _banner(line: Line) -> None:
    line.write(b"SSH-2.0-OpenSSH_8.0\r\n")


def _then_close(content: bytes) -> Callable[[Line], None]:
    def close(line: Line) -> None:
        line.write(content)
        line.close()

    return close


ACCEPTED: dict[str, Callable[[Line], None]] = {
    "accept_reset": Line.abort,
    "accept_close": Line.close,
    "accept_silence": lambda line: None,
    "tls_expected": _then_close(_TLS_ALERT),
    "ssh_banner": _banner,
    "connection_limit": _then_close(_FULL),
}

require(Point.ACCEPT, ACCEPTED)


def lent(on_accept: OnAccept | None = None) -> type[Lent]:
    """The protocol class of one department's server."""
    return type("LentBy", (Lent,), {"on_accept": on_accept})
