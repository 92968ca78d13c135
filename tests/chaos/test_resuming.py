"""What was left over is followed from life to life; that it never went on is seen."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from tests.chaos.plan import Plan
from tests.chaos.resuming import Leftover, Watch
from tests.chaos.troubles import too_slow

REFERENCE = "case:A:file:1"


class Store:
    """A store with one command under way, written to while no gateway is there."""

    def __init__(self, at: Path) -> None:
        self.url = f"sqlite:///{at}"
        self._engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        tables.metadata.create_all(self._engine)
        self._do(
            tables.delivery.insert().values(
                reference=REFERENCE,
                case_id="case",
                department="market",
                tick=1,
                state="under_way",
                due_at=0.0,
                due_after=0,
            )
        )

    def go_on(self) -> None:
        """Somebody works on it."""
        self._do(tables.delivery.update().values(tick=tables.delivery.c.tick + 1))

    def conclude(self) -> None:
        """It is done."""
        self._do(tables.delivery.update().values(state="done"))

    def _do(self, change: sa.Insert | sa.Update) -> None:
        with self._engine.begin() as connection:
            connection.execute(change)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


@pytest.fixture
def leftover(store: Store) -> Leftover:
    return Leftover(watch=Watch(store.url))


@asynccontextmanager
async def looking(leftover: Leftover) -> AsyncIterator["asyncio.Task[float]"]:
    """A life: what is left is looked for before it, and watched while it lasts."""
    await leftover.look()
    went_on = asyncio.create_task(leftover.gone_on())
    yield went_on


async def lived(leftover: Leftover, *, since_s: float, ready_s: float | None) -> float | None:
    """A life that got to nothing, begun so many seconds ago."""
    async with looking(leftover) as went_on:
        return await leftover.over(went_on, began=time.time() - since_s, ready_s=ready_s)


async def test_work_that_goes_on_in_the_first_life_took_since_its_start(
    store: Store, leftover: Leftover
) -> None:
    async with looking(leftover) as went_on:
        store.go_on()
        at = await went_on
    took = await leftover.over(went_on, began=at - 2.0, ready_s=1.5)

    assert took == pytest.approx(2.0, abs=0.01)
    assert leftover.commands == {}


async def test_lives_that_did_not_get_to_it_count_for_as_long_as_they_were_at_work(
    store: Store, leftover: Leftover
) -> None:
    assert await lived(leftover, since_s=4.0, ready_s=2.0) is None
    assert await lived(leftover, since_s=5.0, ready_s=2.0) is None
    async with looking(leftover) as went_on:
        store.go_on()
        at = await went_on
    took = await leftover.over(went_on, began=at - 2.0, ready_s=1.5)

    assert took == pytest.approx(2.0 + 3.0 + 2.0, abs=0.2)


async def test_a_life_killed_while_it_came_up_does_not_count_and_one_that_never_does_counts(
    leftover: Leftover,
) -> None:
    await lived(leftover, since_s=2.4, ready_s=None)
    brief = leftover.waited_s
    await lived(leftover, since_s=60.0, ready_s=None)

    assert brief == 0.0
    assert leftover.waited_s == pytest.approx(55.0, abs=0.2)


async def test_what_went_on_in_the_last_moment_of_a_life_has_gone_on(
    store: Store, leftover: Leftover
) -> None:
    await leftover.look()
    store.go_on()
    took = await leftover.over(asyncio.create_task(never()), began=time.time() - 3.0, ready_s=2.0)

    assert took == pytest.approx(3.0, abs=0.2)


async def never() -> float:
    """A watching that sees nothing any more."""
    await asyncio.Event().wait()
    return 0.0


async def test_where_nothing_is_left_over_nothing_is_timed(
    store: Store, leftover: Leftover
) -> None:
    store.conclude()

    assert await lived(leftover, since_s=9.0, ready_s=1.0) is None
    assert leftover.waited_s == 0.0


def test_work_that_never_went_on_is_too_slow_and_so_is_work_that_went_on_late() -> None:
    plan = Plan(name="written by hand", applications=1)

    assert too_slow(plan, {"resumed_max_s": 4.9, "never_resumed": []}) == []
    assert too_slow(plan, {"resumed_max_s": None, "never_resumed": [REFERENCE]}) != []
    assert too_slow(plan, {"resumed_max_s": 5.1, "never_resumed": []}) != []
