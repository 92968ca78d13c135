"""Calls that come apart: what the breaker, the suspicion, the costs and the log make of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.errors import AdapterError, NotDelivered, OutcomeUnknown
from gateway.federation.wariness import LENT, LIFE_S
from tests.gateway.test_federation_gathering import World, housing, values
from tests.gateway.test_federation_parting import (
    BROKEN_OFF,
    FAULT,
    ODD,
    SEVERAL,
    SILENCE,
    Bad,
    P,
    each,
)
from tests.gateway.virtual_time import in_virtual_time

BUSY = AdapterError("housing", "busy", code=P.DEPARTMENT_BUSY)
LATER = OutcomeUnknown("housing", "HTTP 503", code=P.DEPARTMENT_FAULT)
LATER.retry_after_s = 4.0


# -- the breaker ---------------------------------------------------------------------------------


@in_virtual_time
async def test_parts_that_fail_open_no_breaker_for_strangers() -> None:
    department = Bad(poison=dict.fromkeys("abc", FAULT))
    world = World(department)

    await world.ask("a", "b", "c")
    stranger = await world.ask("x", scope="bob")

    assert department.calls == [["a", "b", "c"]] * 2 + [["a"], ["b"], ["c"], ["x"]]
    assert values(stranger) == ["x"]


@dataclass
class Worse(Bad):
    """Fails as a whole in one way, and in parts in another."""

    in_parts: AdapterError = FAULT

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.down = FAULT if len(keys) == 4 else self.in_parts
        return await super().read(register, lookup, keys, budget=budget)


@pytest.mark.parametrize(
    ("error", "counted"),
    [(FAULT, 2), (ODD, 0), (SILENCE, 6), (NotDelivered("housing", "no"), 6), (BUSY, 6), (LATER, 6)],
)
@in_virtual_time
async def test_of_parts_the_breaker_counts_what_no_key_can_be_why(
    error: AdapterError, counted: int
) -> None:
    world = World(Worse(in_parts=error))
    breaker = world.federation._gates["housing"].reads
    breaker.threshold = 100

    await world.ask(*"abcd")

    assert breaker.failures == counted


# -- what it costs -------------------------------------------------------------------------------


async def _spent(bad: int, turns: int) -> tuple[int, Bad, World]:
    """How many calls sixteen people make in so many turns, where so many fail in each."""
    department = Bad()
    world = World(department)
    for turn in range(turns):
        keys = [f"{turn} {number}" for number in range(16)]
        department.poison = dict.fromkeys(keys[:: 16 // bad], ODD)
        told = await each(world, keys)
        assert values(told) == [None if key in department.poison else key for key in keys]
    return len(department.calls), department, world


@pytest.mark.parametrize("bad", [1, 2, 4, 8])
@in_virtual_time
async def test_parts_cost_hardly_more_calls_than_operations_that_ask_apart(bad: int) -> None:
    spent, _, _ = await _spent(bad, 40)

    assert spent <= 40 * 16 + LENT + 5


@in_virtual_time
async def test_what_comes_apart_for_less_than_it_saves_is_gathered_all_the_same() -> None:
    spent, _, _ = await _spent(2, 10)

    assert spent <= 10 * (1 + 4 + 8)


@in_virtual_time
async def test_after_a_minute_of_leaving_apart_operations_leave_together_again() -> None:
    _, department, world = await _spent(4, 10)
    department.calls.clear()

    await each(world, SEVERAL)
    assert department.calls == [[key] for key in SEVERAL]

    await asyncio.sleep(LIFE_S)
    department.calls.clear()
    await each(world, SEVERAL)
    assert department.calls == [SEVERAL]


# -- who is under suspicion ----------------------------------------------------------------------


@in_virtual_time
async def test_keys_that_only_waited_for_a_slot_are_not_suspected_of_silence() -> None:
    department = Bad(housing(batch=2), hangs_over=frozenset("a"))
    world = World(department)
    world.federation._gates["housing"].slots.free = 1

    await each(world, "abcd")
    wary = world.federation._dispatch._wariness

    assert department.calls == [["a", "b"]]
    assert {number[-1] for number in wary._until} == {"a", "b"}


# -- what is told --------------------------------------------------------------------------------


@in_virtual_time
async def test_where_every_row_failed_each_is_told_of_its_own_error() -> None:
    department = Bad()
    department.says = {"a": FAULT, "b": BUSY}

    told = await World(department).ask("a", "b")

    codes = [reading.problem and reading.problem.code for reading in told]
    assert codes == [P.DEPARTMENT_FAULT, P.DEPARTMENT_BUSY]


@dataclass
class Spoilt(Bad):
    """Every row fails, then the whole call."""

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.says = {} if self.calls else dict.fromkeys(keys, FAULT)
        self.poison = {"a": BROKEN_OFF} if self.calls else {}
        return await super().read(register, lookup, keys, budget=budget)


@in_virtual_time
async def test_a_second_attempt_that_failed_for_one_key_comes_apart_whatever_rows_said() -> None:
    assert values(await World(Spoilt()).ask("a", "b")) == [None, "b"]


@in_virtual_time
async def test_the_log_counts_from_when_the_whole_left() -> None:
    world = World(Bad(poison={"a": ODD}))
    reads = world.operation()
    found = [reads.record("housing", "property", "no", key) for key in "abcdefgh"]

    for one in found:
        await one

    assert [round(call.ms) for call in reads.calls] == [30]  # the whole, its parts, theirs
