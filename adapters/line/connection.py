"""One kept connection: one question at a time, its answer by a deadline."""

import asyncio
from collections.abc import Callable
from typing import Any

from adapters.errors import AdapterError, OutcomeUnknown
from adapters.line.reply import ReplyReader
from adapters.wire import WireReply


class Closed(Exception):
    """A kept connection was closed before one byte of an answer came."""


class Connection(asyncio.Protocol):
    """A connection to one department; `spare` gets it back when it may be asked again."""

    def __init__(
        self, department: str, *, reply_bytes: int, spare: Callable[["Connection"], None]
    ) -> None:
        self._department, self._cap, self._spare = department, reply_bytes, spare
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[WireReply] | None = None
        self._reader = ReplyReader(department, reply_bytes)
        self._kept = False  # it has answered before
        self.open = False
        self.spare_since = 0.0

    async def ask(self, request: bytes, deadline: float) -> WireReply:
        """The answer, by `deadline`; what left and got none is OutcomeUnknown.

        Raises Closed where a kept connection turns out to be closed already.
        """
        assert self._transport is not None  # noqa: S101 — it is asked once it is there
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[WireReply] = loop.create_future()
        self._answer = answer
        self._transport.write(request)
        timer = loop.call_at(deadline, self._late, answer)
        try:
            return await answer
        except asyncio.CancelledError:
            self.abort()
            if answer.done() and not answer.cancelled():
                answer.exception()  # looked at, so that nobody is told of it later
            raise
        finally:
            timer.cancel()

    def abort(self) -> None:
        """Cut the connection; nobody waits for anything on it."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        """It is there; uvloop's transports are none of asyncio's by inheritance."""
        self._transport = transport
        self.open = True

    def data_received(self, data: bytes) -> None:
        """Read on; who says something unasked is not asked again."""
        answer = self._waiting()
        if answer is None:
            self.abort()
            return
        try:
            if self._reader.feed(data):
                self._done(answer)
        except AdapterError as error:
            self._fail(answer, error)

    def eof_received(self) -> None:
        """The department has said all: an answer without a length ends here."""
        self._ended(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone, whoever closed it."""
        self._ended(exc)

    def _waiting(self) -> "asyncio.Future[WireReply] | None":
        answer = self._answer
        return answer if answer is not None and not answer.done() else None

    def _done(self, answer: "asyncio.Future[WireReply]") -> None:
        """Hand the answer over; the connection waits for the next question, or ends."""
        reader, self._reader = self._reader, ReplyReader(self._department, self._cap)
        answer.set_result(reader.reply())
        self._kept = True
        if reader.kept and self.open:
            self._spare(self)
        else:
            self.abort()

    def _fail(self, answer: "asyncio.Future[WireReply]", error: Exception) -> None:
        answer.set_exception(error)
        self.abort()

    def _late(self, answer: "asyncio.Future[WireReply]") -> None:
        if not answer.done():
            late = "no whole answer within the deadline"
            self._fail(answer, OutcomeUnknown(self._department, late))

    def _ended(self, exc: Exception | None) -> None:
        self.open = False
        answer = self._waiting()
        if answer is None:
            return
        if exc is None and self._reader.end():
            self._done(answer)
        elif self._kept and not self._reader.began:
            self._fail(answer, Closed())
        else:
            kind = "it closed the connection" if exc is None else type(exc).__name__
            self._fail(answer, self._reader.unknown(f"no whole answer: {kind}"))
