"""Several processes on one PostgreSQL: the work of one that died is done by another, once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cases import tables
from gateway.cases.executors import Executors
from gateway.cases.probe import Hooks
from schema.domain.case import Case, EventKind
from tests.gateway.cases.crashing import crash_world, killed_at
from tests.gateway.cases.world import OWNER, World, make_world, restored

LEASE_S = 1.0


@pytest.mark.parametrize(("point", "posts"), [("claimed", 1), ("answered", 1), ("committing", 1)])
async def test_a_killed_peers_command_is_taken_over_after_its_lease_and_filed_once(
    tmp_path: Path, postgres_url: str, point: str, posts: int
) -> None:
    await killed_at(tmp_path, "asked", point, postgres_url)
    world = crash_world(tmp_path, "asked", store_url=postgres_url, lease_s=LEASE_S)
    restored(world.asked, tmp_path / "ledger.jsonl")
    await world.service.start()
    try:
        case = (tmp_path / "case").read_text()
        filed = await world.until(case, lambda c: c.step("A").receipt is not None)
    finally:
        await world.service.stop()

    assert filed.step("A").receipt == "asked-1"
    assert len(world.asked.posts) == posts


@dataclass
class Ticking:
    """Seconds that pass when told."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at


async def peers(world: World) -> tuple[Executors, Executors, Ticking]:
    """Two processes of one store, as they see each other; the first one's time is ours."""
    ticking = Ticking()
    first = Executors(
        world.service.store, executor="one", version="v", lease_s=10, monotonic=ticking
    )
    second = Executors(world.service.store, executor="two", version="v", lease_s=10)
    await first.beat()
    await second.beat()
    return first, second, ticking


@pytest.fixture
async def stored(tmp_path: Path, postgres_url: str) -> AsyncIterator[World]:
    made = make_world(tmp_path / "unused", store_url=postgres_url, lease_s=3600)
    await made.service.start()
    yield made
    await made.service.stop()


async def watched(first: Executors, ticking: Ticking, seconds: int) -> list[str]:
    """Who is dead after watching that long without a break."""
    dead: list[str] = []
    for _ in range(seconds):
        ticking.at += 1
        dead = await first.dead()
    return [name for name in dead if name == "two"]


async def test_a_peer_is_dead_when_its_beat_stood_still_for_a_lease(stored: World) -> None:
    first, second, ticking = await peers(stored)

    assert await watched(first, ticking, 9) == []
    await second.beat()
    assert await watched(first, ticking, 10) == []
    assert await watched(first, ticking, 2) == ["two"]


async def test_who_looked_away_buries_nobody(stored: World) -> None:
    first, second, ticking = await peers(stored)
    await watched(first, ticking, 7)

    ticking.at += 3600  # everybody frozen, or without their store

    assert await watched(first, ticking, 1) == []
    await second.beat()  # and awake again
    assert await watched(first, ticking, 10) == []


async def test_a_look_that_comes_late_does_not_begin_the_watch_anew(stored: World) -> None:
    first, _, ticking = await peers(stored)
    await watched(first, ticking, 7)

    ticking.at += 8  # a busy machine: of nine seconds two count

    assert await watched(first, ticking, 2) == []
    assert await watched(first, ticking, 1) == ["two"]


async def test_looks_that_come_slowly_see_a_peer_die_no_later(stored: World) -> None:
    first, _, ticking = await peers(stored)

    for _ in range(4):  # a busy machine: three seconds between two looks
        ticking.at += 3
        assert await first.dead() == []
    ticking.at += 3

    assert "two" in await first.dead()


async def test_a_process_taken_for_dead_enters_itself_again(stored: World) -> None:
    first, second, _ = await peers(stored)

    await first.bury(["two"])
    assert "two" not in await first.alive()
    await second.beat()

    assert (await first.alive())["two"] == "v"


async def parked_in_the_send(world: World, case: Case) -> tuple[asyncio.Event, asyncio.Event]:
    """B is being sent and the answer is held back: (it was sent, let the answer through)."""
    sent, through = asyncio.Event(), asyncio.Event()
    real: Callable[..., Awaitable[Any]] = world.asked.file

    async def slow(*args: Any, **more: Any) -> Any:
        answer = await real(*args, **more)
        if not sent.is_set():
            sent.set()
            await through.wait()
        return answer

    world.asked.file = slow  # type: ignore[method-assign]
    await world.grant(case.id, "A", world.keyed)
    await asyncio.wait_for(sent.wait(), 30)
    return sent, through


async def test_answer_to_a_command_given_up_is_the_same_filing(on_either: World) -> None:
    world = on_either
    case = await world.case()
    _, through = await parked_in_the_send(world, case)

    await world.service.reaper.again([(f"{case.id}:B:file:1", 1)])
    adopted = await world.until(case.id, lambda c: c.step("B").receipt is not None)
    through.set()
    await asyncio.sleep(0.2)

    assert adopted.step("B").receipt == "asked-1"
    assert len(world.asked.posts) == 1
    events = await world.service.applications.timeline(OWNER, case.id)
    assert EventKind.DUPLICATE_FOUND not in [event.kind for event in events]


async def test_a_command_nobody_is_at_is_adopted(on_either: World) -> None:
    world = on_either
    case = await world.case()
    filed, through = await parked_in_the_send(world, case)
    reference, table = f"{case.id}:B:file:1", tables.delivery
    engine = world.service.store.engine
    assert filed.is_set()

    # as if the engine had lost it: nothing of it is left there under its present tick
    await engine.cancel([r for r in await engine.running() if r.reference == reference])
    async with world.service.store.write() as transaction:
        lost = table.update().where(table.c.reference == reference)
        await transaction.changed(lost.values(tick=table.c.tick + 100))
    taken = await world.service.reaper.adopt()
    await world.until(case.id, lambda c: c.step("B").receipt is not None)
    through.set()

    assert taken == 1
    assert len(world.asked.posts) == 1


async def test_hooks_are_told_every_point_in_order(tmp_path: Path) -> None:
    points: list[str] = []
    ended = asyncio.Event()

    def probe(point: str, _reference: str) -> None:
        points.append(point)
        if point == "concluded":
            ended.set()

    world = make_world(tmp_path / "cases.sqlite", hooks=Hooks(probe=probe))
    await world.service.start()
    try:
        await world.case()
        await asyncio.wait_for(ended.wait(), 30)
    finally:
        await world.service.stop()

    assert points == ["picked", "claimed", "answered", "committing", "committed", "concluded"]


async def test_a_command_whose_end_the_engine_could_not_write_down_gives_its_place_back(
    on_either: World,
) -> None:
    """As after a full disk: the delivery is done, its command is down as running for good."""
    world = on_either
    case = await world.case()
    await parked_in_the_send(world, case)  # B's call goes on: it is in hand, not over
    reference, table = f"{case.id}:B:file:1", tables.delivery
    async with world.service.store.write() as transaction:
        ended = table.update().where(table.c.reference == reference)
        await transaction.changed(ended.values(state="done"))
    reaper, engine = world.service.reaper, world.service.store.engine
    async with asyncio.timeout(30):
        # until A's has ended too; the engine tells nobody
        while [r.reference for r in await engine.running()] != [reference]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert await reaper.let_go() == 0  # it may be about to be written down
    assert await reaper.let_go() == 1

    assert reference not in [r.reference for r in await engine.running()]
