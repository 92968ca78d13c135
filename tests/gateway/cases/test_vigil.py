"""A busy process says in time that it lives; a hanging one does not, nor holds it others up."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.errors import StoreUnavailable
from gateway.cases.vigil import Vigil
from tests.gateway.cases.world import World, make_world

LEASE_S = 1.0
TRIES = 3  # this machine may be slow as well: only what is late each time is late


@pytest.fixture
async def beating(tmp_path: Path, postgres_url: str) -> AsyncIterator[World]:
    made = make_world(tmp_path / "unused", store_url=postgres_url, lease_s=LEASE_S)
    await made.service.start()
    yield made
    await made.service.stop()


def beats(world: World) -> int:
    """How often it has beaten, seen by somebody else."""
    url = world.service.store.database.sync_url
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(tables.executor.c.beats)).scalar_one()
    engine.dispose()
    return int(found)


def _stand_still(seconds: float) -> None:
    """As a loop does that is given too much to do at once."""
    Event().wait(seconds)


async def test_a_loop_that_is_busy_delays_no_beat(beating: World) -> None:
    most = 0
    for _ in range(TRIES):
        before = beats(beating)
        _stand_still(0.7 * LEASE_S)
        most = max(most, beats(beating) - before)
        if most >= 4:
            break
        await asyncio.sleep(LEASE_S)  # the loop turns

    assert most >= 4


async def test_a_loop_that_hangs_is_not_said_to_live(beating: World) -> None:
    _stand_still(1.5 * LEASE_S)
    before = beats(beating)

    _stand_still(0.5 * LEASE_S)
    hung = beats(beating)

    assert hung == before
    async with asyncio.timeout(20):
        while beats(beating) == before:  # noqa: ASYNC110 - seen by somebody else, in a table
            await asyncio.sleep(0.1 * LEASE_S)


async def test_a_stop_right_after_the_start_leaves_nobody_beating(
    tmp_path: Path, postgres_url: str
) -> None:
    world = make_world(tmp_path / "unused", store_url=postgres_url, lease_s=LEASE_S)

    await world.service.start()
    await world.service.stop()
    before = beats(world)
    await asyncio.sleep(0.3 * LEASE_S)

    assert beats(world) == before


async def test_a_watch_that_cannot_begin_holds_up_no_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its loop takes descriptors; where there are none left, all else goes on."""
    url = "postgresql://nobody@127.0.0.1:1/none"  # it does not get as far as that
    store = make_world(tmp_path / "unused", store_url=url).service.store
    vigil = Vigil(store, "one", version="v", lease_s=LEASE_S)

    def no_descriptors() -> asyncio.AbstractEventLoop:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(asyncio.events, "new_event_loop", no_descriptors)
    began = time.monotonic()
    with pytest.raises(OSError, match="Too many open files"):
        await vigil.keep()

    assert time.monotonic() - began < 5.0  # it would stand still for ten


class Frozen(Thread):
    """Takes a row and stands still with it, as a stopped process does."""

    def __init__(self, url: str, idle_s: float) -> None:
        super().__init__(daemon=True)
        self._url, self._idle_s = url, idle_s
        self.taken, self.through = Event(), Event()

    def run(self) -> None:
        """Until let through; a busy machine may not give it the row within its short budget."""
        while not self.taken.is_set():
            with pytest.raises(StoreUnavailable):
                asyncio.run(self._take())

    async def _take(self) -> None:
        database = Database(self._url, budget=self._idle_s)
        database.open()
        try:
            async with database.write() as connection:
                await connection.execute(tables.executor.update().values(beats=0))
                self.taken.set()
                self.through.wait(10)
        finally:
            await database.close()


async def test_who_stands_still_in_a_transaction_keeps_its_rows_for_a_moment(
    beating: World,
) -> None:
    url = beating.service.store.database.url.render_as_string(hide_password=False)
    frozen = Frozen(url, idle_s=0.5)
    frozen.start()
    assert await asyncio.to_thread(frozen.taken.wait, 20)
    began = time.monotonic()

    await beating.service.store.database.close()  # nothing of ours is in its way
    other = Database(url)
    other.open()
    async with other.write() as connection:
        await connection.execute(tables.executor.update().values(version="changed"))
    took_s = time.monotonic() - began
    await other.close()
    frozen.through.set()
    await asyncio.to_thread(frozen.join, 5)

    assert took_s < 5.0  # it would stand still for ten
