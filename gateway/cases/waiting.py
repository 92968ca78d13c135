"""What clerks see over all cases: the waits, kept as rows, read in one indexed query."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from gateway.cases import codec, tables
from gateway.cases.retrying import Retrying
from gateway.cases.store import Store
from gateway.cases.visibility import is_called
from gateway.clock import Clock
from gateway.security.policy import may_resolve_filing
from schema.domain.calendar import local_day
from schema.domain.case import Case
from schema.domain.delivery_policy import Act
from schema.domain.formats import UNWRITABLE
from schema.domain.waits import Wait, WaitingKind, WaitOn, WaitReason, command_of, receipt_of
from schema.graph.ports import Rejected, Viewer, Waiting, WaitingPage

MOST = 100  # waits on one page
_NOTHING = WaitingPage(entries=(), cursor=None)
_wait = tables.wait.c
_ORDER = (_wait.due_on, _wait.since, _wait.case_id, _wait.item, _wait.why)


class CaseClerks:
    """Implements `schema.graph.ports.Clerks`."""

    def __init__(self, store: Store, clock: Clock, retrying: Retrying) -> None:
        self._store = store
        self._clock = clock
        self._retrying = retrying

    async def waiting(
        self,
        viewer: Viewer,
        *,
        kind: WaitingKind,
        department: str | None,
        first: int,
        after: str | None,
    ) -> WaitingPage:
        """Who waits for whom; nothing for who is no clerk, or after a cursor that is none of ours.

        A page goes on where the one before ended, whatever came or went in between.
        """
        where = _from(after)
        if where is None or not may_resolve_filing(viewer):
            return _NOTHING
        today, size = local_day(self._clock.now()), max(1, min(first, MOST))
        query = _found(kind, today)
        if department is not None:
            query = query.where(is_called(_wait.department, department))
        rows = await self._store.rows(query.where(*where).order_by(*_ORDER).limit(size + 1))
        page = rows[:size]
        entries = tuple(_entry(row, codec.case_from(row.body), today) for row in page)
        counted = await self._attempts([e.command.reference for e in entries if e.command])
        return WaitingPage(
            entries=tuple(_counted(entry, counted) for entry in entries),
            cursor=_cursor(page[-1]) if len(rows) > size else None,
        )

    async def retry_filing(
        self, viewer: Viewer, *, reference: str, request_id: str
    ) -> Case | Rejected:
        """Look again, now."""
        return await self._retrying.retry(viewer, reference, request_id)

    async def _attempts(self, references: Sequence[str]) -> Mapping[str, int]:
        """How often a department was called for each of these commands."""
        table = tables.attempt.c
        query = sa.select(table.reference, sa.func.count().label("calls")).where(
            table.reference.in_(references), table.act != Act.TOLD.value
        )
        rows = await self._store.rows(query.group_by(table.reference)) if references else ()
        return {row.reference: row.calls for row in rows}


def _found(kind: WaitingKind, today: date) -> sa.Select[Any]:
    joined = tables.wait.join(tables.case, tables.case.c.id == _wait.case_id)
    case = tables.case.c
    query = sa.select(tables.wait, case.body, case.one_thing, case.version).select_from(joined)
    match kind:
        case WaitingKind.PARKED:
            return query.where(_wait.on == WaitOn.CLERK.value)
        case WaitingKind.OVERDUE:
            return query.where(_wait.due_on < today.isoformat())
        case WaitingKind.ALL:
            return query


def _from(after: str | None) -> tuple[sa.ColumnElement[bool], ...] | None:
    """Where a page begins: past the last row of the one before. None: not a cursor of ours."""
    if after is None:
        return ()
    try:
        keys = msgspec.json.decode(base64.urlsafe_b64decode(after), type=tuple[str, ...])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None
    if len(keys) != len(_ORDER) or any(map(UNWRITABLE.search, keys)):
        return None
    # The first condition follows from the second; it is what the index is entered by.
    return _wait.due_on >= keys[0], sa.tuple_(*_ORDER) > sa.tuple_(*map(sa.literal, keys))


def _cursor(row: Any) -> str:
    keys = [row.due_on, row.since, row.case_id, row.item, row.why]
    return base64.urlsafe_b64encode(msgspec.json.encode(keys)).decode("ascii")


def _entry(row: Any, case: Case, today: date) -> Waiting:
    wait = Wait(
        item=row.item or None,
        on=WaitOn(row.on),
        why=WaitReason(row.why),
        since=datetime.fromisoformat(row.since),
        due_on=date.fromisoformat(row.due_on),
    )
    return Waiting(
        wait=wait,
        case=case.id,
        one_thing=row.one_thing,
        version=row.version,
        department=row.department,
        overdue=wait.due_on < today,
        command=command_of(wait, case),
        receipt=receipt_of(wait, case),
        attempts=0,
        problem=case.step(wait.item).problem if wait.item else None,
    )


def _counted(entry: Waiting, counted: Mapping[str, int]) -> Waiting:
    calls = counted.get(entry.command.reference, 0) if entry.command else 0
    return replace(entry, attempts=calls)
