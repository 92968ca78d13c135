"""What happens beside the straight road, on a real store with departments that misbehave."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schema.domain.case import Case, EventKind, StepState, SurplusState
from schema.domain.filing import ItemStatus
from schema.domain.problem import ProblemCode
from schema.graph.ports import Rejected
from tests.gateway.cases.world import CLERK, OWNER, World, make_world, shop_opening


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    """B lapses three days after a supplement was asked for; objections hold A."""
    plain = shop_opening()
    more: dict[str, dict[str, Any]] = {
        "A": {"suspending_event": "objection_raised"},
        "B": {"supplement_days": 3},
    }
    items = tuple(replace(i, **more.get(i.id, {})) for i in plain.items)
    made = make_world(tmp_path / "cases.sqlite", replace(plain, items=items))
    await made.service.start()
    yield made
    await made.service.stop()


async def kinds(world: World, case: str) -> list[EventKind]:
    events = await world.service.applications.timeline(OWNER, case)
    return [event.kind for event in events]


async def report(world: World, case: str, event: str, request_id: str) -> Case | Rejected:
    return await world.service.applications.report(
        OWNER, case=case, event=event, request_id=request_id
    )


async def twice_filed(world: World) -> Case:
    """B's department keeps two filings under one reference, and says so when it is asked."""
    world.asked.troubles, world.asked.lag_s = ["lost"], 0.3
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until_state(case.id, "B", "confirming")
    world.asked.filings["asked-late"] = world.asked.filings["asked-1"]
    return case


async def test_a_surplus_filing_is_withdrawn_and_the_first_goes_on(shop: World) -> None:
    case = await twice_filed(shop)

    ended = await shop.until(
        case.id,
        lambda c: [s.state for s in c.step("B").surplus] == [SurplusState.WITHDRAWN],
    )

    assert [w.receipt for w in shop.asked.withdrawals] == ["asked-late"]
    assert [w.reference for w in shop.asked.withdrawals] == [f"{case.id}:B:withdraw:2"]
    assert (ended.step("B").receipt, ended.step("B").state) == ("asked-1", StepState.RECEIVED)
    seen = await kinds(shop, case.id)
    assert EventKind.DUPLICATE_FOUND in seen
    assert EventKind.SURPLUS_WITHDRAWN in seen


async def test_a_surplus_filing_the_department_keeps_leaves_the_first_alone(shop: World) -> None:
    shop.asked.asks = ["down"]
    case = await twice_filed(shop)
    shop.asked.troubles = ["no"]

    kept = await shop.until(
        case.id, lambda c: [s.state for s in c.step("B").surplus] == [SurplusState.KEPT]
    )

    assert kept.step("B").state is StepState.RECEIVED
    assert shop.asked.withdrawals == []


async def test_a_filing_that_went_missing_is_sent_again_when_a_clerk_says_so(shop: World) -> None:
    case = await shop.case()
    filed = await shop.until(case.id, lambda c: c.step("A").receipt is not None)
    reference = f"{case.id}:A:file:1"
    shop.keyed.filings.clear()
    event = replace(
        (await shop.service.applications.timeline(OWNER, case.id))[0],
        key=f"missing:{reference}",
        kind=EventKind.FILING_MISSING,
        item="A",
        data={"reference": reference, "receipt": filed.step("A").receipt},
    )
    parked = await shop.service.store.append(event)
    resolved = await shop.service.applications.resolve_filing(
        CLERK, reference=reference, receipt=None, request_id="r1"
    )
    again = await shop.until(case.id, lambda c: c.step("A").receipt is not None)

    assert (parked.step("A").state, parked.step("A").missing) == (StepState.PARKED, True)
    assert isinstance(resolved, Case), resolved
    assert again.step("A").state is StepState.RECEIVED
    assert shop.keyed.posts == [reference, reference]


async def test_time_accepts_by_law_and_takes_back_what_was_never_supplemented(
    shop: World,
) -> None:
    case = await shop.case()
    await shop.until(case.id, lambda c: c.step("A").receipt is not None)
    shop.clock.forward(days=8)
    await shop.service.sweeper.sweep()
    deemed = await shop.until_state(case.id, "A", "accepted")
    await shop.grant(case.id, "A", shop.keyed)
    filed = await shop.until(case.id, lambda c: c.step("B").receipt is not None)
    told = shop.asked.says(filed.step("B").receipt or "", ItemStatus.SUPPLEMENT_REQUESTED)
    await shop.service.intake("asked", [told])
    for _ in range(3):
        shop.clock.forward(days=2)
        await shop.service.sweeper.sweep()
        await shop.service.sweeper.sweep()
    await shop.until_state(case.id, "B", "withdrawn")

    seen = await kinds(shop, case.id)
    assert deemed.step("A").due_on is not None
    assert seen.count(EventKind.DEEMED_ACCEPTED) == 1
    assert seen.count(EventKind.LAPSED) == 1


async def test_an_objection_is_reported_where_it_is_declared_and_only_in_turn(
    shop: World,
) -> None:
    case = await shop.case()
    early = await report(shop, case.id, "objection_settled", "r1")
    raised = await report(shop, case.id, "objection_raised", "r2")
    twice = await report(shop, case.id, "objection_raised", "r3")
    settled = await report(shop, case.id, "objection_settled", "r4")
    again = await report(shop, case.id, "objection_raised", "r5")
    undeclared = await report(shop, case.id, "construction_finished", "r6")

    assert isinstance(early, Rejected)
    assert isinstance(twice, Rejected)
    assert isinstance(raised, Case)
    assert isinstance(settled, Case)
    assert isinstance(again, Case)
    assert settled.reported == ("objection_settled",)
    assert again.reported == ("objection_raised",)
    assert isinstance(undeclared, Rejected)
    assert undeclared.problems[0].code is ProblemCode.NOT_A_CHOICE
