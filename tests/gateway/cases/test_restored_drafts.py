"""A draft that came back with a backup may have been submitted since: its case asks first."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.drafts import Drafts
from gateway.cases.errors import DraftMoved
from gateway.cases.restored import doubt_from_now, look
from gateway.cases.store import DOUBTED
from gateway.cases.witness import witness_of
from schema.domain.case import Case
from schema.graph.ports import Draft
from tests.gateway.cases.backups import Kept, OnPostgres, OnSqlite
from tests.gateway.cases.test_copying import copied
from tests.gateway.cases.test_restored import put_another_table
from tests.gateway.cases.world import OWNER, World
from tests.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """An empty store of either kind."""
    if request.param == "sqlite":
        return OnSqlite(tmp_path)
    return OnPostgres(tmp_path, request.getfixturevalue("postgres"), f"t{uuid4().hex}")


@asynccontextmanager
async def running(kept: Kept, before: World | None = None) -> AsyncIterator[World]:
    world = kept.world(before)
    await world.service.start()
    try:
        yield world
    finally:
        await world.service.stop()


def made_folder(folder: Path) -> None:
    folder.mkdir()


def settled(item: str) -> Callable[[Case], bool]:
    """Filed, or left to a clerk."""
    return lambda c: c.step(item).receipt is not None or c.step(item).state == "parked"


async def filed(world: World, draft: Draft, request_id: str = "submit-1") -> Case:
    """The draft's case as soon as A is granted and B and C are filed or left to a clerk."""
    case = await world.submit(draft.id, request_id)
    assert isinstance(case, Case), case
    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, settled("B"))
    return await world.until(case.id, settled("C"))


async def doubts(world: World) -> int:
    """Commands that count as sent though this store knows of no sending."""
    tried = tables.attempt.c
    rows = await world.service.store.rows(sa.select(tried.n).where(tried.executor == DOUBTED))
    return len(rows)


async def test_a_draft_of_a_backup_submitted_again_is_filed_once(kept: Kept) -> None:
    async with running(kept) as world:
        draft = await world.draft()
        await kept.back_up("backup")
        await filed(world, draft)

    await kept.put_back("backup")
    async with running(kept, world) as again:
        case = await filed(again, draft)

    assert case.id == draft.id
    assert case.step("B").receipt == "asked-1"
    assert (case.step("C").receipt, case.step("C").state) == (None, "parked")
    assert (len(world.keyed.filings), len(world.asked.posts), len(world.blind.posts)) == (1, 1, 1)


async def test_a_draft_edited_after_the_restore_is_doubted_all_the_same(kept: Kept) -> None:
    async with running(kept) as world:
        draft = await world.draft()
        await kept.back_up("backup")
        await filed(world, draft)

    await kept.put_back("backup")
    async with running(kept, world) as again:
        again.clock.forward(days=1)
        saved = await again.service.applications.save(
            OWNER, draft=draft.id, answers={"seats": 30}, materials={}, request_id="save-1"
        )
        assert isinstance(saved, Draft)
        await filed(again, draft)

    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def test_a_draft_opened_after_the_restore_is_sent_at_once(kept: Kept) -> None:
    async with running(kept) as world:
        before = await world.draft()
        await kept.back_up("backup")
        await filed(world, before)

    await kept.put_back("backup")
    async with running(kept, world) as again:
        case = await filed(again, await again.draft("start-2"), "submit-2")
        doubted = await doubts(again)

    assert doubted == 0
    assert (case.step("B").receipt, case.step("C").receipt) == ("asked-2", "blind-2")


async def test_of_two_restores_each_doubts_the_drafts_it_brought_back(kept: Kept) -> None:
    async with running(kept) as world:
        first = await world.draft()
        await kept.back_up("backup-1")
        await filed(world, first)

    await kept.put_back("backup-1")
    async with running(kept, world) as again:
        second = await again.draft("start-2")
        await kept.back_up("backup-2")
        await filed(again, second, "submit-2")

    await kept.put_back("backup-2")
    async with running(kept, world) as anew:
        await filed(anew, first)
        await filed(anew, second, "submit-2")
        case = await filed(anew, await anew.draft("start-3"), "submit-3")

    assert (case.step("B").receipt, case.step("C").receipt) == ("asked-3", "blind-3")
    assert len(world.keyed.filings) == 3
    assert (len(world.asked.posts), len(world.blind.posts)) == (3, 3)


async def test_a_draft_that_came_back_is_doubted_in_a_copy_of_the_store_too(tmp_path: Path) -> None:
    kept = OnSqlite(tmp_path)
    async with running(kept) as world:
        draft = await world.draft()
        await kept.back_up("backup")
        await filed(world, draft)

    await kept.put_back("backup")
    made_folder(tmp_path / "copy")
    await copied(f"sqlite:///{kept.path}", f"sqlite:///{tmp_path}/copy/cases.sqlite")
    async with running(OnSqlite(tmp_path / "copy"), world) as again:
        await filed(again, draft)

    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def test_a_draft_of_a_store_that_fails_over_under_a_gateway_is_doubted(
    tmp_path: Path, postgres: Cluster
) -> None:
    kept = OnPostgres(tmp_path, postgres, f"t{uuid4().hex}")
    async with running(kept) as world:
        lost = await world.draft()
        other = await world.draft("start-2")
        await filed(world, other, "submit-2")
        await put_another_table(kept.url)
        await filed(world, await world.draft("start-3"), "submit-3")  # its first claim notices
        case = await filed(world, lost)

    assert case.step("C").state == "parked"
    assert len(world.blind.posts) == 1


async def test_what_was_read_before_the_restore_was_noticed_is_read_again(on_either: World) -> None:
    world, store = on_either, on_either.service.store
    drafts = Drafts(
        store, world.departments, world.clock, reads=lambda _: world.reads, materials=None
    )
    draft = await world.draft()
    stale = await drafts.load(OWNER, draft.id)
    assert stale is not None

    async with store.write() as transaction:
        await doubt_from_now(transaction)
    assert await look(store, witness_of(store.database))

    async with store.write() as transaction:
        with pytest.raises(DraftMoved):
            await drafts.update(transaction, stale, submitted=True)
