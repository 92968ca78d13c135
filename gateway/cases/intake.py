"""What departments tell: each progress becomes at most one event, however it came and how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
import structlog

from adapters.errors import ContractBroken
from gateway.cases import receipts, tables
from gateway.cases.chunks import chunks
from gateway.cases.errors import NothingFollows
from gateway.cases.owed import Owed
from gateway.cases.receipts import Holder, owns
from gateway.cases.store import Store, Transaction
from gateway.clock import Clock
from gateway.metrics import Metrics
from schema.domain.arrival import filing_reference
from schema.domain.case import Event, EventKind
from schema.domain.filing import Progress
from schema.domain.reducer import certificate_to

log = structlog.get_logger(__name__)

UNREAD = "onething_callback_rows_unread_total"
RESPELT = "onething_progress_respelt_total"
SET_ASIDE = "onething_progress_set_aside_total"
_AT_ONCE = 20  # events in one transaction


@dataclass(frozen=True, slots=True)
class Taken:
    """How many filings were ours, and the numbers of those of which a word was set aside."""

    ours: int
    aside: frozenset[str] = frozenset()


class Intake:
    """Callbacks, polls and feeds end here."""

    def __init__(self, store: Store, clock: Clock, metrics: Metrics | None = None) -> None:
        self._store = store
        self._clock = clock
        self.metrics = metrics or Metrics()
        self.owed = Owed(self.metrics)

    async def __call__(
        self, department: str, told: Sequence[Progress], unread: Sequence[str | None] = ()
    ) -> None:
        """Keep what the department said; when this returns it is durable. `unread`: the numbers in
        what could not be read of it; they are asked about.

        ContractBroken when something in it cannot be kept: everything else is.
        """
        taken = await self.take(department, told)
        self.owed.add(department, unread, counter=UNREAD)
        wrong = next((where for p in told if (where := receipts.broken(p))), None)
        if wrong is not None:
            raise ContractBroken(department, f"number of a {wrong}")
        if taken.aside:
            raise ContractBroken(department, "nothing can follow from what it says")

    async def take(
        self,
        department: str,
        told: Sequence[Progress],
        *,
        cursor: str | None = None,
        service: str | None = None,
    ) -> Taken:
        """Keep what is news, and after it how far a feed was read.

        `service` is what was asked about, if anything was. What nothing can follow from is set
        aside, is asked about by number, and stands in the way of nothing else.
        A long page is kept in several transactions, none of them long: what is kept twice is once.
        """
        ours = await self._ours(department, _sound(department, told), service)
        events = await self._news(department, ours)
        aside = await self._kept(department, events, cursor)
        for progress in told:
            self.owed.had(department, progress.receipt)
        self.owed.add(department, aside, counter=SET_ASIDE)
        return Taken(len(ours), frozenset(aside))

    async def _kept(
        self, department: str, events: Sequence[Event], cursor: str | None
    ) -> Sequence[str]:
        """Keep these and the cursor; the numbers of what was set aside."""
        if not events and cursor is None:
            return ()
        parts, aside = list(chunks(events, _AT_ONCE)) or [()], list[str]()
        for number, part in enumerate(parts, start=1):
            reached = cursor if number == len(parts) else None
            try:
                await self._keep(department, part, reached)
            except NothingFollows:
                aside += [event.data["receipt"] for event in await self._each(department, part)]
                await self._keep(department, (), reached)
        return aside

    async def _keep(self, department: str, events: Sequence[Event], cursor: str | None) -> None:
        """All of these and how far the feed was read, in one transaction."""
        async with self._store.write() as transaction:
            if cursor is not None:
                await transaction.replace(tables.cursor, department=department, position=cursor)
            await self._hold(transaction, department, events)
            for event in events:
                if not await self._of_another(transaction, department, event):
                    await transaction.append(event)

    async def _each(self, department: str, events: Sequence[Event]) -> Sequence[Event]:
        """Keep each of these by itself; those that are set aside."""
        aside = []
        for event in events:
            try:
                await self._keep(department, (event,), None)
            except NothingFollows as error:
                reference = filing_reference(event.case, event.item or "")
                kind = type(error.__cause__)
                log.error("progress.set_aside", reference=reference, kind=kind.__name__)
                aside.append(event)
        return aside

    async def _hold(
        self, transaction: Transaction, department: str, events: Sequence[Event]
    ) -> None:
        """Lock what several events will need before the first: all cases, then all numbers.

        One event does so by itself. Taken event by event, the number of the first would be held
        while the case of the second is waited for, whose holder may be waiting for that number.
        """
        if len(events) < 2 or self._store.database.is_sqlite:
            return
        cases = await transaction.hold({event.case for event in events})
        filings = [
            (cases[event.case], event.item or "", event.data["receipt"])
            for event in events
            if event.case in cases and self._store.declares(cases[event.case])
        ]
        if not all(owns(case.step(item), number) for case, item, number in filings):
            named = [(receipts.holder(self._store, c, i).service, n) for c, i, n in filings]
            await receipts.hold(transaction, department, named)

    async def _of_another(self, transaction: Transaction, department: str, event: Event) -> bool:
        """Whether it gives a filing the number of another: that proves nothing about either."""
        number, item = event.data["receipt"], event.item or ""
        case = await transaction.load(event.case)
        if case is None or owns(case.step(item), number) or not self._store.declares(case):
            return False
        mine = receipts.holder(self._store, case, item)
        taken = await receipts.reserve(transaction, department, mine, [number])
        for held_by in taken.values():
            reference = filing_reference(event.case, item)
            log.warning(
                "progress.receipt_taken", reference=reference, receipt=number, held_by=held_by
            )
        return bool(taken)

    async def _ours(
        self, department: str, told: Sequence[Progress], service: str | None
    ) -> Sequence[tuple[Progress, Holder]]:
        """Those about filings of ours at this department, with the filing.

        A reference of ours with a number not known yet is proof that the filing arrived.
        """
        found = await receipts.holders(self._store, department, told, service=service)
        both = list(zip(told, found, strict=True))
        await self._tell(department, [progress for progress, holder in both if holder is None])
        return [(progress, holder) for progress, holder in both if holder is not None]

    async def _tell(self, department: str, strange: Sequence[Progress]) -> None:
        """Say how much was about nothing of ours, or only spelt as if it were not."""
        if not strange:
            return
        respelt = await receipts.respelt(self._store, department, strange)
        log.info("progress.not_ours", department=department, count=len(strange))
        if respelt:
            self.metrics.count(RESPELT, respelt, department=department)
            log.warning("progress.respelt", department=department, count=respelt)

    async def _news(
        self, department: str, ours: Sequence[tuple[Progress, Holder]]
    ) -> Sequence[Event]:
        """The events of what was not recorded, now or, for the same case, under its key of old.

        By case: those of one transaction are as few as can be.
        """
        made = [(_event(department, p, found), _old_key(department, p)) for p, found in ours]
        keys, known = {key for event, old in made for key in (event.key, old)}, tables.event.c
        query = sa.select(known.key, known.case_id).where(known.key.in_(keys))
        rows = await self._store.rows(query) if keys else ()
        recorded = {(row.key, row.case_id) for row in rows}
        news = (
            event
            for event, old in made
            if not recorded & {(event.key, event.case), (old, event.case)}
        )
        return sorted(news, key=lambda event: event.case)


def _sound(department: str, told: Sequence[Progress]) -> Sequence[Progress]:
    """What can be kept. Without a number that can, a certificate is left out, or all of it is."""
    kept = []
    for progress in told:
        wrong = receipts.broken(progress)
        if wrong is not None:
            log.warning("progress.broken", department=department, number_of=wrong)
        if wrong != "receipt":
            kept.append(progress if wrong is None else replace(progress, certificate=None))
    return kept


def _event(department: str, progress: Progress, found: Holder) -> Event:
    return Event(
        key=key_of(department, progress, found.case, found.item),
        case=found.case,
        kind=EventKind.PROGRESSED,
        at=progress.at,
        actor=f"department:{department}",
        item=found.item,
        data=_data(progress),
    )


def key_of(department: str, progress: Progress, case: str, item: str) -> str:
    """One status of one filing at one moment is one fact; its certificate, told later, another.

    It names the case: what one case could make nothing of is still news to another.
    """
    return f"progress:{case}:{item}:{_fact(department, progress)}"


def _old_key(department: str, progress: Progress) -> str:
    """As it was before it named the case. Recorded so, a fact is not recorded again."""
    return f"progress:{_fact(department, progress)}"


def _fact(department: str, progress: Progress) -> str:
    fact = f"{department}:{progress.receipt}:{progress.status}:{progress.at.isoformat()}"
    return f"{fact}:{progress.certificate.number}" if progress.certificate else fact


def _data(progress: Progress) -> Mapping[str, Any]:
    certificate = progress.certificate
    return {
        "receipt": progress.receipt,
        "status": progress.status.value,
        "at": progress.at.isoformat(),
        "reference": progress.reference,
        "note": progress.note,
        "certificate": certificate_to(certificate) if certificate else None,
        "refusal_code": progress.refusal_code,
    }


async def position(store: Store, department: str) -> str | None:
    """How far a department's feed was read."""
    table = tables.cursor.c
    rows = await store.rows(sa.select(table.position).where(table.department == department))
    return str(rows[0].position) if rows else None
