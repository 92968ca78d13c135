"""Numbers departments give: which can be kept, and whose filing one is."""

from collections.abc import Mapping, Sequence
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


async def holders(
    store: Store, department: str, told: Sequence[Progress]
) -> Sequence[Holder | None]:
    """For each, the filing its reference names, otherwise the one with its number; None: none of
    ours there.

    A reference is ours, printed by the department; a number may have been mistyped by a clerk.
    """
    rows = await store.rows(_there(department, told)) if told else ()
    named = {(row.case_id, row.item): row for row in rows}
    numbered: dict[str, list[Any]] = {}
    for row in rows:
        numbered.setdefault(row.receipt, []).append(row)
    return [
        _named(progress, named) or await _numbered(store, numbered.get(progress.receipt, []))
        for progress in told
    ]


def _there(department: str, told: Sequence[Progress]) -> sa.Select[Any]:
    """All steps of the department that any of these may be about."""
    step = tables.step.c
    references = [parse_reference(progress.reference or "") for progress in told]
    names = [(command.case, command.item) for command in references if command is not None]
    numbers = [progress.receipt for progress in told if can_be_kept(progress.receipt)]
    named = sa.tuple_(step.case_id, step.item).in_(names) if names else sa.false()
    query = sa.select(step.case_id, step.item, step.service, step.receipt)
    return query.where(step.department == department, named | step.receipt.in_(numbers)).order_by(
        step.case_id, step.item
    )


def _named(progress: Progress, named: Mapping[tuple[str, str], Any]) -> Holder | None:
    """The filing its reference names."""
    command = parse_reference(progress.reference or "")
    row = named.get((command.case, command.item)) if command is not None else None
    return _holder(row) if row is not None else None


async def _numbered(store: Store, rows: Sequence[Any]) -> Holder | None:
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
