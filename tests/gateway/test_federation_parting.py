"""A call that failed for one key, perhaps: its parts, what they cost, and who leaves alone then."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, log2
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotCalled,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from gateway.federation.memory import Memory, of_number
from gateway.federation.parting import parts_of, silent, spoils
from gateway.federation.retry_budget import RetryBudget
from gateway.federation.wariness import LIFE_S
from schema.domain.problem import ProblemCode
from schema.domain.reading import Reading
from tests.gateway.test_federation_gathering import Housing, World, housing, values
from tests.gateway.virtual_time import in_virtual_time

P = ProblemCode
FAULT = OutcomeUnknown("housing", "HTTP 500", code=P.DEPARTMENT_FAULT)
BROKEN_OFF = OutcomeUnknown("housing", "no answer: reset", code=P.DEPARTMENT_UNREACHABLE)
SILENCE = OutcomeUnknown("housing", "no whole answer within the deadline")
ODD = ContractBroken("housing", "odd")
NO = Refused("housing", "E1", "")
SEVERAL = [str(number) for number in range(16)]


def asking_to_wait() -> AdapterError:
    error = OutcomeUnknown("housing", "HTTP 503", code=P.DEPARTMENT_FAULT)
    error.retry_after_s = 10.0
    return error


@dataclass
class Bad(Housing):
    """Hangs over some keys, or fails every other time."""

    info: Any = field(default_factory=lambda: housing(batch=20))
    hangs_over: frozenset[str] = frozenset()
    draw: Random | None = None

    def __post_init__(self) -> None:
        self.says: dict[str, Any] = {}  # in place of a record

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        fails = self.draw is not None and self.draw.random() < 0.5
        reply = await super().read(register, lookup, keys, budget=budget)
        if self.hangs_over & set(keys):
            await asyncio.Event().wait()
        if fails:
            raise FAULT
        return {key: self.says.get(key, record) for key, record in reply.items()}


async def each(world: World, keys: Sequence[str]) -> list[Reading]:
    """What each of so many people is told, who all ask in one turn."""
    told = await asyncio.gather(*(world.ask(key, scope=f"for {key}") for key in keys))
    return [reading for (reading,) in told]


# -- what comes apart ----------------------------------------------------------------------------


@pytest.mark.parametrize("error", [FAULT, BROKEN_OFF, ODD, NO, AdapterError("housing", "a bug")])
@in_virtual_time
async def test_the_key_a_department_fails_over_fails_alone(error: AdapterError) -> None:
    department = Bad(poison={"5": error})

    told = await each(World(department), SEVERAL)

    assert values(told) == [None if key == "5" else key for key in SEVERAL]
    again = 1 if error in (FAULT, BROKEN_OFF) else 0  # the whole, before it is parted
    assert len(department.calls) == 1 + again + 8


class Nameless:
    """Has no words."""

    def __str__(self) -> str:
        raise RuntimeError


@in_virtual_time
async def test_what_nobody_can_make_a_reading_of_fails_alone_and_at_once() -> None:
    department = Bad()
    department.says["5"] = {"no": Nameless()}
    world = World(department)

    told = await each(world, SEVERAL)

    assert values(told) == [None if key == "5" else key for key in SEVERAL]
    assert told[5].problem is not None
    assert told[5].problem.code is P.DEPARTMENT_FAULT


@pytest.mark.parametrize(
    "error",
    [
        NotDelivered("housing", "refused"),
        NotDelivered("housing", "busy", code=P.DEPARTMENT_BUSY),
        NotCalled("housing", "no turn within the deadline"),
        AdapterError("housing", "in maintenance", code=P.DEPARTMENT_BUSY),
        ContractBroken("housing", "no JSON but text/html", foreign=True),
        Misconfigured("housing", "401"),
        SILENCE,
        asking_to_wait(),
    ],
)
@in_virtual_time
async def test_who_is_down_or_does_not_let_us_in_is_not_asked_in_parts(
    error: AdapterError,
) -> None:
    department = Bad(down=error)

    told = await each(World(department), SEVERAL)

    assert values(told) == [None] * len(SEVERAL)
    assert department.calls == [SEVERAL] * len(department.calls)
    assert len(department.calls) <= 2  # the second attempt of a read


@in_virtual_time
async def test_where_each_row_says_that_it_failed_there_is_nothing_to_part() -> None:
    department = Bad()
    department.says = dict.fromkeys(SEVERAL, FAULT)

    told = await each(World(department), SEVERAL)

    assert values(told) == [None] * len(SEVERAL)
    assert department.calls == [SEVERAL] * 2  # the second attempt of a read


@in_virtual_time
async def test_behind_an_open_breaker_nothing_is_asked_in_parts() -> None:
    department = Bad(down=FAULT)
    world = World(department)
    world.federation._gates["housing"].reads.threshold = 1

    await each(world, SEVERAL)

    assert department.calls == [SEVERAL]


@in_virtual_time
async def test_parts_leave_within_the_time_of_who_asked() -> None:
    department = Bad(poison={"a": FAULT, "b": ODD})
    world = World(department)
    late = [world.operation(key, budget_s=0.05) for key in "ab"]

    pairs = zip(late, "ab", strict=True)
    await asyncio.gather(*[one.record("housing", "property", "no", key) for one, key in pairs])

    assert department.calls == [["a", "b"]]


@in_virtual_time
async def test_who_left_is_not_asked_for_in_parts() -> None:
    department = Bad(poison={"a": ODD})
    world = World(department)
    gone, stays = world.operation("ann"), world.operation("bob")
    gone.record("housing", "property", "no", "a")
    told = stays.record("housing", "property", "no", "b")
    await asyncio.sleep(0.005)

    gone.close()

    assert values([await told]) == ["b"]
    assert department.calls == [["a", "b"], ["b"]]


@pytest.mark.parametrize("error", [SILENCE, FAULT, BROKEN_OFF])
def test_silence_may_be_one_key_s_fault_and_leaves_no_time_for_parts(error: AdapterError) -> None:
    assert spoils(error)
    assert silent(error) is (error is SILENCE)


@given(count=st.integers(1, 4), numbers=st.lists(st.text(max_size=2), min_size=4, max_size=70))
def test_parts_are_as_equal_as_can_be_and_lose_nothing(count: int, numbers: list[str]) -> None:
    parts = parts_of(numbers, count)

    assert [number for part in parts for number in part] == numbers
    assert len(parts) == count
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


# -- what it costs -------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(people=st.integers(2, 50), bad=st.integers(0, 49), fault=st.booleans())
def test_one_key_among_n_is_found_in_about_two_logarithms(
    people: int, bad: int, fault: bool
) -> None:
    in_virtual_time(_found_in_time)(people, str(bad % people), FAULT if fault else ODD)


async def _found_in_time(people: int, bad: str, error: AdapterError) -> None:
    department = Bad(housing(batch=50), poison={bad: error})
    keys = [str(number) for number in range(people)]

    told = await each(World(department), keys)

    assert values(told) == [None if key == bad else key for key in keys]
    assert len(department.calls) <= 2 + 4 * ceil(log2(people) / 2)


class Counting(RetryBudget):
    """Knows how many first attempts were made."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    def first(self) -> None:
        super().first()
        self.made += 1


