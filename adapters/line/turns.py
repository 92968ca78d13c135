"""A department bears so many calls at once and so many a second: each call waits for its turn."""

import asyncio
from collections import deque
from collections.abc import Awaitable

from adapters.errors import NotCalled
from adapters.pace import Pace


class Turns:
    """Turns of one department, shared by all its connections; belongs to one event loop."""

    def __init__(self, department: str, *, concurrency: int, rate_per_s: float) -> None:
        self._department = department
        self._free = concurrency  # never beside somebody who waits: they are handed on
        self._waiting: deque[asyncio.Future[bool]] = deque()  # whether it was handed a turn
        self._pace = Pace(rate_per_s) if rate_per_s > 0 else None

    async def take(self, deadline: float) -> None:
        """Return when the call may leave; NotCalled when that is not before `deadline`.

        Whoever took a turn gives it back.
        """
        queue = self.claim(asyncio.get_running_loop().time(), deadline)
        if queue is not None:
            await queue

    def claim(self, now: float, deadline: float) -> Awaitable[None] | None:
        """The same; None where nothing is left to await, else what has to be awaited at once."""
        if self._free <= 0:
            return self._queued(deadline)
        self._free -= 1
        if self._pace is None and now < deadline:
            return None
        return self._paced(now, deadline)

    def give(self) -> None:
        """The call has ended."""
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(True)
                return
        self._free += 1

    async def _queued(self, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        handed: asyncio.Future[bool] = loop.create_future()
        timer = loop.call_at(deadline, _late, handed)
        self._waiting.append(handed)
        try:
            if not await handed:
                raise self._busy("no free connection within the deadline")
        except BaseException:
            if handed.done() and not handed.cancelled() and handed.result():
                self.give()  # it was handed a turn as it gave up
            raise
        finally:
            timer.cancel()
        pause = self._paced(loop.time(), deadline)
        if pause is not None:
            await pause

    def _paced(self, now: float, deadline: float) -> Awaitable[None] | None:
        at: float | None = None
        if now < deadline:
            at = now if self._pace is None else self._pace.turn(now, deadline)
        if at is None:
            self.give()
            raise self._busy("no turn within the deadline")
        return None if at == now else self._pause(at - now)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except BaseException:
            self.give()
            raise

    def _busy(self, what: str) -> NotCalled:
        return NotCalled(self._department, what)


def _late(handed: "asyncio.Future[bool]") -> None:
    if not handed.done():
        handed.set_result(False)
