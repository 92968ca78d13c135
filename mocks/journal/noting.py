"""Notes every request a department gets, beside its work: into shared memory, and counted."""

import time
from contextvars import ContextVar
from functools import partial
from itertools import chain
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocks.core.clock import VirtualClock, real_now
from mocks.core.deed import Brief, Briefly, Deed, FindDeed, NotOurs
from mocks.core.heads import Headers
from mocks.core.turn import OncePerTurn
from mocks.journal.brief import NotedBrief
from mocks.journal.record import came_of_it, noted, written
from mocks.journal.ring import Ring
from mocks.journal.tally import Tally

BODY_CAP = 65_536
_HEADERS_CAP = 16_384
_NOWHERE = -1  # before every position there is
_NOTE: ContextVar["Said | None"] = ContextVar("note", default=None)


def asks(operation: str) -> None:
    """Say which operation the request at hand asks for."""
    if (note := _NOTE.get()) is not None:
        note.operation = operation


def struck(fault: str) -> None:
    """Say which fault struck the request at hand; a second one is added."""
    if (note := _NOTE.get()) is not None:
        note.fault = f"{note.fault}+{fault}" if note.fault else fault


def forgets() -> None:
    """Say that everything was forgotten while the request at hand was under way."""
    if (note := _NOTE.get()) is not None:
        note.forget()


class Said:
    """What is said of a request while it is answered."""

    __slots__ = ("fault", "operation")

    def __init__(self) -> None:
        self.operation = self.fault = ""

    def forget(self) -> None:
        """Nothing: what is answered at once is over before anything is forgotten."""


class Note(Said):
    """One request while it lasts: kept once its body is there, amended when it is over."""

    __slots__ = ("_began", "_body", "_clock", "_position", "_ring", "_scope", "_size", "_status")

    def __init__(self, scope: Scope, ring: Ring, clock: VirtualClock) -> None:
        super().__init__()
        self._scope, self._ring, self._clock = scope, ring, clock
        self._began = time.perf_counter()
        self._body, self._size = b"", 0
        self._status = 0
        self._position: int | None = None

    def heard(self, message: Message) -> None:
        """Take a piece of the body in; with the last one the request is kept."""
        if message["type"] == "http.request":
            piece: bytes = message.get("body", b"")
            self._size += len(piece)
            if piece and len(self._body) < BODY_CAP:
                self._body = (self._body + piece)[:BODY_CAP]
            if not message.get("more_body"):
                self.keep()

    def takes(self, content: bytes) -> None:
        """Take a whole body in."""
        self._body, self._size = content[:BODY_CAP], len(content)

    def answered(self, status: int) -> None:
        """Take in what is answered."""
        self._status = status

    def said(self, message: Message) -> None:
        """Hear what is answered."""
        if message["type"] == "http.response.start":
            self.answered(message["status"])

    def keep(self) -> None:
        """Put the request into the journal, once."""
        if self._position is None:
            came = _came(self._scope, self._clock, self._body, self._size)
            self._position = self._ring.append(came)

    def forget(self) -> None:
        """Do not keep it any more."""
        if self._position is None:
            self._position = _NOWHERE

    def close(self, tally: Tally) -> None:
        """Fill in what came of it, and count it."""
        self.keep()
        duration_s = time.perf_counter() - self._began
        outcome = came_of_it(self._status, duration_s, self.operation, self.fault)
        if self._position is not None:
            self._ring.amend(self._position, outcome)
        tally.add(self.operation, self._status, self.fault, duration_s)


def _came(scope: Scope, clock: VirtualClock, body: bytes, size: int) -> bytes:
    """The record of a request that comes now, of whose body at most the cap is given."""
    return noted(
        real_now(), clock.now(), scope["method"], scope["path"], scope["query_string"][:BODY_CAP],
        _LATELY.of(scope["headers"]), body, size,
    )  # fmt: skip


class _Lately:
    """Headers written for the journal once when the same come again, as `mocks.core.heads` has it.

    The same object, that is: it is held, so that no other one can take its place in memory.
    """

    def __init__(self) -> None:
        self._headers: Headers = []
        self._written = written(self._headers)

    def of(self, headers: Headers) -> Any:
        """These, written."""
        if headers is not self._headers:
            self._headers, self._written = headers, written(_bounded(headers))
        return self._written


_LATELY = _Lately()


def _bounded(headers: Headers) -> Headers:
    """The headers, those that do not fit under the cap left out."""
    if sum(map(len, chain.from_iterable(headers))) <= _HEADERS_CAP:
        return headers
    room, kept = _HEADERS_CAP, []
    for name, value in headers:
        room -= len(name) + len(value)
        if room >= 0:
            kept.append((name, value))
    return kept


class Noting:
    """An application whose requests are noted; what the parent asks under /__admin/ is not."""

    def __init__(self, app: ASGIApp, ring: Ring, clock: VirtualClock, tally: Tally) -> None:
        self._app, self._ring, self._clock, self._tally = app, ring, clock, tally
        self._look = OncePerTurn(clock.look)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and note it."""
        if scope["type"] != "http" or scope["path"].startswith("/__admin/"):
            await self._app(scope, receive, send)
            return
        note = Note(scope, self._ring, self._clock)
        _NOTE.set(note)

        async def hear() -> Message:
            message = await receive()
            note.heard(message)
            return message

        async def say(message: Message) -> None:
            note.said(message)
            await send(message)

        try:
            await self._app(scope, hear, say)
        finally:
            note.close(self._tally)

    def noted(self, find: FindDeed) -> FindDeed:
        """The same deeds, what they answer noted too."""

        def found(scope: Scope) -> Deed | None:
            deed = find(scope)
            if deed is None:
                return None
            noted = partial(self._at_once, deed)
            return Briefly(noted, partial(self._brief, deed)) if type(deed) is Briefly else noted

        return found

    def _brief(self, deed: Briefly[Brief], scope: Scope) -> NotedBrief | None:
        if (brief := deed.brief(scope)) is None:
            return None
        head = {**scope, "headers": written(_bounded(scope["headers"]))}
        return NotedBrief(brief, head, self._ring, self._tally, self._clock)

    def _at_once(self, deed: Deed, scope: Scope, content: bytes) -> Response:
        """What the deed says; it and its note take the clock as it was set when the turn began."""
        self._look()
        self._clock.looked = True
        try:
            return self._done(deed, scope, content)
        finally:
            self._clock.looked = False

    def _done(self, deed: Deed, scope: Scope, content: bytes) -> Response:
        began, status, said = time.perf_counter(), 0, Said()
        came = _came(scope, self._clock, content[:BODY_CAP], len(content))
        position, before = self._ring.append(came), _NOTE.set(said)
        try:
            response = deed(scope, content)
            status = response.status_code
            return response
        finally:
            duration_s = time.perf_counter() - began
            outcome = came_of_it(status, duration_s, said.operation, said.fault)
            self._ring.amend(position, outcome)
            self._tally.add(said.operation, status, said.fault, duration_s)
            _NOTE.reset(before)


class NotingWhenDone(Noting):
    """Notes what was answered at once, and nothing that turned out to be another process's."""

    def _done(self, deed: Deed, scope: Scope, content: bytes) -> Response:
        note = Note(scope, self._ring, self._clock)
        before = _NOTE.set(note)
        note.takes(content)
        try:
            response = deed(scope, content)
        except NotOurs:
            raise
        except Exception:
            note.close(self._tally)
            raise
        finally:
            _NOTE.reset(before)
        note.answered(response.status_code)
        note.close(self._tally)
        return response
