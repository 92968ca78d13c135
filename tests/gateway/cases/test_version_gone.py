"""A version nothing unfinished needs may go; what comes late for its cases breaks nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cases.errors import VersionsMissing
from gateway.cases.intake import position
from schema.domain.case import Case, CaseState
from schema.domain.filing import ItemStatus, Progress
from tests.gateway.cases.world import OWNER, World, make_world, shop_opening

NEXT = replace(shop_opening(), version="2")


@pytest.fixture
async def ended(tmp_path: Path) -> AsyncIterator[tuple[World, Case]]:
    """A case that is done, in a gateway that does not declare its version any more."""
    before = make_world(tmp_path / "cases.sqlite")
    await before.service.start()
    case = await before.case()
    for item, department in (("A", "keyed"), ("B", "asked"), ("C", "blind"), ("D", "asked")):
        await before.grant(case.id, item, before.departments[department])
    before.clock.forward(days=1)
    await before.service.sweeper.sweep()
    done = await before.until(case.id, lambda c: c.state is CaseState.DONE)
    await before.service.stop()
    world = make_world(tmp_path / "cases.sqlite", NEXT, departments=before.departments)
    await world.service.start()
    yield world, done
    await world.service.stop()


def late(case: Case) -> Progress:
    receipt = case.step("B").receipt
    assert receipt is not None
    assert case.done_at is not None
    return Progress(receipt=receipt, status=ItemStatus.GRANTED, at=case.done_at, note="late")


async def test_late_news_of_its_case_is_kept_and_holds_no_feed_back(
    ended: tuple[World, Case],
) -> None:
    world, case = ended
    world.asked.feed.append(late(case))

    await world.service.poller.round(world.asked)

    assert await position(world.service.store, "asked") == str(len(world.asked.feed))
    timeline = await world.service.applications.timeline(OWNER, case.id)
    assert timeline[-1].data["note"] == "late"
    assert await world.service.store.case(case.id) == case


async def test_news_with_another_number_for_its_case_changes_nothing(
    ended: tuple[World, Case],
) -> None:
    world, case = ended
    told = late(case)
    other = replace(told, receipt="another", reference=f"{case.id}:B:file:1")

    await world.service.intake("asked", [told, other])

    assert await world.service.store.case(case.id) == case


async def test_who_submits_again_is_given_the_case(ended: tuple[World, Case]) -> None:
    world, case = ended

    assert await world.submit(case.id) == case
    assert await world.service.applications.draft(OWNER, case.id) is None


async def test_reconciling_leaves_its_cases_out_and_does_the_others(
    ended: tuple[World, Case],
) -> None:
    world, _ = ended

    made = await world.service.reconciler.run()

    assert {one.department: one.unanswered for one in made} == {"asked": 0, "blind": 0, "keyed": 0}


async def test_a_version_drafts_were_begun_under_must_still_be_declared(tmp_path: Path) -> None:
    world = make_world(tmp_path / "cases.sqlite")
    await world.service.start()
    await world.draft()
    await world.service.stop()

    later = make_world(tmp_path / "cases.sqlite", NEXT)

    with pytest.raises(VersionsMissing, match=r"open_shop 1 \(1 drafts\)"):
        await later.service.start()
