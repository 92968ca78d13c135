"""What we believe a department holds of ours, and what its answer changes about that."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from adapters.errors import AdapterError
from gateway.cases import codec, receipts, tables
from gateway.cases.chunks import chunks
from gateway.cases.connections import AsyncConnection
from gateway.cases.receipts import Holder
from gateway.cases.store import Store, Transaction
from schema.domain.arrival import filing_reference
from schema.domain.case import Case, EventKind, Step
from schema.domain.delivery_policy import Act, Outcome
from schema.domain.filing import Progress, Receipt
from schema.domain.one_thing import OneThing
from schema.domain.reference import parse_reference
from schema.domain.step_facts import SETTLED

WINDOW_S = (
    30 * 86_400.0
)  # cases in which nothing happened for longer are left alone once they ended
_AT_ONCE = 500
_NEVER_THERE = (Outcome.NOT_SENT.value, Outcome.REFUSED.value)

Fact = tuple[EventKind, Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """One filing as we have it."""

    case: str
    item: str
    department: str
    service: str
    reference: str
    receipt: str | None  # None: it may have been sent, and no number is known
    told: bool  # only a clerk told the receipt
    missing: bool  # a clerk is asking about it already
    surplus: tuple[str, ...]
    settled: bool

    async def taken(self, connection: AsyncConnection, numbers: Iterable[str]) -> Collection[str]:
        """Those of the numbers that are another filing's and not, for certain, this one's."""
        others = [number for number in numbers if not self._owns(number)]
        return await receipts.taken(connection, self.department, self._holder, others)

    async def standing(self, transaction: Transaction, facts: Sequence[Fact]) -> Sequence[Fact]:
        """What still stands of the facts: a number another filing was given meanwhile does not."""
        numbers = {n for _, data in facts for n in _numbers(data) if not self._owns(n)}
        taken = await receipts.reserve(transaction, self.department, self._holder, numbers)
        return [fact for fact in facts if taken.keys().isdisjoint(_numbers(fact[1]))]

    @property
    def _holder(self) -> Holder:
        return Holder(case=self.case, item=self.item, service=self.service)

    def _owns(self, number: str) -> bool:
        return number == self.receipt and not self.told

    def lost(self, found: Sequence[Receipt]) -> bool:
        """Whether what should be there is not; what a department decided it may forget."""
        return self.receipt is not None and not self.settled and self._counting(found) is None

    def facts(self, found: Sequence[Receipt]) -> Iterator[Fact]:
        """What the filings a department holds, oldest first, change: the one that counts, if we
        did not know it as such, and those beyond it. Where none of them counts, none is beyond it.
        """
        counts = self._counting(found)
        if counts is None:
            return
        if counts.number != self.receipt or self.told or self.missing:
            at = counts.received_at.isoformat()
            yield EventKind.FILED, {"receipt": counts.number, "received_at": at}
        for other in found:
            if other.number not in (counts.number, *self.surplus):
                beyond = {"receipts": [other.number], "adopted": counts.number}
                yield EventKind.DUPLICATE_FOUND, beyond

    def is_anothers(self, told: Progress | AdapterError) -> bool:
        """Whether the department names another filing of ours as the one with this number."""
        named = parse_reference(told.reference or "") if isinstance(told, Progress) else None
        return named is not None and (named.case, named.item) != (self.case, self.item)

    def there(self) -> Iterator[Fact]:
        """What it changes that the department knows the number it gave."""
        if self.missing and not self.told:
            yield EventKind.FILED, {"receipt": self.receipt}

    def _counting(self, found: Sequence[Receipt]) -> Receipt | None:
        """The one under our number; without one of the department's own, the oldest unknown."""
        ours = next((one for one in found if one.number == self.receipt), None)
        if ours is not None or (self.receipt is not None and (self.settled or not self.told)):
            return ours
        return next((one for one in found if one.number not in self.surplus), None)


def _numbers(data: Mapping[str, Any]) -> set[str]:
    """The numbers a fact gives a filing."""
    return {number for number in (data.get("receipt"), *data.get("receipts", ())) if number}


def shared(ours: Sequence[Ours]) -> Sequence[Ours]:
    """Filings under way that the department gave one number: whose it is, only people find out."""
    open_ = [one for one in ours if one.receipt and not one.told and not one.settled]
    often = Counter((one.service, one.receipt) for one in open_)
    return [one for one in open_ if often[one.service, one.receipt] > 1]


async def ours_at(store: Store, department: str) -> list[Ours]:
    """Everything of ours that was, or may have been, sent there and is not on its way just now."""
    found: list[Ours] = []
    for cases in chunks(await _cases(store, department), _AT_ONCE):
        table = tables.case.c
        rows = await store.rows(sa.select(table.body).where(table.id.in_(cases)))
        for row in rows:
            case = codec.case_from(row.body)
            if not store.declares(case):  # it ended, and nobody could take a surplus back for it
                continue
            one_thing = store.one_thing(case.one_thing, case.version)
            steps = (step for step in case.steps if step.department == department)
            found.extend(_ours(case, step, one_thing) for step in steps if _may_be_there(step))
    unproven = [one.reference for one in found if one.settled and one.receipt is None]
    sent = await _sent(store, unproven)
    return [one for one in found if one.receipt or not one.settled or one.reference in sent]


def _may_be_there(step: Step) -> bool:
    return bool(step.receipt or step.parked or step.state in SETTLED)


def _ours(case: Case, step: Step, one_thing: OneThing) -> Ours:
    return Ours(
        case=case.id,
        item=step.item,
        department=step.department,
        service=one_thing.item(step.item).service,
        reference=filing_reference(case.id, step.item),
        receipt=step.receipt,
        told=step.receipt_told,
        missing=step.missing,
        surplus=tuple(one.receipt for one in step.surplus),
        settled=step.state in SETTLED,
    )


async def _sent(store: Store, references: Sequence[str]) -> set[str]:
    """Those that were sent once and may have arrived, whatever was believed later."""
    sent: set[str] = set()
    for some in chunks(references, _AT_ONCE):
        tried = tables.attempt.c
        arrived = (tried.act == Act.SEND.value) & tried.outcome.not_in(_NEVER_THERE)
        query = sa.select(tried.reference).where(tried.reference.in_(some), arrived).distinct()
        sent.update(row.reference for row in await store.rows(query))
    return sent


async def _cases(store: Store, department: str) -> list[str]:
    """Cases with a filing there: open, or ended not long ago."""
    step, case, event = tables.step.c, tables.case.c, tables.event.c
    recent = sa.select(event.case_id).where(event.recorded_at > store.now() - WINDOW_S)
    ended = case.state.in_(["done", "refused", "withdrawn"])
    query = (
        sa.select(step.case_id)
        .distinct()
        .join_from(tables.step, tables.case, case.id == step.case_id)
        .where(step.department == department, sa.or_(~ended, step.case_id.in_(recent)))
    )
    return [row.case_id for row in await store.rows(query)]
