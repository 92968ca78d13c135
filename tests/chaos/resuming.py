"""How long until work went on that had been left over: watched from outside, in the store.

Left over is a command that was under way when the process before died, and either due or claimed
without a conclusion. It has gone on when its row or its attempts change. Among several gateways a
dead one's work is taken over when the engine has none of it down as the dead one's any more.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.store_reader import engine_table, reader, rows

_EVERY_S = 0.03
_GIVE_UP_S = 30.0  # of waiting for a take-over; that is found to be too late
RESUMED_WITHIN_S = 5.0
_SELDOM_S = 0.1
_BEATS = "SELECT beats FROM ot_executor WHERE id = :who"
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

    def has_gone_on(self, left: Left) -> bool:
        """Whether some of it is not as it was left."""
        try:
            now = self._under_way()
        except SQLAlchemyError:  # it cannot be seen just now
            return False
        return any(now.get(reference) != row for reference, row in left.items())

    def under_way(self) -> Left:
        """Every command that is neither done nor parked."""
        try:
            return self._under_way()
        except SQLAlchemyError:  # no store yet, or one being set up
            return {}

    def _under_way(self) -> Left:
        return {row["reference"]: row for row in rows(self._engine, _UNDER_WAY)}

    def beats(self, gateway: str) -> int | None:
        """How often it has said that it lives; None where nobody counts on it."""
        try:
            found = rows(self._engine, _BEATS, who=gateway)
        except SQLAlchemyError:
            return None
        return int(found[0]["beats"]) if found else None

    def held_by(self, gateway: str) -> frozenset[str]:
        """The commands the engine has down as running in this gateway."""
        query = _HELD.format(engine_table(self._engine))
        try:
            return frozenset(row["workflow_uuid"] for row in rows(self._engine, query, who=gateway))
        except SQLAlchemyError:
            return frozenset()

    async def taken_over(
        self, gateway: str, since: float, *, within_s: float = _GIVE_UP_S
    ) -> float | None:
        """Seconds from `since` until nothing it had is its own any more; None when it had none."""
        held = await asyncio.to_thread(self.held_by, gateway)
        if not held:
            return None
        while time.time() - since < within_s:
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


@dataclass(slots=True, kw_only=True)
class Leftover:
    """What dead lives left over, followed from life to life until some of it goes on.

    The time counts that processes had for it: of the life in which it went on, from its `exec`; of
    each life before, how long it was at work and did not get to it. Being dead does not count, nor
    does coming up: a process killed before it was ready begins anew with the next.
    """

    watch: Watch
    commands: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    waited_s: float = 0.0

    async def look(self) -> int:
        """A life is about to begin: how many commands are left over for it."""
        self.commands = {**await asyncio.to_thread(self.watch.left), **self.commands}
        return len(self.commands)

    async def gone_on(self) -> float:
        """The moment in which some of it is seen to have gone on; waits for it."""
        while True:
            if await self._has_gone_on():
                return time.time()
            await asyncio.sleep(_EVERY_S)

    async def over(
        self, went_on: "asyncio.Task[float]", *, began: float, ready_s: float | None
    ) -> float | None:
        """A life has just ended: how long it took until work went on; None when it did not.

        `went_on` is the waiting that `gone_on` did in this life.
        """
        ended = time.time()
        if not went_on.done():
            went_on.cancel()
            with suppress(asyncio.CancelledError):
                await went_on
            if not await self._has_gone_on():
                at_work = began + (ready_s if ready_s is not None else RESUMED_WITHIN_S)
                self.waited_s += max(0.0, ended - at_work) if self.commands else 0.0
                return None
        at = ended if went_on.cancelled() else went_on.result()
        took = self.waited_s + at - began
        self.commands, self.waited_s = {}, 0.0
        return took

    async def _has_gone_on(self) -> bool:
        return bool(self.commands) and await asyncio.to_thread(
            self.watch.has_gone_on, self.commands
        )
