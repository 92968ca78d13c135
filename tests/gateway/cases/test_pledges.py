"""Promised on submitting: pledges in place of documents, and documents that follow."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.cases.promises import Promises
from gateway.cases.requests import request
from gateway.cases.submitting import Handed
from schema.domain.case import Case, Event
from schema.domain.filing import ItemStatus
from schema.domain.one_thing import Fate, Material, OneThing
from schema.domain.problem import ProblemCode
from schema.graph.ports import Rejected
from tests.gateway.cases.world import OWNER, SHA, World, make_world, shop_opening, text

TRAINING = Material(code="C1", name=text("培训记录"), copies=1, fate=Fate.COMMITMENT)
SKETCH = Material(code="B3", name=text("效果图"), copies=1, fate=Fate.SUBMIT, later_days=3)


def promising_shop() -> OneThing:
    """C asks for a pledge; B's sketch may follow."""
    shop = shop_opening()
    more = {"B": (SKETCH,), "C": (TRAINING,)}
    items = (replace(i, materials=(*i.materials, *more.get(i.id, ()))) for i in shop.items)
    return replace(shop, items=tuple(items))


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path / "cases.sqlite", promising_shop())
    await made.service.start()
    yield made
    await made.service.stop()


async def submit(world: World, draft: str, *uploads: str, **promises: list[str]) -> Case | Rejected:
    return await world.service.applications.submit(
        OWNER,
        draft=draft,
        answers={},
        materials=dict.fromkeys(uploads, SHA),
        request_id="submit-1",
        **promises,
    )


async def case_with(world: World, *uploads: str, **promises: list[str]) -> Case:
    submitted = await submit(world, (await world.draft()).id, *uploads, **promises)
    assert isinstance(submitted, Case), submitted
    return submitted


def reasons(outcome: Case | Rejected) -> list[tuple[ProblemCode, tuple[str, ...]]]:
    assert isinstance(outcome, Rejected), outcome
    return [(problem.code, problem.path) for problem in outcome.problems]


async def submission(world: World, case: str) -> Event:
    return (await world.service.applications.timeline(OWNER, case))[0]


async def test_a_draft_shows_what_is_pledged_and_what_follows_from_breaking_it(shop: World) -> None:
    draft = await shop.draft()

    [pledge] = draft.pledges
    assert (pledge.code, pledge.name, pledge.item) == ("C1", text("培训记录"), "C")
    assert "培训记录" in pledge.text.zh
    assert "撤销行政决定" in pledge.text.zh
    assert "国办发〔2020〕42号" in pledge.text.en
    assert draft.deferrable == (SKETCH,)
    assert {p.code for p in draft.problems} == {ProblemCode.MATERIAL_MISSING}


async def test_a_pledge_not_made_stands_against_submitting_and_the_draft_is_kept(
    shop: World,
) -> None:
    draft = await shop.draft()

    rejected = await submit(shop, draft.id, "B1", "B3")
    made = await submit(shop, draft.id, "B1", "B3", pledges=["C1"])

    assert reasons(rejected) == [(ProblemCode.PLEDGE_MISSING, ("pledges", "C1"))]
    assert isinstance(made, Case)


async def test_a_pledge_nobody_asked_for_is_unknown(shop: World) -> None:
    draft = await shop.draft()

    rejected = await submit(shop, draft.id, "B1", "B3", pledges=["C1", "B1", "Q"])

    assert reasons(rejected) == [
        (ProblemCode.PLEDGE_UNKNOWN, ("pledges", "B1")),
        (ProblemCode.PLEDGE_UNKNOWN, ("pledges", "Q")),
    ]


async def test_pledges_made_are_told_by_the_first_event_and_no_department_receives_them(
    shop: World,
) -> None:
    case = await case_with(shop, "B1", "B3", pledges=["C1"])
    await shop.grant(case.id, "A", shop.keyed)
    await shop.until(case.id, lambda c: c.step("C").receipt is not None)

    assert case.pledges == ("C1",)
    assert (await submission(shop, case.id)).data["pledges"] == ["C1"]
    assert shop.blind.filings["blind-1"].materials == ()


async def test_who_brings_the_document_need_not_pledge(shop: World) -> None:
    case = await case_with(shop, "B1", "B3", "C1")
    await shop.grant(case.id, "A", shop.keyed)
    await shop.until(case.id, lambda c: c.step("C").receipt is not None)

    assert case.pledges == ()
    assert [m.code for m in shop.blind.filings["blind-1"].materials] == ["C1"]


