"""uvicorn's HTTP/1.1, with what memory answers answered where it arrives (ADR 0026).

Between the bytes and an application uvicorn makes a task, an event and two messages for each
request. A request whose answer is in memory has nothing to wait for: it is answered within
`data_received`. What is known by all its bytes is not even parsed: the parser stands at the start
of a message before and after them. All else is uvicorn's own way, of which nothing is changed.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from gateway.edge.careful_protocol import CarefulProtocol
from gateway.edge.fast_path import Asked, FastPath
from gateway.edge.in_one_piece import InOnePiece, written
from gateway.edge.rim import Rim
from gateway.edge.writing import Writing

log = structlog.get_logger(__name__)

_LONGEST: Final = 16_384  # bytes of a request that is looked for by its bytes, not by what it says


def protocol_of(app: Rim) -> type[asyncio.Protocol]:
    """The class to hand to uvicorn as `http`."""
    if app.fast_path is None:
        return CarefulProtocol
    parts = {"_fast_path": app.fast_path, "_writing": Writing(app.new_id, app.own_headers)}
    return type("FastProtocol", (_FastProtocol,), parts)


class _FastProtocol(CarefulProtocol):
    _fast_path: FastPath
    _writing: Writing

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who counts connections or logs requests does so on the ordinary way.
        self._ordinary = self.access_log or self.limit_concurrency is not None
        # Of the server's own loop: a request goes as far as it can before the next is read.
        self._promptly: Callable[..., None] = getattr(self.loop, "promptly", _call)
        self._receives = False
        self._begun: tuple[RequestResponseCycle, Any] | None = None
        self._answered_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Answer at once what can be; begin a task for what cannot."""
        if self._ordinary:
            super().data_received(data)
            return
        findable = len(data) <= _LONGEST and self._between_messages()
        if findable and self._answered_again(data):
            return
        self._receives = True
        super().data_received(data)
        self._receives = False
        if self._begun is not None:
            (cycle, app), self._begun = self._begun, None
            if not self._answered(cycle, data if findable else b""):
                self._promptly(self._execute, cycle, app)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless it was used since its time began."""
        rest = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if rest > 0 and not self.transport.is_closing():
            self._wait(rest)
        else:
            super().timeout_keep_alive_handler()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._ordinary:
            super()._start_asgi_task(cycle, app)
        elif self._receives:  # until it is known whether the request is whole
            self._begun = (cycle, app)
        else:
            self._execute(cycle, app)

    def _execute(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Have the application answer; what it sends in one piece is written in one."""
        send = InOnePiece(cycle, self._writing)
        super()._start_asgi_task(cycle, lambda scope, receive, _: app(scope, receive, send))

    def _between_messages(self) -> bool:
        """Whether all that came before was whole, and is answered."""
        if self._in_head():
            return False
        cycle: Any = self.cycle  # None before the first
        return cycle is None or (not cycle.more_body and cycle.response_complete)

    def _answered_again(self, data: bytes) -> bool:
        asked = self._fast_path.find(data)
        if asked is None:
            return False
        before = asked.head
        if not self._sent(asked):
            asked.head = None  # nobody's answer is kept here when memory has forgotten it
            return False
        if asked.head is not before:
            self._fast_path.keep(data, asked)
        self.server_state.total_requests += 1
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait(self.timeout_keep_alive)
        return True

    def _answered(self, cycle: RequestResponseCycle, data: bytes) -> bool:
        """Whether this request was answered from memory; `data`, if it is all that came of it."""
        if not self._whole(cycle):
            return False
        asked = self._asked(cycle)
        if asked is None or not self._sent(asked):
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.on_response = _nothing  # as uvicorn leaves it: no circle of references
        self.on_response_complete()
        if data:
            self._fast_path.keep(data, asked)
        return True

    def _asked(self, cycle: RequestResponseCycle) -> Asked | None:
        scope: Any = cycle.scope  # uvicorn and Starlette each have a type of their own for it
        try:
            return self._fast_path.read(scope, cycle.body)
        except Exception as bug:  # as below
            log.exception("fast_path.failed", error=type(bug).__name__)
            return None

    def _whole(self, cycle: RequestResponseCycle) -> bool:
        """Whether it is all there and alone, on a connection that stays and wants nothing first."""
        return (
            cycle.keep_alive
            and not cycle.more_body
            and not cycle.waiting_for_100_continue
            and self.scope is cycle.scope
            and not self.transport.is_closing()
        )

    def _sent(self, asked: Asked) -> bool:
        if self.flow.write_paused:
            return False
        try:
            answer = self._fast_path.answer(asked)
            if answer is None:
                return False
            head, content = self._writing.of(asked, answer, self.server_state.default_headers)
        except Exception as bug:
            # The rim: a bug here must not take the connection; the ordinary way answers.
            log.exception("fast_path.failed", error=type(bug).__name__)
            return False
        written(self.transport, head, content)
        return True

    def _wait(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )


def _nothing() -> None:
    pass


def _call(begin: Callable[..., object], *args: Any) -> None:
    begin(*args)
