"""A whole store into another: SQLite to PostgreSQL when one machine is not enough, or back.

Cases, events, commands, what was tried for each, drafts, bundles. The engine's own records stay:
commands under way are taken up anew where the cases are, as after a crash.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from gateway.cases import tables
from gateway.cases.connections import AsyncConnection
from gateway.cases.database import Database
from gateway.cases.engine import DbosEngine
from gateway.cases.errors import CopyInDoubt, NotCopied, StoreError
from gateway.cases.migrate import migrate
from gateway.cases.moved import COPYING, MOVED, mark, moved, unmark
from gateway.cases.preflight import answering
from gateway.cases.restored import look_in
from gateway.cases.store import Store, Transaction
from gateway.cases.witness import Witness, witness_of
from schema.domain.calendar import WorkingCalendar
from schema.graph.ports import Catalogue

BUDGET_S = 6 * 3600.0  # for all of it; a city's year of cases takes minutes
_AT_ONCE = 1000
_LOCK_S = 10  # for transactions under way to end
_EMPTY = "copy into a database no gateway has worked on"
# Not copied: who is at work there, and what a store knows about itself.
_ITS_OWN = (tables.executor.name, tables.fact.name)
COPIED = tuple(t for t in tables.metadata.sorted_tables if t.name not in _ITS_OWN)

Tell = Callable[[str, int, int], None]  # table, rows copied, rows there are


@dataclass(frozen=True, slots=True)
class Copied:
    """One table, every row of it read back and found equal."""

    table: str
    rows: int


class Copying:
    """From one store to an empty one, all in one transaction of the target."""

    def __init__(
        self,
        source: str,
        target: str,
        catalogue: Catalogue,
        calendar: WorkingCalendar,
        *,
        lease_s: float,
        budget: float = BUDGET_S,
    ) -> None:
        self._source = self._store(source, catalogue, calendar, budget)
        self._target = self._store(target, catalogue, calendar, budget)
        self._to = str(self._target.database.url)
        self._lease_s = lease_s

    @staticmethod
    def _store(url: str, catalogue: Catalogue, calendar: WorkingCalendar, budget: float) -> Store:
        database = Database(url, budget=budget)
        engine = DbosEngine(database.sync_url, executor="copy")
        return Store(database, engine, catalogue, calendar)

    async def run(self, tell: Tell) -> Sequence[Copied]:
        """Copy and compare. NotCopied, StoreInUse or StoreUnavailable say what is in force then.

        From its begin on no gateway starts on the source. It may again after a failure, unless the
        target may have everything: then the copy has to be made again, which only compares.
        """
        async with self._opened(self._target) as there, self._opened(self._source) as here:
            begun, filled = await self._refuse_moved(), await self._filled()
            if filled is None:
                made = await self._made(here, there, tell)
            elif begun:
                made = await self._made_before()
            else:
                raise NotCopied(f"{self._to} is not empty ({filled}): {_EMPTY}")
            await self._mark(MOVED)
            return made

    async def _made(self, here: Witness, there: Witness, tell: Tell) -> Sequence[Copied]:
        await self._refuse_busy()
        try:
            await self._mark(COPYING)
            async with self._source.database.write() as connection:
                # What a backup has forgotten is forgotten in its copy too.
                await look_in(Transaction(connection, self._source), here)
            return await self._all(there, tell)
        except BaseException:
            await self._let_go()
            raise

    async def _made_before(self) -> Sequence[Copied]:
        """A copy that did not live to say so: everything is there, or a gateway has used it."""
        async with self._source.database.read() as source, self._target.database.read() as target:
            try:
                return [await _compared(source, target, table) for table in COPIED]
            except NotCopied as error:
                raise NotCopied(
                    f"a copy to {self._to} was begun before, and it holds other rows ({error}): "
                    "if a gateway has worked there, the cases go on there; if not, empty it"
                ) from error

    @asynccontextmanager
    async def _opened(self, store: Store) -> AsyncIterator[Witness]:
        database, witness = store.database, witness_of(store.database)
        async with answering(database):
            await asyncio.to_thread(migrate, database.sync_url, store.engine.migrate)
            try:
                yield witness
            finally:
                witness.close()

    async def _filled(self) -> str | None:
        """A table of the target that has rows."""
        for table in COPIED:
            if await self._target.rows(sa.select(sa.literal(1)).select_from(table).limit(1)):
                return str(table.name)
        return None

    async def _refuse_moved(self) -> bool:
        """Whether a copy to the same place was begun before; NotCopied when it was elsewhere."""
        async with self._source.database.read() as connection:
            found = await moved(connection)
        if found is not None and (found.ended or found.to != self._to):
            raise NotCopied(f"the cases of {self._source.database.url} go on in {found.to}")
        return found is not None

    async def _mark(self, name: str) -> None:
        async with self._source.database.write() as connection:
            await mark(connection, name, self._to)

    async def _let_go(self) -> None:
        """Use the source again, if it is certain that nothing is in the target."""
        try:
            filled = await self._filled()
        except StoreError as error:
            filled = type(error).__name__
        if filled is not None:
            raise CopyInDoubt(
                f"whether everything is in {self._to} is not known ({filled}): make the copy "
                "again, then it is compared; until then no gateway starts on this store"
            )
        async with self._source.database.write() as connection:
            await unmark(connection)

    async def _refuse_busy(self) -> None:
        """Watch the source for a lease: where a gateway's heart beats, nothing is copied."""
        if self._source.database.is_sqlite:
            return  # its file is locked by us
        before = await self._beats()
        await asyncio.sleep(self._lease_s)
        living = (await self._beats()).items() - before.items()
        if living:
            raise NotCopied(f"{len(living)} gateway processes are at work on it: stop them first")

    async def _beats(self) -> dict[str, int]:
        return {row.id: row.beats for row in await self._source.rows(sa.select(tables.executor))}

    async def _all(self, witness: Witness, tell: Tell) -> Sequence[Copied]:
        async with self._source.database.read() as source, self._target.write() as transaction:
            await _lock(source)
            target = transaction.connection
            made = [await _copied(source, target, table, tell) for table in COPIED]
            await _count_on(target)
            await witness.remember(transaction)
        return made