@pytest.mark.parametrize("seed", range(4))
@in_virtual_time
async def test_where_half_of_all_calls_fail_parts_stay_within_the_budget(seed: int) -> None:
    department = Bad(draw=Random(seed))
    world = World(department)
    gate = world.federation._gates["housing"]
    gate.reads.threshold, gate.retries = 1_000_000, Counting()

    for turn in range(300):
        await each(world, [f"{turn} {number}" for number in range(8)])

    assert gate.retries.made >= 300
    assert gate.retries.made * 1.05 < len(department.calls) <= gate.retries.made * 1.2


@in_virtual_time
async def test_a_broken_department_is_asked_little_more_than_without_gathering() -> None:
    department = Bad(down=ODD)
    world = World(department)

    for turn in range(20):
        await each(world, [f"{turn} {number}" for number in range(16)])

    assert len(department.calls) <= 20 * 16 * 1.1


@in_virtual_time
async def test_one_operation_s_many_keys_are_parted_within_the_budget_alone() -> None:
    department = Bad(down=ODD)
    world = World(department)

    for turn in range(100):
        await world.ask(*(f"{turn} {number}" for number in range(16)))

    assert len(department.calls) <= 100 + 15 + 0.15 * 100


# -- who leaves alone afterwards -----------------------------------------------------------------


