"""Numbers departments give: which can be kept, whose filing one is, and whose it may become.

A department numbers what it receives; two filings of one service never have the same number of it.
Who answers one filing with the number of another says nothing about it: were the number kept, what
is decided of the other would be told of this one, and taking this one back would take the other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.cases import codec, spelling, tables
from gateway.cases.connections import AsyncConnection
from gateway.cases.store import Store, Transaction
from schema.domain.case import Case, Step
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
    store: Store, department: str, told: Sequence[Progress], *, service: str | None = None
) -> Sequence[Holder | None]:
    """For each, the filing its reference names, otherwise the one with its number; None: none of
    ours there, or two have it and nothing tells which is meant.

    A reference is ours, printed by the department; a number may have been mistyped by a clerk, and
    is one of the service that was asked for, where one was.
    """
    rows = await store.rows(_there(department, told)) if told else ()
    named = {(row.case_id, row.item): row for row in rows}
    numbered: dict[str, list[Any]] = {}
    for row in rows:
        if service in (None, row.service):
            numbered.setdefault(row.receipt, []).append(row)
    return [
        _named(progress, named) or await _numbered(store, numbered.get(progress.receipt, []))
        for progress in told
    ]


async def respelt(store: Store, department: str, told: Sequence[Progress]) -> int:
    """How many of these have the number of a filing of ours there, but for its spelling."""
    ways = [set(spelling.others(progress.receipt)) for progress in told]
    step, numbers = tables.step.c, set().union(*ways)
    query = sa.select(step.receipt).where(step.department == department, step.receipt.in_(numbers))
    known = {row.receipt for row in await store.rows(query)} if numbers else set()
    return sum(not known.isdisjoint(way) for way in ways)


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
    """The only filing with this number, or the only one the department gave it to."""
    if len(rows) > 1:
        rows = [row for row in rows if not await _only_told(store, row)]
    return _holder(rows[0]) if len(rows) == 1 else None


async def _only_told(store: Store, row: Any) -> bool:
    """Whether only a clerk said that this step has its number."""
    case = await store.case(row.case_id)
    return case is not None and case.step(row.item).receipt_told


def _holder(row: Any) -> Holder:
    return Holder(case=row.case_id, item=row.item, service=row.service)


def holder(store: Store, case: Case, item: str) -> Holder:
    """The filing of this item."""
    service = store.one_thing(case.one_thing, case.version).item(item).service
    return Holder(case=case.id, item=item, service=service)


def owns(step: Step, number: str) -> bool:
    """Whether its department gave the step this number; what a clerk told may be another's."""
    return step.receipt == number and not step.receipt_told


async def taken(
    connection: AsyncConnection, department: str, mine: Holder, numbers: Collection[str]
) -> Mapping[str, str]:
    """Those of the numbers the department gave to another filing of the same service, with its
    case. What only a clerk told may be mistyped, and is in nobody's way.
    """
    step, case = tables.step.c, tables.case.c
    query = sa.select(step.receipt, step.case_id, step.item, case.body).where(
        step.department == department,
        step.service == mine.service,
        step.receipt.in_(numbers),
        _another(mine),
    )
    joined = query.join_from(tables.step, tables.case, case.id == step.case_id)
    rows = (await connection.execute(joined)).all() if numbers else ()
    return {row.receipt: row.case_id for row in rows if _is_given(row)}


def _another(mine: Holder) -> sa.ColumnElement[bool]:
    step = tables.step.c
    return (step.case_id != mine.case) | (step.item != mine.item)


def _is_given(row: Any) -> bool:
    return owns(codec.case_from(row.body).step(row.item), row.receipt)


async def reserve(
    transaction: Transaction, department: str, mine: Holder, numbers: Collection[str]
) -> Mapping[str, str]:
    """What is `taken` of the numbers; the others nobody else takes until the transaction ends.

    Who has both locks his cases first: so does whoever appends an event to one.
    """
    await hold(transaction, department, ((mine.service, number) for number in numbers))
    return await taken(transaction.connection, department, mine, numbers)


async def hold(
    transaction: Transaction, department: str, numbers: Iterable[tuple[str, str]]
) -> None:
    """Lock these numbers of services until the transaction ends, everybody in the same order."""
    if transaction.connection.dialect.name == "sqlite":  # which has one writer
        return
    for service, number in sorted(set(numbers)):
        name = f"receipt:{department}:{service}:{number}"
        lock = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))
        await transaction.connection.execute(sa.select(lock))


async def held_by_another(
    transaction: Transaction, department: str, receipt: str, mine: Holder
) -> str | None:
    """The case in which another step of this department has the number, whoever said so and of
    whatever service: people mistype. None: nobody has it, nor will until the transaction ends.
    """
    await reserve(transaction, department, mine, [receipt])
    step = tables.step.c
    query = sa.select(step.case_id).where(
        step.department == department, step.receipt == receipt, _another(mine)
    )
    found: str | None = (await transaction.connection.execute(query.limit(1))).scalar_one_or_none()
    return found
