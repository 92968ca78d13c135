"""What departments hold against what we hold: whatever differs becomes an event, or a finding.

Once a day is enough: delivery alone keeps both sides equal. This finds what lies beyond it: a
filing that a process frozen for hours still let out, a department that lost or restored its own
data, and cases that a backup of ours has forgotten.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from adapters.contract import Department
from adapters.errors import AdapterError, ContractBroken
from gateway.cases.chunks import chunks
from gateway.cases.errors import StoreError
from gateway.cases.intake import Intake
from gateway.cases.orphans import held_at
from gateway.cases.ours import Fact, Ours, ours_at, shared
from gateway.cases.receipts import can_be_kept
from gateway.cases.store import Store, Transaction
from gateway.clock import Clock
from schema.domain.case import Case, Event, EventKind, Step
from schema.domain.department import Repeats
from schema.domain.filing import Progress, Receipt
from schema.domain.reducer import reduce

log = structlog.get_logger(__name__)

_JITTER_S = 0.2  # between two questions of one hand, so that nobody is asked in bursts
_GRACE_S = 2.0


class Difference(StrEnum):
    """How the two sides differ."""

    ADOPTED = "adopted"  # it is there and we did not know, or not its number: now we do
    SURPLUS = "surplus"  # it is there beyond the one that counts, or none is to: being withdrawn
    MISSING = "missing"  # it gave us a number and does not have it: a clerk asks
    ORPHAN = "orphan"  # it carries our reference, and we know no such case: a clerk asks
    MIXED_UP = "mixed_up"  # it names the number of another filing of ours: a clerk asks


# What a person has to look at.
CLERK = frozenset({Difference.MISSING, Difference.ORPHAN, Difference.MIXED_UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference."""

    difference: Difference
    reference: str
    receipt: str | None


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """What came of one department."""

    department: str
    asked: int = 0
    agreed: int = 0
    unanswered: int = 0  # could not be asked: no answer is not the same as no
    findings: list[Finding] = field(default_factory=list)

    def count(self, difference: Difference) -> int:
        """How often the two sides differed so."""
        return sum(finding.difference is difference for finding in self.findings)

    @property
    def needs_clerk(self) -> bool:
        """Whether a person has to look."""
        return any(finding.difference in CLERK for finding in self.findings)


