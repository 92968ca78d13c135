"""A command that was claimed and never begun, as its worker died between, is taken over; once."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import sqlalchemy as sa

from tests.gateway.cases.test_take_over import parked_in_the_send
from tests.gateway.cases.world import World

QUEUE = "queue-department-keyed"


class Claimed:
    """Stops the engine's worker once, when its claim is committed and the command not begun."""

    def __init__(self, *, dies: bool) -> None:
        self._dies = dies
        self._claims = self._claimed = False
        self.stopped, self.goes_on, self.through = Event(), Event(), Event()

    def after(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if threading.current_thread().name == QUEUE and statement.startswith("UPDATE"):
            self._claims = True

    def committed(self, *_: Any) -> None:
        if threading.current_thread().name == QUEUE and self._claims:
            self._claimed = True

    def before(self, *_: Any) -> None:
        """Its next statement after the commit."""
        here = threading.current_thread().name == QUEUE
        if not (here and self._claimed) or self.stopped.is_set():
            return
        self.stopped.set()
        if self._dies:
            raise asyncio.CancelledError  # which no worker of DBOS expects
        self.goes_on.wait(30)
        self.through.set()


@contextmanager
def stopped_once(*, dies: bool) -> Iterator[Claimed]:
    made = Claimed(dies=dies)
    hooks = (
        ("after_cursor_execute", made.after),
        ("commit", made.committed),
        ("before_cursor_execute", made.before),
    )
    for name, hook in hooks:
        sa.event.listen(sa.Engine, name, hook)
    try:
        yield made
    finally:
        made.goes_on.set()
        for name, hook in hooks:
            sa.event.remove(sa.Engine, name, hook)


async def test_it_is_taken_over_at_the_second_look_and_filed_once(on_either: World) -> None:
    world, reaper = on_either, on_either.service.reaper
    with stopped_once(dies=True) as claimed:
        case = await world.case()
        assert await asyncio.to_thread(claimed.stopped.wait, 30)

        assert await reaper.let_go() == 0  # it may be about to begin
        assert await reaper.let_go() == 1

        filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)

    assert filed.step("A").receipt == "keyed-1"
    assert world.keyed.posts == [f"{case.id}:A:file:1"]


async def test_a_worker_that_was_only_slow_begins_what_is_no_longer_its_own(
    on_either: World,
) -> None:
    """The worker goes on with its old claim after the command was taken over."""
    world, reaper = on_either, on_either.service.reaper
    with stopped_once(dies=False) as claimed:
        case = await world.case()
        assert await asyncio.to_thread(claimed.stopped.wait, 30)
        await reaper.let_go()
        assert await reaper.let_go() == 1

        claimed.goes_on.set()
        await world.until(case.id, lambda c: c.step("A").receipt is not None)
        assert await asyncio.to_thread(claimed.through.wait, 30)
        async with asyncio.timeout(30):
            while await world.service.store.engine.waiting():  # noqa: ASYNC110 — threads of DBOS
                await asyncio.sleep(0.01)

    assert world.keyed.posts == [f"{case.id}:A:file:1"]


async def test_what_is_at_work_here_is_left_alone_however_long_it_takes(on_either: World) -> None:
    world, reaper = on_either, on_either.service.reaper
    case = await world.case()
    _, through = await parked_in_the_send(world, case)
    engine = world.service.store.engine
    async with asyncio.timeout(30):
        # until A's has ended; the engine tells nobody
        while [r.reference for r in await engine.running()] != [f"{case.id}:B:file:1"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert [await reaper.let_go() for _ in range(3)] == [0, 0, 0]

    through.set()
    await world.until(case.id, lambda c: c.step("B").receipt is not None)
    assert len(world.asked.posts) == 1
