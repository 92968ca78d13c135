"""Cases as events: one transaction inserts the event, reduces, saves, and enqueues what follows."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import codec, tables
from gateway.cases.connections import AsyncConnection
from gateway.cases.database import Database
from gateway.cases.engine_port import Engine, Entry, queue_of
from gateway.cases.errors import StoreUnavailable
from gateway.cases.following import follows
from gateway.cases.moved import check_not_moved
from gateway.cases.rows import case_row, delivery_row, step_row
from gateway.cases.upserts import Upserts
from gateway.cases.wait_rows import wait_rows
from gateway.clock import steady_now
from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, Event
from schema.domain.case_rules import TERMINAL, commands
from schema.domain.delivery_policy import Act, Outcome
from schema.domain.one_thing import OneThing
from schema.graph.ports import Catalogue

Moved = Callable[[Case, Event], None]
"""Told of every new event, with the case as it left it, once both are committed."""

_HELD = sa.select(tables.case.c.body).where(tables.case.c.id == sa.bindparam("case"))
_HELD = _HELD.with_for_update()
DOUBTED = "restored"  # who made attempts that stand for what a backup may have forgotten


class Transaction:
    """One write. Its first statement is a write as well, so that SQLite never upgrades a lock."""

    def __init__(self, connection: AsyncConnection, store: "Store") -> None:
        self.connection = connection
        self._store = store
        self.moved: list[tuple[Case, Event]] = []  # what is new in it, once it is committed
        self.queues: set[str] = set()  # to which it adds commands

    async def append(self, event: Event) -> Case:
        """Record one fact and everything that follows. Told twice, it changes nothing.

        The case is locked first: its events are numbered without a gap, in the order they count.
        """
        case = await self.load(event.case)
        if not await self._record(event, first=case is None):
            return case or await self._there(event.case)
        if case is not None and not self._store.declares(case):
            return case  # it ended long ago: what is told of it is written down, and no more
        one_thing = self._store.one_thing_of(case, event)
        moved = follows(case, event, one_thing, self._store.calendar)
        self.moved.append((moved, event))
        if moved != case:
            await self._save(moved, case, one_thing)
            await self._send(moved, one_thing, new=case is None)
        return moved

    async def load(self, case: str) -> Case | None:
        """The case as it stands, held for this transaction."""
        body = (await self.connection.execute(_HELD, {"case": case})).scalar_one_or_none()
        return codec.case_from(body) if body is not None else None

    async def hold(self, names: Collection[str]) -> Mapping[str, Case]:
        """These cases as they stand, as far as they are there, locked by everybody in one order."""
        table = tables.case.c
        query = sa.select(table.id, table.body).where(table.id.in_(names)).order_by(table.id)
        rows = (await self.connection.execute(query.with_for_update())).all()
        return {row.id: codec.case_from(row.body) for row in rows}

    async def _record(self, event: Event, *, first: bool) -> bool:
        """Write the event down as the next of its case; False when it is known."""
        n, before = (0, 0.0) if first else await self._last(event.case)
        recorded_at = max(self._store.now(), before)
        values = {**codec.event_row(event), "n": n + 1, "recorded_at": recorded_at}
        return await self._inserted(self._store.upserts.once(tables.event, "key"), values)

    async def _last(self, case: str) -> tuple[int, float]:
        """The number of the last event of a case, and when it was recorded."""
        known = tables.event.c
        last = sa.select(known.n, known.recorded_at).where(known.case_id == case)
        row = (await self.connection.execute(last.order_by(known.n.desc()).limit(1))).first()
        return (row.n, row.recorded_at) if row is not None else (0, 0.0)

    async def _there(self, case: str) -> Case:
        """The case somebody else began in the same moment."""
        found = await self.load(case)
        if found is None:
            raise StoreUnavailable("the first event of this case is not committed")
        return found

    async def insert_once(self, table: sa.Table, **values: Any) -> bool:
        """Insert unless the key is taken; whether it was inserted."""
        return await self._inserted(self._store.upserts.once(table), values)

    async def _inserted(self, insert: Any, values: Mapping[str, Any]) -> bool:
        return (await self.connection.execute(insert, values)).rowcount == 1

    async def changed(self, change: sa.Update | sa.Delete) -> bool:
        """Make a change; whether it found anything to change."""
        return (await self.connection.execute(change)).rowcount > 0

    async def replace(self, table: sa.Table, **values: Any) -> None:
        """Insert, or overwrite the row with the same primary key."""
        await self.replace_all(table, [values])

    async def replace_all(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for rows of the same columns, in one statement."""
        if not rows:
            return
        replacing = self._store.upserts.replacing(table, *rows[0])
        await self.connection.execute(replacing, rows)

    async def enqueue(self, reference: str, department: str, tick: int, delay: float) -> None:
        """Hand one command to the engine, if this transaction commits."""
        await self._enqueue([(queue_of(department), reference, tick, delay)])

    async def _enqueue(self, commands: Sequence[Entry]) -> None:
        """All at once: to leave asyncio for the engine costs more than the engine does."""
        self.queues.update(queue for queue, *_ in commands)
        await self.connection.run_sync(self._enqueued, commands)

    def _enqueued(self, connection: Connection, commands: Sequence[Entry]) -> None:
        for command in commands:
            self._store.engine.enqueue_in(connection, *command)

    async def _save(self, case: Case, before: Case | None, one_thing: OneThing) -> None:
        row = case_row(case, one_thing, self._store.calendar)
        if before is None:
            await self.connection.execute(tables.case.insert(), row)
        else:
            update = tables.case.update().where(tables.case.c.id == case.id).values(**row)
            await self.connection.execute(update)
        known = {s.item: s for s in before.steps} if before else {}
        ended = case.state in TERMINAL
        moved = [step for step in case.steps if ended or known.get(step.item) != step]
        await self.replace_all(tables.step, [step_row(case, step, one_thing) for step in moved])
        await self._keep_waits(case, before, one_thing)

    async def _keep_waits(self, case: Case, before: Case | None, one_thing: OneThing) -> None:
        calendar, table = self._store.calendar, tables.wait
        old, new = wait_rows(before, one_thing, calendar), wait_rows(case, one_thing, calendar)
        for item, why in old.keys() - new.keys():
            gone = (table.c.case_id == case.id, table.c.item == item, table.c.why == why)
            await self.changed(table.delete().where(*gone))
        await self.replace_all(table, [row for key, row in new.items() if old.get(key) != row])

    async def _send(self, case: Case, one_thing: OneThing, *, new: bool) -> None:
        """Hand over the commands there were not; this case is held, so nobody else does."""
        sent = set() if new else await self._sent(case.id)
        wanted = {command.reference: command for command in commands(case, one_thing)}
        rows = [
            delivery_row(command, case.step(command.item).department)
            for reference, command in wanted.items()
            if reference not in sent
        ]
        if not rows:
            return
        await self.connection.execute(tables.delivery.insert(), rows)
        restored = not new and await self._is_restored(case.id)
        for row in rows if restored else ():
            await self.doubt(row["reference"], 1)
        await self._enqueue([(queue_of(r["department"]), r["reference"], 1, 0.0) for r in rows])

    async def _sent(self, case: str) -> set[str]:
        """The references of all commands of a case there have been."""
        table = tables.delivery.c
        query = sa.select(table.reference).where(table.case_id == case)
        return set((await self.connection.execute(query)).scalars())

    async def _is_restored(self, case: str) -> bool:
        flag = sa.select(tables.case.c.restored).where(tables.case.c.id == case)
        return bool((await self.connection.execute(flag)).scalar_one_or_none())

    async def doubt(self, reference: str, n: int) -> None:
        """Count a command as sent once, outcome unknown: a restored store may have forgotten it."""
        await self.insert_once(
            tables.attempt,
            reference=reference,
            n=n,
            act=Act.SEND.value,
            outcome=Outcome.UNKNOWN.value,
            detail=None,
            claimed_at=self._store.now(),
            executor=DOUBTED,
        )


