"""What departments hold against what we hold: whatever differs becomes an event, or a finding.

Once a day is enough: delivery alone keeps both sides equal. This finds what lies beyond it: a
filing that a process frozen for hours still let out, a department that lost or restored its own
data, and cases that a backup of ours has forgotten.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from adapters.contract import Department
from adapters.errors import AdapterError, ContractBroken
from gateway.cases.errors import StoreUnavailable
from gateway.cases.intake import Intake
from gateway.cases.orphans import orphans
from gateway.cases.ours import Ours, chunks, ours_at
from gateway.cases.store import Store
from gateway.clock import Clock
from schema.domain.case import Event, EventKind
from schema.domain.department import Repeats
from schema.domain.filing import Progress, Receipt

log = structlog.get_logger(__name__)

_JITTER_S = 0.2  # between two questions of one hand, so that nobody is asked in bursts
_GRACE_S = 2.0


class Difference(StrEnum):
    """How the two sides differ."""

    ADOPTED = "adopted"  # it is there and we did not know: now we do
    SURPLUS = "surplus"  # more than one is there: the others are being withdrawn
    MISSING = "missing"  # it gave us a number and does not have it: a clerk asks
    ORPHAN = "orphan"  # it carries our reference, and we know no such case: a clerk asks


CLERK = frozenset({Difference.MISSING, Difference.ORPHAN})  # what a person has to look at


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
        chosen = [
            department
            for name, department in sorted(self._departments.items())
            if department.info.services and only in (None, name)
        ]
        return await asyncio.gather(*(self._department(department) for department in chosen))

    async def _department(self, department: Department) -> Reconciled:
        made = Reconciled(department=department.info.id)
        try:
            ours = await ours_at(self._store, department.info.id)
            if department.info.repeats is Repeats.LOOKUP:
                await self._by_reference(department, ours, made)
            else:
                await self._by_receipt(department, ours, made)
            for reference, receipt in await orphans(self._store, self._intake, department):
                _note(made, Difference.ORPHAN, reference, receipt)
        except (StoreUnavailable, AdapterError, TimeoutError) as error:
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
        """Ask about each; those the department says it does not have although it gave a number."""
        absent: list[Ours] = []
        for some in chunks(ours, department.info.limits.concurrency):
            answers = await asyncio.gather(*(self._find(department, one) for one in some))
            for one, found in zip(some, answers, strict=True):
                made.asked += 1
                if found is None:
                    made.unanswered += 1
                elif not found and one.receipt is not None:
                    absent.append(one)
                else:
                    await self._compared(one, found, made)
        return absent

    async def _find(self, department: Department, one: Ours) -> Sequence[Receipt] | None:
        """All filings under the reference, oldest first; None when it gave no answer."""
        await self._sleep(random.uniform(0, _JITTER_S))  # noqa: S311
        budget = department.info.limits.timeout_s
        try:
            async with asyncio.timeout(budget + _GRACE_S):
                found = await department.find_filing(one.reference, one.service, budget=budget)
        except (AdapterError, TimeoutError):
            return None
        return sorted(found, key=lambda receipt: receipt.received_at)

    async def _compared(self, one: Ours, found: Sequence[Receipt], made: Reconciled) -> None:
        numbers = [receipt.number for receipt in found]
        if one.receipt is None and numbers:
            await self._adopt(one, found[0], made)
        adopted = one.receipt if one.receipt is not None else next(iter(numbers), None)
        beyond = [n for n in numbers if n != adopted and n not in one.surplus]
        if beyond and adopted is not None:
            await self._surplus(one, adopted, beyond, made)
        elif one.receipt in numbers or not numbers:
            made.agreed += 1

    # -- departments that can only be asked by their own number ----------------------------

    async def _by_receipt(
        self, department: Department, ours: Sequence[Ours], made: Reconciled
    ) -> None:
        numbered = [one for one in ours if one.receipt is not None]
        unknown = await self._unknown(department, numbered, made)
        if unknown:
            await self._sleep(department.info.limits.settle_s)
            for gone in await self._unknown(department, unknown, made):
                await self._missing(gone, made)

    async def _unknown(
        self, department: Department, ours: Sequence[Ours], made: Reconciled
    ) -> list[Ours]:
        """Ask by number; those the department does not know."""
        unknown: list[Ours] = []
        for service in sorted({one.service for one in ours}):
            mine = [one for one in ours if one.service == service]
            for some in chunks(mine, department.info.progress_batch):
                told = await self._progress(department, service, [o.receipt or "" for o in some])
                for one in some:
                    made.asked += 1
                    answer = told.get(one.receipt or "", _NO_ANSWER)
                    if answer is None:
                        unknown.append(one)
                    elif isinstance(answer, Progress):
                        made.agreed += 1
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

    async def _adopt(self, one: Ours, receipt: Receipt, made: Reconciled) -> None:
        data = {"receipt": receipt.number, "received_at": receipt.received_at.isoformat()}
        await self._tell(one, EventKind.FILED, f"arrived:{one.reference}", data)
        _note(made, Difference.ADOPTED, one.reference, receipt.number)

    async def _surplus(
        self, one: Ours, adopted: str, beyond: Sequence[str], made: Reconciled
    ) -> None:
        for number in beyond:
            data = {"receipts": [number], "adopted": adopted}
            key = f"duplicate:{one.reference}:{number}"
            await self._tell(one, EventKind.DUPLICATE_FOUND, key, data)
            _note(made, Difference.SURPLUS, one.reference, number)

    async def _missing(self, one: Ours, made: Reconciled) -> None:
        if one.settled:  # a department may forget what it has decided
            made.agreed += 1
            return
        key = f"missing:{one.reference}:{one.receipt}"
        data = {"receipt": one.receipt, "problem": None}
        await self._tell(one, EventKind.FILING_MISSING, key, data)
        _note(made, Difference.MISSING, one.reference, one.receipt)

    async def _tell(self, one: Ours, kind: EventKind, key: str, data: Mapping[str, object]) -> None:
        await self._store.append(
            Event(
                key=key,
                case=one.case,
                kind=kind,
                at=self._clock.now(),
                actor=f"department:{one.department}",
                item=one.item,
                data={"reference": one.reference, **data},
            )
        )


_NO_ANSWER = ContractBroken("", "not answered")


def _note(made: Reconciled, difference: Difference, reference: str, receipt: str | None) -> None:
    made.findings.append(Finding(difference=difference, reference=reference, receipt=receipt))
