"""Deeds that outlive their callers: what a slow department still does when nobody listens."""

import asyncio
from collections.abc import Awaitable, Callable


class LateDeeds:
    """What is still to be done; none of it outlives the process."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[None]] = set()

    def after(self, delay_s: float, deed: Callable[[], Awaitable[object]]) -> None:
        """Do the deed in so many real seconds; what it answers is heard by nobody."""
        task = asyncio.get_running_loop().create_task(_later(delay_s, deed))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def forget(self) -> None:
        """None of the deeds still to come is done."""
        for task in tuple(self._waiting):
            task.cancel()


async def _later(delay_s: float, deed: Callable[[], Awaitable[object]]) -> None:
    await asyncio.sleep(delay_s)
    await deed()
