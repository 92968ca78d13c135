"""What is done once a day or once an hour, by one process of several."""

import asyncio
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Self

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.errors import StoreUnavailable
from gateway.cases.reconcile import Reconciler
from gateway.cases.store import Store, Transaction
from gateway.clock import Clock

log = structlog.get_logger(__name__)

KEPT_S = 30 * 86_400.0  # the engine's record of finished commands; cases keep their own for good
HELD_S = 3600.0  # what takes longer was given up in a crash; done twice it harms nobody
AGAIN_S = 600.0  # after a department gave no answer; doubled each time
_LONGEST_S = 4 * 3600.0
_PAGE = 1000  # what the engine forgets at once
_HOURLY_S = 3600.0
_LOOK_EVERY_S = 30.0
_NAME = 40  # characters of a fact's name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """How far reconciling with one department has come on its latest day."""

    day: str = ""
    tries: int = 0
    due_at: float | None = None  # when it may be tried again, Unix s; None: it is done

    @classmethod
    def read(cls, value: str) -> Self:
        day, tries, due_at = value.split("|")
        return cls(day=day, tries=int(tries), due_at=float(due_at) if due_at else None)

    @property
    def value(self) -> str:
        due_at = "" if self.due_at is None else f"{self.due_at:.0f}"
        return f"{self.day}|{self.tries}|{due_at}"

    def begun(self, day: str, now: float) -> "_Turn | None":
        """The turn once somebody has taken it; None while it is not to be taken."""
        if self.day > day or (self.day == day and (self.due_at is None or now < self.due_at)):
            return None
        return _Turn(day=day, tries=self.tries + 1 if self.day == day else 1, due_at=now + HELD_S)

    def ended(self, now: float, *, answered: bool) -> "_Turn":
        wait = min(_LONGEST_S, AGAIN_S * 2 ** min(self.tries - 1, 10))
        return _Turn(day=self.day, tries=self.tries, due_at=None if answered else now + wait)


class Housekeeping:
    """Reconciles with each department once a business day, after `at`, again where it gave no
    answer; None leaves it to the command.
    """

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
        """Reconcile with those it is time for and no other process has begun with; whether it was
        done with any.
        """
        now = self._clock.now()
        if self._at is None or now.timetz().replace(tzinfo=None) < self._at:
            return False
        mine = await self._mine(now.date().isoformat())
        turns = (self._with(department, turn) for department, turn in mine.items())
        # Each to its end: trouble with one department leaves the others' turns done.
        for error in await asyncio.gather(*turns, return_exceptions=True):
            if error is not None:
                log.error("reconcile.broken", kind=type(error).__name__)
        return bool(mine)

    async def _with(self, department: str, turn: _Turn) -> None:
        made = await self._reconciler.run(department)
        answered = not any(one.unanswered for one in made)
        ended, value = turn.ended(self._store.now(), answered=answered), tables.fact.c.value
        # What was answered is done, even if another process took the turn over meanwhile.
        still = value.startswith(f"{turn.day}|") if answered else value == turn.value
        mine = tables.fact.update().where(tables.fact.c.name == _fact(department), still)
        async with self._store.write() as transaction:
            await transaction.changed(mine.values(value=ended.value))
        if not answered:
            log.info("reconcile.again", department=department, tries=turn.tries)

    async def _mine(self, day: str) -> Mapping[str, _Turn]:
        """The departments whose turn this process has taken, so that no other one does."""
        now, departments = self._store.now(), self._reconciler.departments
        table = tables.fact.c
        names = [_fact(department) for department in departments]
        rows = await self._store.rows(
            sa.select(table.name, table.value).where(table.name.in_(names))
        )
        known = {row.name: _Turn.read(row.value) for row in rows}
        due = [d for d in departments if known.get(_fact(d), _Turn()).begun(day, now)]
        if not due:
            return {}
        async with self._store.write() as transaction:
            taken = {d: await _taken(transaction, _fact(d), day, now) for d in due}
        return {department: turn for department, turn in taken.items() if turn is not None}


async def _taken(transaction: Transaction, name: str, day: str, now: float) -> _Turn | None:
    table = tables.fact
    await transaction.insert_once(table, name=name, value=_Turn().value)
    query = sa.select(table.c.value).where(table.c.name == name).with_for_update()
    begun = _Turn.read((await transaction.connection.execute(query)).scalar_one()).begun(day, now)
    if begun is not None:
        await transaction.replace(table, name=name, value=begun.value)
    return begun


def _fact(department: str) -> str:
    """Where a department's turn is kept: its own name, as far as that fits."""
    name = f"reconciled:{department}"
    if len(name) <= _NAME:
        return name
    return f"reconciled:{hashlib.sha256(department.encode()).hexdigest()}"[:_NAME]
