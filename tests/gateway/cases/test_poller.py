"""Asking where filings stand: never in step with others, never more at once than is agreed."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from adapters.errors import AdapterError
from gateway.cases.poller import CALLBACK_SLOWER, JITTER, Poller
from schema.domain.case import Case
from schema.domain.department import DepartmentInfo, Repeats
from schema.domain.filing import Progress
from tests.gateway.cases.world import FakeDepartment, World, make_world

ROUNDS, PACE_S = 40, 60.0


@dataclass
class Waits:
    """Time that passes at once, and is written down."""

    asked_for: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        if len(self.asked_for) == ROUNDS:
            raise asyncio.CancelledError
        self.asked_for.append(seconds)


async def test_rounds_are_spread_about_their_pace(world: World) -> None:
    waits = Waits()
    poller = Poller(
        world.service.store,
        {"blind": world.blind},
        world.service.intake,
        every_s=PACE_S,
        sleep=waits,
    )

    [loop] = poller.loops().values()
    with suppress(asyncio.CancelledError):
        await loop()

    assert len(set(waits.asked_for)) > ROUNDS / 2
    low, high = min(waits.asked_for), max(waits.asked_for)
    assert PACE_S * (1 - JITTER) <= low < PACE_S < high <= PACE_S * (1 + JITTER)


@dataclass
class InThrees(FakeDepartment):
    """Takes three receipts in one question."""

    questions: list[int] = field(default_factory=list)

    @property
    def info(self) -> DepartmentInfo:
        return replace(super().info, progress_batch=3)

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        self.questions.append(len(receipts))
        return await super().progress(receipts, service, budget=budget)


async def test_open_filings_are_asked_about_in_the_batches_a_department_takes(
    world: World,
) -> None:
    threes = InThrees(id="keyed", repeats=Repeats.KEY, services=("service_A",), clock=world.clock)
    path = world.path.with_name("threes.sqlite")
    await world.service.stop()
    many = make_world(path, departments={**world.departments, "keyed": threes})
    await many.service.start()
    try:
        for n in range(7):
            case = await many.submit((await many.draft(f"draft-{n}")).id, f"submit-{n}")
            assert isinstance(case, Case)
            await many.until(case.id, lambda c: c.step("A").receipt is not None)

        await many.service.poller.round(threes)
    finally:
        await many.service.stop()

    assert sorted(threes.questions) == [1, 3, 3]


@dataclass
class Written(FakeDepartment):
    """Writes down what it is asked about."""

    questions: list[tuple[str, ...]] = field(default_factory=list)

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        self.questions.append(tuple(receipts))
        return await super().progress(receipts, service, budget=budget)


async def test_what_calls_back_unreadably_is_asked_about_that_filing_sooner_than_about_all(
    world: World,
) -> None:
    cases = [await world.case()]
    second = await world.submit((await world.draft("start-2")).id, "submit-2")
    assert isinstance(second, Case)
    for case in (*cases, second):
        await world.until(case.id, lambda c: c.step("A").receipt is not None)
    keyed = Written(**{**vars(world.keyed), "questions": []})
    await world.service.intake("keyed", [], ["keyed-2", None])
    waits = Waits()
    poller = Poller(world.service.store, {"keyed": keyed}, world.service.intake, sleep=waits)

    [loop] = poller.loops().values()
    with suppress(asyncio.CancelledError):
        await loop()

    assert keyed.questions[0] == ("keyed-2",)
    rounds = ROUNDS // CALLBACK_SLOWER
    assert sorted(keyed.questions[1:]) == [("keyed-1",)] * rounds + [("keyed-2",)] * rounds
    assert max(waits.asked_for) <= keyed.info.limits.poll_every_s * (1 + JITTER)
    metrics = world.service.intake.metrics.render()[0].decode()
    assert 'onething_callback_rows_unread_total{department="keyed"} 2' in metrics
