"""How much a department bears: places with a queue before them, and a rate."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self


class Places:
    """So many calls at once; so many more may wait, first come first served."""

    def __init__(self, at_once: int, queue: int | None) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._queue, self._waiting = queue, 0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self | None:
        """The places a rule names; None when it names none."""
        return cls(told["at_once"], told.get("queue")) if "at_once" in told else None

    @asynccontextmanager
    async def held(self) -> AsyncIterator[bool]:
        """A place, waited for; yields False at once when the queue is full."""
        if self._free.locked() and self._queue is not None and self._waiting >= self._queue:
            yield False
            return
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield True
        finally:
            self._free.release()


class Rate:
    """A bucket of `burst` calls that fills at a rate."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s, self._burst = per_s, burst
        self._left, self._at = float(burst), 0.0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self | None:
        """The rate a rule names; None when it names none."""
        if "rate_per_s" not in told:
            return None
        return cls(told["rate_per_s"], told.get("burst", 1))

    def allows(self, now: float) -> bool:
        """Whether one more call may pass at `now`, in monotonic seconds; takes it if so."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
