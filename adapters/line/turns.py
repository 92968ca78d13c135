"""A department bears so many calls at once and so many a second: each call waits for its turn."""

import asyncio

from adapters.errors import NotCalled
from adapters.pace import Pace


class Turns:
    """Turns of one department, shared by all its connections; belongs to one event loop."""

    def __init__(self, department: str, *, concurrency: int, rate_per_s: float) -> None:
        self._department = department
        self._slots = asyncio.Semaphore(concurrency)
        self._pace = Pace(rate_per_s) if rate_per_s > 0 else None

    async def take(self, deadline: float) -> None:
        """Return when the call may leave; NotCalled when that is not before `deadline`.

        Whoever took a turn gives it back.
        """
        if self._slots.locked():
            await self._queue(deadline)
        else:
            await self._slots.acquire()  # at once: there is a free one
        try:
            await self._in_time(deadline)
        except BaseException:
            self._slots.release()
            raise

    def give(self) -> None:
        """The call has ended."""
        self._slots.release()

    async def _queue(self, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await self._slots.acquire()
        except TimeoutError:
            raise self._busy("no free connection within the deadline") from None

    async def _in_time(self, deadline: float) -> None:
        now = asyncio.get_running_loop().time()
        at = now if self._pace is None else self._pace.turn(now, deadline)
        if at is None or now >= deadline:
            raise self._busy("no turn within the deadline")
        if at > now:
            await asyncio.sleep(at - now)

    def _busy(self, what: str) -> NotCalled:
        return NotCalled(self._department, what)
