"""What is done once a day or once an hour, by one process of several."""

import asyncio
import random
from datetime import datetime, time

import structlog
from sqlalchemy import Update

from gateway.cases import tables
from gateway.cases.errors import StoreUnavailable
from gateway.cases.reconcile import Reconciler
from gateway.cases.store import Store
from gateway.clock import Clock

log = structlog.get_logger(__name__)

KEPT_S = 30 * 86_400.0  # the engine's record of finished commands; cases keep their own for good
_PAGE = 1000  # what the engine forgets at once
_HOURLY_S = 3600.0
_LOOK_EVERY_S = 30.0
_RECONCILED = "reconciled"


class Housekeeping:
    """Reconciles once a business day, after `at`; None leaves it to the command."""

    def __init__(
        self, store: Store, reconciler: Reconciler, clock: Clock, *, at: time | None
    ) -> None:
        self._store = store
        self._reconciler = reconciler
        self._clock = clock
        self._at = at

    async def daily(self) -> None:
        """Until cancelled. Trouble ends a round, never the loop."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S * random.uniform(0.5, 1.5))  # noqa: S311
            try:
                await self.reconcile()
            except StoreUnavailable as error:
                log.info("reconcile.postponed", kind=str(error))
            except Exception as error:  # the rim of a background loop: it must go on
                log.error("reconcile.broken", kind=type(error).__name__)

    async def hourly(self) -> None:
        """Let the engine forget what is long finished, until cancelled."""
        while True:
            await asyncio.sleep(_HOURLY_S * random.uniform(0.5, 1.5))  # noqa: S311
            try:
                while await self._store.engine.purge(self._store.now() - KEPT_S) >= _PAGE:
                    continue
            except Exception as error:  # the rim of a background loop: it must go on
                log.error("purge.broken", kind=type(error).__name__)

    async def reconcile(self) -> bool:
        """Reconcile if it is time and no other process has begun to; whether it was done."""
        now = self._clock.now()
        if self._at is None or now.timetz().replace(tzinfo=None) < self._at:
            return False
        if not await self._mine(now):
            return False
        await self._reconciler.run()
        return True

    async def _mine(self, now: datetime) -> bool:
        """Take this day, for one process only."""
        day, table = now.date().isoformat(), tables.fact
        async with self._store.write() as transaction:
            if await transaction.insert_once(table, name=_RECONCILED, value=day):
                return True
            return await transaction.changed(_later(day))


def _later(day: str) -> Update:
    table = tables.fact
    return table.update().where(table.c.name == _RECONCILED, table.c.value < day).values(value=day)
