"""How long one operation may take: who asked is answered then, whatever is still under way.

A query is ended there. A mutation is not: it may be about to commit, so it goes on by itself, and
who repeats it with the same `clientRequestId` is told what came of it.
"""

import asyncio
from collections.abc import Awaitable

from graphql import ExecutionResult

from gateway.execution.time_left import ending_at

_going_on: set[asyncio.Future[ExecutionResult]] = set()  # the loop itself holds tasks weakly


class OutOfTime(Exception):
    """The operation has no result yet, and its time is over."""


async def ended(running: Awaitable[ExecutionResult], seconds: float) -> ExecutionResult:
    """The result; OutOfTime after `seconds`, and nothing of it goes on."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await running
    except TimeoutError:
        if limit.expired():
            raise OutOfTime from None
        raise


async def left(running: Awaitable[ExecutionResult], seconds: float) -> ExecutionResult:
    """The result; OutOfTime after `seconds`, while it goes on. Cancelled, it ends."""
    with ending_at(asyncio.get_running_loop().time() + seconds):
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
