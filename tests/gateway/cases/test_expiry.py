"""Drafts nobody has touched for as long as they are kept end; what was submitted stays."""

from datetime import timedelta

import sqlalchemy as sa

from gateway.cases import expiry, tables
from gateway.cases.expiry import Expiry
from gateway.cases.sqlite_line import APART
from schema.domain.case import Case
from schema.domain.problem import ProblemCode
from schema.graph.ports import Draft, Rejected
from tests.gateway.cases.world import OWNER, World

DAYS = 90


def of(world: World) -> Expiry:
    return Expiry(world.service.store, world.clock, kept_for=timedelta(days=DAYS))


async def told(world: World) -> None:
    """This store has been looked at by a gateway that ends drafts."""
    assert await of(world).round() == 0


async def kept(world: World, table: sa.Table) -> int:
    (row,) = await world.service.store.rows(sa.select(sa.func.count()).select_from(table))
    return int(row[0])


async def test_its_owner_is_told_when_it_ends_and_every_change_puts_that_off(world: World) -> None:
    draft = await world.draft()
    assert draft.expires_at == draft.updated_at + timedelta(days=DAYS)

    world.clock.forward(days=10)
    saved = await world.service.applications.save(
        OWNER, draft=draft.id, answers={"seats": 30}, materials={}, request_id="save-1"
    )

    assert isinstance(saved, Draft)
    assert saved.expires_at == world.clock.now() + timedelta(days=DAYS)


async def test_none_ends_before_owners_could_be_told_for_a_fortnight(on_either: World) -> None:
    """As after the upgrade of a store whose drafts are old already."""
    world = on_either
    await world.draft()
    fact = tables.fact.delete().where(tables.fact.c.name == "drafts.end_since")
    world.clock.forward(days=DAYS)
    async with world.service.store.write() as transaction:
        await transaction.changed(fact)

    assert await of(world).round() == 0
    world.clock.forward(days=14, seconds=-1)
    assert await of(world).round() == 0
    world.clock.forward(seconds=1)
    assert await of(world).round() == 1


async def test_nothing_ends_a_moment_too_early_and_then_all_of_it_is_gone(on_either: World) -> None:
    world = on_either
    await told(world)
    draft = await world.draft()
    world.clock.forward(days=DAYS, seconds=-1)
    assert await of(world).round() == 0

    world.clock.forward(seconds=1)

    assert await of(world).round() == 1
    assert await kept(world, tables.draft) == await kept(world, tables.payload) == 0
    assert await world.service.applications.draft(OWNER, draft.id) is None
    answer = await world.submit(draft.id)
    assert isinstance(answer, Rejected)
    assert [p.code for p in answer.problems] == [ProblemCode.NOT_ALLOWED_OR_ABSENT]


async def test_what_was_submitted_stays_however_old(on_either: World) -> None:
    world = on_either
    case = await world.case()
    await told(world)
    draft = await world.draft("start-2")
    world.clock.forward(days=10 * DAYS)

    assert await of(world).round() == 1

    submitted = await world.service.applications.draft(OWNER, case.id)
    assert submitted is not None
    assert (submitted.submitted, submitted.expires_at) == (True, None)
    assert submitted.answers["shop"] == "小满"
    assert await world.service.applications.draft(OWNER, draft.id) is None
    again = await world.submit(case.id)
    assert isinstance(again, Case)
    assert again.id == case.id


async def test_many_end_in_small_portions(world: World) -> None:
    await told(world)
    for number in range(expiry.PORTION + 1):
        await world.draft(f"start-{number}")
    world.clock.forward(days=DAYS)
    portions = of(world)

    assert await portions.portion() == expiry.PORTION
    assert await portions.round() == 1
    assert await kept(world, tables.draft) == 0


async def test_what_a_backup_brought_back_stays_for_it_may_have_been_submitted(
    on_either: World,
) -> None:
    world = on_either
    await told(world)
    draft = await world.draft()
    other = await world.draft("start-2")
    async with world.service.store.write() as transaction:
        back = tables.draft.update().where(tables.draft.c.id == draft.id)
        await transaction.changed(back.values(restored=sa.true()))
    world.clock.forward(days=10 * DAYS)

    assert await of(world).round() == 1

    assert await world.service.applications.draft(OWNER, draft.id) is not None
    assert await world.service.applications.draft(OWNER, other.id) is None


async def test_what_they_say_is_deleted_beside_the_loop(world: World) -> None:
    await told(world)
    await world.draft()
    world.clock.forward(days=DAYS)
    said: list[str] = []
    engine = world.service.store.database._writer
    assert engine is not None
    sa.event.listen(
        engine.sync_engine, "before_cursor_execute", lambda *given: said.append(given[2])
    )

    assert await of(world).round() == 1

    deletes = [statement for statement in said if "DELETE" in statement]
    assert len(deletes) == 2
    assert all(APART in statement for statement in deletes)
