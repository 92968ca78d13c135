"""A department behind its gate: what every road but the reads of queries calls."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from adapters.contract import Changes, Department
from adapters.errors import AdapterError
from gateway.federation.gate import Gate
from schema.domain.department import DepartmentInfo
from schema.domain.filing import (
    Certificate,
    Filing,
    Progress,
    Receipt,
    Supplement,
    Verdict,
    Withdrawal,
)
from schema.domain.reading import Record

Answer = TypeVar("Answer")
_Send = Callable[[float], Awaitable[Answer]]


class GuardedDepartment:
    """The Department port over a department and its gate.

    What changes something at the department is sent once at most. What polls and look-ups ask is
    not repeated either: they have a pace of their own.
    """

    def __init__(self, department: Department, gate: Gate) -> None:
        self._inner = department
        self._gate = gate

    @property
    def info(self) -> DepartmentInfo:
        """What it is and what it can do."""
        return self._inner.info

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Record | Sequence[Record] | AdapterError | None]:
        """Records by key."""
        return await self._read(
            budget, lambda left: self._inner.read(register, lookup, keys, budget=left)
        )

    async def verify(self, kind: str, claims: Mapping[str, str], *, budget: float) -> Verdict:
        """Whether the claims match."""
        return await self._read(budget, lambda left: self._inner.verify(kind, claims, budget=left))

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        """Hand one filing over."""
        return await self._hand(budget, lambda left: self._inner.file(filing, budget=left))

    async def find_filing(
        self, reference: str, service: str, *, budget: float
    ) -> Sequence[Receipt]:
        """All filings under our reference."""
        return await self._ask(
            budget, lambda left: self._inner.find_filing(reference, service, budget=left)
        )

    async def supplement(self, supplement: Supplement, *, budget: float) -> None:
        """Hand a supplement over."""
        await self._hand(budget, lambda left: self._inner.supplement(supplement, budget=left))

    async def find_supplement(self, supplement: Supplement, *, budget: float) -> bool:
        """Whether the supplement arrived."""
        return await self._ask(
            budget, lambda left: self._inner.find_supplement(supplement, budget=left)
        )

    async def withdraw(self, withdrawal: Withdrawal, *, budget: float) -> None:
        """Take a filing back."""
        await self._hand(budget, lambda left: self._inner.withdraw(withdrawal, budget=left))

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        """Where filings stand."""
        return await self._ask(
            budget, lambda left: self._inner.progress(receipts, service, budget=left)
        )

    async def changes(self, cursor: str | None, *, budget: float) -> Changes:
        """What changed since `cursor`."""
        return await self._ask(budget, lambda left: self._inner.changes(cursor, budget=left))

    async def certificate(self, receipt: str, service: str, *, budget: float) -> Certificate | None:
        """What was issued for this filing."""
        return await self._ask(
            budget, lambda left: self._inner.certificate(receipt, service, budget=left)
        )

    def callback(
        self, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> Sequence[Progress]:
        """What the department's own message says."""
        return self._inner.callback(headers, body, now=now)

    async def _read(self, budget: float, send: _Send[Answer]) -> Answer:
        end = asyncio.get_running_loop().time() + budget
        return await self._gate.call(self._gate.reading(end), send)

    async def _ask(self, budget: float, send: _Send[Answer]) -> Answer:
        end = asyncio.get_running_loop().time() + budget
        return await self._gate.call(self._gate.polling(end), send)

    async def _hand(self, budget: float, send: _Send[Answer]) -> Answer:
        end = asyncio.get_running_loop().time() + budget
        return await self._gate.call(self._gate.filing(end), send)
