"""So many calls at once to one department; who finds no slot free waits for one."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from adapters.errors import NotCalled
from gateway.federation.breaker import Breaker
from gateway.federation.passage import Passage

QUEUE: Final = 4  # reads that may wait, per slot


class Slots:
    """The slots of one department, common to all roads; belongs to one event loop.

    Who finds `free` ones takes one off it and need not wait; whoever has one gives it back, by
    `leave` where somebody is `waiting`. `shut` says why no call may leave now, where none may.
    """

    def __init__(
        self, department: str, count: int, shut: Callable[[Breaker, float], NotCalled | None]
    ) -> None:
        self._department, self._shut = department, shut
        self.free = count
        self._most_waiting = count * QUEUE
        self.waiting: deque[tuple[asyncio.Future[None], Breaker]] = deque()

    async def wait(self, passage: Passage) -> None:
        """Take one when one is given back, first come, first served.

        NotCalled when none is free in time, or no call may leave when one is.
        """
        if passage.road.asks and len(self.waiting) >= self._most_waiting:
            raise NotCalled(self._department, "too many wait already", retry_in_s=1.0)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        timer = loop.call_at(passage.end, self._too_late, turn)
        place = (turn, passage.breaker)
        self.waiting.append(place)
        try:
            await turn
            kept_back = self._shut(passage.breaker, loop.time())
            if kept_back is not None:
                raise kept_back
        except BaseException:
            if place in self.waiting:
                self.waiting.remove(place)
            elif turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Give one back: it goes to who waited longest."""
        while self.waiting:
            turn, _ = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1

    def send_home(self, now: float) -> None:
        """Those who wait for what has just been shut need not wait any longer."""
        for turn, breaker in self.waiting:
            kept_back = None if turn.done() else self._shut(breaker, now)
            if kept_back is not None:
                turn.set_exception(kept_back)

    def _too_late(self, turn: asyncio.Future[None]) -> None:
        if not turn.done():
            turn.set_exception(NotCalled(self._department, "no slot within the deadline"))
