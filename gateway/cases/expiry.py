"""Drafts nobody finishes end, with the answers in them; their versions are held no longer."""

import asyncio
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.errors import StoreUnavailable
from gateway.cases.sqlite_line import APART
from gateway.cases.store import Store
from gateway.clock import Clock

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=90)
NOTICE = timedelta(days=14)  # from the first gateway that ends drafts on this store
PORTION = 100  # in one transaction
_SINCE = "drafts.end_since"
_EVERY_S = 600.0


class Expiry:
    """Ends drafts unchanged for `kept_for`. What was submitted is none any more, and stays.

    So does what came back with a backup: its submission may be what the backup has forgotten.
    """

    def __init__(self, store: Store, clock: Clock, *, kept_for: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._kept_for = kept_for

    async def loop(self) -> None:
        """Until cancelled. Trouble ends a round, never the loop."""
        while True:
            try:
                await self.round()
            except StoreUnavailable as error:
                log.info("drafts.postponed", kind=str(error))
            except Exception as error:  # the rim of a background loop: it must go on
                log.error("drafts.broken", kind=type(error).__name__)
            await asyncio.sleep(_EVERY_S)

    async def round(self) -> int:
        """End all that is due; how many. None before their owners could be told for a while."""
        if self._clock.now() < await self._since() + NOTICE:
            return 0
        ended = portion = await self.portion()
        while portion == PORTION:
            portion = await self.portion()
            ended += portion
        if ended:
            log.info("drafts.ended", count=ended)
        return ended

    async def _since(self) -> datetime:
        """When a gateway that ends drafts first looked at this store."""
        table = tables.fact
        query = sa.select(table.c.value).where(table.c.name == _SINCE)
        rows = await self._store.rows(query)
        if not rows:
            async with self._store.write() as transaction:
                now = self._clock.now().isoformat()
                await transaction.insert_once(table, name=_SINCE, value=now)
            rows = await self._store.rows(query)
        return datetime.fromisoformat(rows[0].value)

    async def portion(self) -> int:
        """End some of them, with what was answered in them; how many.

        Who changes or submits one in the same moment keeps it, or finds it gone.
        """
        table = tables.draft
        unchanged_since = (self._clock.now() - self._kept_for).isoformat()
        open_ = table.c.submitted.is_(False) & table.c.restored.is_(False)
        due = open_ & (table.c.updated_at <= unchanged_since)
        rows = await self._store.rows(sa.select(table.c.id).where(due).limit(PORTION))
        if not rows:
            return 0
        end = _beside(table.delete()).where(table.c.id.in_([row.id for row in rows]), due)
        async with self._store.write() as transaction:
            found = await transaction.connection.execute(end.returning(table.c.id))
            ended = found.scalars().all()
            theirs = tables.payload.c.owner.in_(ended)
            await transaction.changed(_beside(tables.payload.delete()).where(theirs))
        return len(ended)


def _beside(delete: sa.Delete) -> sa.Delete:
    """Others are served while what was answered, which may be much, is overwritten."""
    return delete.prefix_with(sa.text(APART), dialect="sqlite")
