"""Cases as events: one transaction inserts the event, reduces, saves, and enqueues what follows."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.cases import codec, tables
from gateway.cases.database import Database
from gateway.cases.engine import Engine
from gateway.cases.errors import StoreUnavailable
from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, Command, Event, Step, StepState
from schema.domain.case_rules import TERMINAL, commands, issue_due
from schema.domain.one_thing import OneThing
from schema.domain.reducer import reduce
from schema.domain.step_facts import SETTLED
from schema.graph.ports import Catalogue

_UNWATCHED = SETTLED | {StepState.WAITING}


def queue_of(department: str) -> str:
    """The engine's queue for commands to this department."""
    return f"department-{department}"


class Transaction:
    """One write. Its first statement is a write as well, so that SQLite never upgrades a lock."""

    def __init__(self, connection: AsyncConnection, store: "Store") -> None:
        self.connection = connection
        self._store = store

    async def append(self, event: Event) -> Case:
        """Record one fact and everything that follows. Told twice, it changes nothing."""
        inserted = await self.insert_once(tables.event, **codec.event_row(event))
        case = await self.load(event.case)
        if case is not None and not inserted:
            return case
        one_thing = self._store.one_thing_of(case, event)
        moved = reduce(case, event, one_thing, self._store.calendar)
        if moved != case:
            await self._save(moved, case, one_thing)
            await self._send(moved, one_thing)
        return moved

    async def load(self, case: str) -> Case | None:
        """The case as it stands, held for this transaction."""
        query = sa.select(tables.case.c.body).where(tables.case.c.id == case).with_for_update()
        body = (await self.connection.execute(query)).scalar_one_or_none()
        return codec.case_from(body) if body is not None else None

    async def insert_once(self, table: sa.Table, **values: Any) -> bool:
        """Insert unless the key is taken; whether it was inserted."""
        insert = self._store.insert(table).values(**values).on_conflict_do_nothing()
        return (await self.connection.execute(insert)).rowcount == 1

    async def replace(self, table: sa.Table, **values: Any) -> None:
        """Insert, or overwrite the row with the same primary key."""
        keys = [column.name for column in table.primary_key]
        others = {k: v for k, v in values.items() if k not in keys}
        insert = self._store.insert(table).values(**values)
        await self.connection.execute(
            insert.on_conflict_do_update(index_elements=keys, set_=others)
        )

    async def enqueue(self, reference: str, department: str, tick: int, delay: float) -> None:
        """Hand one command to the engine, if this transaction commits."""
        queue = queue_of(department)
        engine = self._store.engine
        await self.connection.run_sync(
            lambda c: engine.enqueue_in(c, queue, reference, tick, delay)
        )

    async def _save(self, case: Case, before: Case | None, one_thing: OneThing) -> None:
        row = self._row(case, one_thing)
        if before is None:
            await self.connection.execute(tables.case.insert().values(**row))
        else:
            update = tables.case.update().where(tables.case.c.id == case.id).values(**row)
            await self.connection.execute(update)
        known = {s.item: s for s in before.steps} if before else {}
        ended = case.state in TERMINAL
        for step in case.steps:
            if ended or known.get(step.item) != step:
                await self.replace(tables.step, **_step_row(case, step, one_thing))

    def _row(self, case: Case, one_thing: OneThing) -> dict[str, Any]:
        due = issue_due(case, one_thing, self._store.calendar)
        return {
            "id": case.id,
            "one_thing": case.one_thing,
            "version": case.version,
            "district": case.district,
            "applicant_ref": case.applicant_ref,
            "agent_ref": case.agent_ref,
            "state": case.state.value,
            "submitted_at": case.submitted_at.isoformat(),
            "issue_due_at": due.timestamp() if due else None,
            "revision": case.revision,
            "body": codec.case_bytes(case),
        }

    async def _send(self, case: Case, one_thing: OneThing) -> None:
        for command in commands(case, one_thing):
            department = case.step(command.item).department
            if await self._is_new(command, department):
                await self.enqueue(command.reference, department, 1, 0.0)

    async def _is_new(self, command: Command, department: str) -> bool:
        return await self.insert_once(
            tables.delivery,
            reference=command.reference,
            case_id=command.case,
            department=department,
            tick=1,
            state="under_way",
            due_at=0.0,
            due_after=0,
        )


class Store:
    """Where cases are kept. Readers get whole reduced cases; writers append events."""

    def __init__(
        self, database: Database, engine: Engine, catalogue: Catalogue, calendar: WorkingCalendar
    ) -> None:
        self.database = database
        self.engine = engine
        self.catalogue = catalogue
        self.calendar = calendar
        self.insert: Callable[[sa.Table], Any] = (
            sqlite.insert if database.is_sqlite else postgresql.insert
        )

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """One transaction: committed as a whole on the way out, or not at all."""
        async with self.database.write() as connection:
            yield Transaction(connection, self)

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

    async def answers(self) -> bool:
        """Whether the store can be read just now."""
        try:
            await self.rows(sa.select(sa.literal(1)))
        except StoreUnavailable:
            return False
        return True

    async def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        """What a query finds."""
        async with self.database.read() as connection:
            found: Sequence[Any] = (await connection.execute(query)).all()
        return found

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


def _step_row(case: Case, step: Step, one_thing: OneThing) -> dict[str, Any]:
    watched = case.state not in TERMINAL and (
        step.state not in _UNWATCHED
        or (step.state is StepState.GRANTED and step.certificate is None)
    )
    return {
        "case_id": case.id,
        "item": step.item,
        "department": step.department,
        "service": one_thing.item(step.item).service,
        "state": step.state.value,
        "receipt": step.receipt,
        "watched": watched,
        "due_on": step.due_on.isoformat() if step.due_on else None,
        "statutory_due_on": step.statutory_due_on.isoformat() if step.statutory_due_on else None,
    }
