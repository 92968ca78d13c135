"""PostgreSQL killed under load: refused with a code while it is away, healthy soon after."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cases.errors import StoreUnavailable
from gateway.cases.probe import Hooks
from schema.domain.case import Case, EventKind
from schema.domain.problem import ProblemCode
from schema.graph.ports import Draft, Rejected
from tests.gateway.cases.world import OWNER, World, make_world
from tests.postgres import Cluster, cluster

REFUSED_WITHIN_S = 1.0
HEALTHY_WITHIN_S = 5.0


@pytest.fixture
def mortal() -> Iterator[Cluster]:
    """A server that may be killed."""
    with cluster() as made:
        yield made


async def draft(world: World, request_id: str) -> Draft | Rejected:
    try:
        return await world.draft(request_id)
    except AssertionError as refused:
        rejected = refused.args[0]
        assert isinstance(rejected, Rejected)
        return rejected


async def healthy(world: World) -> float:
    """How long it took until the store took something again."""
    began = time.monotonic()
    for _ in range(200):
        if isinstance(await draft(world, "when it is back"), Draft):
            break
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def test_killed_postgresql_refuses_typed_and_goes_on_when_it_is_back(
    tmp_path: Path, mortal: Cluster
) -> None:
    world = make_world(tmp_path / "unused", store_url=mortal.create("cases"))
    await world.service.start()
    try:
        case = await world.case()
        await world.until(case.id, lambda c: c.step("A").receipt is not None)

        await asyncio.to_thread(mortal.kill)
        began = time.monotonic()
        refused = await draft(world, "while it is away")
        refused_after = time.monotonic() - began
        await asyncio.to_thread(mortal.start)
        healthy_after = await healthy(world)
        submitted = await world.submit(case.id, "submit-1")
        granted = await world.grant(case.id, "A", world.keyed)
        filed = await world.until(
            case.id, lambda c: bool(c.step("B").receipt and c.step("C").receipt), 15
        )
    finally:
        await world.service.stop()

    assert isinstance(refused, Rejected)
    assert [p.code for p in refused.problems] == [ProblemCode.STORE_UNAVAILABLE]
    assert refused_after < REFUSED_WITHIN_S
    assert healthy_after < HEALTHY_WITHIN_S
    assert isinstance(submitted, Case)
    assert granted.step("A").state == "granted"
    assert filed.step("B").receipt == "asked-1"
    assert (len(world.asked.posts), len(world.blind.posts)) == (1, 1)


async def parkings(world: World, case: str) -> int:
    events = await world.service.applications.timeline(OWNER, case)
    return sum(event.kind is EventKind.FILING_PARKED for event in events)


@pytest.mark.parametrize("point", ["committing", "committed"])
async def test_an_answer_that_could_not_be_saved_is_saved_when_the_store_is_back(
    tmp_path: Path, point: str
) -> None:
    away: list[str] = []

    def probe(at: str, reference: str) -> None:
        if at == point and ":C:file" in reference and len(away) < 2:
            away.append(at)
            raise StoreUnavailable("away")

    world = make_world(tmp_path / "cases.sqlite", hooks=Hooks(probe=probe))
    await world.service.start()
    try:
        case = await world.case()
        await world.grant(case.id, "A", world.keyed)
        filed = await world.until(
            case.id, lambda c: c.step("C").receipt is not None or c.step("C").state == "parked"
        )
        parked = await parkings(world, case.id)
    finally:
        await world.service.stop()

    assert filed.step("C").receipt == "blind-1"
    assert parked == 0
    assert len(world.blind.posts) == 1
    assert len(away) > 0


async def test_postgresql_killed_while_a_blind_department_answers_parks_nothing(
    tmp_path: Path, mortal: Cluster
) -> None:
    killed = asyncio.Event()

    def probe(at: str, reference: str) -> None:
        if at == "answered" and ":C:file" in reference and not killed.is_set():
            mortal.kill()
            killed.set()

    world = make_world(
        tmp_path / "unused", store_url=mortal.create("cases"), hooks=Hooks(probe=probe)
    )
    await world.service.start()
    try:
        case = await world.case()
        await world.grant(case.id, "A", world.keyed)
        await asyncio.wait_for(killed.wait(), 30)
        await asyncio.to_thread(mortal.start)
        await healthy(world)
        filed = await world.until(
            case.id,
            lambda c: c.step("C").receipt is not None or c.step("C").state == "parked",
            15,
        )
        parked = await parkings(world, case.id)
    finally:
        await world.service.stop()

    assert filed.step("C").receipt == "blind-1"
    assert parked == 0
    assert len(world.blind.posts) == 1
