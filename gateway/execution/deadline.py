"""How long one operation may take: who asked is answered then, whatever is still under way.

A query is ended there. A mutation is not: it may be about to commit, so it goes on by itself, and
who repeats it with the same `clientRequestId` is told what came of it.
"""

import asyncio
from collections.abc import Awaitable

from graphql import ExecutionResult

_going_on: set[asyncio.Future[ExecutionResult]] = set()  # the loop itself holds tasks weakly


class OutOfTime(Exception):
    """The operation has no result yet, and its time is over."""


async def ended(running: Awaitable[ExecutionResult], seconds: float) -> ExecutionResult:
    """The result; OutOfTime after `seconds`, and nothing of it goes on."""
    limit = _Limit(seconds)
    try:
        return await running
    except asyncio.CancelledError:
        if limit.ended():
            raise OutOfTime from None
        raise
    finally:
        limit.ended()


class _Limit:
    """`asyncio.timeout` around the one await of every query, in a third of its steps.

    It cancels the task it is made in; by others' cancellations it is told from them as there.
    """

    __slots__ = ("_before", "_mine", "_task", "_timer")

    def __init__(self, seconds: float) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 — who awaits is one
        self._task, self._before, self._mine = task, task.cancelling(), False
        self._timer: asyncio.TimerHandle | None = loop.call_later(seconds, self._over)

    def ended(self) -> bool:
        """Called as the await ends: whether what ended it was this, and nobody else as well."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._mine:
            return False
        self._mine = False
        return self._task.uncancel() <= self._before

    def _over(self) -> None:
        self._timer, self._mine = None, True
        self._task.cancel()


async def left(running: Awaitable[ExecutionResult], seconds: float) -> ExecutionResult:
    """The result; OutOfTime after `seconds`, while it goes on. Cancelled, it ends."""
    task = asyncio.ensure_future(running)
    try:
        done, _ = await asyncio.wait((task,), timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        return task.result()
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    raise OutOfTime
