"""uvicorn's HTTP/1.1, with bounds on what no application is asked about.

Until a head is whole there is none to ask, and uvicorn waits for its end for ever and keeps
whatever comes; so it does with a body whose request was answered before it came, and with an answer
nobody reads. A switch to another protocol that is offered and not made is no part of the request
(RFC 9110, 7.8): uvicorn's parser takes the body of such a request for the next one.
"""

import asyncio
from typing import Any, Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.edge.offers import without_offers
from gateway.edge.unread import Unread

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 65_536  # of a head, beside what came with its first bytes
MOST_FIELDS: Final = 500  # of a head and of what trails a body in pieces, together
WITHIN_S: Final = 20.0  # from the connection, or its first byte, to the end of a head
MOST_LEFT: Final = 1_048_576  # bytes that are read of a body after its request was answered
LEFT_S: Final = 5.0  # so long: who still sends would not see an answer behind a closed door

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
        self._left: int | None = None  # bytes that may still come of a body already answered
        self._deaf = False  # what comes belongs to no request
        self._unread: Unread  # of the transport, once there is one

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first head."""
        super().connection_made(transport)
        self._unread = Unread(transport, self.loop)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._await_no_head()
        self._unread.over()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Who asked does not read: not for ever."""
        super().pause_writing()
        self._unread.begin()

    def resume_writing(self) -> None:
        """Enough was read."""
        super().resume_writing()
        self._unread.over()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, though the last answer may be unread."""
        super().timeout_keep_alive_handler()
        self._unread.begin()

    def handle_websocket_upgrade(self) -> None:
        """From here on these bytes are another protocol's."""
        super().handle_websocket_upgrade()
        self.cycle = self.scope = None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Hand the bytes on, unless they are too many of a head, or of nothing."""
        if self._deaf:
            return
        began, idle = self._in_head(), self.timeout_keep_alive_task
        super().data_received(data if began else without_offers(data, self._upgrades))
        if self._in_head():
            self._head_goes_on(len(data), began)
        elif self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                self.transport.close()
        elif self.scope is not None:
            self._await_no_head()
            if idle is not None and self._is_idle():  # line ends between messages, say
                self.timeout_keep_alive_task = self.loop.call_at(
                    idle.when(), self.timeout_keep_alive_handler
                )
        if self.headers is not None and len(self.headers) > MOST_FIELDS:
            self._refuse_head()

    def on_response_complete(self) -> None:
        """Go on with the next request, once this one is whole."""
        cycle: Any = self.cycle
        early = not self.pipeline and cycle is not None and cycle.more_body
        super().on_response_complete()
        if early and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self._left = MOST_LEFT
            self._wait_for_head(LEFT_S)

    def on_message_complete(self) -> None:
        """The body of a request is whole, be it answered or not."""
        super().on_message_complete()
        if self._left is not None:
            self._left = None
            self._await_no_head()
            self.cycle.more_body = False
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _unsupported_upgrade_warning(self) -> None:
        """The parser stands behind a head whose switch is not made: it would misread what comes."""
        self._deaf = True
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.close()
        else:
            cycle.keep_alive = False

    def _upgrades(self, protocol: bytes) -> bool:
        """Whether a switch to this protocol is made where it is offered."""
        return protocol == b"websocket" and self.ws_protocol_class is not None

    def _is_idle(self) -> bool:
        cycle: Any = self.cycle
        return (
            self.timeout_keep_alive_task is None
            and (cycle is None or cycle.response_complete)
            and not self.transport.is_closing()
        )

    def _in_head(self) -> bool:
        cycle: Any = self.cycle  # None before the first, and so is the scope
        return self.scope is not None and (cycle is None or cycle.scope is not self.scope)

    def _head_goes_on(self, size: int, began: bool) -> None:
        if not began:
            self._wait_for_head()
            self._head_bytes = 0
            return
        self._head_bytes += size
        if self._head_bytes > MOST_BYTES:
            self._refuse_head()

    def _wait_for_head(self, seconds: float = WITHIN_S) -> None:
        self._await_no_head()
        self._head_due = self.loop.call_later(seconds, self._too_late)

    def _await_no_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _too_late(self) -> None:
        self._head_due = None
        scope: Any = self.scope  # None before the first request
        untouched = scope is None and self.timeout_keep_alive_task is None
        if untouched or self._left is not None or self._in_head():
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
