"""Work nobody does any more is done again: of processes that died, of lost or foreign programs.

A command is taken over by raising its tick: whoever works on the older tick may finish the call it
is in, and what comes of that is kept as evidence, but it claims nothing more.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.engine_port import Engine, Running
from gateway.cases.errors import StoreUnavailable
from gateway.cases.executors import Executors
from gateway.cases.store import Store

log = structlog.get_logger(__name__)

_LATE_S = 10.0  # after its time, a command still asleep has been put to bed by a wrong clock
_ALL_EVERY_S = 60.0
_OWN_EVERY_S = 15.0
_AT_ONCE = 200  # commands in one transaction


class Reaper:
    """Beats for this process and looks after the others."""

    def __init__(self, store: Store, engine: Engine, executors: Executors) -> None:
        self._store = store
        self._engine = engine
        self._executors = executors
        self._idle: frozenset[tuple[str, int]] = frozenset()
        self._all_at = self._own_at = 0.0

    async def loop(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Beat while `alive`, and look, until cancelled. Trouble ends a round, never the loop."""
        while True:
            try:
                if alive():
                    await self._executors.beat()
                await self.round()
                await self._look_around()
            except StoreUnavailable as error:
                log.info("reaper.failed", kind=str(error))
            except Exception as error:  # the rim of a background loop: it must go on
                log.error("reaper.broken", kind=type(error).__name__)
            await asyncio.sleep(self._executors.every_s)

    async def _look_around(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._all_at:
            await self.adopt()
            self._all_at = now + _ALL_EVERY_S
        if now >= self._own_at:
            await self.let_go()
            self._own_at = now + _OWN_EVERY_S

    async def round(self) -> int:
        """Take over what dead peers had in hand; how many commands."""
        dead = await self._executors.dead()
        if not dead:
            return 0
        held = await self._engine.running(executors=dead)
        taken = await self._take_over(held)
        await self._executors.bury(dead)
        # A process that stopped in order leaves its place as one that died does.
        say = log.warning if taken else log.info
        say("reaper.took_over", dead=len(dead), commands=taken)
        return taken

    async def adopt(self) -> int:
        """Take over every command that is under way and that nobody is at; how many."""
        table = tables.delivery.c
        # Deliveries first: what ends in between is no longer at its tick, and is left alone.
        under_way = await self._store.rows(
            sa.select(table.reference, table.tick, table.due_at).where(table.state == "under_way")
        )
        running = {(r.reference, r.tick): r for r in await self._engine.running()}
        alive, now = await self._executors.alive(), self._store.now()
        due_at = {(row.reference, row.tick): row.due_at for row in under_way}
        lost = [
            command
            for command, due in due_at.items()
            if not _looked_after(running.get(command), alive, now - due)
        ]
        taken = await self.again(lost)
        gone = [r for r in running.values() if r.state == "running" and r.executor not in alive]
        await self._engine.cancel([*gone, *(running[c] for c in lost if c in running)])
        return taken

    async def let_go(self) -> int:
        """Free the places of commands that are down as running here and are not, now and at the
        look before; how many. They are over, and the engine could not write down their end, a full
        disk for one; or their claim is committed and who made it died before they began: those are
        taken over.
        """
        held = await self._engine.running(executors=[self._executors.executor])
        table = tables.delivery.c
        under_way = await self._store.rows(
            sa.select(table.reference, table.tick).where(
                table.state == "under_way", table.reference.in_([r.reference for r in held])
            )
        )
        going_on = {(row.reference, row.tick) for row in under_way} & self._engine.at_work()
        idle = {(r.reference, r.tick): r for r in held if (r.reference, r.tick) not in going_on}
        left = [command for name, command in idle.items() if name in self._idle]
        self._idle = frozenset(idle)
        if taken := await self._take_over(left):
            log.warning("reaper.never_begun", commands=taken)
        return len(left)

    async def _take_over(self, held: Sequence[Running]) -> int:
        taken = await self.again([(r.reference, r.tick) for r in held])
        await self._engine.cancel(held)
        return taken

    async def again(self, commands: Sequence[tuple[str, int]]) -> int:
        """Take these over, each where it is still at the tick given; how many were."""
        taken = 0
        for start in range(0, len(commands), _AT_ONCE):
            taken += await self._enqueue(commands[start : start + _AT_ONCE])
        return taken

    async def _enqueue(self, commands: Iterable[tuple[str, int]]) -> int:
        table, taken = tables.delivery, 0
        async with self._store.write() as transaction:
            for reference, tick in sorted(commands):
                mine = (table.c.reference == reference) & (table.c.tick == tick)
                update = table.update().where(mine, table.c.state == "under_way")
                if await transaction.changed(update.values(tick=tick + 1)):
                    department = sa.select(table.c.department).where(table.c.reference == reference)
                    name = (await transaction.connection.execute(department)).scalar_one()
                    await transaction.enqueue(reference, name, tick + 1, 0.0)
                    taken += 1
        return taken


def _looked_after(at: Running | None, alive: Mapping[str, str], late_s: float) -> bool:
    """Whether some living process works on it, or will."""
    if at is None:
        return False
    if at.state == "running":
        return at.executor in alive
    asleep_too_long = at.state == "asleep" and late_s > _LATE_S
    return at.version in alive.values() and not asleep_too_long
