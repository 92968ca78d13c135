"""Whoever remembers what departments said is told what has changed, once that is committed."""

import asyncio

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.federation.changed import made_old, of_case, scope
from gateway.federation.memory import Tag, of_number, of_people
from schema.domain.case import Case, Event, EventKind
from schema.domain.filing import ItemStatus
from tests.gateway.cases.world import World


async def submitted(world: World, told: list[tuple[Case, Event]]) -> Case:
    world.service.store._moved = lambda case, event: told.append((case, event))
    case = await world.case()
    return await world.until(case.id, lambda now: now.step("A").receipt is not None)


async def test_a_departments_progress_makes_old_what_it_told_of_that_filing(world: World) -> None:
    told: list[tuple[Case, Event]] = []
    case = await submitted(world, told)
    receipt = case.step("A").receipt
    assert receipt is not None
    assert EventKind.FILED in [event.kind for _, event in told]
    told.clear()

    department = case.step("A").department
    progress = world.departments[department].says(receipt, ItemStatus.ACCEPTED)
    for _ in range(2):  # told twice, it is news once
        await world.service.intake(department, [progress])

    [(moved, event)] = told
    assert event.kind is EventKind.PROGRESSED
    assert set[Tag](made_old(moved, event)) == {
        of_number(department, receipt),
        of_people(department, scope(case.applicant_ref, None)),
    }
    assert of_number(department, receipt) in set(of_case(moved))


def near(case: Case) -> Event:
    """An event that changes nothing at a department."""
    return Event(
        key="once",
        case=case.id,
        kind=EventKind.DEADLINE_NEAR,
        at=case.submitted_at,
        actor="gateway",
        item="A",
    )


async def test_what_is_committed_is_told_though_who_waited_for_it_gave_up(world: World) -> None:
    told: list[tuple[Case, Event]] = []
    case = await submitted(world, told)
    told.clear()
    event, woken, store = near(case), asyncio.Event(), world.service.store

    async def recorded() -> None:
        async with store.write() as transaction:
            await transaction.append(event)
            woken.set()  # the commit follows without a turn of the loop in between

    waiting = asyncio.create_task(recorded())
    await woken.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert [one for _, one in told] == [event]
    known = sa.select(tables.event.c.key).where(tables.event.c.case_id == case.id)
    assert "once" in [row.key for row in await store.rows(known)]


async def test_what_is_not_committed_is_not_told(world: World) -> None:
    told: list[tuple[Case, Event]] = []
    case = await submitted(world, told)
    told.clear()
    event = near(case)

    async def interrupted() -> None:
        async with world.service.store.write() as transaction:
            await transaction.append(event)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await interrupted()

    assert told == []
