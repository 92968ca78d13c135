"""The cases of this process, started and stopped as one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from adapters.contract import Department
from gateway.cases.applications import CaseApplications
from gateway.cases.database import Database
from gateway.cases.delivery import Delivery
from gateway.cases.dispatch import LOOK_EVERY_S
from gateway.cases.drafts import Drafts, Materials, ReadsOf
from gateway.cases.engine import DbosEngine
from gateway.cases.engine_port import queue_of
from gateway.cases.executors import new_executor
from gateway.cases.expiry import KEPT_FOR, Expiry
from gateway.cases.housekeeping import Housekeeping
from gateway.cases.intake import Intake
from gateway.cases.issue import IssuedBundles, Signing
from gateway.cases.migrate import migrate
from gateway.cases.moved import check_not_moved
from gateway.cases.parked import Parked
from gateway.cases.pinned import check_pinned
from gateway.cases.poller import Poller
from gateway.cases.probe import NO_HOOKS, Hooks
from gateway.cases.reaper import Reaper
from gateway.cases.reconcile import Reconciler
from gateway.cases.restored import look
from gateway.cases.retrying import Retrying
from gateway.cases.store import Moved, Store
from gateway.cases.supervision import Supervision, ended
from gateway.cases.sweeper import Sweeper
from gateway.cases.vigil import Vigil
from gateway.cases.waiting import CaseClerks
from gateway.cases.witness import witness_of
from gateway.clock import Clock
from gateway.metrics import Metrics
from schema.domain.calendar import WorkingCalendar
from schema.graph.ports import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often what runs in the background looks; real seconds."""

    poll_every_s: float | None = None  # replaces what departments declare
    sweep_every_s: float = 1.0
    dequeue_every_s: float = LOOK_EVERY_S  # for commands nobody told this process of
    lease_s: float = 15.0  # without a beat, until a process counts as dead
    reconcile_at: time | None = None  # of the business day
    drafts_kept: timedelta = KEPT_FOR  # unchanged, by business time


USUAL_PACE = Pace()
# The workers no case can do without: who says that we live, who looks at the queues, who goes on
# with what is decided. A department's own worker is begun anew while all others are served.
_FOR_ALL = frozenset({"vigil", "queues", "sweep"})


class CaseService:
    """Store, engine, delivery, reaper, poller and sweeper. `applications` and `clerks` serve the
    graph, `intake` takes what departments call back with, `bundles` finds what was issued.

    A process that stops in order leaves its place in the list of executors: its unfinished commands
    are taken over as those of a dead one are, after a lease on PostgreSQL, at the next start on
    SQLite.
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
        signing: Signing,
        materials: Materials | None = None,
        pace: Pace = USUAL_PACE,
        hooks: Hooks = NO_HOOKS,
        identifier: Callable[[], str] | None = None,
        moved: Moved = lambda case, event: None,
        metrics: Metrics | None = None,
    ) -> None:
        self._departments = departments
        self._migrations = hooks.migrations
        self._database = Database(store_url)
        executor = new_executor()
        self.supervision = Supervision(metrics)
        self._engine = _engine(self._database, executor, hooks, pace, self.supervision)
        self.store = Store(self._database, self._engine, catalogue, calendar, moved=moved)
        self.intake = Intake(self.store, clock, metrics)
        self._vigil = Vigil(self.store, executor, version=hooks.version, lease_s=pace.lease_s)
        self._witness = witness_of(self._database)
        self.delivery = Delivery(
            self.store, departments, clock, executor=executor, hooks=hooks, witness=self._witness
        )
        self.bundles = IssuedBundles(self.store, signing)
        self._look_after(clock, pace)
        drafts = Drafts(self.store, departments, clock, reads, materials, kept_for=pace.drafts_kept)
        self.applications = CaseApplications(self.store, drafts, clock, identifier)
        retrying = Retrying(self.store, departments, clock, hooks.rule)
        self.clerks = CaseClerks(self.store, clock, retrying)
        self._tasks: list[asyncio.Task[None]] = []

    def _look_after(self, clock: Clock, pace: Pace) -> None:
        """What looks at the store, or at departments, at a pace of its own."""
        store, departments = self.store, self._departments
        self.poller = Poller(store, departments, self.intake, every_s=pace.poll_every_s)
        self.sweeper = Sweeper(store, self.bundles, clock, every_s=pace.sweep_every_s)
        self.reconciler = Reconciler(store, departments, clock, self.intake)
        self._house = Housekeeping(store, self.reconciler, clock, at=pace.reconcile_at)
        self._parked = Parked(store, clock)
        self._expiry = Expiry(store, clock, kept_for=pace.drafts_kept)

    @property
    def reaper(self) -> Reaper:
        """Who takes over what nobody does any more."""
        return self._vigil.reaper

    async def start(self) -> None:
        """Open the store and take up what was left.

        StoreInUse when another process has it, StoreTooNew when a newer gateway changed it,
        StoreMoved when it was copied elsewhere, VersionsMissing when open cases need a version
        that is not declared.
        """
        self._database.open()
        try:
            url, further = self._database.sync_url, self._migrations
            await asyncio.to_thread(migrate, url, self._engine.migrate, further)
            async with self._database.read() as connection:
                await check_not_moved(connection)
            await check_pinned(self._database, self.store.catalogue)
            await look(self.store, self._witness)
            await self._vigil.begin()
            await self._engine.launch(self.delivery.run, self._queues())
        except BaseException:
            await self._close()
            raise
        self._tasks = [
            asyncio.create_task(self.supervision.keep(name, loop), name=name)
            for name, loop in self._loops().items()
        ]

    async def stop(self) -> None:
        """Stop; what is unfinished is durable and goes on at the next start."""
        await ended(self._tasks)
        self._tasks = []
        await self._engine.shutdown()
        await self._close()

    async def _close(self) -> None:
        self._witness.close()
        await self._database.close()

    async def ready(self) -> bool:
        """Whether the store answers."""
        return await self.store.answers()

    async def parts(self) -> Mapping[str, str | None]:
        """What the whole gateway cannot work without, with the reason when it is not there."""
        store = None if await self.ready() else "the store does not answer"
        down = ", ".join(name for name in self.workers_down() if name in _FOR_ALL)
        return {"store": store, "workers": f"died, begun anew: {down}" if down else None}

    def workers_down(self) -> Sequence[str]:
        """Which of what works without end died, and is not at work again for long enough."""
        return self.supervision.down()

    def _loops(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            **self.poller.loops(),
            "vigil": self._vigil.keep,
            "sweep": self.sweeper.loop,
            "reconcile": self._house.daily,
            "purge": self._house.hourly,
            "parked": self._parked.loop,
            "drafts": self._expiry.loop,
        }

    def _queues(self) -> Mapping[str, int]:
        return {
            queue_of(name): max(1, department.info.limits.concurrency)
            for name, department in self._departments.items()
            if department.info.services
        }


def _engine(
    database: Database, executor: str, hooks: Hooks, pace: Pace, supervision: Supervision
) -> DbosEngine:
    return DbosEngine(
        database.sync_url,
        executor=executor,
        version=hooks.version,
        every_s=pace.dequeue_every_s,
        supervision=supervision,
    )
