"""Claims: what was tried for one command, written before the first byte leaves.

An unproven refusal is written as an unknown outcome with a mark in its detail: gateways of before
ADR 0021 know no other, and do with it what they do with all they do not know.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.cases import codec, tables
from gateway.cases.store import Store, Transaction
from schema.domain.case import Case
from schema.domain.delivery_policy import Act, Attempt, Outcome

_UNPROVEN = "unproven refusal "  # then its sentence and its code, as JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One command with everything known about it."""

    reference: str
    department: str
    tick: int
    state: str  # under_way | parked | done
    due_at: float
    due_after: int
    history: tuple[Attempt, ...]
    case: Case


async def load(store: Store, reference: str) -> Errand | None:
    """The command as it stands; None when there is none."""
    joined = tables.delivery.join(tables.case, tables.case.c.id == tables.delivery.c.case_id)
    query = sa.select(tables.delivery, tables.case.c.body).select_from(joined)
    async with store.database.read() as connection:
        found = await connection.execute(query.where(tables.delivery.c.reference == reference))
        row = found.first()
        if row is None:
            return None
        tried = await connection.execute(_history(reference))
        return _errand(row, tried.all())


def _history(reference: str) -> sa.Select[Any]:
    table = tables.attempt.c
    query = sa.select(table.act, table.outcome, table.detail).order_by(table.n)
    return query.where(table.reference == reference)


def _errand(row: Any, tried: Sequence[Any]) -> Errand:
    return Errand(
        reference=row.reference,
        department=row.department,
        tick=row.tick,
        state=row.state,
        due_at=row.due_at,
        due_after=row.due_after,
        history=tuple(read(t) for t in tried),
        case=codec.case_from(row.body),
    )


def columns(attempt: Attempt) -> dict[str, str | None]:
    """What came of an attempt, in words that every gateway over these tables can read."""
    if attempt.outcome is not Outcome.UNPROVEN:
        return {"outcome": attempt.outcome.value, "detail": attempt.detail}
    said = json.dumps([attempt.detail, attempt.fault], ensure_ascii=False)
    return {"outcome": Outcome.UNKNOWN.value, "detail": f"{_UNPROVEN}{said}"}


def read(row: Any) -> Attempt:
    """The attempt of a row of this table."""
    act, outcome, detail = Act(row.act), Outcome(row.outcome), row.detail
    if outcome is Outcome.UNKNOWN and detail and detail.startswith(_UNPROVEN):
        reason, fault = json.loads(detail.removeprefix(_UNPROVEN))
        return Attempt(act=act, outcome=Outcome.UNPROVEN, detail=reason, fault=fault)
    return Attempt(act=act, outcome=outcome, detail=detail)


async def stands(transaction: Transaction, errand: Errand) -> bool:
    """Whether the command is still ours to work on, held so for this transaction."""
    table = tables.delivery.c
    query = sa.select(table.tick, table.state).where(table.reference == errand.reference)
    row = (await transaction.connection.execute(query.with_for_update())).one()
    return (row.tick, row.state) == (errand.tick, errand.state)


async def claim(
    transaction: Transaction, reference: str, n: int, act: Act, *, at: float, executor: str
) -> bool:
    """Say that attempt `n` is being made; False when someone has said so before."""
    return await transaction.insert_once(
        tables.attempt,
        reference=reference,
        n=n,
        act=act.value,
        outcome=Outcome.OPEN.value,
        detail=None,
        claimed_at=at,
        executor=executor,
    )


async def conclude(transaction: Transaction, reference: str, n: int, attempt: Attempt) -> bool:
    """Write down what came of attempt `n`; False when somebody has before, who gave us up."""
    table = tables.attempt
    open_ = table.c.outcome == Outcome.OPEN.value
    update = table.update().where(table.c.reference == reference, table.c.n == n, open_)
    return await transaction.changed(update.values(**columns(attempt)))


async def tell(
    transaction: Transaction, reference: str, n: int, attempt: Attempt, *, at: float, by: str
) -> bool:
    """Write down what a person found out, as an attempt of its own."""
    return await transaction.insert_once(
        tables.attempt,
        reference=reference,
        n=n,
        act=attempt.act.value,
        **columns(attempt),
        claimed_at=at,
        executor=by,
    )


async def move_on(
    transaction: Transaction,
    reference: str,
    *,
    of_tick: int | None = None,
    in_state: str | None = None,
    **values: Any,
) -> bool:
    """Change where a command stands; with `of_tick` only while nobody took it over since, with
    `in_state` only while it is in that state.
    """
    table = tables.delivery
    update = table.update().where(table.c.reference == reference)
    if of_tick is not None:
        update = update.where(table.c.tick == of_tick)
    if in_state is not None:
        update = update.where(table.c.state == in_state)
    return await transaction.changed(update.values(**values))
