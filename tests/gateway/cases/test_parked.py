"""A parked command nobody needs an answer about ends with its case; others stay with the clerks."""

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.parked import Parked
from schema.domain.case import Case, CaseState, EventKind
from schema.domain.filing import ItemStatus
from tests.gateway.cases.test_version_gone import NEXT
from tests.gateway.cases.world import CLERK, OWNER, World, make_world, shop_opening


async def state_of(world: World, reference: str) -> str:
    table = tables.delivery.c
    query = sa.select(table.state).where(table.reference == reference)
    (row,) = await world.service.store.rows(query)
    return str(row.state)


def round_of(world: World) -> Parked:
    return Parked(world.service.store, world.clock)


async def granted_while_parked(world: World) -> tuple[Case, str]:
    """An open case; the clerk was to ask about C when its department granted it."""
    world.blind.troubles = ["lost"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    parked = await world.until_state(case.id, "C", "parked")
    reference = parked.step("C").parked
    assert reference is not None
    told = world.blind.says("blind-1", ItemStatus.GRANTED)
    await world.service.intake("blind", [told])
    return await world.until_state(case.id, "C", "granted"), reference


async def ended(world: World, case: Case) -> Case:
    for item in ("B", "D"):
        await world.grant(case.id, item, world.asked)
    world.clock.forward(days=1)
    await world.service.sweeper.sweep()
    return await world.until(case.id, lambda c: c.state is CaseState.DONE)


async def test_it_ends_with_the_case_and_the_timeline_says_so(on_either: World) -> None:
    world = on_either
    case, reference = await granted_while_parked(world)
    assert await round_of(world).round() == 0
    assert await state_of(world, reference) == "parked"
    done = await ended(world, case)

    assert await round_of(world).round() == 1
    assert await round_of(world).round() == 0

    assert await state_of(world, reference) == "done"
    assert await world.service.store.case(case.id) == done
    last = (await world.service.applications.timeline(OWNER, case.id))[-1]
    assert (last.kind, last.actor, last.item) == (EventKind.FILING_RESOLVED, "gateway", "C")
    assert last.data == {"reference": reference, "receipt": None, "overtaken": True}


async def test_one_that_cannot_be_read_keeps_no_other_from_ending(on_either: World) -> None:
    world, table = on_either, tables.case
    case, reference = await granted_while_parked(world)
    await ended(world, case)
    stands = table.c.id == case.id
    (before,) = await world.service.store.rows(sa.select(table.c.body).where(stands))
    async with world.service.store.write() as transaction:
        await transaction.changed(table.update().where(stands).values(body=b"{}"))

    assert await round_of(world).round() == 0  # told, not raised

    async with world.service.store.write() as transaction:
        await transaction.changed(table.update().where(stands).values(body=before.body))
    assert await round_of(world).round() == 1
    assert await state_of(world, reference) == "done"


async def test_its_version_may_go_then(tmp_path: Path) -> None:
    world = make_world(tmp_path / "cases.sqlite")
    await world.service.start()
    case, _ = await granted_while_parked(world)
    await ended(world, case)
    await round_of(world).round()
    await world.service.stop()

    later = make_world(tmp_path / "cases.sqlite", NEXT, departments=world.departments)
    await later.service.start()
    await later.service.stop()


async def test_what_a_clerk_is_asked_about_stays_though_the_case_has_ended(tmp_path: Path) -> None:
    shop = shop_opening()
    items = (shop.item("A"), shop.item("B"), replace(shop.item("C"), mandatory=False))
    world = make_world(tmp_path / "cases.sqlite", replace(shop, items=items))
    await world.service.start()
    world.blind.troubles = ["lost"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.grant(case.id, "B", world.asked)
    reference = (await world.until_state(case.id, "C", "parked")).step("C").parked or ""
    world.clock.forward(days=1)
    await world.service.sweeper.sweep()
    await world.until(case.id, lambda c: c.state is CaseState.DONE)

    assert await round_of(world).round() == 0

    assert await state_of(world, reference) == "parked"
    resolved = await world.service.applications.resolve_filing(
        CLERK, reference=reference, receipt="blind-1", request_id="r1"
    )
    assert isinstance(resolved, Case)
    assert await state_of(world, reference) == "done"
    await world.service.stop()
