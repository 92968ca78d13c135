"""What time brings: certificates fall due for issue, deadlines come near and pass."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.chunks import chunks
from gateway.cases.database import IDLE_S
from gateway.cases.errors import StoreUnavailable
from gateway.cases.issue import IssuedBundles
from gateway.cases.store import Store
from gateway.clock import Clock
from schema.domain.calendar import local_day
from schema.domain.case import Case, CaseState, Event, EventKind
from schema.domain.deadlines import NEAR, fallen_due

log = structlog.get_logger(__name__)

PATIENCE = timedelta(days=3)  # with a certificate granted but not to be had
ASIDE_S = 60.0  # a case with trouble of its own is looked at again after this
UNDER_WAY_S = 4 * IDLE_S  # longer than a transaction lasts, though clocks of machines differ
_AT_ONCE = 500


class Sweeper:
    """Looks at the business clock every `every_s` real seconds; each fact is told once for ever.

    Trouble with one case is logged and stops nothing else: not the others, not its own deadlines.
    """

    def __init__(
        self, store: Store, bundles: IssuedBundles, clock: Clock, *, every_s: float = 1.0
    ) -> None:
        self._store = store
        self._bundles = bundles
        self._clock = clock
        self._every_s = every_s
        self._last = _Look()
        self._aside: dict[tuple[str, str], float] = {}  # duty and case: until when it is left alone

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
        await self._tell()

    async def _issue(self) -> None:
        now = self._clock.now().timestamp()
        table = tables.case.c
        due = (table.state == CaseState.ISSUING.value) & (table.issue_due_at <= now)
        for row in await self._store.rows(sa.select(table.id, table.issue_due_at).where(due)):
            late = now - row.issue_due_at > PATIENCE.total_seconds()
            await self._do("issue", row.id, partial(self._issue_one, late=late))

    async def _issue_one(self, name: str, *, late: bool) -> None:
        case = await self._store.case(name)
        if case is not None and (late or _complete(case)):
            await self._bundles.issue(_issued(case, self._clock))

    async def _tell(self) -> None:
        """All that is due once a day; within a day only cases in which something happened."""
        today = local_day(self._clock.now())
        look, cases = await self._to_look_at(today)
        again = (name for duty, name in tuple(self._aside) if duty == "tell")
        for name in dict.fromkeys((*cases, *again)):
            await self._do("tell", name, self._tell_one)
        self._last = look

    async def _do(self, duty: str, case: str, work: Callable[[str], Awaitable[None]]) -> None:
        """Do it for one case, unless it is set aside. A store that is away ends the sweep."""
        if self._aside.get((duty, case), 0.0) > self._store.now():
            return
        self._aside.pop((duty, case), None)
        try:
            await work(case)
        except Exception as error:  # the rim of one case: the others must go on
            if isinstance(error, StoreUnavailable) and not await self._store.answers():
                raise
            self._aside[duty, case] = self._store.now() + ASIDE_S
            log.error("sweep.set_aside", duty=duty, case=case, kind=type(error).__name__)

    async def _tell_one(self, name: str) -> None:
        case = await self._store.case(name)
        if case is not None and await self._is_news(self._fallen_due(case)):
            await self._tell_of(name)

    async def _is_news(self, events: Iterable[Event]) -> bool:
        keys = {event.key for event in events}
        known = tables.event.c.key
        return bool(keys) and len(keys) > len(
            await self._store.rows(sa.select(known).where(known.in_(keys)))
        )

    async def _tell_of(self, name: str) -> None:
        """The case is looked at again, held: what came in meanwhile may have averted it."""
        async with self._store.write() as transaction:
            case = await transaction.load(name)
            for event in self._fallen_due(case) if case is not None else ():
                await transaction.append(event)

    async def _to_look_at(self, today: date) -> tuple["_Look", Sequence[str]]:
        """What this look has seen, and the cases time may have something to tell about."""
        settled, event = await self._settled(), tables.event.c
        if today != self._last.day:
            return _Look(today, settled), await self._due(today)
        query = sa.select(event.seq, event.case_id).where(event.seq > self._last.settled)
        rows = await self._store.rows(query)
        look = _Look(today, settled, frozenset(row.seq for row in rows if row.seq > settled))
        moved = {row.case_id for row in rows if row.seq not in self._last.seen}
        return look, await self._watched(sorted(moved))

    async def _settled(self) -> int:
        """The newest event before which no other can come any more; 0 where there is none.

        PostgreSQL numbers an event before it is committed, so that a later one may be seen first.
        """
        event = tables.event.c
        newest = sa.select(event.seq).order_by(event.seq.desc()).limit(1)
        if not self._store.database.is_sqlite:
            newest = newest.where(event.recorded_at <= self._store.now() - UNDER_WAY_S)
        rows = await self._store.rows(newest)
        return int(rows[0].seq) if rows else 0

    async def _watched(self, cases: Sequence[str]) -> Sequence[str]:
        """Those of the cases of which departments may still have news."""
        step, found = tables.step.c, []
        for some in chunks(cases, _AT_ONCE):
            query = sa.select(step.case_id).where(step.watched, step.case_id.in_(some)).distinct()
            found += [row.case_id for row in await self._store.rows(query)]
        return found

    async def _due(self, today: date) -> Sequence[str]:
        """Cases with a day in them that is past or near."""
        near = self._store.calendar.add_working_days(today, NEAR).isoformat()
        step, wait = tables.step.c, tables.wait.c
        days = sa.or_(step.due_on <= near, step.statutory_due_on <= near)
        query = sa.union(
            sa.select(step.case_id).where(step.watched, days),
            sa.select(wait.case_id).where(wait.due_on <= near),
        )
        async with self._store.database.read() as connection:
            return [row.case_id for row in (await connection.execute(query)).all()]

    def _fallen_due(self, case: Case) -> Iterator[Event]:
        one_thing = self._store.one_thing(case.one_thing, case.version)
        return fallen_due(case, one_thing, self._store.calendar, self._clock.now())


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen at the last look: the day, the events up to one, and some beyond it."""

    day: date | None = None
    settled: int = 0
    seen: frozenset[int] = frozenset()


def _complete(case: Case) -> bool:
    return all(s.certificate is not None for s in case.steps if s.state == "granted")


def _issued(case: Case, clock: Clock) -> Event:
    key = f"issued:{case.id}"
    return Event(key=key, case=case.id, kind=EventKind.ISSUED, at=clock.now(), actor="gateway")
