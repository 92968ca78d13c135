"""Who waits for the writer is answered in time: typed, to be tried again, and not accepted."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.database import SPARE_S, Database
from gateway.cases.errors import StoreUnavailable
from gateway.cases.migrate import migrate
from gateway.execution.time_left import ending_at
from schema.domain.case import Case
from schema.domain.problem import ProblemCode
from schema.graph.ports import Rejected
from tests.gateway.cases.world import World

LEFT_S = SPARE_S + 0.2


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """Another process is at a long write."""
    other = sqlite3.connect(path, isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_submission_that_waits_for_the_writer_is_answered_in_time_and_not_accepted(
    world: World,
) -> None:
    draft = await world.draft()
    async with locked(world.path):
        began = now()
        with ending_at(began + LEFT_S):
            answer = await asyncio.create_task(world.submit(draft.id))
        took = now() - began

    assert took < LEFT_S
    assert isinstance(answer, Rejected)
    assert [p.code for p in answer.problems] == [ProblemCode.STORE_UNAVAILABLE]
    assert await world.service.store.rows(sa.select(tables.case.c.id)) == []
    again = await world.submit(draft.id)
    assert isinstance(again, Case)
    assert again.id == draft.id


async def test_who_was_given_up_does_not_hold_the_writer(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'cases.sqlite'}", budget=0.1)
    database.open()
    migrate(database.sync_url, lambda: None)
    try:
        async with locked(database.path):
            began = now()
            for _ in range(3):
                with pytest.raises(StoreUnavailable):
                    async with database.write():
                        pass
            assert now() - began < 2.0
        async with database.write() as connection:
            await connection.execute(tables.fact.insert().values(name="x", value="y"))
    finally:
        await database.close()


async def test_who_was_answered_already_has_the_time_the_store_gives(world: World) -> None:
    draft = await world.draft()
    with ending_at(now() - 1):
        answer = await asyncio.create_task(world.submit(draft.id))

    assert isinstance(answer, Case)


async def test_what_has_begun_ends_though_its_time_is_nearly_over(world: World) -> None:
    with ending_at(now() + SPARE_S + 0.05):

        async def slowly() -> None:
            async with world.service.store.write() as transaction:
                await asyncio.sleep(0.1)
                await transaction.insert_once(tables.fact, name="x", value="y")

        await asyncio.create_task(slowly())

    fact = tables.fact.c
    assert len(await world.service.store.rows(sa.select(fact.name).where(fact.name == "x"))) == 1
