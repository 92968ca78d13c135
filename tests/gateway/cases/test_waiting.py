"""Clerks see who waits, and order another round without anything being sent blindly."""

import pytest

from schema.domain.case import Case, EventKind
from schema.domain.waits import WaitingKind, WaitOn
from schema.graph.ports import Rejected, Viewer, Waiting, WaitingPage
from tests.gateway.cases.world import CLERK, OWNER, World


@pytest.fixture
def world(on_either: World) -> World:
    """All of this holds on SQLite and on PostgreSQL."""
    return on_either


async def waiting(
    world: World, kind: WaitingKind, viewer: Viewer = CLERK, **more: str | int | None
) -> WaitingPage:
    given = {"department": None, "first": 20, "after": None, **more}
    return await world.service.clerks.waiting(viewer, kind=kind, **given)  # type: ignore[arg-type]


async def parked(world: World) -> Case:
    """C lies with a blind department, and nobody knows whether it arrived."""
    world.blind.troubles = ["lost"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    return await world.until_state(case.id, "C", "parked")


async def test_a_clerk_sees_what_is_parked_and_nobody_else_does(world: World) -> None:
    case = await parked(world)

    page = await waiting(world, WaitingKind.PARKED)
    others = await waiting(world, WaitingKind.PARKED, OWNER)
    elsewhere = await waiting(world, WaitingKind.PARKED, department="keyed")

    [entry] = page.entries
    assert (entry.case, entry.wait.item, entry.wait.on) == (case.id, "C", WaitOn.CLERK)
    assert entry.command is not None
    assert entry.command.reference == f"{case.id}:C:file:1"
    assert entry.attempts == 1
    assert (others.entries, elsewhere.entries) == ((), ())


async def test_pages_follow_one_another_without_gap_or_repeat(world: World) -> None:
    case = await parked(world)
    await world.until(case.id, lambda c: c.step("B").receipt is not None)
    whole = await waiting(world, WaitingKind.ALL)

    after: str | None = None
    seen: list[Waiting] = []
    for _ in whole.entries:
        page = await waiting(world, WaitingKind.ALL, first=1, after=after)
        seen += page.entries
        after = page.cursor

    assert tuple(seen) == whole.entries
    assert len(seen) > 1
    assert after is None
    assert (await waiting(world, WaitingKind.ALL, after="none of ours")).entries == ()


async def test_what_is_overdue_is_found_when_its_day_has_passed(world: World) -> None:
    await parked(world)
    assert (await waiting(world, WaitingKind.OVERDUE)).entries == ()

    world.clock.forward(days=4)

    overdue = await waiting(world, WaitingKind.OVERDUE)
    assert "C" in [entry.wait.item for entry in overdue.entries]
    assert all(entry.overdue for entry in overdue.entries)


async def test_a_blind_filing_in_doubt_is_never_retried(world: World) -> None:
    case = await parked(world)

    refused = await world.service.clerks.retry_filing(
        CLERK, reference=f"{case.id}:C:file:1", request_id="again"
    )

    assert isinstance(refused, Rejected)
    assert "resolveFiling" in refused.problems[0].text.en
    assert len(world.blind.posts) == 1


async def test_a_command_in_a_long_back_off_is_woken_once_per_request(world: World) -> None:
    world.asked.troubles = ["busy"] * 4
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: c.step("B").attempts >= 3 or bool(c.step("B").receipt))
    reference = f"{case.id}:B:file:1"

    clerks = world.service.clerks
    first = await clerks.retry_filing(CLERK, reference=reference, request_id="wake")
    again = await clerks.retry_filing(CLERK, reference=reference, request_id="wake")
    stranger = await clerks.retry_filing(OWNER, reference=reference, request_id="mine")
    filed = await world.until(case.id, lambda c: c.step("B").receipt is not None)

    assert isinstance(stranger, Rejected)
    if isinstance(first, Case):  # it may be at work just then: that is said, and goes on
        assert isinstance(again, Case)
        kinds = [e.kind for e in await world.service.applications.timeline(OWNER, case.id)]
        assert kinds.count(EventKind.FILING_RETRIED) == 1
    assert filed.step("B").receipt == "asked-1"
    assert len(world.asked.filings) == 1
