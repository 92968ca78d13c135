"""A reconciler beside running gateways: it compares and tells; they deliver what follows."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.contract import Department
from gateway.cases.database import Database
from gateway.cases.engine import DbosEngine
from gateway.cases.intake import Intake
from gateway.cases.reconcile import Reconciler
from gateway.cases.store import Store
from gateway.clock import Clock
from schema.domain.calendar import WorkingCalendar
from schema.graph.ports import Catalogue


@asynccontextmanager
async def reconciler_beside(
    url: str,
    departments: Mapping[str, Department],
    catalogue: Catalogue,
    clock: Clock,
    calendar: WorkingCalendar,
) -> AsyncIterator[Reconciler]:
    """The reconciler of a store whose tables are up to date. StoreInUse while a gateway has it,
    on SQLite; on PostgreSQL gateways may be at work.
    """
    database = Database(url)
    engine = DbosEngine(database.sync_url, executor="reconcile")
    database.open()
    try:
        await asyncio.to_thread(engine.connect)
        store = Store(database, engine, catalogue, calendar)
        yield Reconciler(store, departments, clock, Intake(store, clock))
    finally:
        await engine.shutdown()
        await database.close()
