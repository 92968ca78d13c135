"""Waiting for several at once is what graphql-core's own way is, whatever becomes of each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import product
from typing import Any

import pytest
from graphql.pyutils import gather_with_cancel

from gateway.execution.compiled.later import together

KINDS = ("value", "error", "cancelled", "hangs", "late error")


async def by_reference(coroutines: Sequence[Any]) -> list[Any]:
    return await gather_with_cancel(*coroutines)


class Scene:
    """Coroutines that end in different ways after different turns, and what became of them."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def one(self, kind: str, number: int, turns: int) -> str:
        try:
            for _ in range(turns):
                await asyncio.sleep(0)
            if kind == "hangs":
                await asyncio.sleep(0.05)
            if kind == "late error":
                await asyncio.sleep(0.01)
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
