"""Departments' books against ours: each difference is told once, and no answer is not a no."""

import asyncio
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from adapters.contract import Department
from gateway.cases.housekeeping import Housekeeping
from gateway.cases.probe import Hooks
from gateway.cases.reconcile import Difference, Reconciled, Reconciler
from schema.domain.case import Case, EventKind, Verb
from schema.domain.delivery_policy import Rule, rule_for
from schema.domain.filing import Filing, ItemStatus
from tests.gateway.cases.world import CLERK, OWNER, World, make_world


@pytest.fixture
def world(on_either: World) -> World:
    """All of this holds on SQLite and on PostgreSQL."""
    return on_either


async def filed(world: World) -> Case:
    """A is granted; B lies with a department that can be asked, C with a blind one."""
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    return await world.until(case.id, lambda c: bool(c.step("B").receipt and c.step("C").receipt))


async def reconciled(world: World, department: str = "asked") -> Reconciled:
    [made] = await world.service.reconciler.run(department)
    return made


async def kinds(world: World, case: str) -> list[EventKind]:
    return [event.kind for event in await world.service.applications.timeline(OWNER, case)]


async def test_equal_books_agree_and_nothing_is_told(world: World) -> None:
    case = await filed(world)
    before = await kinds(world, case.id)

    made = await world.service.reconciler.run()

    assert {(r.department, r.asked, r.agreed) for r in made} == {
        ("asked", 1, 1), ("blind", 1, 1), ("keyed", 1, 1),
    }  # fmt: skip
    assert [r.findings for r in made] == [[], [], []]
    assert await kinds(world, case.id) == before


async def test_a_second_filing_under_our_reference_is_withdrawn(world: World) -> None:
    case = await filed(world)
    first = world.asked.filings["asked-1"]
    world.asked.filings["asked-2"] = first

    made = await reconciled(world)
    await world.until(case.id, lambda c: c.step("B").surplus[0].state == "withdrawn")
    again = await reconciled(world)

    assert [(f.difference, f.receipt) for f in made.findings] == [(Difference.SURPLUS, "asked-2")]
    assert [w.receipt for w in world.asked.withdrawals] == ["asked-2"]
    assert again.findings == []


async def test_a_filing_the_department_lost_is_parked_for_a_clerk_once(world: World) -> None:
    case = await filed(world)
    world.asked.filings.clear()

    made = await reconciled(world)
    parked = await world.until_state(case.id, "B", "parked")
    again = await reconciled(world)

    assert made.needs_clerk
    assert [f.difference for f in made.findings] == [Difference.MISSING]
    assert parked.step("B").missing
    assert (await kinds(world, case.id)).count(EventKind.FILING_MISSING) == 1
    assert again.count(Difference.MISSING) == 1  # still to be looked at

    resolved = await world.service.applications.resolve_filing(
        CLERK, reference=parked.step("B").parked or "", receipt="asked-1", request_id="r"
    )
    assert isinstance(resolved, Case)
    assert resolved.step("B").state == "received"


async def test_no_answer_is_not_absence(world: World) -> None:
    case = await filed(world)
    world.asked.filings.clear()
    world.asked.asks = ["none", "down"]

    made = await reconciled(world)

    assert (made.unanswered, made.findings) == (1, [])
    assert EventKind.FILING_MISSING not in await kinds(world, case.id)


async def test_a_number_a_blind_department_does_not_know_is_missing(world: World) -> None:
    await filed(world)
    world.blind.unknown = {"blind-1"}

    made = await reconciled(world, "blind")

    assert [(f.difference, f.receipt) for f in made.findings] == [(Difference.MISSING, "blind-1")]


def soon_parked(department: Department, verb: Verb) -> Rule:
    """The rule as it is, but for a gateway that gives up asking at once."""
    return replace(rule_for(department.info, verb), asks=1)


async def test_a_parked_filing_that_is_there_after_all_is_adopted(tmp_path: Path) -> None:
    world = make_world(tmp_path / "cases.sqlite", hooks=Hooks(rule=soon_parked))
    await world.service.start()
    try:
        world.asked.troubles, world.asked.asks = ["lost"], ["down"]
        case = await world.case()
        await world.grant(case.id, "A", world.keyed)
        await world.until_state(case.id, "B", "parked")

        made = await reconciled(world)
        adopted = await world.until(case.id, lambda c: c.step("B").receipt is not None)
    finally:
        await world.service.stop()

    assert [f.difference for f in made.findings] == [Difference.ADOPTED]
    assert (adopted.step("B").receipt, len(world.asked.posts)) == ("asked-1", 1)


async def test_a_filing_of_a_case_we_do_not_know_is_an_orphan(world: World) -> None:
    case = await filed(world)
    stranger: Filing = world.asked.filings["asked-1"]
    world.asked.filings["asked-9"] = replace(stranger, reference="gone:B:file:1")
    world.asked.says("asked-9", ItemStatus.ACCEPTED)
    world.asked.says("asked-1", ItemStatus.ACCEPTED)

    made = await reconciled(world)
    known = await world.until_state(case.id, "B", "accepted")

    assert [(f.difference, f.reference, f.receipt) for f in made.findings] == [
        (Difference.ORPHAN, "gone:B:file:1", "asked-9")
    ]
    assert known.step("B").receipt == "asked-1"


async def test_one_of_several_processes_reconciles_and_once_a_day(world: World) -> None:
    class Counting(Reconciler):
        runs = 0

        async def run(self, only: str | None = None) -> list[Reconciled]:
            Counting.runs += 1
            return []

    service = world.service
    counting = Counting(service.store, {}, world.clock, service.intake)
    houses = [Housekeeping(service.store, counting, world.clock, at=time(3)) for _ in range(4)]

    today = await asyncio.gather(*(house.reconcile() for house in houses))
    again = [await house.reconcile() for house in houses]
    world.clock.forward(days=1)
    tomorrow = await asyncio.gather(*(house.reconcile() for house in houses))

    assert (sum(today), sum(again), sum(tomorrow), Counting.runs) == (1, 0, 1, 2)


async def test_before_the_hour_nothing_is_asked(tmp_path: Path) -> None:
    world = make_world(tmp_path / "cases.sqlite")
    house = Housekeeping(
        world.service.store, world.service.reconciler, world.clock, at=time(23, 59)
    )

    assert await house.reconcile() is False