@pytest.mark.parametrize("error", [FAULT, ODD])
@in_virtual_time
async def test_a_key_that_failed_alone_spoils_nobody_s_call_a_second_time(
    error: AdapterError,
) -> None:
    department = Bad(poison={"b": error})
    world = World(department)
    await each(world, "abcd")
    department.calls.clear()

    for _ in range(5):
        await asyncio.sleep(20)
        told = await asyncio.gather(world.ask("a"), world.ask("b", scope="eve"), world.ask("c"))
        assert [values(readings) for readings in told] == [["a"], [None], ["c"]]

    whole = [call for call in department.calls if "b" in call]
    assert all(call == ["b"] for call in whole)
    assert department.calls.count(["a", "c"]) == 5


@in_virtual_time
async def test_who_asked_for_a_poisoned_key_leaves_alone_for_a_minute() -> None:
    department = Bad(poison={"b": ODD})
    world = World(department)
    await each(world, "abcd")
    department.calls.clear()

    await asyncio.gather(*(world.ask(key, scope=who) for key, who in
                           [("x", "for a"), ("y", "for b"), ("z", "for c")]))  # fmt: skip
    await asyncio.sleep(LIFE_S)
    await asyncio.gather(world.ask("u", scope="for a"), world.ask("v", scope="for b"))

    assert sorted(department.calls[:2]) == [["x", "z"], ["y"]]
    assert department.calls[2:] == [["u", "v"]]


@in_virtual_time
async def test_a_number_that_leaves_alone_is_sent_once_for_all_who_ask_for_it() -> None:
    department = Bad(poison={"b": ODD})
    world = World(department)
    await each(world, "abcd")
    department.calls.clear()

    people = [str(number) for number in range(10)]
    await asyncio.gather(*(world.ask("b", scope=who) for who in people))

    assert department.calls == [["b"]]


@in_virtual_time
async def test_beside_a_number_that_leaves_alone_one_s_others_leave_with_everybody_s() -> None:
    department = Bad(poison={"b": FAULT})
    world = World(department)
    await each(world, "abcd")
    department.calls.clear()

    told = await asyncio.gather(world.ask("x", "b", "y"), world.ask("z"))

    assert [values(readings) for readings in told] == [["x", None, "y"], ["z"]]
    assert department.calls[:2] == [["b"], ["x", "y", "z"]]


@in_virtual_time
async def test_a_key_it_hangs_over_takes_the_others_along_once() -> None:
    department = Bad(hangs_over=frozenset("b"))
    world = World(department)
    assert values(await each(world, "abc")) == [None] * 3

    assert values(await each(world, "abc")) == ["a", None, "c"]
    department.calls.clear()
    assert values(await each(world, "abd")) == ["a", None, "d"]


@in_virtual_time
async def test_where_every_part_failed_nothing_is_gathered_until_an_answer() -> None:
    department = Bad(down=ODD)
    world = World(department)
    await each(world, "abcd")
    department.calls.clear()

    await each(world, "efgh")
    assert department.calls == [[key] for key in "efgh"]

    department.down = None
    await each(world, "ijkl")
    department.calls.clear()
    await each(world, "mnop")
    assert department.calls == [list("mnop")]


@in_virtual_time
async def test_a_key_that_was_answered_is_among_the_others_again() -> None:
    department = Bad(hangs_over=frozenset("b"))
    world = World(department)
    await each(world, "abc")
    department.hangs_over = frozenset()
    await each(world, "abc")
    await asyncio.sleep(6)
    department.calls.clear()

    await each(world, "abc")

    assert department.calls == [list("abc")]


# -- refusals ------------------------------------------------------------------------------------


@in_virtual_time
async def test_of_a_batch_that_is_refused_only_what_is_meant_is_withheld() -> None:
    department = Bad()
    world = World(department)
    await world.ask("a", "b")
    await asyncio.sleep(6)
    department.poison = {"a": NO}

    refused, other = await world.ask("a", "b")

    assert (refused.value, refused.provenance) == (None, None)
    assert refused.problem is not None
    assert (values([other]), other.problem) == (["b"], None)


@in_virtual_time
async def test_where_nobody_can_tell_what_is_refused_nothing_of_it_is_shown() -> None:
    department = Bad()
    world = World(department)
    await world.ask("a", "b")
    await asyncio.sleep(6)
    department.poison = {"a": NO}
    world.federation._gates["housing"].retries.reserve = 0

    told = await world.ask("a", "b")
    department.poison, department.down = {}, NotDelivered("housing", "refused")
    later = await world.ask("b")

    assert values(told) == [None, None]
    assert values(later) == ["b"]  # as it was known, and may be shown again


