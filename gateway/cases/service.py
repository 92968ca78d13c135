"""The cases of this process, started and stopped as one."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from adapters.contract import Department
from gateway.cases.applications import CaseApplications, Materials, ReadsOf
from gateway.cases.database import Database
from gateway.cases.delivery import Delivery, Probe
from gateway.cases.engine import DbosEngine
from gateway.cases.intake import Intake
from gateway.cases.migrate import migrate
from gateway.cases.poller import Poller
from gateway.cases.store import Store, queue_of
from gateway.cases.sweeper import Sweeper
from gateway.clock import Clock
from schema.domain.calendar import WorkingCalendar
from schema.graph.ports import Catalogue


class CaseService:
    """Store, engine, delivery, poller and sweeper. `applications` serves the graph, `intake`
    takes what departments call back with.
    """

    def __init__(
        self,
        *,
        store_url: str,
        departments: Mapping[str, Department],
        catalogue: Catalogue,
        clock: Clock,
        calendar: WorkingCalendar,
        reads: ReadsOf,
        materials: Materials | None = None,
        poll_every_s: float | None = None,
        sweep_every_s: float = 1.0,
        dequeue_every_s: float = 0.1,
        executor: str = "gateway-1",
        probe: Probe | None = None,
        identifier: Callable[[], str] | None = None,
    ) -> None:
        self._departments = departments
        self._database = Database(store_url)
        self._engine = DbosEngine(
            self._database.sync_url, executor=executor, polling_s=dequeue_every_s
        )
        self.store = Store(self._database, self._engine, catalogue, calendar)
        self.intake = Intake(self.store, clock)
        self.delivery = Delivery(self.store, departments, clock, executor=executor, probe=probe)
        self.poller = Poller(self.store, departments, self.intake, every_s=poll_every_s)
        self.sweeper = Sweeper(self.store, clock, every_s=sweep_every_s)
        self.applications = CaseApplications(
            self.store,
            departments,
            clock,
            reads=reads,
            materials=materials,
            identifier=identifier,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the store and take up what was left; StoreInUse when another process has it."""
        self._database.open()
        try:
            await asyncio.to_thread(migrate, self._database.sync_url)
            await self._engine.launch(self.delivery.run, self._queues())
        except BaseException:
            await self._database.close()
            raise
        self._tasks = [*self.poller.loops(), asyncio.create_task(self.sweeper.loop())]

    async def stop(self) -> None:
        """Stop; what is unfinished is durable and goes on at the next start."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []
        await self._engine.shutdown()
        await self._database.close()

    async def ready(self) -> bool:
        """Whether the store answers."""
        return await self.store.answers()

    def _queues(self) -> Mapping[str, int]:
        return {
            queue_of(name): max(1, department.info.limits.concurrency)
            for name, department in self._departments.items()
            if department.info.services
        }