async def _lock(source: AsyncConnection) -> None:
    """No writer is half-way while the tables are read; the next ones find the mark."""
    if source.dialect.name == "postgresql":
        await source.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_S}s'"))
        names = ", ".join(str(table.name) for table in COPIED)
        await source.execute(sa.text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


async def _copied(
    source: AsyncConnection, target: AsyncConnection, table: sa.Table, tell: Tell
) -> Copied:
    total = (await source.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
    rows = 0
    async for part in _parts(source, table):
        try:
            await target.execute(table.insert(), [dict(row._mapping) for row in part])  # noqa: SLF001
        except SQLAlchemyError as error:
            raise NotCopied(f"{table.name}, rows from {rows}: {type(error).__name__}") from error
        rows += len(part)
        tell(str(table.name), rows, total)
    return await _compared(source, target, table)


async def _compared(source: AsyncConnection, target: AsyncConnection, table: sa.Table) -> Copied:
    """NotCopied unless both hold the same rows."""
    theirs, rows = _parts(target, table), 0
    async for part in _parts(source, table):
        if [tuple(r) for r in part] != [tuple(r) for r in await anext(theirs, ())]:
            raise NotCopied(f"{table.name}: read back, its rows are not the same")
        rows += len(part)
    if await anext(theirs, None):
        raise NotCopied(f"{table.name}: read back, there are more rows than were copied")
    return Copied(table=str(table.name), rows=rows)


async def _parts(connection: AsyncConnection, table: sa.Table) -> AsyncIterator[Sequence[Any]]:
    """All rows by primary key, a part at a time; text in the order of its bytes everywhere."""
    order = (_bytewise(column, connection.dialect.name) for column in table.primary_key)
    query = sa.select(table).order_by(*order)
    async with connection.stream(query.execution_options(yield_per=_AT_ONCE)) as result:
        async for part in result.partitions(_AT_ONCE):
            yield part


def _bytewise(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    is_text = isinstance(column.type, sa.String)
    return sa.collate(column, "C") if is_text and dialect == "postgresql" else column


async def _count_on(target: AsyncConnection) -> None:
    """Numbers given by PostgreSQL go on after those that came with the rows."""
    if target.dialect.name != "postgresql":
        return
    for table in COPIED:
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, sa.Integer):
            continue
        last = (await target.execute(sa.select(sa.func.max(column)))).scalar_one_or_none()
        if last is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            await target.execute(sa.select(sa.func.setval(sequence, last)))
