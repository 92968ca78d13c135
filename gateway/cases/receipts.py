"""Numbers departments give: which can be kept, and whose filing one is."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.store import Store, Transaction
from schema.domain.case import Command
from schema.domain.filing import Progress
from schema.domain.formats import UNWRITABLE
from schema.domain.reference import parse_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The filing of ours a department speaks of."""

    case: str
    item: str
    service: str


def can_be_kept(number: str) -> bool:
    """Whether it is short enough for its column, and text throughout."""
    return len(number) <= tables.RECEIPT_SIZE and UNWRITABLE.search(number) is None


def broken(progress: Progress) -> str | None:
    """Which of its numbers cannot be kept, "receipt" before "certificate"; None: all can."""
    if not can_be_kept(progress.receipt):
        return "receipt"
    certificate = progress.certificate
    return "certificate" if certificate and not can_be_kept(certificate.number) else None


async def holder(store: Store, department: str, progress: Progress) -> Holder | None:
    """The filing its reference names, otherwise the one with its number; None: none of ours there.

    A reference is ours, printed by the department; a number may have been mistyped by a clerk.
    """
    step = tables.step.c
    there = sa.select(step.case_id, step.item, step.service).where(step.department == department)
    command = parse_reference(progress.reference or "")
    if command is not None:
        named = (step.case_id == command.case) & (step.item == command.item)
        rows = await store.rows(there.where(named))
        if rows:
            return _holder(rows[0])
    if not can_be_kept(progress.receipt):
        return None
    numbered = there.where(step.receipt == progress.receipt).order_by(step.case_id, step.item)
    rows = await store.rows(numbered)
    if len(rows) > 1:
        rows = [row for row in rows if not await _only_told(store, row)] or rows
    return _holder(rows[0]) if rows else None


async def _only_told(store: Store, row: Any) -> bool:
    """Whether only a clerk said that this step has its number."""
    case = await store.case(row.case_id)
    return case is not None and case.step(row.item).receipt_told


def _holder(row: Any) -> Holder:
    return Holder(case=row.case_id, item=row.item, service=row.service)


async def held_by_another(
    transaction: Transaction, department: str, receipt: str, command: Command
) -> str | None:
    """The case in which another step of this department has the number; None: nobody has it."""
    step = tables.step.c
    other = (step.case_id != command.case) | (step.item != command.item)
    query = sa.select(step.case_id).where(
        step.department == department, step.receipt == receipt, other
    )
    found: str | None = (await transaction.connection.execute(query.limit(1))).scalar_one_or_none()
    return found