class Reconciler:
    """Compares and tells. Trouble with one department ends its part and no other."""

    def __init__(
        self,
        store: Store,
        departments: Mapping[str, Department],
        clock: Clock,
        intake: Intake,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._departments = departments
        self._clock = clock
        self._intake = intake
        self._sleep = sleep

    async def run(self, only: str | None = None) -> Sequence[Reconciled]:
        """Everything once; `only` names one department. Twice in a row changes nothing."""
        chosen = [self._departments[name] for name in self.departments if only in (None, name)]
        return await asyncio.gather(*(self._department(department) for department in chosen))

    @property
    def departments(self) -> Sequence[str]:
        """Those with which something is filed, by name."""
        return sorted(name for name, d in self._departments.items() if d.info.services)

    async def _department(self, department: Department) -> Reconciled:
        made = Reconciled(department=department.info.id)
        try:
            ours = await ours_at(self._store, department.info.id)
            if department.info.repeats is Repeats.LOOKUP:
                await self._by_reference(department, ours, made)
            else:
                await self._by_receipt(department, ours, made)
            held = await held_at(self._store, self._intake, department)
            made.unanswered += len(held.unread)
            for reference, receipt in sorted(held.orphans.items()):
                orphan = Finding(difference=Difference.ORPHAN, reference=reference, receipt=receipt)
                made.findings.append(orphan)
        except (StoreError, AdapterError, TimeoutError) as error:
            log.warning("reconcile.ended", department=made.department, kind=type(error).__name__)
            made.unanswered += 1
        log.info(
            "reconcile.done",
            department=made.department,
            asked=made.asked,
            agreed=made.agreed,
            unanswered=made.unanswered,
            **{difference.value: made.count(difference) for difference in Difference},
        )
        return made

    # -- departments that can be asked by our reference ------------------------------------

    async def _by_reference(
        self, department: Department, ours: Sequence[Ours], made: Reconciled
    ) -> None:
        absent = await self._asked(department, ours, made)
        if absent:
            await self._sleep(department.info.limits.settle_s)
            for gone in await self._asked(department, absent, made):
                await self._missing(gone, made)

    async def _asked(
        self, department: Department, ours: Sequence[Ours], made: Reconciled
    ) -> list[Ours]:
        """Ask about each; those with a number that the department says it does not have."""
        absent: list[Ours] = []
        for some in chunks(ours, department.info.limits.concurrency):
            answers = await asyncio.gather(*(self._find(department, one) for one in some))
            for one, found in zip(some, answers, strict=True):
                made.asked += 1
                own = None if found is None else await self._own(one, found, made)
                if own is None:
                    made.unanswered += 1
                elif one.lost(own):
                    absent.append(one)
                else:
                    await self._tell(one, one.facts(own), made)
        return absent

    async def _own(
        self, one: Ours, found: Sequence[Receipt], made: Reconciled
    ) -> Sequence[Receipt]:
        """What it names as ours, without the numbers of other filings; those are for a clerk."""
        async with self._store.database.read() as connection:
            taken = await one.taken(connection, (receipt.number for receipt in found))
        for number in taken:
            finding = _finding(Difference.MIXED_UP, one, number)
            if finding not in made.findings:
                made.findings.append(finding)
        return [receipt for receipt in found if receipt.number not in taken]

    async def _find(self, department: Department, one: Ours) -> Sequence[Receipt] | None:
        """All filings under the reference, oldest first; None when it gave no answer of use."""
        await self._sleep(random.uniform(0, _JITTER_S))  # noqa: S311
        budget = department.info.limits.timeout_s
        try:
            async with asyncio.timeout(budget + _GRACE_S):
                found = await department.find_filing(one.reference, one.service, budget=budget)
        except (AdapterError, TimeoutError):
            return None
        if not all(can_be_kept(receipt.number) for receipt in found):
            return None
        return sorted(found, key=lambda receipt: receipt.received_at)

    # -- departments that can only be asked by their own number ----------------------------

    async def _by_receipt(
        self, department: Department, ours: Sequence[Ours], made: Reconciled
    ) -> None:
        twice = shared(ours)
        for one in twice:
            await self._missing(one, made)
        numbered = [one for one in ours if one.receipt is not None and one not in twice]
        unknown = await self._unknown(department, numbered, made)
        if unknown:
            await self._sleep(department.info.limits.settle_s)
            for gone in await self._unknown(department, unknown, made):
                await self._missing(gone, made)

    async def _unknown(
        self, department: Department, ours: Sequence[Ours], made: Reconciled
    ) -> list[Ours]:
        """Ask by number; those the department does not know, or knows as another filing's."""
        unknown: list[Ours] = []
        for service in sorted({one.service for one in ours}):
            mine = [one for one in ours if one.service == service]
            for some in chunks(mine, department.info.progress_batch):
                told = await self._progress(department, service, [o.receipt or "" for o in some])
                for one in some:
                    made.asked += 1
                    answer = told.get(one.receipt or "", _NO_ANSWER)
                    if answer is None or one.is_anothers(answer):
                        unknown.append(one)
                    elif isinstance(answer, Progress):
                        await self._tell(one, one.there(), made)
                    else:
                        made.unanswered += 1
        return unknown

    async def _progress(
        self, department: Department, service: str, receipts: Sequence[str]
    ) -> Mapping[str, Progress | AdapterError | None]:
        """Where they stand; nothing at all when the department gave no answer."""
        await self._sleep(random.uniform(0, _JITTER_S))  # noqa: S311
        budget = department.info.limits.timeout_s
        try:
            async with asyncio.timeout(budget + _GRACE_S):
                return await department.progress(receipts, service, budget=budget)
        except (AdapterError, TimeoutError):
            return {}

    # -- what follows ----------------------------------------------------------------------

    async def _missing(self, one: Ours, made: Reconciled) -> None:
        fact = (EventKind.FILING_MISSING, {"receipt": one.receipt, "problem": None})
        forgotten = one.settled  # a department may forget what it has decided
        await self._tell(one, [] if forgotten else [fact], made)

    async def _tell(self, one: Ours, facts: Iterable[Fact], made: Reconciled) -> None:
        """Record what changes the case; what differed or still does is found, all else agrees."""
        differing = list(facts)
        found = await self._differences(one, differing) if differing else []
        made.findings.extend(found)
        made.agreed += 0 if found else 1

    async def _differences(self, one: Ours, facts: Sequence[Fact]) -> list[Finding]:
        async with self._store.write() as transaction:
            case = await transaction.load(one.case)
            before = case.step(one.item) if case is not None else None
            if case is None or before is None or before.receipt != one.receipt:
                return []  # it moved on while its department was asked: the next run compares it
            for kind, data in await one.standing(transaction, facts):
                case = await self._told(transaction, case, self._event(one, case, kind, data))
            return list(_findings(one, before, case.step(one.item)))

    async def _told(self, transaction: Transaction, case: Case, event: Event) -> Case:
        """The case with this fact; what changes nothing is not recorded."""
        one_thing = self._store.one_thing(case.one_thing, case.version)
        if reduce(case, event, one_thing, self._store.calendar) == case:
            return case
        return await transaction.append(event)

    def _event(self, one: Ours, case: Case, kind: EventKind, data: Mapping[str, object]) -> Event:
        """A fact of this revision: it may be one again after the case has gone on."""
        return Event(
            key=f"{kind}:{one.reference}:{case.revision}",
            case=one.case,
            kind=kind,
            at=self._clock.now(),
            actor=f"department:{one.department}",
            item=one.item,
            data={"reference": one.reference, **data},
        )


_NO_ANSWER = ContractBroken("", "not answered")


def _findings(one: Ours, before: Step, after: Step) -> Iterator[Finding]:
    """What became of a filing by what was told, and what a clerk still has to find out."""
    known = {surplus.receipt for surplus in before.surplus}
    if after.receipt != before.receipt or (before.missing and not after.missing):
        yield _finding(Difference.ADOPTED, one, after.receipt)
    for surplus in after.surplus:
        if surplus.receipt not in known:
            yield _finding(Difference.SURPLUS, one, surplus.receipt)
    if after.missing and after.parked is not None:
        yield _finding(Difference.MISSING, one, after.receipt)


def _finding(difference: Difference, one: Ours, receipt: str | None) -> Finding:
    return Finding(difference=difference, reference=one.reference, receipt=receipt)
