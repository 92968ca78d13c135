"""One timer for all that end at a time of their own; each is told exactly then, or never."""

import asyncio

from gateway.federation.deadlines import Deadlines
from tests.gateway.virtual_time import in_virtual_time

START = 1000.0


class Told:
    """Who was told, and when."""

    def __init__(self) -> None:
        self.at: list[tuple[str, float]] = []
        self.deadlines = Deadlines[str](self.late)

    def late(self, thing: str) -> None:
        self.at.append((thing, asyncio.get_running_loop().time() - START))


@in_virtual_time
async def test_each_is_told_at_its_own_time_in_whatever_order_they_came() -> None:
    told = Told()
    for thing, end in (("c", 3.0), ("a", 1.0), ("d", 3.0), ("b", 2.0)):
        told.deadlines.add(thing, START + end)

    await asyncio.sleep(5)

    assert told.at == [("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 3.0)]
    assert list(told.deadlines) == []


@in_virtual_time
async def test_what_has_ended_is_not_told_and_keeps_nobody_else_waiting() -> None:
    told = Told()
    told.deadlines.add("through", START + 1)
    told.deadlines.add("late", START + 2)

    told.deadlines.discard("through")
    told.deadlines.discard("never there")
    await asyncio.sleep(1.5)
    told.deadlines.add("later", START + 3)
    await asyncio.sleep(5)

    assert told.at == [("late", 2.0), ("later", 3.0)]


@in_virtual_time
async def test_one_that_comes_or_goes_while_others_are_told_is_heard_of_or_not() -> None:
    told = Told()

    def late(thing: str) -> None:
        told.late(thing)
        told.deadlines.discard("b")
        if thing == "a":
            told.deadlines.add("soon", START + 1.5)

    told.deadlines = Deadlines[str](late)
    for thing in "abc":
        told.deadlines.add(thing, START + (2 if thing == "c" else 1))
    await asyncio.sleep(5)

    assert told.at == [("a", 1.0), ("soon", 1.5), ("c", 2.0)]


@in_virtual_time
async def test_cleared_it_tells_nobody() -> None:
    told = Told()
    told.deadlines.add("a", START + 1)

    told.deadlines.clear()
    await asyncio.sleep(5)

    assert told.at == []


async def test_ten_thousand_that_come_and_go_set_one_timer() -> None:
    told, loop = Told(), asyncio.get_running_loop()
    timers = []

    for number in range(10_000):
        told.deadlines.add(str(number), loop.time() + 60 + number)
        told.deadlines.discard(str(number))
        timers.append(told.deadlines._timer)

    assert len(set(timers)) == 1
    told.deadlines.clear()
