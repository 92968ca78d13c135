"""The Department port: everything the gateway may ask of a department, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A row nothing could be made of; `why` is a path or a rule, never the content."""

    receipt: str | None  # where at least that could be read
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A page of a "changed since" feed; `cursor` is where the next page starts.

    `unread`: rows that are left out of it. Their filings have to be asked about by number.
    """

    progress: tuple[Progress, ...]
    cursor: str
    more: bool
    unread: tuple[Unread, ...] | None = None


class Department(Protocol):
    """One department's system.

    Every call is bounded by `budget` seconds in total and by the byte cap.
    Raises only AdapterError. Contains neither retries nor sleeps nor caches.
    """

    @property
    def info(self) -> DepartmentInfo:
        """What it is and what it can do; constant."""
        ...

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Record | Sequence[Record] | AdapterError | None]:
        """One call for at most `batch` keys.

        Each key has its record, None when there is none, or its own error.
        A lookup that is `many` gives a sequence per key. Raises when the whole call failed.
        """
        ...

    async def verify(self, kind: str, claims: Mapping[str, str], *, budget: float) -> Verdict:
        """Whether the claims match what the department knows.

        Mismatch is a verdict, silence an error.
        """
        ...

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        """Hand one filing over. Anything but a receipt raises; see `adapters.errors`."""
        ...

    async def find_filing(
        self, reference: str, service: str, *, budget: float
    ) -> Sequence[Receipt]:
        """All filings the department holds under our reference, oldest first.

        Empty means: none seen.
        """
        ...

    async def supplement(self, supplement: Supplement, *, budget: float) -> None:
        """Hand a supplement over; returning means it arrived."""
        ...

    async def find_supplement(self, supplement: Supplement, *, budget: float) -> bool:
        """Whether the supplement arrived."""
        ...

    async def withdraw(self, withdrawal: Withdrawal, *, budget: float) -> None:
        """Take a filing back; "already withdrawn" counts as done."""
        ...

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        """Where filings stand, for at most the contract's batch of receipts.

        None: it knows no such number.
        """
        ...

    async def changes(self, cursor: str | None, *, budget: float) -> Changes:
        """What changed since `cursor`; None starts at the beginning."""
        ...

    async def certificate(self, receipt: str, service: str, *, budget: float) -> Certificate | None:
        """What was issued for this filing, None while nothing is."""
        ...

    def callback(
        self, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> Sequence[Progress]:
        """What a department's own message says, once its signature, age and contract hold.

        `now` is Unix time in seconds.
        Raises ContractBroken for a body that breaks the contract, with what was understood of it
        all the same; Misconfigured for a bad signature.
        """
        ...
