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
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.engine import DbosEngine
from gateway.cases.errors import NotCopied
from gateway.cases.migrate import migrate
from gateway.cases.moved import mark_kept, mark_moved, moved_to
from gateway.cases.preflight import answering
from gateway.cases.restored import Claims, claims_beside, know, look
from gateway.cases.store import Store
from schema.domain.calendar import WorkingCalendar
from schema.graph.ports import Catalogue

BUDGET_S = 6 * 3600.0  # for all of it; a city's year of cases takes minutes
_AT_ONCE = 1000
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
        self._lease_s = lease_s

    @staticmethod
    def _store(url: str, catalogue: Catalogue, calendar: WorkingCalendar, budget: float) -> Store:
        database = Database(url, budget=budget)
        engine = DbosEngine(database.sync_url, executor="copy")
        return Store(database, engine, catalogue, calendar)

    async def run(self, tell: Tell) -> Sequence[Copied]:
        """Copy and compare. NotCopied, StoreInUse or StoreUnavailable: the target is as before.

        From its begin on no gateway starts on the source; after a failure it may again.
        """
        async with self._opened(self._target) as beside, self._opened(self._source) as claims:
            await self._refuse_filled()
            await self._refuse_moved()
            await look(self._source, claims)  # what a backup has forgotten is forgotten there too
            async with self._source.write() as transaction:
                await mark_moved(transaction, str(self._target.database.url))
            try:
                await self._refuse_busy()
                return await self._all(beside, tell)
            except BaseException:
                async with self._source.write() as transaction:
                    await mark_kept(transaction)
                raise

    @asynccontextmanager
    async def _opened(self, store: Store) -> AsyncIterator[Claims | None]:
        database, claims = store.database, claims_beside(store.database)
        async with answering(database):
            await asyncio.to_thread(migrate, database.sync_url, store.engine.migrate)
            try:
                yield claims
            finally:
                if claims is not None:
                    claims.close()

    async def _refuse_filled(self) -> None:
        for table in COPIED:
            if await self._target.rows(sa.select(sa.literal(1)).select_from(table).limit(1)):
                raise NotCopied(
                    f"{self._target.database.url} is not empty ({table.name}): copy into a "
                    "database no gateway has worked on"
                )

    async def _refuse_moved(self) -> None:
        to = await moved_to(self._source.database)
        if to not in (None, str(self._target.database.url)):
            raise NotCopied(f"the cases of {self._source.database.url} go on in {to}: copy that")

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

    async def _all(self, claims: Claims | None, tell: Tell) -> Sequence[Copied]:
        made: list[Copied] = []
        async with self._source.database.read() as source, self._target.write() as transaction:
            target = transaction.connection
            for table in COPIED:
                made.append(await _copied(source, target, table, tell))
            await _count_on(target)
            await know(transaction, claims)
        return made


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
        tell(table.name, rows, total)
    await _compared(source, target, table)
    return Copied(table=str(table.name), rows=rows)


async def _compared(source: AsyncConnection, target: AsyncConnection, table: sa.Table) -> None:
    """NotCopied unless both hold the same rows."""
    theirs = _parts(target, table)
    async for part in _parts(source, table):
        if [tuple(r) for r in part] != [tuple(r) for r in await anext(theirs, ())]:
            raise NotCopied(f"{table.name}: read back, its rows are not the same")
    if await anext(theirs, None):
        raise NotCopied(f"{table.name}: read back, there are more rows than were copied")


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
