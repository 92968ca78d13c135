"""What happens once something has to be awaited; the only coroutines of an execution.

A field that awaits nothing never comes here. Where several siblings wait, they wait together, and
the first error that null propagation carries further cancels the others, as in graphql-core.
"""

from asyncio import AbstractEventLoop, CancelledError, Future, Task, gather, get_running_loop
from collections.abc import Awaitable, Coroutine, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from graphql.pyutils import is_awaitable

from gateway.execution.compiled.state import Place, Position, State, fail

Waiting: TypeAlias = list[tuple[str | int, Coroutine[Any, Any, Any]]]


async def later(state: State, position: Position, value: Awaitable[Any], place: Place) -> Any:
    """What an awaitable comes to, completed; null and a kept error where it fails."""
    try:
        found = position.shape(state, position.field, await value, place)
        return await found if is_awaitable(found) else found
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail(state, position, error, place)


async def guard(state: State, position: Position, value: Awaitable[Any], place: Place) -> Any:
    """What is already being completed; null and a kept error where it fails."""
    try:
        return await value
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail(state, position, error, place)


def pend(waiting: Waiting | None, key: str | int, value: Coroutine[Any, Any, Any]) -> Waiting:
    """One more that has to be awaited before its object or list is whole."""
    if waiting is None:
        return [(key, value)]
    waiting.append((key, value))
    return waiting


async def whole(found: Any, waiting: Waiting) -> Any:
    """The object or list once all that waits has come; they wait together."""
    if len(waiting) == 1:
        key, value = waiting[0]
        found[key] = await value
        return found
    values = await together([value for _, value in waiting])
    for (key, _), value in zip(waiting, values, strict=True):
        found[key] = value
    return found


async def together(awaited: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """What these give, all waited for at once: graphql-core's `gather_with_cancel`, with less ado.

    The first error ends the others, and is raised when they have ended. Whoever waits for them and
    is cancelled ends all.
    """
    loop = get_running_loop()
    tasks = [loop.create_task(one) for one in awaited]
    try:
        return await _All(tasks, loop)
    except Exception:
        for task in tasks:
            task.cancel()
        await gather(*tasks, return_exceptions=True)
        raise


class _All(Future[list[Any]]):
    """The results of tasks, or the first error; cancelled, it cancels them at once, as `gather`."""

    def __init__(self, tasks: list[Task[Any]], loop: AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._tasks = tasks
        self._left = len(tasks)
        self._cancelled = False
        for task in tasks:
            task.add_done_callback(self._ended)

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask all tasks to end; whoever waits is told by the first that does."""
        asked = False
        if not self.done():
            for task in self._tasks:
                asked = task.cancel(msg) or asked
            self._cancelled = self._cancelled or asked
        return asked

    def _ended(self, task: Task[Any]) -> None:
        self._left -= 1
        error = CancelledError() if task.cancelled() else task.exception()
        if self.done():
            return
        if error is not None:
            self.set_exception(error)
        elif not self._left:
            if self._cancelled:
                self.set_exception(CancelledError())
            else:
                self.set_result([task.result() for task in self._tasks])


def abandon(state: State, waiting: Waiting | None, rest: Iterator[Any] | None = None) -> None:
    """Somebody else's error made these useless; they end on their own, unheard.

    `rest`: the entries of a list that were not reached; awaitables among them run as well.
    """
    values: list[Awaitable[Any]] = [value for _, value in waiting or ()]
    if rest is not None:
        with suppress(Exception):
            values.extend(entry for entry in rest if is_awaitable(entry))
    if values:
        state.background.settle(values)


def serially(state: State, source: Any, parts: list[Any]) -> Any:
    """The fields of a mutation, each finished before the next begins; awaited where needed."""
    found: dict[str, Any] = {}
    for index, part in enumerate(parts):
        value = part(state, source, None)
        if value.__class__ is not dict:
            return _serially(state, source, found, value, parts[index + 1 :])
        found.update(value)
    return found


async def _serially(
    state: State, source: Any, found: dict[str, Any], first: Awaitable[Any], parts: list[Any]
) -> dict[str, Any]:
    found.update(await first)
    for part in parts:
        value = part(state, source, None)
        found.update(value if value.__class__ is dict else await value)
    return found
