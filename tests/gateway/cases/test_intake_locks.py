"""Two who take in news of several filings at once wait for each other, never crosswise."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.intake import Taken
from gateway.cases.receipts import Holder, reserve
from gateway.cases.store import Transaction
from schema.domain.case import Case
from schema.domain.filing import ItemStatus, Progress
from tests.gateway.cases.world import MORNING, World, insisted, make_world

_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
async def world(tmp_path: Path, postgres_with_tables: Callable[[], str]) -> AsyncIterator[World]:
    made = make_world(tmp_path / "unused", store_url=postgres_with_tables())
    await made.service.start()
    yield made
    await made.service.stop()


async def filed(world: World, n: int) -> Case:
    draft = await world.draft(f"start-{n}")
    case = await insisted(lambda: world.submit(draft.id, f"submit-{n}"))
    assert isinstance(case, Case)
    return await world.until(case.id, lambda c: c.step("A").receipt is not None)


async def two(world: World) -> tuple[Case, Case]:
    """In the order of their numbers."""
    first, second = sorted([await filed(world, 1), await filed(world, 2)], key=lambda c: c.id)
    return first, second


def news(case: Case, number: str, minute: int = 0) -> Progress:
    """The department says so of this case's filing, under a number that is none of ours."""
    return Progress(
        receipt=number,
        status=ItemStatus.RECEIVED,
        at=MORNING.replace(minute=minute),
        reference=f"{case.id}:A:file:1",
    )


async def waiting(world: World, count: int) -> None:
    async with asyncio.timeout(10):
        while True:
            [(found,)] = await world.service.store.rows(_WAITING)  # type: ignore[arg-type]
            if found >= count:
                return
            await asyncio.sleep(0.01)


async def crossed(
    world: World,
    hold: Callable[[Transaction], Awaitable[object]],
    before: list[Progress],
    after: list[Progress],
) -> list[Taken | BaseException]:
    """Both are taken in while somebody holds what the first needs, and then the second."""
    intake = world.service.intake
    async with world.service.store.write() as transaction:
        await hold(transaction)
        one = asyncio.create_task(intake.take("keyed", before))
        await waiting(world, 1)
        other = asyncio.create_task(intake.take("keyed", after))
        await waiting(world, 2)
    return list(await asyncio.gather(one, other, return_exceptions=True))


async def recorded(world: World, case: Case) -> list[str]:
    known = tables.event.c
    found = await world.service.store.rows(sa.select(known.key).where(known.case_id == case.id))
    return sorted(row.key.split(":")[4] for row in found if row.key.startswith("progress:"))


async def test_news_of_a_case_others_wait_for_with_the_number_of_it(world: World) -> None:
    first, second = await two(world)

    taken = await crossed(
        world,
        lambda transaction: transaction.load(second.id),
        before=[news(second, "X-1")],
        after=[news(first, "X-1"), news(second, "X-2")],
    )

    assert taken == [Taken(1), Taken(2)]
    assert await recorded(world, second) == ["X-1", "X-2"]
    assert await recorded(world, first) == ["X-1"]


async def test_numbers_are_locked_in_one_order(world: World) -> None:
    first, second = await two(world)
    nobody = Holder(case="", item="A", service="service_A")

    taken = await crossed(
        world,
        lambda transaction: reserve(transaction, "keyed", nobody, ["N-1"]),
        before=[news(second, "N-1"), news(second, "N-2", minute=1)],
        after=[news(first, "N-2"), news(first, "N-1", minute=1)],
    )

    assert taken == [Taken(2), Taken(2)]
    assert await recorded(world, first) == ["N-1", "N-2"]
    assert await recorded(world, second) == ["N-1", "N-2"]
