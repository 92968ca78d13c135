"""What we believe a department holds of ours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from gateway.cases import codec, tables
from gateway.cases.store import Store
from schema.domain.case import Verb
from schema.domain.reference import reference
from schema.domain.step_facts import SETTLED

WINDOW_S = (
    30 * 86_400.0
)  # cases in which nothing happened for longer are left alone once they ended
_AT_ONCE = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """One filing as we have it."""

    case: str
    item: str
    department: str
    service: str
    reference: str
    receipt: str | None
    surplus: tuple[str, ...]
    settled: bool


async def ours_at(store: Store, department: str) -> list[Ours]:
    """Everything of ours that was sent there and is not on its way just now."""
    found: list[Ours] = []
    for cases in chunks(await _cases(store, department), _AT_ONCE):
        table = tables.case.c
        rows = await store.rows(sa.select(table.body).where(table.id.in_(cases)))
        for row in rows:
            case = codec.case_from(row.body)
            one_thing = store.one_thing(case.one_thing, case.version)
            found.extend(
                Ours(
                    case=case.id,
                    item=step.item,
                    department=department,
                    service=one_thing.item(step.item).service,
                    reference=reference(case.id, step.item, Verb.FILE, step.first_round),
                    receipt=step.receipt,
                    surplus=tuple(one.receipt for one in step.surplus),
                    settled=step.state in SETTLED,
                )
                for step in case.steps
                if step.department == department and (step.receipt or step.parked)
            )
    return found


async def _cases(store: Store, department: str) -> list[str]:
    """Cases with a filing there: open, or ended not long ago."""
    step, case, event = tables.step.c, tables.case.c, tables.event.c
    recent = sa.select(event.case_id).where(event.recorded_at > store.now() - WINDOW_S)
    ended = case.state.in_(["done", "refused", "withdrawn"])
    query = (
        sa.select(step.case_id)
        .distinct()
        .join_from(tables.step, tables.case, case.id == step.case_id)
        .where(step.department == department, sa.or_(~ended, step.case_id.in_(recent)))
    )
    return [row.case_id for row in await store.rows(query)]


def chunks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The things in order, at most `size` at a time."""
    size = max(1, size)
    return (things[start : start + size] for start in range(0, len(things), size))
