"""Plain questions noted and counted as they are answered; what of a record is the same is kept."""

import time
from collections.abc import Callable
from datetime import datetime

from starlette.types import Scope

from mocks.core.clock import VirtualClock, real_now
from mocks.core.deed import Brief
from mocks.journal.record import recorder
from mocks.journal.ring import Ring
from mocks.journal.tally import Tally

_GOOD, _NONE = 200, 0
_Note = Callable[[float, float, datetime, bytes, bytes], None]


class NotedBrief:
    """What answers under one head, and notes it: one record, once the answer is there.

    Nothing comes of such a question but its answer, so nobody hears one that is not in the journal.
    """

    __slots__ = ("_brief", "_clock", "_known", "_lines", "_ring", "_scope", "_tally")

    def __init__(
        self, brief: Brief, scope: Scope, ring: Ring, tally: Tally, clock: VirtualClock
    ) -> None:
        """`scope`: that of the head, its headers as the journal writes them."""
        self._brief, self._scope, self._clock, self._tally = brief, scope, clock, tally
        self._ring = ring
        self._lines = b"\r\ncontent-type: %b\r\n\r\n" % brief.media_type.encode("latin-1")
        self._known = {"": self._noting(_GOOD, "")}

    def __call__(self, query: bytes, body: bytes, begun: bytes) -> bytes | None:
        """The answer, which begins with these lines; None: nothing was done or noted."""
        began, brief, now = time.perf_counter(), self._brief, real_now()
        if now >= brief.until or not brief.plain():
            return None
        at = self._clock.at(now)
        try:
            if (told := brief.say(query, body, at)) is None:
                return None
        except Exception:
            self._noting(_NONE, "")(began, now, at, query, body)
            raise
        fault = brief.meets()
        if (note := self._known.get(fault)) is None:
            note = self._known[fault] = self._noting(_GOOD, fault)
        brief.keep(told)
        note(began, now, at, query, body)
        return b"%b\r\ncontent-length: %d%b%b" % (begun, len(told), self._lines, told)

    @property
    def holds(self) -> bool:
        """Whether the caller is let in without a further look."""
        return real_now() < self._brief.until

    def _noting(self, status: int, fault: str) -> _Note:
        operation, scope = self._brief.operation, self._scope
        head = scope["method"], scope["path"], scope["headers"]
        record = recorder(status, operation, fault, *head)
        append, now_s = self._ring.append, time.perf_counter
        requests, key = self._tally.requests, (operation, status, fault)
        count = self._tally.spread(operation).add  # looked up once

        def note(began: float, real: float, at: datetime, query: bytes, body: bytes) -> None:
            duration_s = now_s() - began
            append(record(duration_s, real, at, query, body))
            requests[key] += 1
            count(duration_s)

        return note
