"""How long until work went on that had been left over: watched from outside, in the store.

Left over is a command that was under way when the process before died, and either due or claimed
without a conclusion. It has gone on when its row or its attempts change. Among several gateways a
dead one's work is taken over when the engine has none of it down as the dead one's any more.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.store_reader import engine_table, reader, rows

_EVERY_S = 0.03
_GIVE_UP_S = 30.0
_SELDOM_S = 0.1
_HELD = "SELECT workflow_uuid FROM {} WHERE status = 'PENDING' AND executor_id = :who"
_UNDER_WAY = """
    SELECT d.reference, d.state, d.tick, d.due_at, d.due_after,
           (SELECT count(*) FROM ot_attempt a WHERE a.reference = d.reference) AS attempts,
           (SELECT a.outcome FROM ot_attempt a WHERE a.reference = d.reference
            ORDER BY a.n DESC LIMIT 1) AS last
    FROM ot_delivery d WHERE d.state = 'under_way'
"""

Left = Mapping[str, Mapping[str, Any]]


class Watch:
    """Looks at one store while nobody or somebody else writes it."""

    def __init__(self, store_url: str) -> None:
        self._engine = reader(store_url)

    def left(self) -> Left:
        """What is left over now; nothing where there is no store yet."""
        now = time.time()
        return {
            reference: row
            for reference, row in self.under_way().items()
            if row["due_at"] <= now or row["last"] == "open"
        }

    async def gone_on(self, left: Left, since: float) -> float | None:
        """Seconds from `since` until some of it has gone on; None when there was nothing."""
        while left and time.time() - since < _GIVE_UP_S:
            now = await asyncio.to_thread(self.under_way)
            if any(now.get(reference) != row for reference, row in left.items()):
                return time.time() - since
            await asyncio.sleep(_EVERY_S)
        return None

    def under_way(self) -> Left:
        """Every command that is neither done nor parked."""
        try:
            return {row["reference"]: row for row in rows(self._engine, _UNDER_WAY)}
        except SQLAlchemyError:  # no store yet, or one being set up
            return {}

    def held_by(self, gateway: str) -> frozenset[str]:
        """The commands the engine has down as running in this gateway."""
        query = _HELD.format(engine_table(self._engine))
        try:
            return frozenset(row["workflow_uuid"] for row in rows(self._engine, query, who=gateway))
        except SQLAlchemyError:
            return frozenset()

    async def taken_over(self, gateway: str, since: float) -> float | None:
        """Seconds from `since` until nothing it had is its own any more; None when it had none."""
        held = await asyncio.to_thread(self.held_by, gateway)
        if not held:
            return None
        while time.time() - since < _GIVE_UP_S:
            if not held & await asyncio.to_thread(self.held_by, gateway):
                break
            await asyncio.sleep(_SELDOM_S)
        return time.time() - since

    def count(self, query: str) -> int:
        """The one number a query finds; 0 while the store cannot be read."""
        try:
            return int(next(iter(rows(self._engine, query)[0].values())) or 0)
        except SQLAlchemyError:
            return 0
