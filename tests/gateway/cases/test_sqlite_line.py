"""What SQLite is asked in the thread of the event loop never waits; what may wait is in another."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.errors import StatementRefused, StoreUnavailable
from gateway.cases.migrate import migrate
from gateway.cases.sqlite_line import APART

ROWS = 1203
PATIENCE_S = 30.0


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    made.open()
    migrate(made.sync_url, lambda: None)
    yield made
    await made.close()


class Slow:
    """A function of SQL that takes as long as it is told to."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self) -> int:
        self.begun.set()
        return 1 if self.may_end.wait(PATIENCE_S) else 0

    async def at_it(self) -> None:
        """Returns once it has begun."""
        assert await asyncio.to_thread(self.begun.wait, PATIENCE_S)


async def taught(connection: AsyncConnection) -> Slow:
    """The connection knows `thread()` and `slow()`."""
    slow = Slow()
    raw = await connection.get_raw_connection()
    line = raw.driver_connection
    assert line is not None
    await line.create_function("thread", 0, threading.get_ident)
    await line.create_function("slow", 0, slow)
    return slow


async def scalar(connection: AsyncConnection, expression: str) -> int:
    found = await connection.execute(sa.text(f"SELECT {expression}"))
    return int(found.scalar_one())


async def written(database: Database, rows: int) -> None:
    values = [{"name": f"{n:05}", "value": "x"} for n in range(rows)]
    async with database.write() as connection:
        await connection.execute(tables.fact.insert(), values)


async def names(database: Database) -> list[str]:
    async with database.read() as connection:
        found = await connection.execute(sa.select(tables.fact.c.name))
        return sorted(name for name in found.scalars() if name != "bearable_since")


async def test_who_has_the_lock_changes_no_threads(database: Database) -> None:
    async with database.write() as connection:
        await taught(connection)
        assert await scalar(connection, "thread()") == threading.get_ident()


async def test_what_goes_through_a_whole_table_is_apart_though_it_has_the_lock(
    database: Database,
) -> None:
    async with database.write() as connection:
        await taught(connection)
        assert await scalar(connection, f"{APART} thread()") != threading.get_ident()


async def test_a_power_cut_forgets_nothing_that_was_committed(database: Database) -> None:
    async with database.write() as writer, database.read() as reader:
        for connection in (writer, reader):
            found = (await connection.execute(sa.text("PRAGMA synchronous"))).scalar_one()
            keys = (await connection.execute(sa.text("PRAGMA foreign_keys"))).scalar_one()
            assert (found, keys) == (2, 1)  # FULL


async def test_a_reader_leaves_its_statements_to_its_thread(database: Database) -> None:
    async with database.read() as connection:
        await taught(connection)
        assert await scalar(connection, "thread()") != threading.get_ident()


async def test_a_slow_statement_of_a_reader_keeps_nobody_waiting(database: Database) -> None:
    async with database.read() as connection:
        slow = await taught(connection)
        asked = asyncio.create_task(scalar(connection, "slow()"))
        await slow.at_it()  # which takes turns of the loop
        assert not asked.done()
        slow.may_end.set()
        assert await asked == 1


async def test_who_waits_for_the_lock_keeps_nobody_waiting(database: Database) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(written(database, 1))

    await asyncio.sleep(0.1)
    assert not writing.done()
    other.execute("COMMIT")
    await writing
    other.close()

    assert await names(database) == ["00000"]


async def test_a_long_transaction_lets_others_have_their_turns(database: Database) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    async with database.write() as connection:
        before = turns
        for n in range(300):
            await connection.execute(tables.fact.insert().values(name=str(n), value="x"))
        had = turns - before
    beside.cancel()

    assert had >= 3


async def test_many_rows_come_whole_and_in_parts(database: Database) -> None:
    await written(database, ROWS)
    query = sa.select(tables.fact.c.name).where(tables.fact.c.value == "x")
    in_parts = query.execution_options(yield_per=100)
    async with database.read() as connection, connection.stream(in_parts) as result:
        parts = [len(part) async for part in result.partitions(100)]

    assert parts == [100] * 12 + [3]
    assert len(await names(database)) == ROWS


async def test_a_reader_given_up_amid_a_statement_leaves_nothing_open(database: Database) -> None:
    made: asyncio.Future[Slow] = asyncio.get_running_loop().create_future()

    async def slowly() -> None:
        async with database.read() as connection:
            made.set_result(await taught(connection))
            await scalar(connection, "slow()")

    reading = asyncio.create_task(slowly())
    slow = await made
    await slow.at_it()
    reading.cancel()
    slow.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await reading

    await written(database, 2)
    assert await names(database) == ["00000", "00001"]


async def test_a_writer_given_up_while_it_waits_for_the_lock_lets_the_next_write(
    database: Database,
) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(written(database, 1))
    await asyncio.sleep(0.05)
    writing.cancel()
    await asyncio.sleep(0.05)
    other.execute("COMMIT")
    other.close()
    with pytest.raises(asyncio.CancelledError):
        await writing

    await written(database, 2)

    assert await names(database) == ["00000", "00001"]


async def test_what_went_wrong_is_undone(database: Database) -> None:
    twice = [{"name": name, "value": "x"} for name in ("a", "b", "a")]
    with pytest.raises(StatementRefused):
        async with database.write() as connection:
            await connection.execute(tables.fact.insert(), twice)

    assert await names(database) == []


async def test_a_file_that_is_none_is_said_to_be_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite"
    made = Database(f"sqlite:///{path}")
    made.open()
    path.unlink()
    path.mkdir()

    with pytest.raises(StoreUnavailable):
        async with made.read() as connection:
            await scalar(connection, "1")
    await made.close()


async def test_what_is_committed_is_forced_to_the_disk(database: Database) -> None:
    async with database.write() as connection:
        assert await scalar(connection, "synchronous FROM pragma_synchronous") == 2  # FULL
