"""Turns: never more at once than agreed, none lost whoever gives up, first come first served."""

import asyncio
from random import Random

import pytest

from adapters.errors import NotCalled
from adapters.line.turns import Turns


def within(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


def turns(concurrency: int = 1, rate_per_s: float = 0) -> Turns:
    return Turns("land", concurrency=concurrency, rate_per_s=rate_per_s)


async def test_a_free_turn_leaves_nothing_to_await() -> None:
    free = turns(concurrency=2)
    assert [free.claim(0.0, 1.0), free.claim(0.0, 1.0)] == [None, None]

    third = asyncio.ensure_future(free.take(within(1)))
    await asyncio.sleep(0)
    assert not third.done()
    free.give()
    await third


async def test_turns_are_handed_on_in_the_order_they_were_asked_for() -> None:
    one, order = turns(), list[int]()

    async def call(number: int) -> None:
        await one.take(within(2))
        order.append(number)
        await asyncio.sleep(0)
        one.give()

    await asyncio.gather(*(call(number) for number in range(6)))
    assert order == [0, 1, 2, 3, 4, 5]


async def test_who_gets_none_in_time_leaves_the_queue() -> None:
    one = turns()
    await one.take(within(1))
    with pytest.raises(NotCalled, match="no free connection"):
        await one.take(within(0.05))
    one.give()
    await one.take(within(1))


@pytest.mark.parametrize("rate_per_s", [0, 0.1])
async def test_a_turn_that_comes_too_late_is_given_back(rate_per_s: float) -> None:
    one = turns(rate_per_s=rate_per_s)
    with pytest.raises(NotCalled, match="no turn"):
        one.claim(2.0, 1.0)
    assert one.claim(3.0, 4.0) is None


async def test_who_gives_up_while_the_pace_holds_it_back_gives_its_turn_back() -> None:
    one = turns(rate_per_s=5)
    for _ in range(5):
        await one.take(within(2))
        one.give()
    held = asyncio.ensure_future(one.take(within(9)))
    await asyncio.sleep(0)
    held.cancel()
    await asyncio.wait({held})
    await one.take(within(9))


@pytest.mark.parametrize("seed", range(25))
async def test_no_turn_is_lost_or_made_whoever_gives_up_when(seed: int) -> None:
    draw, few = Random(seed), turns(concurrency=3)
    inside = most = 0

    async def call() -> None:
        nonlocal inside, most
        await few.take(within(draw.choice((0.0, 0.002, 5.0))))
        inside += 1
        most = max(most, inside)
        try:
            for _ in range(draw.randrange(4)):
                await asyncio.sleep(0)
        finally:
            inside -= 1
            few.give()

    calls = [asyncio.ensure_future(call()) for _ in range(40)]
    while any(not one.done() for one in calls):
        await asyncio.sleep(draw.choice((0, 0, 0.001)))
        draw.choice(calls).cancel()
    await asyncio.gather(*calls, return_exceptions=True)

    assert most <= 3
    assert [few.claim(0.0, 1.0) for _ in range(3)] == [None] * 3
    with pytest.raises(NotCalled):
        await few.take(within(0))
