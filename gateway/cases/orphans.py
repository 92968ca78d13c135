"""Filings a department holds under references of ours, of cases we do not know."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import sqlalchemy as sa

from adapters.contract import Department
from adapters.errors import AdapterError
from gateway.cases import tables
from gateway.cases.chunks import chunks
from gateway.cases.intake import Intake
from gateway.cases.receipts import can_be_kept
from gateway.cases.store import Store
from schema.domain.department import ProgressMode
from schema.domain.filing import Progress
from schema.domain.reference import parse_reference

_PAGES = 2000  # of a department's feed, read from its beginning
_GRACE_S = 2.0
_AT_ONCE = 200  # numbers in one look at the store


@dataclass(slots=True)
class Held:
    """What a department's feed told from its beginning."""

    orphans: dict[str, str] = field(default_factory=dict)  # number by reference
    unread: list[str | None] = field(default_factory=list)  # numbers of rows nobody could read


async def held_at(store: Store, intake: Intake, department: Department) -> Held:
    """What it holds; what is ours is taken in as any news is, and asked about where unreadable.

    Only a department with a feed tells what it holds without being asked by number.
    """
    held = Held()
    if department.info.progress is not ProgressMode.FEED:
        return held
    cursor, budget = None, department.info.limits.timeout_s
    for _ in range(_PAGES):
        async with asyncio.timeout(budget + _GRACE_S):
            page = await department.changes(cursor, budget=budget)
        await intake.take(department.info.id, page.progress)
        held.orphans |= await _unknown(store, page.progress)
        held.unread += [row.receipt for row in page.unread or ()]
        moved, cursor = page.cursor != cursor, page.cursor
        if not page.more or not moved:
            break
    numbers = [one for one in held.unread if one is not None and can_be_kept(one)]
    for some in chunks(numbers, _AT_ONCE):
        await _ask_by_number(store, intake, department, some)
    return held


async def _ask_by_number(
    store: Store, intake: Intake, department: Department, numbers: Sequence[str]
) -> None:
    step, budget = tables.step.c, department.info.limits.timeout_s
    open_ = sa.select(step.service, step.receipt).where(
        step.department == department.info.id, step.watched, step.receipt.in_(numbers)
    )
    for row in await store.rows(open_):
        with suppress(AdapterError, TimeoutError):  # it stays among those nobody could read
            async with asyncio.timeout(budget + _GRACE_S):
                told = await department.progress([row.receipt], row.service, budget=budget)
            known = [one for one in told.values() if isinstance(one, Progress)]
            await intake.take(department.info.id, known, service=row.service)


async def _unknown(store: Store, told: Sequence[Progress]) -> dict[str, str]:
    """Those of ours whose case is not in the store."""
    named = {p.reference: p.receipt for p in told if p.reference and parse_reference(p.reference)}
    cases = {name: command.case for name in named if (command := parse_reference(name))}
    table = tables.case.c
    rows = await store.rows(sa.select(table.id).where(table.id.in_(set(cases.values()))))
    known = {row.id for row in rows}
    return {name: number for name, number in named.items() if cases[name] not in known}
