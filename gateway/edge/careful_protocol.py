"""uvicorn's HTTP/1.1, with bounds on what comes before a request is one: its line and its head.

What an application answers it can bound itself; until a head is whole there is none to ask, and
uvicorn waits for its end for ever and keeps whatever comes.
"""

import asyncio
from typing import Any, Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 65_536  # of a head, beside what came with its first bytes
MOST_FIELDS: Final = 500  # of a head and of what trails a body in pieces, together
WITHIN_S: Final = 20.0  # from the connection, or its first byte, to the end of a head

_CONTENT: Final = (
    "the head of this request is too large: at most 64 KiB and 500 fields\n"
    "请求头过大:不得超过 64 KiB 和 500 个字段\n"
).encode()
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_CONTENT), _CONTENT)
)


class CarefulProtocol(HttpToolsProtocol):
    """A connection whose next head is at most so large (431), and so long in coming (closed)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first head."""
        super().connection_made(transport)
        self._head_due = self.loop.call_later(WITHIN_S, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._await_no_head()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """From here on these bytes are another protocol's."""
        super().handle_websocket_upgrade()
        self.cycle = self.scope = None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Hand the bytes on, unless they are too many of a head."""
        began = self._in_head()
        super().data_received(data)
        if self._in_head():
            self._head_goes_on(len(data), began)
        elif self._head_due is not None:
            self._await_no_head()
        if self.headers is not None and len(self.headers) > MOST_FIELDS:
            self._refuse_head()

    def _in_head(self) -> bool:
        cycle: Any = self.cycle  # None before the first, and so is the scope
        return self.scope is not None and (cycle is None or cycle.scope is not self.scope)

    def _head_goes_on(self, size: int, began: bool) -> None:
        if not began:
            self._await_no_head()
            self._head_due = self.loop.call_later(WITHIN_S, self._too_late)
            self._head_bytes = 0
            return
        self._head_bytes += size
        if self._head_bytes > MOST_BYTES:
            self._refuse_head()

    def _await_no_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _too_late(self) -> None:
        self._head_due = None
        scope: Any = self.scope  # None before the first request
        untouched = scope is None and self.timeout_keep_alive_task is None
        if untouched or self._in_head():
            self.transport.close()

    def _refuse_head(self) -> None:
        if self.transport.is_closing():
            return
        log.warning("edge.head_too_large")
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.write(_TOO_LARGE)
        elif not cycle.response_started and not self.pipeline:  # this request's own, just begun
            cycle.disconnected = True
            self.transport.write(_TOO_LARGE)
        self.transport.close()
