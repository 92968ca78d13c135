"""Waiting for several at once is what graphql-core's own way is, whatever becomes of each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import product
from typing import Any

import pytest
from graphql import GraphQLError
from graphql.pyutils import gather_with_cancel

from gateway.execution.compiled.later import Landing, later, whole

KINDS = ("value", "error", "cancelled", "hangs", "late error")
# Turns of the loop, not seconds: of two timers alike, which one ends first is the clock's affair.
LATE = {"late error": 20, "hangs": 100}


async def by_reference(coroutines: Sequence[Any]) -> list[Any]:
    return await gather_with_cancel(*coroutines)


async def together(awaited: Sequence[Any]) -> Any:
    return await whole([None] * len(awaited), list(enumerate(awaited)))


class Scene:
    """Coroutines that end in different ways after different turns, and what became of them."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def one(self, kind: str, number: int, turns: int) -> str:
        try:
            for _ in range(turns + LATE.get(kind, 0)):
                await asyncio.sleep(0)
            if kind == "cancelled":
                raise asyncio.CancelledError
            if "error" in kind:
                raise ValueError(number)
        except BaseException as error:
            self.seen.append(f"{number} {type(error).__name__} {error}")
            raise
        self.seen.append(f"{number} whole")
        return f"{kind} {number}"


async def outcome(
    wait: Callable[[Sequence[Any]], Awaitable[list[Any]]], kinds: Sequence[str], cancel: bool
) -> tuple[str, list[str], int]:
    scene = Scene()
    coroutines = [scene.one(kind, n, turns=n % 2) for n, kind in enumerate(kinds)]
    waiting = asyncio.ensure_future(wait(coroutines))
    if cancel:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
    try:
        said = str(await waiting)
    except (ValueError, asyncio.CancelledError) as error:
        said = f"{type(error).__name__} {error}"
    left = len(asyncio.all_tasks()) - 1
    seen = list(scene.seen)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others)
    return said, seen, left


@pytest.mark.parametrize("cancel", [False, True])
@pytest.mark.parametrize("kinds", list(product(KINDS, repeat=3)), ids=" ".join)
async def test_it_gives_raises_and_ends_what_graphql_core_does(
    kinds: tuple[str, ...], cancel: bool
) -> None:
    expected = await outcome(by_reference, kinds, cancel)

    assert await outcome(together, kinds, cancel) == expected


# Turns of the loop until a future has its value, far enough apart that a turn more or less, which a
# task takes and what lands without one does not, changes nothing.
TURNS = {"value": 1, "error": 1, "cancelled": 1, "hangs": 40, "late error": 24, "raises": 1}
_AWAITED_TURNS = 15
LANDINGS = (*TURNS, "awaits")


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


class Spot:
    """A position that may not be null, whose values end in different ways."""

    field, nodes, nonnull = None, (), True

    def __init__(self, kind: str, number: int, seen: list[str]) -> None:
        self._kind, self._number, self._seen = kind, number, seen

    def shape(self, state: Any, field: Any, value: str, place: Any) -> Any:
        if self._kind == "raises":
            raise ValueError(self._number)
        return self._later(value) if self._kind == "awaits" else self._whole(value)

    def _whole(self, value: str) -> str:
        self._seen.append(f"{self._number} whole")
        return value

    async def _later(self, value: str) -> str:
        await turns(_AWAITED_TURNS)
        return self._whole(value)


class Futures:
    """What waits for futures that end in different ways after different turns."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._loop = asyncio.get_running_loop()

    def one(self, make: Any, kind: str, number: int) -> Any:
        future = self._loop.create_future()
        # The first is there already, where it does not take long.
        self._end(future, kind, number, TURNS.get(kind, 1) - (number == 0))
        return make(None, Spot(kind, number, self.seen), future, None)

    def _end(self, future: asyncio.Future[str], kind: str, number: int, left: int) -> None:
        if future.done():
            return
        if left:
            self._loop.call_soon(self._end, future, kind, number, left - 1)
        elif kind == "cancelled":
            future.cancel()
        elif "error" in kind:
            future.set_exception(ValueError(number))
        else:
            future.set_result(f"{kind} {number}")


async def outcome_of_futures(
    wait: Callable[[Sequence[Any]], Awaitable[list[Any]]],
    make: Any,
    kinds: Sequence[str],
    cancel: int | None,
) -> tuple[str, list[str]]:
    futures = Futures()
    waiting = asyncio.ensure_future(
        wait([futures.one(make, kind, n) for n, kind in enumerate(kinds)])
    )
    if cancel is not None:
        await turns(cancel)
        waiting.cancel()
    try:
        said = str(await waiting)
    except (GraphQLError, asyncio.CancelledError) as error:
        said = f"{type(error).__name__} {error}"
    seen = list(futures.seen)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:  # who is cancelled by others than us leaves the rest to itself
        await asyncio.wait(others)
    return said, seen


@pytest.mark.parametrize("cancel", [None, 1, 9])
@pytest.mark.parametrize("kinds", list(product(LANDINGS, repeat=3)), ids=" ".join)
async def test_what_comes_by_a_future_needs_no_task_and_ends_as_if_it_had_one(
    kinds: tuple[str, ...], cancel: int | None
) -> None:
    expected = await outcome_of_futures(by_reference, later, kinds, cancel)

    assert await outcome_of_futures(together, Landing, kinds, cancel) == expected


async def test_what_comes_by_a_future_is_whole_in_the_turn_it_comes_in() -> None:
    futures = [asyncio.get_running_loop().create_future() for _ in range(2)]
    seen: list[str] = []
    make: Any = Landing
    waits = [make(None, Spot("value", n, seen), one, None) for n, one in enumerate(futures)]
    waiting = asyncio.ensure_future(together(waits))
    await asyncio.sleep(0)

    tasks = asyncio.all_tasks() - {asyncio.current_task(), waiting}
    futures[1].set_result("here")
    await asyncio.sleep(0)

    assert tasks == set()
    assert seen == ["1 whole"]
    futures[0].set_result("there")
    assert await waiting == ["there", "here"]
