"""A worker that dies is begun anew, later each time; metric and readiness tell of it meanwhile."""

import asyncio
import threading
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.cases.supervision import DIED, END_S, FIRST_S, LONGEST_S, Supervision, ended
from gateway.metrics import Metrics
from tests.gateway.cases.test_dispatch import Running, url  # noqa: F401 — a fixture
from tests.gateway.cases.world import World
from tests.gateway.virtual_time import in_virtual_time


class Mortal:
    """Dies as often as it is told to, then lives."""

    def __init__(self, deaths: int) -> None:
        self.deaths = deaths
        self.born: list[float] = []

    async def __call__(self) -> None:
        self.born.append(asyncio.get_running_loop().time())
        if len(self.born) <= self.deaths:
            raise OSError(24, "Too many open files")
        await asyncio.Event().wait()


def supervision(metrics: Metrics | None = None) -> Supervision:
    return Supervision(metrics, now=lambda: asyncio.get_running_loop().time())


@in_virtual_time
async def test_it_is_begun_anew_later_each_time_and_nobody_waits_for_ever() -> None:
    mortal, metrics = Mortal(deaths=9), Metrics()
    kept = asyncio.create_task(supervision(metrics).keep("poll", mortal))
    await asyncio.sleep(3600)
    kept.cancel()

    waits = [later - sooner for sooner, later in zip(mortal.born, mortal.born[1:], strict=False)]
    assert waits == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60])
    assert f'{DIED}{{worker="poll"}} 9' in metrics.render()[0].decode()


@in_virtual_time
async def test_it_is_down_until_it_has_lived_for_a_while_and_then_forgiven() -> None:
    mortal, kept = Mortal(deaths=1), supervision()
    task = asyncio.create_task(kept.keep("poll", mortal))
    await asyncio.sleep(0.5 * FIRST_S)
    assert kept.down() == ["poll"]
    await asyncio.sleep(FIRST_S)
    assert (len(mortal.born), kept.down()) == (2, ["poll"])

    await asyncio.sleep(FIRST_S)

    assert kept.down() == []
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@in_virtual_time
async def test_who_returns_died_as_well() -> None:
    kept = supervision()
    times = 0

    async def nothing() -> None:
        nonlocal times
        times += 1

    task = asyncio.create_task(kept.keep("poll", nothing))
    await asyncio.sleep(2 * LONGEST_S)
    task.cancel()

    assert times > 5
    assert kept.down() == ["poll"]


@in_virtual_time
@pytest.mark.parametrize("error", [None, OSError()])
async def test_who_makes_something_else_of_its_end_ends_all_the_same(error: OSError | None) -> None:
    async def swallows() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if error is not None:
                raise error from None

    kept = supervision()
    task = asyncio.create_task(kept.keep("poll", swallows))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=LONGEST_S)

    assert task.done()
    assert kept.down() == []


@in_virtual_time
async def test_nobody_waits_for_ever_for_who_does_not_end() -> None:
    released = asyncio.Event()

    async def stubborn() -> None:
        while not released.is_set():
            with suppress(asyncio.CancelledError):
                await released.wait()

    kept = supervision()
    tasks = [asyncio.create_task(kept.keep(name, stubborn), name=name) for name in ("a", "b")]
    await asyncio.sleep(0)
    began = asyncio.get_running_loop().time()
    left = await ended(tasks)

    assert left == ["a", "b"]
    assert asyncio.get_running_loop().time() - began == pytest.approx(END_S)
    released.set()
    await asyncio.wait(tasks)


def test_a_thread_that_was_told_to_end_did_not_die() -> None:
    kept, ended = Supervision(), Event()
    thread = Thread(target=kept.keep_thread, args=["queue", ended.wait, ended])
    thread.start()
    ended.set()
    thread.join(10)

    assert not thread.is_alive()
    assert kept.down() == []


async def test_a_worker_of_the_engine_that_dies_is_begun_anew_and_forgets_no_command(
    url: str,  # noqa: F811
) -> None:
    running, killed = Running(url, every_s=3600), Event()

    def kill(*_: Any) -> None:
        if threading.current_thread().name == "queue-q0" and not killed.is_set():
            killed.set()
            raise asyncio.CancelledError  # which no worker of DBOS expects

    sa.event.listen(sa.Engine, "before_cursor_execute", kill)
    try:
        await running.launch(queues=1)
        running.put("a")
        running.engine.wake(["q0"])
        await running.ran.until(1, 30)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", kill)
    await running.close()

    assert killed.is_set()
    assert running.ran.references == ["a"]


async def _dies(world: World, name: str) -> None:
    async def dies() -> None:
        raise OSError

    task = asyncio.create_task(world.service.supervision.keep(name, dies))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()


@pytest.mark.parametrize("name", ["vigil", "queues", "sweep"])
async def test_readiness_names_who_died_of_those_all_depend_on(world: World, name: str) -> None:
    assert (await world.service.parts())["workers"] is None

    await _dies(world, name)

    assert (await world.service.parts())["workers"] == f"died, begun anew: {name}"


@pytest.mark.parametrize("name", ["poll-keyed", "queue-department-keyed", "reconcile"])
async def test_one_departments_worker_takes_no_gateway_away_from_the_others(
    world: World, name: str
) -> None:
    await _dies(world, name)

    assert (await world.service.parts())["workers"] is None
    assert world.service.workers_down() == [name]