@in_virtual_time
async def test_a_number_that_is_refused_is_refused_to_all_who_asked_for_it() -> None:
    department = Bad()
    world = World(department)
    await asyncio.gather(world.ask("a", scope="ann"), world.ask("a", scope="bob"))
    await asyncio.sleep(6)
    department.poison = {"a": NO}

    told = await asyncio.gather(world.ask("a", scope="ann"), world.ask("a", scope="bob"))

    assert [values(readings) for readings in told] == [[None], [None]]


# -- whatever is asked, by whom, and whoever leaves ------------------------------------------------

ERRORS = st.sampled_from([FAULT, BROKEN_OFF, ODD, NO, AdapterError("housing", "a bug"), SILENCE])
ASKED = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "eve"]),
        st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True),
        st.sampled_from([0.0, 0.0, 0.0, 0.005, 0.02, 1.0, 6.0]),  # after how long it is asked
        st.sampled_from([None, None, 0.0, 0.005, 0.015]),  # after how long it is given up
    ),
    max_size=10,
)

CHANGES = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([0.002, 0.012, 0.9])))


class Witness(Bad):
    """Each record says by which call it was given, and when that began."""

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        began = asyncio.get_running_loop().time()
        assert len(keys) == len(set(keys)) <= self.info.registers[0].lookups[0].batch
        reply = await super().read(register, lookup, keys, budget=budget)
        return {key: {**record, "began": began} for key, record in reply.items()}


@settings(max_examples=150, deadline=None)
@given(
    asked=ASKED,
    poison=st.dictionaries(st.sampled_from("ab"), ERRORS),
    changes=CHANGES,
    batch=st.integers(2, 6),
    size=st.sampled_from([1, 3, 100]),
)
def test_each_is_told_of_what_they_asked_and_nothing_of_others(
    asked: list[Any],
    poison: dict[str, AdapterError],
    changes: list[tuple[str, float]],
    batch: int,
    size: int,
) -> None:
    in_virtual_time(_live)(asked, poison, changes, batch, size)


class Life:
    """Who asked for what and when, and when it changed."""

    def __init__(self, department: Witness, size: int) -> None:
        self.world = World(department, Memory(size))
        self.loop = asyncio.get_running_loop()
        self.first: dict[tuple[str, str], float] = {}  # when somebody first asked for a key
        self.changed: dict[str, float] = {}

    def change(self, number: str) -> None:
        self.changed[number] = self.loop.time()
        self.world.federation.forget(of_number("housing", number))

    async def ask(self, who: str, keys: list[str], after: float, leaves: float | None) -> None:
        await asyncio.sleep(after)
        now, changed = self.loop.time(), dict(self.changed)
        for key in keys:
            self.first.setdefault((who, key), now)
        reads = self.world.operation(who)
        found = [reads.record("housing", "property", "no", key) for key in keys]
        if leaves is not None:
            self.loop.call_later(leaves, reads.close)
        for key, reading in zip(keys, [await one for one in found], strict=True):
            self._holds(key, reading, self.first[who, key])
            if reading.problem is None:
                assert reading.value is not None
                assert reading.value["began"] >= max(changed.get(key, 0.0), now - 5.02)
        reads.close()

    def _holds(self, key: str, reading: Reading, since: float) -> None:
        if reading.value is None:
            assert reading.problem is not None
            return
        assert reading.value["no"] == key
        assert reading.value["began"] >= since  # before, it was said to somebody else
        assert key not in self.world.department.poison


async def _live(
    asked: list[Any],
    poison: dict[str, AdapterError],
    changes: list[tuple[str, float]],
    batch: int,
    size: int,
) -> None:
    life = Life(Witness(housing(batch), poison=poison), size)
    for number, after in changes:
        life.loop.call_later(after, life.change, number)

    await asyncio.gather(*(life.ask(*how) for how in asked))

    await asyncio.sleep(0.2)
    federation = life.world.federation
    assert list(federation._flights) == []
    assert not federation._flights._by_key
    assert not federation._flights._older
    assert not federation._dispatch._gathering._together
    assert not federation._dispatch._gathering._gone
    assert list(federation.waiting) == []
