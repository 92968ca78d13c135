"""What time brings comes to every case, whatever is the matter with another."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.errors import StoreUnavailable
from gateway.cases.issue import IssuedBundles, Signing
from gateway.cases.sweeper import ASIDE_S, Sweeper
from gateway.issuing.bundle import SignedBundle
from schema.domain.case import Case, CaseState, Event, EventKind
from schema.domain.filing import ItemStatus
from schema.domain.one_thing import OneThing
from tests.gateway.cases.world import OWNER, World

_ITEMS = (("A", "keyed"), ("B", "asked"), ("C", "blind"), ("D", "asked"))


@dataclass
class Refuses:
    """Signs for everybody but one case."""

    case: str
    signing: Signing
    mended: bool = False
    tried: int = 0

    def signed(self, case: Case, one_thing: OneThing, issued_at: datetime) -> SignedBundle | None:
        if case.id == self.case and not self.mended:
            self.tried += 1
            raise ValueError("cannot be signed")
        return self.signing.signed(case, one_thing, issued_at)


async def submitted(world: World, n: int) -> Case:
    case = await world.submit((await world.draft(f"start-{n}")).id, f"submit-{n}")
    assert isinstance(case, Case)
    return case


async def granted(world: World, n: int) -> str:
    case = await submitted(world, n)
    for item, department in _ITEMS:
        await world.grant(case.id, item, world.departments[department])
    return case.id


async def states(world: World, *cases: str) -> list[CaseState]:
    found = [await world.service.store.case(case) for case in cases]
    return [case.state for case in found if case]


async def kinds(world: World, case: str) -> list[EventKind]:
    return [event.kind for event in await world.service.applications.timeline(OWNER, case)]


async def test_a_case_that_cannot_be_signed_stops_neither_the_others_nor_deadlines(
    world: World,
) -> None:
    bad, good = await granted(world, 1), await granted(world, 2)
    waiting = await submitted(world, 3)
    filed = await world.until(waiting.id, lambda c: c.step("A").receipt is not None)
    told = world.keyed.says(filed.step("A").receipt or "", ItemStatus.ACCEPTED)
    await world.service.intake("keyed", [told])
    await world.until_state(waiting.id, "A", "accepted")
    world.clock.forward(days=10)
    store = world.service.store
    refuses = Refuses(case=bad, signing=world.service.bundles._signing)
    sweeper = Sweeper(store, IssuedBundles(store, refuses), world.clock)

    for _ in range(3):
        await sweeper.sweep()

    assert await states(world, bad, good) == [CaseState.ISSUING, CaseState.DONE]
    assert EventKind.DEADLINE_PASSED in await kinds(world, waiting.id)
    assert refuses.tried == 1  # not once a second

    refuses.mended = True
    now = store.now
    store.now = lambda: now() + ASIDE_S + 1
    await sweeper.sweep()
    assert await states(world, bad) == [CaseState.DONE]


async def test_a_case_nothing_can_be_told_about_is_looked_at_again_and_stops_nobody(
    world: World,
) -> None:
    bad, good = await submitted(world, 1), await submitted(world, 2)
    for case in (bad, good):
        filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)
        told = world.keyed.says(filed.step("A").receipt or "", ItemStatus.ACCEPTED)
        await world.service.intake("keyed", [told])
        await world.until_state(case.id, "A", "accepted")
    store, table = world.service.store, tables.case
    [body] = await store.rows(sa.select(table.c.body).where(table.c.id == bad.id))
    broken = table.update().where(table.c.id == bad.id)
    async with store.write() as transaction:
        await transaction.changed(broken.values(body=b"{}"))
    world.clock.forward(days=10)

    await world.service.sweeper.sweep()
    told_good = await kinds(world, good.id)
    async with store.write() as transaction:
        await transaction.changed(broken.values(body=body.body))
    now = store.now
    store.now = lambda: now() + ASIDE_S + 1
    await world.service.sweeper.sweep()

    assert EventKind.DEADLINE_PASSED in told_good
    assert EventKind.DEADLINE_PASSED in await kinds(world, bad.id)


@pytest.fixture
def either(on_either: World) -> World:
    return on_either


async def test_an_event_that_commits_after_later_ones_were_seen_is_looked_at(
    either: World,
) -> None:
    """On PostgreSQL numbers are given before the commit; on SQLite nobody writes meanwhile."""
    world, store = either, either.service.store
    early, late = await filed(world, 1), await filed(world, 2)
    sweeper = Sweeper(store, world.service.bundles, world.clock)
    await sweeper.sweep()

    if store.database.is_sqlite:
        await store.append(accepted_long_ago(early))
        await store.append(accepted_long_ago(late))
    else:
        async with store.write() as slow:
            await slow.append(accepted_long_ago(early))
            await store.append(accepted_long_ago(late))
            await sweeper.sweep()
    await sweeper.sweep()

    for case in (early, late):
        assert EventKind.DEADLINE_PASSED in await kinds(world, case.id)


async def filed(world: World, n: int) -> Case:
    case = await submitted(world, n)
    return await world.until(case.id, lambda c: c.step("A").receipt is not None)


def accepted_long_ago(case: Case) -> Event:
    at = case.submitted_at - timedelta(days=60)
    return Event(
        key=f"accepted:{case.id}",
        case=case.id,
        kind=EventKind.PROGRESSED,
        at=at,
        actor="department:keyed",
        item="A",
        data={
            "receipt": case.step("A").receipt,
            "status": ItemStatus.ACCEPTED.value,
            "at": at.isoformat(),
            "reference": None,
            "note": None,
            "certificate": None,
            "refusal_code": None,
        },
    )


async def test_a_store_that_is_away_ends_the_sweep(world: World) -> None:
    case = await granted(world, 1)
    world.clock.forward(days=1)
    store = world.service.store

    class Away:
        def signed(self, case: Case, one_thing: OneThing, issued_at: datetime) -> None:
            store.database._reader = None
            raise StoreUnavailable("away")

    reader = store.database._reader
    with pytest.raises(StoreUnavailable):
        await Sweeper(store, IssuedBundles(store, Away()), world.clock).sweep()

    store.database._reader = reader
    assert await states(world, case) == [CaseState.ISSUING]
    await world.service.sweeper.sweep()
    assert await states(world, case) == [CaseState.DONE]


async def test_a_store_without_any_event_at_two_looks_is_looked_at_all_the_same(
    world: World,
) -> None:
    sweeper = world.service.sweeper
    await sweeper.sweep()
    await sweeper.sweep()
    await world.case()

    await sweeper.sweep()  # and is not broken for the rest of the day
