"""What departments tell: each progress becomes at most one event, however it came and how often."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.store import Store, Transaction
from gateway.clock import Clock
from schema.domain.case import Event, EventKind
from schema.domain.case_rules import parse_reference
from schema.domain.filing import Progress
from schema.domain.reducer import certificate_to

log = structlog.get_logger(__name__)


class Intake:
    """Callbacks, polls and feeds end here."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, department: str, told: Sequence[Progress]) -> None:
        """Keep what the department said; when this returns it is durable."""
        await self.take(department, told)

    async def take(
        self, department: str, told: Sequence[Progress], *, cursor: str | None = None
    ) -> int:
        """Keep what is news, and with it how far a feed was read; how many filings were ours."""
        events = [await self._event(department, progress) for progress in told]
        ours = [event for event in events if event is not None]
        if not ours and cursor is None:
            return 0
        async with self._store.write() as transaction:
            if cursor is not None:
                await transaction.replace(tables.cursor, department=department, position=cursor)
            for event in ours:
                await transaction.append(event)
        return len(ours)

    async def _event(self, department: str, progress: Progress) -> Event | None:
        """The event of a progress, None when it is about no filing of ours at this department.

        A reference of ours with a number not known yet is proof that the filing arrived.
        """
        found = await self._find(department, progress)
        if found is None:
            log.info("progress.not_ours", department=department)
            return None
        case, item = found
        return Event(
            key=key_of(department, progress),
            case=case,
            kind=EventKind.PROGRESSED,
            at=progress.at,
            actor=f"department:{department}",
            item=item,
            data=_data(progress),
        )

    async def _find(self, department: str, progress: Progress) -> tuple[str, str] | None:
        step = tables.step.c
        query = sa.select(step.case_id, step.item).where(step.department == department)
        rows = await self._store.rows(query.where(step.receipt == progress.receipt))
        command = parse_reference(progress.reference or "")
        if not rows and command is not None:
            named = (step.case_id == command.case) & (step.item == command.item)
            rows = await self._store.rows(query.where(named))
        return (rows[0].case_id, rows[0].item) if rows else None


def key_of(department: str, progress: Progress) -> str:
    """One status of one filing at one moment is one fact; its certificate, told later, another."""
    key = f"progress:{department}:{progress.receipt}:{progress.status}:{progress.at.isoformat()}"
    return f"{key}:{progress.certificate.number}" if progress.certificate else key


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


__all__ = ["Intake", "Transaction", "key_of", "position"]
