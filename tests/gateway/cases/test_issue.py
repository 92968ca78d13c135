"""The unified issue: one bundle a case, signed once whoever is at it, and found by its code."""

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.codec import event_from
from gateway.cases.issue import IssuedBundles
from gateway.cases.sweeper import PATIENCE
from gateway.issuing.bundle import SignedBundle
from gateway.issuing.signing import content_of
from schema.domain.case import Case, CaseState, Event, EventKind
from schema.domain.filing import ItemStatus
from schema.domain.one_thing import OneThing
from tests.gateway.cases.world import USCC, FakeDepartment, World, make_world


async def issuing(world: World) -> Case:
    """A case with everything granted, on the day it is to be issued."""
    case = await world.case()
    for item, department in (("A", "keyed"), ("B", "asked"), ("C", "blind"), ("D", "asked")):
        await world.grant(case.id, item, world.departments[department])
    world.clock.forward(days=1)
    return await world.until(case.id, lambda c: c.state is CaseState.ISSUING)


async def issued_events(world: World, case: str) -> list[Event]:
    known = tables.event.c
    query = sa.select(tables.event).where(known.case_id == case, known.kind == "issued")
    return [event_from(row._mapping) for row in await world.service.store.rows(query)]


async def bundles(world: World) -> list[tuple[str, str]]:
    rows = await world.service.store.rows(sa.select(tables.bundle))
    return [(row.case_id, row.code) for row in rows]


async def test_the_certificates_of_a_case_are_one_signed_bundle_found_by_its_code(
    on_either: World,
) -> None:
    case = await issuing(on_either)

    await on_either.service.sweeper.sweep()

    done = await on_either.service.store.case(case.id)
    [event] = await issued_events(on_either, case.id)
    assert done is not None
    assert done.bundle == event.data["bundle"]
    assert await on_either.service.bundles.find(event.data["check"]) == done.bundle
    assert await on_either.service.bundles.find("A" * 26) is None
    bundle = content_of(event.data["bundle"])
    assert (bundle.sub, bundle.jti) == (case.id, event.data["check"])
    assert bundle.issued_at == on_either.clock.now()
    assert [(c.item.id, c.department.id) for c in bundle.certificates] == [
        ("A", "keyed"),
        ("B", "asked"),
        ("C", "blind"),
        ("D", "asked"),
    ]
    assert [c.number for c in bundle.certificates] == [c.number for c in done.certificates]


async def test_nothing_in_a_bundle_is_about_a_person(world: World) -> None:
    case = await issuing(world)

    await world.service.sweeper.sweep()

    [event] = await issued_events(world, case.id)
    told = repr(content_of(event.data["bundle"]))
    for personal in ("沈若梅", "310104198001010016", USCC, case.applicant_ref, "天平路", "小满"):
        assert personal not in told


async def test_a_case_swept_again_is_not_signed_again(world: World) -> None:
    case = await issuing(world)

    for _ in range(3):
        await world.service.sweeper.sweep()

    assert len(await issued_events(world, case.id)) == 1
    assert len(await bundles(world)) == 1


async def test_two_gateways_sign_once(tmp_path: Path, postgres_url: str) -> None:
    one = make_world(tmp_path / "one", store_url=postgres_url)
    other = make_world(tmp_path / "other", store_url=postgres_url)
    await one.service.start()
    await other.service.start()
    try:
        case = await issuing(one)
        other.clock.at = one.clock.at
        await asyncio.gather(*(w.service.sweeper.sweep() for w in (one, other) * 4))

        [event] = await issued_events(one, case.id)
        assert await bundles(other) == [(case.id, event.data["check"])]
        assert await other.service.bundles.find(event.data["check"]) == event.data["bundle"]
    finally:
        await other.service.stop()
        await one.service.stop()


async def test_without_a_certificate_a_case_ends_without_a_bundle(world: World) -> None:
    case = await world.case()
    for item, department in (("A", "keyed"), ("B", "asked"), ("C", "blind"), ("D", "asked")):
        await grant_without_certificate(world, case.id, item, world.departments[department])
    world.clock.forward(days=1, seconds=PATIENCE.total_seconds() + 1)

    await world.service.sweeper.sweep()

    done = await world.service.store.case(case.id)
    assert done is not None
    assert (done.state, done.bundle) == (CaseState.DONE, None)
    assert await bundles(world) == []


async def grant_without_certificate(
    world: World, case: str, item: str, department: FakeDepartment
) -> None:
    filed = await world.until(case, lambda c: c.step(item).receipt is not None)
    told = department.says(filed.step(item).receipt or "", ItemStatus.GRANTED)
    await world.service.intake(department.id, [replace(told, certificate=None)])
    await world.until_state(case, item, "granted")


class KeyOutOfReach:
    """Cannot sign."""

    def signed(self, case: Case, one_thing: OneThing, issued_at: datetime) -> SignedBundle | None:
        raise OSError("no key")


async def test_what_cannot_be_signed_is_not_issued(world: World) -> None:
    case = await issuing(world)
    event = Event(
        key=f"issued:{case.id}",
        case=case.id,
        kind=EventKind.ISSUED,
        at=world.clock.now(),
        actor="gateway",
    )

    with pytest.raises(OSError, match="no key"):
        await IssuedBundles(world.service.store, KeyOutOfReach()).issue(event)

    waiting = await world.service.store.case(case.id)
    assert waiting is not None
    assert waiting.state is CaseState.ISSUING
    assert await issued_events(world, case.id) == []
    await world.service.sweeper.sweep()
    assert len(await issued_events(world, case.id)) == 1
