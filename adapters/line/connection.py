"""One kept connection: one question at a time, its answer by a deadline."""

import asyncio
from collections.abc import Callable
from typing import Any

from adapters.errors import AdapterError, Misconfigured, OutcomeUnknown
from adapters.line.reply import ReplyReader
from adapters.line.trust import refusal
from adapters.wire import WireReply

Answer = asyncio.Future[WireReply]


class Connection(asyncio.BaseProtocol):
    """A connection to one department: what plain and encrypted ones share.

    `spare` gets it back when it may be asked again, `gone` when it never may be any more.
    """

    def __init__(
        self,
        department: str,
        *,
        reply_bytes: int,
        spare: Callable[["Connection"], None],
        gone: Callable[["Connection"], None],
        buffer: memoryview,
    ) -> None:
        self._department, self._spare, self._gone = department, spare, gone
        self._buffer = buffer  # of all a line's connections: what is read is taken out at once
        self.loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None  # while somebody waits for it
        self._reader = ReplyReader(department, reply_bytes)
        self._kept = False  # it has answered before
        self._deadline = 0.0  # of the question asked last
        self._timer: asyncio.TimerHandle | None = None
        self._rings = 0.0  # the timer: at the deadline of this question or of an earlier one
        self.open = False
        self.spare_since = 0.0

    def ask(self, request: bytes, deadline: float) -> Answer:
        """The answer, by `deadline`; what left and got none is OutcomeUnknown, `unheard` where a
        kept connection may have been closed already. Who waits no longer says so: `given_up`.
        """
        assert self._transport is not None  # noqa: S101 — it is asked once it is there
        answer: Answer = self.loop.create_future()
        self._answer = answer
        self._transport.write(request)
        self._deadline = deadline
        if self._timer is None or deadline < self._rings:
            self._wind()
        return answer

    def given_up(self, answer: Answer) -> None:
        """Nobody waits for this any more, whether it came meanwhile or not."""
        if self._answer is answer:  # else it came meanwhile, and the connection may be another's
            self.abort()
        if answer.done() and not answer.cancelled():
            answer.exception()  # looked at, so that nobody is told of it later

    def abort(self) -> None:
        """Cut the connection; nobody waits for anything on it."""
        self._end()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        """It is there; uvloop's transports are none of asyncio's by inheritance."""
        self._transport = transport
        self.open = True

    def data_received(self, data: bytes) -> None:
        """Read on; who says something unasked is not asked again."""
        answer = self._answer
        if answer is None or answer.done():
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

    def _done(self, answer: Answer) -> None:
        """Hand the answer over; the connection waits for the next question, or ends."""
        reader = self._reader
        reply = reader.reply()
        self._answer, self._kept = None, True
        if reader.kept and self.open:
            reader.again()
            self._spare(self)
        else:
            self.abort()  # before anybody is told: the socket is closed when the next one opens
        answer.set_result(reply)

    def _fail(self, answer: Answer, error: Exception) -> None:
        self._answer = None
        self.abort()
        answer.set_exception(error)

    def _wind(self) -> None:
        """Let the timer ring at this deadline; it is left alone as long as it rings early enough,
        for most answers come long before, and the next question has a later one.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._rings = self._deadline
        self._timer = self.loop.call_at(self._rings, self._ring)

    def _ring(self) -> None:
        self._timer, answer = None, self._answer
        if answer is None or answer.done():
            return
        if self._rings < self._deadline:
            self._wind()
        else:
            late = "no whole answer within the deadline"
            self._fail(answer, OutcomeUnknown(self._department, late))

    def _ended(self, exc: Exception | None) -> None:
        self._end()
        answer = self._answer
        if answer is None or answer.done():
            return
        if exc is None and self._reader.end():
            self._done(answer)
        elif (why := refusal(exc)) is not None:
            what = f"it refuses to speak with us: {why}"
            self._fail(answer, Misconfigured(self._department, what))
        else:
            kind = "it closed the connection" if exc is None else type(exc).__name__
            unknown = self._reader.unknown(f"no whole answer: {kind}")
            unknown.unheard = self._kept and not self._reader.began
            self._fail(answer, unknown)

    def _end(self) -> None:
        self.open = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._gone(self)


class Plain(Connection, asyncio.Protocol):
    """A connection over TCP alone."""


class Encrypted(Connection, asyncio.BufferedProtocol):
    """A connection over TLS.

    It lends a buffer: for one that does not, a loop makes 256 KiB anew for every read, has the
    kernel map them and gives them back, which costs as much as all the rest of an exchange.
    """

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to put what comes next."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So much has come."""
        self.data_received(bytes(self._buffer[:nbytes]))
