"""A draft that came back with a backup may have been submitted since: its case asks first."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from schema.domain.case import Case
from schema.domain.department import Repeats
from schema.graph.ports import Draft
from tests.gateway.cases.backups import OnPostgres, OnSqlite, Restorable, doubts, running
from tests.gateway.cases.test_copying import copied, sqlite_url
from tests.gateway.cases.test_restored import put_another_table
from tests.gateway.cases.world import OWNER, World
from tests.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Restorable:
    """An empty store of either kind."""
    if request.param == "sqlite":
        return OnSqlite(tmp_path)
    return OnPostgres(tmp_path, request.getfixturevalue("postgres"), f"t{uuid4().hex}")


def lose(file: Path) -> None:
    file.unlink()


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


async def test_a_draft_of_a_backup_submitted_again_is_filed_once(store: Restorable) -> None:
    async with running(store) as world:
        draft = await world.draft()
        await store.back_up("backup")
        await filed(world, draft)

    await store.put_back("backup")
    async with running(store, world) as again:
        case = await filed(again, draft)

    assert case.id == draft.id
    assert case.step("B").receipt == "asked-1"
    assert (case.step("C").receipt, case.step("C").state) == (None, "parked")
    assert (len(world.keyed.filings), len(world.asked.posts), len(world.blind.posts)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("repeats", "receipt"), [(Repeats.LOOKUP, "keyed-1"), (Repeats.BLIND, None)]
)
async def test_its_very_first_command_is_doubted(
    store: Restorable, repeats: Repeats, receipt: str | None
) -> None:
    async with running(store) as world:
        world.keyed.repeats = repeats
        draft = await world.draft()
        await store.back_up("backup")
        await filed(world, draft)

    await store.put_back("backup")
    async with running(store, world) as again:
        assert isinstance(await again.submit(draft.id), Case)
        case = await again.until(draft.id, settled("A"))

    assert (case.step("A").receipt, len(world.keyed.posts)) == (receipt, 1)


async def test_a_draft_edited_after_the_restore_is_doubted_all_the_same(store: Restorable) -> None:
    async with running(store) as world:
        draft = await world.draft()
        await store.back_up("backup")
        await filed(world, draft)

    await store.put_back("backup")
    async with running(store, world) as again:
        again.clock.forward(days=1)
        saved = await again.service.applications.save(
            OWNER, draft=draft.id, answers={"seats": 30}, materials={}, request_id="save-1"
        )
        assert isinstance(saved, Draft)
        await filed(again, draft)

    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def test_a_draft_opened_after_the_restore_is_sent_at_once(store: Restorable) -> None:
    async with running(store) as world:
        before = await world.draft()
        await store.back_up("backup")
        await filed(world, before)

    await store.put_back("backup")
    async with running(store, world) as again:
        case = await filed(again, await again.draft("start-2"), "submit-2")
        doubted = await doubts(again)

    assert doubted == 0
    assert (case.step("B").receipt, case.step("C").receipt) == ("asked-2", "blind-2")


async def test_of_two_restores_each_doubts_the_drafts_it_brought_back(store: Restorable) -> None:
    async with running(store) as world:
        first = await world.draft()
        await store.back_up("backup-1")
        await filed(world, first)

    await store.put_back("backup-1")
    async with running(store, world) as again:
        second = await again.draft("start-2")
        await store.back_up("backup-2")
        await filed(again, second, "submit-2")

    await store.put_back("backup-2")
    async with running(store, world) as anew:
        await filed(anew, first)
        await filed(anew, second, "submit-2")
        case = await filed(anew, await anew.draft("start-3"), "submit-3")

    assert (case.step("B").receipt, case.step("C").receipt) == ("asked-3", "blind-3")
    assert len(world.keyed.filings) == 3
    assert (len(world.asked.posts), len(world.blind.posts)) == (3, 3)


async def test_a_draft_that_came_back_is_doubted_in_a_copy_of_the_store_too(tmp_path: Path) -> None:
    store = OnSqlite(tmp_path)
    async with running(store) as world:
        draft = await world.draft()
        await store.back_up("backup")
        await filed(world, draft)

    await store.put_back("backup")
    copy = OnSqlite(tmp_path, "copy.sqlite")
    await copied(sqlite_url(store.path), sqlite_url(copy.path))
    async with running(copy, world) as again:
        await filed(again, draft)

    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def test_a_draft_of_a_store_that_fails_over_under_a_gateway_is_doubted(
    tmp_path: Path, postgres: Cluster
) -> None:
    store = OnPostgres(tmp_path, postgres, f"t{uuid4().hex}")
    async with running(store) as world:
        lost = await world.draft()
        other = await world.draft("start-2")
        await filed(world, other, "submit-2")
        await put_another_table(store.url)
        await filed(world, await world.draft("start-3"), "submit-3")  # its first claim notices
        case = await filed(world, lost)

    assert case.step("C").state == "parked"
    assert len(world.blind.posts) == 1


async def test_a_backup_put_back_twice_is_doubted_twice(store: Restorable) -> None:
    async with running(store) as world:
        draft = await world.draft()
        await store.back_up("backup")
        await filed(world, draft)

    await store.put_back("backup")
    async with running(store, world):
        pass  # nothing is claimed before the same backup is put back once more
    await store.put_back("backup")
    async with running(store, world) as again:
        await filed(again, draft)

    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def test_an_older_backup_and_then_a_newer_one_are_both_doubted(store: Restorable) -> None:
    async with running(store) as world:
        await store.back_up("older")
        await filed(world, await world.draft())
        draft = await world.draft("start-2")
        await store.back_up("newer")
        await filed(world, draft, "submit-2")

    await store.put_back("older")
    async with running(store, world):
        pass
    await store.put_back("newer")
    async with running(store, world) as again:
        await filed(again, draft, "submit-2")

    assert (len(world.asked.posts), len(world.blind.posts)) == (2, 2)


async def test_a_store_that_came_back_is_doubted_once_and_not_at_every_start(
    store: Restorable,
) -> None:
    async with running(store) as world:
        before = await world.draft()
        await store.back_up("backup")
        await filed(world, before)

    await store.put_back("backup")
    async with running(store, world) as again:
        opened = await again.draft("start-2")
    async with running(store, world) as anew:
        await filed(anew, opened, "submit-2")
        doubted = await doubts(anew)

    assert doubted == 0


async def test_drafts_without_the_count_beside_them_are_doubted(tmp_path: Path) -> None:
    store = OnSqlite(tmp_path)
    async with running(store) as world:
        draft = await world.draft()
        await store.back_up("backup")
        await filed(world, draft)

    lose(Path(f"{store.path}.claims"))
    await store.put_back("backup")
    async with running(store, world) as again:
        await filed(again, draft)

    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)
