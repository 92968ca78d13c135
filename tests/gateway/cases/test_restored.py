"""A store that came back from a backup has forgotten what it sent: it asks before it sends."""

import asyncio
import shutil
import sqlite3
from pathlib import Path
from uuid import uuid4

import psycopg
import sqlalchemy as sa

from gateway.cases import tables
from schema.domain.filing import ItemStatus
from tests.gateway.cases.world import CLERK, World, make_world
from tests.postgres import Cluster


def back_up(path: Path, to: Path) -> None:
    """A consistent copy, as an operator makes it while the gateway runs."""
    with sqlite3.connect(path) as source, sqlite3.connect(to) as target:
        source.backup(target)


def put_back(backup: Path, path: Path, claims: Path) -> None:
    """The store is the backup's again; the count beside it is that of the store that was lost."""
    shutil.copy(backup, path)
    shutil.copy(claims, f"{path}.claims")


def remove(file: Path) -> None:
    file.unlink()


async def started_again(world: World, path: Path) -> World:
    """The gateway anew over the same departments, which remember everything."""
    again = make_world(path, departments=world.departments)
    await again.service.start()
    return again


async def test_restored_backup_asks_before_it_sends_and_parks_where_nobody_can_be_asked(
    tmp_path: Path,
) -> None:
    path, backup = tmp_path / "cases.sqlite", tmp_path / "backup.sqlite"
    world = make_world(path)
    await world.service.start()
    case = await world.case()
    filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)
    back_up(path, backup)
    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: bool(c.step("B").receipt and c.step("C").receipt))
    await world.service.stop()

    restored = tmp_path / "restored.sqlite"
    put_back(backup, restored, Path(f"{path}.claims"))
    again = await started_again(world, restored)
    try:
        told = world.keyed.told[filed.step("A").receipt or ""]
        assert told.status is ItemStatus.GRANTED
        await again.service.intake("keyed", [told])
        adopted = await again.until(case.id, lambda c: c.step("B").receipt is not None)
        parked = await again.until_state(case.id, "C", "parked")
    finally:
        await again.service.stop()

    assert adopted.step("B").receipt == "asked-1"
    assert parked.step("C").receipt is None
    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def test_a_store_that_was_only_stopped_doubts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite"
    world = make_world(path)
    await world.service.start()
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").receipt is not None)
    await world.service.stop()

    again = await started_again(world, path)
    try:
        rows = await again.service.store.rows(sa.select(tables.case.c.restored))
    finally:
        await again.service.stop()

    assert [row.restored for row in rows] == [False]


async def test_a_store_without_the_count_beside_it_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite"
    world = make_world(path)
    await world.service.start()
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").receipt is not None)
    await world.service.stop()

    remove(Path(f"{path}.claims"))
    again = await started_again(world, path)
    try:
        rows = await again.service.store.rows(sa.select(tables.case.c.restored))
    finally:
        await again.service.stop()

    assert [row.restored for row in rows] == [True]


async def test_another_postgresql_under_the_same_cases_is_doubted(
    tmp_path: Path, postgres_url: str
) -> None:
    world = make_world(tmp_path / "unused", store_url=postgres_url)
    await world.service.start()
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").receipt is not None)
    async with world.service.store.write() as transaction:
        update = tables.fact.update().where(tables.fact.c.name == "mark")
        assert await transaction.changed(update.values(value="another cluster"))
    await world.service.stop()

    again = make_world(tmp_path / "unused", store_url=postgres_url)
    await again.service.start()
    try:
        rows = await again.service.store.rows(sa.select(tables.case.c.restored))
    finally:
        await again.service.stop()

    assert [row.restored for row in rows] == [True]


async def doubted(world: World) -> bool:
    rows = await world.service.store.rows(sa.select(tables.case.c.restored))
    return any(row.restored for row in rows)


async def filed_everywhere(world: World, case: str) -> None:
    await world.grant(case, "A", world.keyed)
    await world.until(case, lambda c: bool(c.step("B").receipt and c.step("C").receipt))


async def goes_on_without_filing_again(again: World, world: World, case: str) -> None:
    """B is asked about and adopted, C is left to a clerk; nobody received anything twice."""
    try:
        assert await doubted(again)
        await again.service.intake("keyed", [world.keyed.told["keyed-1"]])
        await again.until(case, lambda c: c.step("B").receipt is not None)
        await again.until_state(case, "C", "parked")
    finally:
        await again.service.stop()
    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def test_a_clerks_word_before_the_backup_hides_no_claim_after_it(tmp_path: Path) -> None:
    path, backup = tmp_path / "cases.sqlite", tmp_path / "backup.sqlite"
    world = make_world(path)
    world.keyed.troubles = ["busy"] * 2
    await world.service.start()
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").problem is not None)
    for n in range(3):
        await world.service.clerks.retry_filing(
            CLERK, reference=f"{case.id}:A:file:1", request_id=f"again-{n}"
        )
    await world.until(case.id, lambda c: c.step("A").receipt is not None)
    back_up(path, backup)
    await filed_everywhere(world, case.id)
    await world.service.stop()

    restored = tmp_path / "restored.sqlite"
    put_back(backup, restored, Path(f"{path}.claims"))

    await goes_on_without_filing_again(await started_again(world, restored), world, case.id)


async def test_a_dump_put_back_into_its_own_database_is_noticed(
    tmp_path: Path, postgres: Cluster
) -> None:
    database, backup = f"t{uuid4().hex}", tmp_path / "backup"
    url = postgres.create(database)
    world = make_world(tmp_path / "unused", store_url=url)
    await world.service.start()
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").receipt is not None)
    await asyncio.to_thread(postgres.dump, database, backup)
    await filed_everywhere(world, case.id)
    await world.service.stop()

    await asyncio.to_thread(postgres.restore, database, backup)
    again = make_world(tmp_path / "unused", store_url=url, departments=world.departments)
    await again.service.start()

    await goes_on_without_filing_again(again, world, case.id)


async def put_another_table(store_url: str) -> None:
    """The claims as they are in a table of another number: what a restore leaves."""
    async with await psycopg.AsyncConnection.connect(store_url) as connection:
        await connection.execute("CREATE TABLE other (LIKE ot_attempt INCLUDING ALL)")
        await connection.execute("DROP TABLE ot_attempt")
        await connection.execute("ALTER TABLE other RENAME TO ot_attempt")


async def test_a_store_exchanged_under_a_running_gateway_is_asked_before_the_next_claim(
    tmp_path: Path, postgres_url: str
) -> None:
    world = make_world(tmp_path / "unused", store_url=postgres_url)
    await world.service.start()
    try:
        case = await world.case()
        await world.until(case.id, lambda c: c.step("A").receipt is not None)
        assert not await doubted(world)

        await put_another_table(postgres_url)
        await world.grant(case.id, "A", world.keyed)
        filed = await world.until(case.id, lambda c: bool(c.step("B").receipt))
        await world.until_state(case.id, "C", "parked")

        assert await doubted(world)
    finally:
        await world.service.stop()
    assert filed.step("B").receipt == "asked-1"
    assert world.blind.posts == []
