"""A draft that is being submitted just as a restore is noticed is doubted too."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.drafts import Drafts, Kept
from gateway.cases.errors import DraftMoved
from gateway.cases.promises import Promises
from gateway.cases.restored import doubt_from_now, look
from gateway.cases.submission import signed, submission
from gateway.cases.witness import witness_of
from tests.gateway.cases.backups import doubts, started
from tests.gateway.cases.world import OWNER, SHA, World, make_world

_WAITING = """
SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def drafts_of(world: World) -> Drafts:
    return Drafts(
        world.service.store,
        world.departments,
        world.clock,
        reads=lambda _: world.reads,
        materials=None,
    )


async def merged(world: World, draft: str) -> Kept:
    """The draft as it is handed in, read and not yet written."""
    found = await drafts_of(world).load(OWNER, draft)
    assert found is not None
    return await drafts_of(world).merged(OWNER, found, {}, {"B1": SHA}, retry=False)


async def held_up(url: str) -> None:
    """Returns as soon as one transaction waits for another."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while True:
            if await (await connection.execute(_WAITING)).fetchone():
                return
            await asyncio.sleep(0.01)


async def test_a_draft_that_is_submitted_while_the_restore_is_noticed_is_doubted(
    postgres_with_tables: Callable[[], str], tmp_path: Path
) -> None:
    url = postgres_with_tables()
    async with started(make_world(tmp_path / "unused", store_url=url)) as world:
        store = world.service.store
        kept = signed(await merged(world, (await world.draft()).id), OWNER)
        async with store.write() as transaction:
            await doubt_from_now(transaction)

        async with store.write() as submitting:
            await drafts_of(world).update(submitting, kept, submitted=True)
            judged = kept.standing(world.clock, Promises())
            await submitting.append(submission(OWNER, kept, world.clock, judged))
            noticing = asyncio.create_task(look(store, witness_of(store.database)))
            await held_up(url)
        assert await noticing

        marks = await store.rows(sa.select(tables.case.c.restored))
        assert ([mark.restored for mark in marks], await doubts(world)) == ([True], 1)


async def test_what_was_read_before_the_restore_was_noticed_is_read_again(on_either: World) -> None:
    world, store = on_either, on_either.service.store
    stale = await merged(world, (await world.draft()).id)

    async with store.write() as transaction:
        await doubt_from_now(transaction)
    assert await look(store, witness_of(store.database))

    async with store.write() as transaction:
        with pytest.raises(DraftMoved):
            await drafts_of(world).update(transaction, stale, submitted=True)
