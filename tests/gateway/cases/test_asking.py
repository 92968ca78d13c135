"""A receipt a department stumbles over is asked about alone and seldom; all others are told of."""

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest

from adapters.errors import AdapterError, ContractBroken, NotCalled, NotDelivered, OutcomeUnknown
from gateway.cases.asking import ALONE_S, GIVE_UP, PARTS, Asking
from gateway.federation.gate import Gate
from gateway.federation.guarded import GuardedDepartment
from schema.domain.case import Case
from schema.domain.department import DepartmentInfo, Repeats
from schema.domain.filing import ItemStatus, Progress
from schema.domain.problem import ProblemCode
from tests.gateway.cases.world import MORNING, FakeDepartment, World, make_world


def fault(name: str = "d") -> AdapterError:
    return OutcomeUnknown(name, "HTTP 500", code=ProblemCode.DEPARTMENT_FAULT)


@dataclass
class Counter:
    """Answers about every receipt but those it stumbles over."""

    stumbles: set[str]
    error: AdapterError = field(default_factory=fault)
    questions: list[list[str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def __call__(self, service: str, receipts: Sequence[str]) -> None:
        self.questions.append(list(receipts))
        if self.stumbles.intersection(receipts):
            raise self.error
        self.told.extend(receipts)

    async def round(self, asking: Asking, receipts: Sequence[str], size: int) -> None:
        for batch in asking.batches({"s": receipts}, size):
            await asking.about(batch, self)


@dataclass
class Time:
    at: float = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize("error", [fault(), ContractBroken("d", "/status")], ids=type)
async def test_one_receipt_in_a_batch_takes_no_other_with_it(error: AdapterError) -> None:
    receipts = [f"r{n}" for n in range(64)]
    counter = Counter({"r17"}, error)

    await counter.round(Asking("d", Time()), receipts, 64)

    assert sorted(counter.told) == sorted(set(receipts) - {"r17"})
    assert len(counter.questions) <= 1 + PARTS


async def test_a_receipt_that_fails_alone_is_left_alone_longer_each_time() -> None:
    time, counter = Time(), Counter({"r0"})
    asking = Asking("d", time)
    asked = []
    for second in range(0, 800, 10):
        time.at = float(second)
        counter.questions.clear()
        await counter.round(asking, ["r0", "r1"], 2)
        if ["r0"] in counter.questions:
            asked.append(second)

    assert asked == [0, 60, 180, 420]


async def test_a_receipt_that_is_answered_again_is_one_of_the_others() -> None:
    time, counter = Time(), Counter({"r0"})
    asking = Asking("d", time)
    await counter.round(asking, ["r0", "r1"], 2)
    counter.stumbles.clear()
    time.at = ALONE_S
    await counter.round(asking, ["r0", "r1"], 2)
    counter.questions.clear()

    await counter.round(asking, ["r0", "r1"], 2)

    assert counter.questions == [["r0", "r1"]]


async def test_silence_is_not_asked_about_in_parts_but_alone_the_next_time() -> None:
    counter = Counter({"r0"}, OutcomeUnknown("d", "no answer"))
    asking = Asking("d", Time())
    await counter.round(asking, ["r0", "r1", "r2"], 2)
    assert counter.questions == [["r0", "r1"], ["r2"]]
    counter.questions.clear()

    await counter.round(asking, ["r0", "r1", "r2"], 2)

    assert counter.questions == [["r2"], ["r0"], ["r1"]]


async def test_a_department_that_is_not_reached_ends_the_round_at_once() -> None:
    counter = Counter({"r0"}, NotDelivered("d", "refused"))

    with pytest.raises(NotDelivered):
        await counter.round(Asking("d", Time()), ["r0", "r1"], 1)

    assert counter.questions == [["r0"]]


async def test_where_nothing_is_answered_the_round_is_given_up_soon() -> None:
    receipts = [f"r{n}" for n in range(20)]
    counter = Counter(set(receipts))

    with pytest.raises(OutcomeUnknown):
        await counter.round(Asking("d", Time()), receipts, 4)

    assert len([asked for asked in counter.questions if len(asked) == 4]) == GIVE_UP
    assert len(counter.questions) <= GIVE_UP + PARTS


@pytest.mark.parametrize(
    "error", [fault(), OutcomeUnknown("d", "no answer")], ids=["5xx", "silent"]
)
async def test_after_a_bad_day_everybody_has_news_in_the_first_good_round(
    error: AdapterError,
) -> None:
    receipts = [f"r{n}" for n in range(500)]
    counter, time = Counter(set(receipts), error), Time()
    asking = Asking("d", time)
    for minute in range(60):
        time.at = 60.0 * minute
        with pytest.raises(OutcomeUnknown):
            await counter.round(asking, receipts, 50)
    counter.stumbles.clear()
    counter.questions.clear()

    await counter.round(asking, receipts, 50)

    assert sorted(counter.told) == sorted(receipts)
    assert len(counter.questions) == 10


async def test_what_failed_together_leaves_together_in_fewer_until_it_is_answered() -> None:
    receipts = [f"r{n}" for n in range(64)]
    counter = Counter({"r17"}, OutcomeUnknown("d", "no answer"))
    asking = Asking("d", Time())
    sizes = []
    for _ in range(4):
        counter.questions.clear()
        await counter.round(asking, receipts, 32)
        sizes.append([len(asked) for asked in counter.questions])

    assert sizes == [[32, 32], [32, 8, 8, 8, 8], [32, 24, 2, 2, 2, 2], [32, 30, 1, 1]]
    assert set(receipts) - set(counter.told) == {"r17"}


@pytest.mark.parametrize("bad", [3, 4, 6, 12])
async def test_several_bad_ones_of_one_batch_are_found_and_the_others_told(bad: int) -> None:
    receipts = [f"r{n}" for n in range(50)]
    for seed in range(20):
        counter = Counter(set(random.Random(seed).sample(receipts, bad)))
        asking, time = Asking("d", Time()), 0
        while set(counter.told) | counter.stumbles < set(receipts):
            await counter.round(asking, receipts, 50)
            time += 1
            assert time < 20


async def test_what_a_breaker_that_opened_left_untold_comes_in_fewer_the_next_time() -> None:
    receipts = [f"r{n}" for n in range(64)]
    counter = Counter({"r3", "r20", "r40", "r60"})
    asking = Asking("d", Time())
    attempts = 0

    async def through_a_breaker(service: str, some: Sequence[str]) -> None:
        nonlocal attempts
        if attempts == 5:
            raise NotCalled("d", "shut")
        attempts = 0 if not counter.stumbles.intersection(some) else attempts + 1
        await counter(service, some)

    for _ in range(20):
        attempts = 0
        with suppress(NotCalled):
            for batch in asking.batches({"s": receipts}, 64):
                await asking.about(batch, through_a_breaker)

    assert set(counter.told) == set(receipts) - counter.stumbles


@dataclass
class InTwos(FakeDepartment):
    """Takes two receipts in one question, and fails over the first it was given."""

    @property
    def info(self) -> DepartmentInfo:
        limits = replace(super().info.limits, concurrency=1)
        return replace(super().info, progress_batch=2, limits=limits)

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        if "keyed-1" in receipts:
            raise fault(self.id)
        return await super().progress(receipts, service, budget=budget)


async def test_one_filing_the_department_fails_over_keeps_no_other_without_news(
    world: World,
) -> None:
    twos = InTwos(id="keyed", repeats=Repeats.KEY, services=("service_A",), clock=world.clock)
    await world.service.stop()
    path = world.path.with_name("twos.sqlite")
    many = make_world(path, departments={**world.departments, "keyed": twos})
    await many.service.start()
    try:
        cases = []
        for n in range(6):
            case = await many.submit((await many.draft(f"draft-{n}")).id, f"submit-{n}")
            assert isinstance(case, Case)
            await many.until(case.id, lambda c: c.step("A").receipt is not None)
            cases.append(case.id)
        gate = Gate(twos.info, now=lambda: MORNING)
        for receipt in twos.filings:
            twos.says(receipt, ItemStatus.ACCEPTED)

        for _ in range(5):
            await many.service.poller.round(GuardedDepartment(twos, gate))

        states = []
        for name in cases:
            found = await many.service.store.case(name)
            assert found is not None
            states.append(found.step("A").state.value)
        assert gate.reads.opened_at is None
    finally:
        await many.service.stop()
    assert sorted(states) == ["accepted"] * 5 + ["received"]
