"""What happens once something has to be awaited; the only coroutines of an execution.

A field that awaits nothing never comes here. Where several siblings wait, they wait together, and
the first error that null propagation carries further cancels the others, as in graphql-core.
"""

from asyncio import AbstractEventLoop, CancelledError, Future, gather, get_running_loop
from collections.abc import Awaitable, Coroutine, Generator, Iterator
from contextlib import suppress
from functools import partial
from types import CoroutineType
from typing import Any, Final, TypeAlias

from graphql.pyutils import is_awaitable

from gateway.execution.compiled.state import Place, Position, State, fail


class Landing:
    """What a future comes to, completed in the turn it comes in: no task waits for it.

    Awaited, it is `later`.
    """

    __slots__ = ("future", "place", "position", "state")

    def __init__(self, state: State, position: Position, future: Future[Any], place: Place) -> None:
        self.state = state
        self.position = position
        self.future = future
        self.place = place

    def __await__(self) -> Generator[Any, Any, Any]:
        return later(self.state, self.position, self.future, self.place).__await__()


Awaited: TypeAlias = Coroutine[Any, Any, Any] | Landing
Waiting: TypeAlias = list[tuple[str | int, Awaited]]
AWAITED: Final[frozenset[Any]] = frozenset({CoroutineType, Landing})
"""The classes of values that stand for what is not there yet."""


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


def pend(waiting: Waiting | None, key: str | int, value: Awaited) -> Waiting:
    """One more that has to be awaited before its object or list is whole."""
    if waiting is None:
        return [(key, value)]
    waiting.append((key, value))
    return waiting


async def whole(found: Any, waiting: Waiting) -> Any:
    """The object or list once all that waits has come; they wait together.

    graphql-core's `gather_with_cancel`, with less ado: the first error ends the others, and is
    raised when they have ended. Whoever waits for them and is cancelled ends all.
    """
    if len(waiting) == 1:
        key, value = waiting[0]
        found[key] = await value
        return found
    every = _All(found, waiting, get_running_loop())
    try:
        return await every
    except Exception:
        await every.ended()
        raise


class _All(Future[Any]):
    """`found` with all that waits in its place, or the first error; cancelled, it cancels all that
    waits at once, as `gather`.

    A coroutine becomes a task; what waits for a future alone needs none.
    """

    __slots__ = ("_cancelled", "_coming", "_found", "_left", "_parts")

    def __init__(self, found: Any, waiting: Waiting, loop: AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._left = len(waiting)
        self._coming = 0  # of them, those that wait for a future
        self._cancelled = False
        self._found = found
        self._parts: dict[str | int, Future[Any]] = {}
        for key, one in waiting:
            if isinstance(one, Landing):
                self._coming += 1
                self._parts[key] = one.future
                one.future.add_done_callback(partial(self._landed, key, one))
            else:
                self._parts[key] = self._task(key, one)

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask all to end; whoever waits is told by the first that does."""
        asked = False
        if not self.done():
            asked = self._coming > 0
            for part in self._parts.values():
                asked = part.cancel(msg) or asked
            self._cancelled = self._cancelled or asked
        return asked

    async def ended(self) -> None:
        """End all that go on, and wait until they have ended."""
        for part in self._parts.values():
            part.cancel()
        await gather(*self._parts.values(), return_exceptions=True)

    def _task(self, at: str | int, one: Coroutine[Any, Any, Any]) -> Future[Any]:
        task = self.get_loop().create_task(one)
        task.add_done_callback(partial(self._came, at))
        return task

    def _landed(self, at: str | int, landing: Landing, future: Future[Any]) -> None:
        """Complete what came; by a task, where that has to wait for something else."""
        self._coming -= 1
        if self._cancelled or self.done() or future.cancelled():
            if not future.cancelled():
                future.exception()  # looked at, so that nobody is told of it later
            self._fail_soon(CancelledError())
            return
        state, position, place = landing.state, landing.position, landing.place
        try:
            try:
                found = position.shape(state, position.field, future.result(), place)
            except Exception as error:  # whatever a resolver raises is an error of its field
                found = fail(state, position, error, place)
        except BaseException as error:  # handed on to who waits, as a task does it
            self._fail_soon(error)
            return
        if found.__class__ is not dict and is_awaitable(found):
            self._parts[at] = self._task(at, guard(state, position, found, place))
        else:
            self._settle(at, found)

    def _fail_soon(self, error: BaseException) -> None:
        """In the next turn, as a task's error is told: what came in this turn as well is whole."""
        self.get_loop().call_soon(self._fail, error)

    def _came(self, at: str | int, task: Future[Any]) -> None:
        error = CancelledError() if task.cancelled() else task.exception()
        if error is None:
            self._settle(at, task.result())
        else:
            self._fail(error)

    def _settle(self, at: str | int, found: Any) -> None:
        self._left = left = self._left - 1
        if self.done():
            return
        self._found[at] = found
        if left:
            return
        if self._cancelled:
            self.set_exception(CancelledError())
        else:
            self.set_result(self._found)

    def _fail(self, error: BaseException) -> None:
        self._left -= 1
        if not self.done():
            self.set_exception(error)


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
