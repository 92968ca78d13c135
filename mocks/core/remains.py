"""What was forgotten, let go of a little at a time: to free all of a full desk is a pause."""

import asyncio
from typing import Any

_AT_ONCE = 1_000  # things: a millisecond or so
_PAUSE_S = 0.01

Container = list[Any] | dict[Any, Any]


class Remains:
    """Lists and dictionaries nobody else has any more; emptied while others are served."""

    def __init__(self) -> None:
        self._waiting: list[Container] = []

    def take(self, *forgotten: Container) -> None:
        """Let go of these by and by; where no loop runs nobody waits, and they go at once."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        idle = not self._waiting
        self._waiting += [one for one in forgotten if one]
        if idle and self._waiting:
            loop.call_later(_PAUSE_S, self._go_on, loop)

    def __len__(self) -> int:
        return sum(map(len, self._waiting))

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        left = _AT_ONCE
        while left and self._waiting:
            one = self._waiting[-1]
            for _ in range(min(left, len(one))):
                one.popitem() if isinstance(one, dict) else one.pop()
                left -= 1
            if not one:
                self._waiting.pop()
        if self._waiting:
            loop.call_later(_PAUSE_S, self._go_on, loop)
