"""A department during whose filing, supplement or withdrawal the process may die ("sending")."""

import asyncio
import random
from collections.abc import Coroutine, Mapping, Sequence
from typing import TypeVar

from adapters.contract import Changes, Department
from adapters.errors import AdapterError
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
from tests.chaos.dying import Death

T = TypeVar("T")
_ON_THE_WIRE_S = 0.03


class InMidCall:
    """The department it wraps; only what is sent to it may be interrupted."""

    def __init__(self, inner: Department, death: Death) -> None:
        self._inner = inner
        self._death = death
        self._draw = random.Random(inner.info.id)

    @property
    def info(self) -> DepartmentInfo:
        return self._inner.info

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        return await self._sending(self._inner.file(filing, budget=budget))

    async def supplement(self, supplement: Supplement, *, budget: float) -> None:
        await self._sending(self._inner.supplement(supplement, budget=budget))

    async def withdraw(self, withdrawal: Withdrawal, *, budget: float) -> None:
        await self._sending(self._inner.withdraw(withdrawal, budget=budget))

    async def _sending(self, call: Coroutine[object, object, T]) -> T:
        """Let the call get somewhere between its first byte and its reply, then perhaps die."""
        sent = asyncio.create_task(call)
        try:
            await asyncio.sleep(self._draw.uniform(0, _ON_THE_WIRE_S))
            self._death.reached("sending")
            return await sent
        finally:
            sent.cancel()

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Record | Sequence[Record] | AdapterError | None]:
        return await self._inner.read(register, lookup, keys, budget=budget)

    async def verify(self, kind: str, claims: Mapping[str, str], *, budget: float) -> Verdict:
        return await self._inner.verify(kind, claims, budget=budget)

    async def find_filing(
        self, reference: str, service: str, *, budget: float
    ) -> Sequence[Receipt]:
        return await self._inner.find_filing(reference, service, budget=budget)

    async def find_supplement(self, supplement: Supplement, *, budget: float) -> bool:
        return await self._inner.find_supplement(supplement, budget=budget)

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        return await self._inner.progress(receipts, service, budget=budget)

    async def changes(self, cursor: str | None, *, budget: float) -> Changes:
        return await self._inner.changes(cursor, budget=budget)

    async def certificate(self, receipt: str, service: str, *, budget: float) -> Certificate | None:
        return await self._inner.certificate(receipt, service, budget=budget)

    def callback(
        self, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> Sequence[Progress]:
        return self._inner.callback(headers, body, now=now)

    async def aclose(self) -> None:
        """Let the inner department's connections go."""
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()
