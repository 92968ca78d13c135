"""What time brings: certificates fall due for issue, deadlines come near and pass."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.errors import StoreUnavailable
from gateway.cases.store import Store
from gateway.clock import Clock
from schema.domain.calendar import local_day
from schema.domain.case import Case, CaseState, Event, EventKind, Step
from schema.domain.case_rules import TERMINAL
from schema.domain.step_facts import SETTLED

log = structlog.get_logger(__name__)

NEAR = 1  # working days before the promised day
PATIENCE = timedelta(days=3)  # with a certificate granted but not to be had


class Sweeper:
    """Looks at the business clock every `every_s` real seconds; each fact is told once for ever."""

    def __init__(self, store: Store, clock: Clock, *, every_s: float = 1.0) -> None:
        self._store = store
        self._clock = clock
        self._every_s = every_s
        self._told: set[str] = set()  # saves writes; the unique event key keeps it right

    async def loop(self) -> None:
        """Sweep until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.sweep()
            except StoreUnavailable as error:
                log.info("sweep.failed", kind=str(error))
            except Exception as error:  # the rim of a background loop: it must go on
                log.error("sweep.broken", kind=type(error).__name__)

    async def sweep(self) -> None:
        """Tell what has fallen due by now."""
        await self._issue()
        await self._warn()

    async def _issue(self) -> None:
        now = self._clock.now()
        table = tables.case.c
        due = (table.state == CaseState.ISSUING.value) & (table.issue_due_at <= now.timestamp())
        for row in await self._store.rows(sa.select(table.id, table.issue_due_at).where(due)):
            case = await self._store.case(row.id)
            late = now.timestamp() - row.issue_due_at > PATIENCE.total_seconds()
            if case is not None and (late or _complete(case)):
                await self._store.append(_issued(case, self._clock))

    async def _warn(self) -> None:
        today = local_day(self._clock.now())
        horizon = self._store.calendar.add_working_days(today, NEAR)
        step = tables.step.c
        query = (
            sa.select(step.case_id)
            .distinct()
            .where(
                step.watched,
                sa.or_(
                    step.due_on <= horizon.isoformat(), step.statutory_due_on < today.isoformat()
                ),
            )
        )
        for row in await self._store.rows(query):
            case = await self._store.case(row.case_id)
            for event in _deadlines(case, today, horizon, self._clock) if case else ():
                if event.key not in self._told:
                    await self._store.append(event)
                    self._told.add(event.key)


def _complete(case: Case) -> bool:
    return all(s.certificate is not None for s in case.steps if s.state == "granted")


def _issued(case: Case, clock: Clock) -> Event:
    key = f"issued:{case.id}"
    return Event(key=key, case=case.id, kind=EventKind.ISSUED, at=clock.now(), actor="gateway")


def _deadlines(case: Case, today: date, horizon: date, clock: Clock) -> Iterator[Event]:
    if case.state in TERMINAL:
        return
    for step in case.steps:
        stands_still = any(s.until is None for s in step.suspensions)
        if step.state in SETTLED or stands_still:
            continue
        for kind, limit, day in _limits(step, today, horizon):
            yield Event(
                key=f"{kind.value}:{case.id}:{step.item}:{limit}:{day}",
                case=case.id,
                kind=kind,
                at=clock.now(),
                actor="gateway",
                item=step.item,
                data={"limit": limit, "due_on": day.isoformat()},
            )


def _limits(step: Step, today: date, horizon: date) -> Iterator[tuple[EventKind, str, date]]:
    if step.due_on is not None and today > step.due_on:
        yield EventKind.DEADLINE_PASSED, "promised", step.due_on
    elif step.due_on is not None and step.due_on <= horizon:
        yield EventKind.DEADLINE_NEAR, "promised", step.due_on
    if step.statutory_due_on is not None and today > step.statutory_due_on:
        yield EventKind.DEADLINE_PASSED, "statutory", step.statutory_due_on
