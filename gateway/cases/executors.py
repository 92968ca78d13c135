"""Who is at work on this store: each process writes itself down and beats while it lives.

Nobody's clock is compared with anybody else's: a peer counts as dead when this process has watched
its beat stand still for a whole lease. While it looks away it watches nothing.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.store import Store

BEATS_A_LEASE = 10  # a dead peer is known at most two of them after its lease


def new_executor() -> str:
    """A name no process had before."""
    return f"gateway-{uuid4().hex[:12]}"


@dataclass(frozen=True, slots=True)
class _Watched:
    beats: int
    still_s: float  # how long its beat has stood still under our eyes


class Executors:
    """This process among its peers. On SQLite there are none: the file's lock says so."""

    def __init__(
        self,
        store: Store,
        *,
        executor: str,
        version: str,
        lease_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.executor = executor
        self.lease_s = lease_s
        self._store = store
        self._version = version
        self._monotonic = monotonic
        self._watched: dict[str, _Watched] = {}
        self._looked_at = monotonic()

    @property
    def every_s(self) -> float:
        """How often to beat and to look."""
        return self.lease_s / BEATS_A_LEASE

    async def beat(self) -> None:
        """Say that this process lives; the first beat enters it, as does one after its burial."""
        table = tables.executor
        more = table.update().where(table.c.id == self.executor)
        async with self._store.write() as transaction:
            if not await transaction.changed(more.values(beats=table.c.beats + 1)):
                await transaction.insert_once(
                    table, id=self.executor, version=self._version, beats=1
                )

    async def bury(self, dead: list[str]) -> None:
        """Take the dead out of the list; what they had in hand is looked after before."""
        table = tables.executor
        async with self._store.write() as transaction:
            await transaction.changed(table.delete().where(table.c.id.in_(dead)))

    async def alive(self) -> Mapping[str, str]:
        """Everybody in the list, this process included: its engine's version by name."""
        found = await self._store.rows(sa.select(tables.executor))
        alone = self._store.database.is_sqlite
        return {self.executor: self._version} | {
            row.id: row.version for row in found if not alone or row.id == self.executor
        }

    async def dead(self) -> list[str]:
        """Peers to be buried now. Of a long time between two looks little counts: when we were
        frozen, or the store was away, so was everybody.
        """
        found = await self._store.rows(sa.select(tables.executor))
        now = self._monotonic()
        since_s, self._looked_at = now - self._looked_at, now
        watched_s = since_s if since_s <= self.lease_s / 2 else 2 * self.every_s
        if self._store.database.is_sqlite:
            return [row.id for row in found if row.id != self.executor]
        self._watched = {
            row.id: self._seen(row.id, row.beats, watched_s)
            for row in found
            if row.id != self.executor
        }
        return [name for name, peer in self._watched.items() if peer.still_s >= self.lease_s]

    def _seen(self, name: str, beats: int, watched_s: float) -> _Watched:
        before = self._watched.get(name)
        if before is None or before.beats != beats:
            return _Watched(beats=beats, still_s=0.0)
        return _Watched(beats=beats, still_s=before.still_s + watched_s)
