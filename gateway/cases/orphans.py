"""Filings a department holds under references of ours, of cases we do not know."""

import asyncio
from collections.abc import Sequence

import sqlalchemy as sa

from adapters.contract import Department
from gateway.cases import tables
from gateway.cases.intake import Intake
from gateway.cases.store import Store
from schema.domain.department import ProgressMode
from schema.domain.filing import Progress
from schema.domain.reference import parse_reference

_PAGES = 2000  # of a department's feed, read from its beginning
_GRACE_S = 2.0


async def orphans(
    store: Store, intake: Intake, department: Department
) -> Sequence[tuple[str, str]]:
    """Reference and number of each; known ones are taken in as any news is.

    Only a department with a feed tells what it holds without being asked by number.
    """
    if department.info.progress is not ProgressMode.FEED:
        return ()
    found: dict[str, str] = {}
    cursor, budget = None, department.info.limits.timeout_s
    for _ in range(_PAGES):
        async with asyncio.timeout(budget + _GRACE_S):
            page = await department.changes(cursor, budget=budget)
        await intake.take(department.info.id, page.progress)
        found |= await _unknown(store, page.progress)
        moved, cursor = page.cursor != cursor, page.cursor
        if not page.more or not moved:
            break
    return sorted(found.items())


async def _unknown(store: Store, told: Sequence[Progress]) -> dict[str, str]:
    """Those of ours whose case is not in the store."""
    named = {p.reference: p.receipt for p in told if p.reference and parse_reference(p.reference)}
    cases = {name: command.case for name in named if (command := parse_reference(name))}
    table = tables.case.c
    rows = await store.rows(sa.select(table.id).where(table.id.in_(set(cases.values()))))
    known = {row.id for row in rows}
    return {name: number for name, number in named.items() if cases[name] not in known}