async def test_the_same_promises_in_another_order_are_the_same_request_and_others_conflict(
    shop: World,
) -> None:
    draft = await shop.draft()
    first = await submit(shop, draft.id, "B1", pledges=["C1"], deferred=["B3"])

    again = await submit(shop, draft.id, "B1", pledges=["C1", "C1"], deferred=["B3"])
    other = await submit(shop, draft.id, "B1", pledges=["C1"])

    assert isinstance(first, Case)
    assert isinstance(again, Case)
    assert first.id == again.id
    assert reasons(other) == [(ProblemCode.CONFLICT, ())]


async def test_a_request_without_promises_keeps_the_digest_it_always_had(shop: World) -> None:
    body: dict[str, Any] = {"draft": "d", "answers": {"shop": "小满"}, "materials": {"B1": SHA}}
    handed = Handed(**body, promises=Promises())

    assert handed.request(OWNER, "r") == request(OWNER.subject, "r", "submit", **body)


async def test_a_material_that_may_follow_is_missing_only_when_it_is_not_named(
    shop: World,
) -> None:
    draft = await shop.draft()

    forgotten = await submit(shop, draft.id, "B1", pledges=["C1"])
    named = await submit(shop, draft.id, "B1", pledges=["C1"], deferred=["B3"])

    assert reasons(forgotten) == [(ProblemCode.MATERIAL_MISSING, ("materials", "B3"))]
    assert isinstance(named, Case)
    assert named.deferred == ("B3",)
    assert (await submission(shop, named.id)).data["deferred"] == ["B3"]


async def test_what_may_not_follow_cannot_be_left_for_later(shop: World) -> None:
    draft = await shop.draft()

    rejected = await submit(shop, draft.id, "B3", pledges=["C1"], deferred=["B1", "Q"])

    assert reasons(rejected) == [
        (ProblemCode.MATERIAL_MISSING, ("materials", "B1")),
        (ProblemCode.NOT_A_CHOICE, ("deferred", "B1")),
        (ProblemCode.NOT_A_CHOICE, ("deferred", "Q")),
    ]


async def test_what_was_brought_after_all_does_not_follow(shop: World) -> None:
    case = await case_with(shop, "B1", "B3", pledges=["C1"], deferred=["B3"])

    assert case.deferred == ()


async def test_what_a_step_owes_is_handed_in_while_its_clock_runs(shop: World) -> None:
    case = await case_with(shop, "B1", pledges=["C1"], deferred=["B3"])
    await shop.grant(case.id, "A", shop.keyed)
    filed = await shop.until(case.id, lambda c: c.step("B").receipt is not None)
    receipt = filed.step("B").receipt or ""
    told = shop.asked.says(receipt, ItemStatus.CONDITIONALLY_ACCEPTED, "效果图后补")
    await shop.service.intake("asked", [told])
    owing = await shop.until(case.id, lambda c: bool(c.step("B").owes))

    await hand_in(shop, case.id)
    await shop.until(case.id, lambda c: not c.step("B").owes)

    assert [m.code for m in shop.asked.filings[receipt].materials] == ["B1"]
    assert owing.step("B").owes == ("B3",)
    assert owing.step("B").request == "效果图后补"
    assert owing.step("B").suspensions == ()
    assert [[m.code for m in s.materials] for s in shop.asked.supplements] == [["B3"]]


async def hand_in(world: World, case: str) -> None:
    answer = await world.service.applications.supplement(
        OWNER,
        case=case,
        item="B",
        answers={},
        materials={"B3": SHA},
        note=None,
        request_id="supplement-1",
    )
    assert isinstance(answer, Case), answer


async def test_a_step_that_owes_nothing_takes_no_supplement(shop: World) -> None:
    case = await case_with(shop, "B1", "B3", pledges=["C1"])
    await shop.grant(case.id, "A", shop.keyed)
    filed = await shop.until(case.id, lambda c: c.step("B").receipt is not None)
    told = shop.asked.says(filed.step("B").receipt or "", ItemStatus.ACCEPTED)
    await shop.service.intake("asked", [told])
    await shop.until_state(case.id, "B", "accepted")

    answer = await shop.service.applications.supplement(
        OWNER, case=case.id, item="B", answers={}, materials={}, note=None, request_id="s"
    )

    assert reasons(answer) == [(ProblemCode.WRONG_STATE, ("item",))]