class Store:
    """Where cases are kept. Readers get whole reduced cases; writers append events."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        catalogue: Catalogue,
        calendar: WorkingCalendar,
        *,
        now: Callable[[], float] = steady_now,
        moved: Moved = lambda case, event: None,
    ) -> None:
        self.database = database
        self.engine = engine
        self.catalogue = catalogue
        self.calendar = calendar
        self._moved = moved
        self.now = now  # Unix s, for what machines wait for; business time is the clock's
        self.upserts = Upserts(is_sqlite=database.is_sqlite)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """One transaction: committed as a whole on the way out, or not at all.

        StoreMoved when the store was copied elsewhere meanwhile. Whoever copies locks the tables
        first: what was written before is copied, and what is written after is refused here.
        """
        transaction, whole = None, False
        try:
            async with self.database.write() as connection:
                transaction = Transaction(connection, self)
                yield transaction
                if not self.database.is_sqlite:  # there the file is locked while it is copied
                    await check_not_moved(connection)
                whole = True
        finally:
            # Who gives up during the commit does not end it: it may be durable all the same.
            if transaction is not None and whole:
                self._tell(transaction)

    def _tell(self, transaction: Transaction) -> None:
        """What may have been committed; to be told of what was not does no harm."""
        self.engine.wake(transaction.queues)
        for case, event in transaction.moved:
            self._moved(case, event)

    async def append(self, event: Event) -> Case:
        """Record one fact in a transaction of its own."""
        async with self.write() as transaction:
            return await transaction.append(event)

    async def case(self, case: str) -> Case | None:
        """The case with this number."""
        query = sa.select(tables.case.c.body).where(tables.case.c.id == case)
        async with self.database.read() as connection:
            body = (await connection.execute(query)).scalar_one_or_none()
        return codec.case_from(body) if body is not None else None

    async def as_submitted(self, case: str) -> Case:
        """The case as it was when it was accepted, or as it ended where its version is gone.

        LookupError when there is none.
        """
        stands = await self.case(case)
        if stands is not None and not self.declares(stands):
            return stands
        table = tables.event.c
        first = sa.select(tables.event).where(table.case_id == case, table.n == 1)
        rows = await self.rows(first)
        if not rows:
            raise LookupError(case)
        event = codec.event_from(rows[0]._mapping)  # noqa: SLF001 — SQLAlchemy's API
        return follows(None, event, self.one_thing_of(None, event), self.calendar)

    async def answers(self) -> bool:
        """Whether the store can be read just now, and is the one to be used."""
        try:
            async with self.database.read() as connection:
                await check_not_moved(connection)
        except StoreUnavailable:
            return False
        return True

    async def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        """What a query finds."""
        async with self.database.read() as connection:
            found: Sequence[Any] = (await connection.execute(query)).all()
        return found

    def declares(self, case: Case) -> bool:
        """Whether the version the case was filed under is there. An open one's is: `pinned`."""
        there = self.catalogue.find(case.one_thing, case.version) is not None
        return there or case.state not in TERMINAL

    def one_thing(self, name: str, version: str) -> OneThing:
        """The one thing in the version a case was filed under; LookupError when it is gone."""
        found = self.catalogue.find(name, version)
        if found is None:
            raise LookupError(f"{name} {version} is not on offer; cases still need it")
        return found

    def one_thing_of(self, case: Case | None, event: Event) -> OneThing:
        """What the case of this event is about; a submission says so itself."""
        if case is not None:
            return self.one_thing(case.one_thing, case.version)
        return self.one_thing(event.data["one_thing"], event.data["version"])
