"""Who is still there when its time is over is told so: one timer for all, none for each."""

import asyncio
import math
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Things that end, each at its own time at the latest; belongs to one event loop.

    Nearly all are through long before: to come and to go costs an entry in a dict. The one timer is
    set for the earliest end, and when it fires, for the earliest of those that are there then.
    """

    def __init__(self, late: Callable[[T], None]) -> None:
        self._late = late
        self._ends: dict[T, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next = math.inf

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._ends))

    def add(self, thing: T, end: float) -> None:
        """`late` is told of it at `end`, the loop's time, unless it is discarded before."""
        self._ends[thing] = end
        if end < self._next:
            self._set(end)

    def discard(self, thing: T) -> None:
        """It has ended."""
        self._ends.pop(thing, None)

    def clear(self) -> None:
        """Nobody is told anything any more."""
        self._ends.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._next = None, math.inf

    def _set(self, end: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._next = end
        self._timer = asyncio.get_running_loop().call_at(end, self._fired)

    def _fired(self) -> None:
        # A loop may fire a little before the time it was told.
        now = max(self._next, asyncio.get_running_loop().time())
        self._timer, self._next = None, math.inf
        for thing in [thing for thing, end in self._ends.items() if end <= now]:
            if self._ends.pop(thing, None) is not None:  # another may have ended it just now
                self._late(thing)
        earliest = min(self._ends.values(), default=math.inf)
        if earliest < self._next:
            self._set(earliest)
