"""A gateway told to stop: calls under way may end, nothing is left running, nothing is lost."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from schema.domain.department import Repeats
from schema.domain.filing import Filing, Receipt
from tests.gateway.cases.world import FakeDepartment, World, make_world


@dataclass
class Slow(FakeDepartment):
    """Has the filing at once, and replies when it is let."""

    came_in: asyncio.Event = field(default_factory=asyncio.Event)
    replies: asyncio.Event = field(default_factory=asyncio.Event)

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        receipt = await super().file(filing, budget=budget)
        self.came_in.set()
        await self.replies.wait()
        return receipt


async def world_with_slow(path: Path) -> tuple[World, Slow]:
    usual = make_world(path)
    slow = Slow(id="keyed", repeats=Repeats.KEY, services=("service_A",), clock=usual.clock)
    world = make_world(path, departments={**usual.departments, "keyed": slow})
    await world.service.start()
    return world, slow


async def test_a_call_under_way_comes_to_its_end_and_is_saved(tmp_path: Path) -> None:
    world, slow = await world_with_slow(tmp_path / "cases.sqlite")
    case = await world.case()
    await slow.came_in.wait()

    stopping = asyncio.create_task(world.service.stop())
    slow.replies.set()
    await stopping

    later = make_world(tmp_path / "cases.sqlite", departments=world.departments)
    await later.service.start()
    stored = await later.service.store.case(case.id)
    await later.service.stop()
    assert stored is not None
    assert stored.step("A").receipt == "keyed-1"
    assert slow.posts == [f"{case.id}:A:file:1"]


async def test_a_department_that_hangs_holds_nothing_up_and_is_filed_with_once(
    tmp_path: Path,
) -> None:
    world, slow = await world_with_slow(tmp_path / "cases.sqlite")
    case = await world.case()
    await slow.came_in.wait()

    async with asyncio.timeout(5):
        await world.service.stop()

    assert asyncio.all_tasks() == {asyncio.current_task()}
    slow.replies.set()
    later = make_world(tmp_path / "cases.sqlite", departments=world.departments)
    await later.service.start()
    await later.until(case.id, lambda c: c.step("A").receipt is not None)
    await later.service.stop()
    assert list(slow.filings) == ["keyed-1"]
