"""Once a day each department is asked, by one process; who gave no answer is asked again."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from gateway.cases.housekeeping import AGAIN_S, HELD_S, Housekeeping
from gateway.cases.reconcile import Reconciled, Reconciler
from gateway.cases.store import Store
from schema.domain.department import Repeats
from tests.gateway.cases.world import FakeDepartment, World, make_world

ALL = ["asked", "blind", "keyed"]  # the police decides nothing


class Recorded(Reconciler):
    """Writes down whom it is to ask: those that give no answer, those that are slow, those whose
    adapter is broken, and the others.
    """

    asked: list[str]
    asking: asyncio.Event  # the slow ones have all been asked
    answered: asyncio.Event  # the slow ones have answered
    silent: frozenset[str] = frozenset()
    slow: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()

    async def run(self, only: str | None = None) -> Sequence[Reconciled]:
        assert only is not None
        self.asked.append(only)
        if only in self.broken:
            raise ValueError("an adapter's mistake")
        if only in self.slow:
            if len(self.asked) % len(ALL) == 0:
                self.asking.set()
            await self.answered.wait()
        return [Reconciled(department=only, unanswered=int(only in self.silent))]

    def since(self) -> list[str]:
        """Whom it was to ask since this was last looked at."""
        asked, self.asked = sorted(self.asked), []
        return asked


@dataclass
class Ticking:
    """Seconds that pass when told."""

    at: float = 1e9

    def __call__(self) -> float:
        return self.at


@dataclass
class Houses:
    """Several processes of one store."""

    world: World
    seconds: Ticking = field(default_factory=Ticking)

    def __post_init__(self) -> None:
        service, departments = self.world.service, self.world.departments
        its = service.store
        store = Store(its.database, its.engine, its.catalogue, its.calendar, now=self.seconds)
        self.reconciler = Recorded(store, departments, self.world.clock, service.intake)
        self.reconciler.asked = []
        self.reconciler.asking, self.reconciler.answered = asyncio.Event(), asyncio.Event()
        self.houses = [
            Housekeeping(store, self.reconciler, self.world.clock, at=time(3)) for _ in range(4)
        ]

    async def look(self, *, after: float = 0.0) -> list[str]:
        """Whom they ask when all of them look at once."""
        self.seconds.at += after
        done = await asyncio.gather(*(house.reconcile() for house in self.houses))
        asked = self.reconciler.since()
        assert sum(done) == bool(asked)
        return asked


async def ended(process: asyncio.Task[bool]) -> None:
    """It ends in the middle of its work."""
    process.cancel()
    with suppress(asyncio.CancelledError):
        await process


async def test_one_of_several_processes_reconciles_and_once_a_day(on_either: World) -> None:
    houses = Houses(on_either)

    today, again = await houses.look(), await houses.look(after=HELD_S)
    on_either.clock.forward(days=1)
    tomorrow = await houses.look()

    assert (today, again, tomorrow) == (ALL, [], ALL)


async def test_a_department_that_gave_no_answer_is_asked_again_ever_more_rarely(
    world: World,
) -> None:
    houses = Houses(world)
    houses.reconciler.silent = frozenset({"blind"})

    assert await houses.look() == ALL
    assert await houses.look(after=AGAIN_S - 1) == []
    assert await houses.look(after=1) == ["blind"]
    assert await houses.look(after=2 * AGAIN_S - 1) == []
    houses.reconciler.silent = frozenset()
    assert await houses.look(after=1) == ["blind"]
    assert await houses.look(after=24 * AGAIN_S) == []


async def test_the_next_day_begins_anew(world: World) -> None:
    houses = Houses(world)
    houses.reconciler.silent = frozenset(ALL)

    assert await houses.look() == ALL
    assert await houses.look(after=AGAIN_S) == ALL
    world.clock.forward(days=1)
    assert await houses.look() == ALL
    assert await houses.look(after=AGAIN_S) == ALL


async def test_a_process_that_ends_while_it_asks_loses_an_hour_and_no_day(on_either: World) -> None:
    houses = Houses(on_either)
    houses.reconciler.slow = frozenset(ALL)
    ending = asyncio.create_task(houses.houses[0].reconcile())
    await houses.reconciler.asking.wait()
    await ended(ending)
    houses.reconciler.since()
    houses.reconciler.slow = frozenset()

    assert await houses.look(after=HELD_S - 1) == []
    assert await houses.look(after=1) == ALL


async def test_a_run_that_takes_long_is_done_once_whoever_ends_first(on_either: World) -> None:
    houses = Houses(on_either)
    houses.reconciler.slow = frozenset(ALL)
    first = asyncio.create_task(houses.houses[0].reconcile())
    await houses.reconciler.asking.wait()
    houses.reconciler.asking.clear()
    houses.seconds.at += HELD_S
    second = asyncio.create_task(houses.houses[1].reconcile())
    await houses.reconciler.asking.wait()
    await ended(second)
    houses.reconciler.answered.set()

    assert await first
    assert houses.reconciler.since() == sorted(ALL * 2)
    assert await houses.look(after=HELD_S) == []


async def test_a_broken_department_leaves_the_turns_of_the_others_done(world: World) -> None:
    houses = Houses(world)
    houses.reconciler.broken = frozenset({"asked"})

    assert await houses.look() == ALL
    assert await houses.look(after=HELD_S) == ["asked"]


async def test_departments_with_long_names_have_turns_of_their_own(on_either: World) -> None:
    for end in "ab":
        name = "d" * 39 + end
        on_either.departments[name] = FakeDepartment(
            id=name, repeats=Repeats.BLIND, services=("service_Z",), clock=on_either.clock
        )
    houses = Houses(on_either)

    assert len(await houses.look()) == len(ALL) + 2
    assert await houses.look() == []


async def test_before_the_hour_nothing_is_asked(tmp_path: Path) -> None:
    world = make_world(tmp_path / "cases.sqlite")
    house = Housekeeping(
        world.service.store, world.service.reconciler, world.clock, at=time(23, 59)
    )

    assert await house.reconcile() is False
