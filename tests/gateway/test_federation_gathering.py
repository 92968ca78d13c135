"""What several operations ask of one way in one turn is one call, and nobody fails for another."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import AdapterError, ContractBroken, NotDelivered, Refused
from gateway.federation.memory import Memory
from gateway.federation.operation import QUIET, OperationReads
from gateway.federation.service import Federation
from schema.domain.department import DepartmentInfo, Lookup
from schema.domain.problem import ProblemCode
from schema.domain.reading import Reading
from tests.gateway.test_federation_graph import info, register
from tests.gateway.virtual_time import in_virtual_time

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def housing(batch: int = 5, *, many: bool = False) -> DepartmentInfo:
    lookup = Lookup(name="no", batch=batch, many=many)
    return info("housing", replace(register("housing", "property", "no"), lookups=(lookup,)))


@dataclass
class Housing:
    """Answers any key but the poisoned, with which the whole call fails."""

    info: DepartmentInfo = field(default_factory=housing)
    poison: Mapping[str, AdapterError] = field(default_factory=dict)
    down: AdapterError | None = None
    hangs: bool = False
    calls: list[list[str]] = field(default_factory=list)

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.calls.append(list(keys))
        await asyncio.sleep(0.01)
        if self.hangs:
            await asyncio.Event().wait()
        for error in (self.down, *(self.poison.get(key) for key in keys)):
            if error is not None:
                raise error
        return {key: {"no": key} for key in keys}


class World:
    def __init__(self, department: Housing, memory: Memory | None = None) -> None:
        self.department = department
        self.federation = Federation([department], now=lambda: AT, memory=memory)  # type: ignore[list-item]

    def operation(self, scope: str = "ann", budget_s: float = 2.0) -> OperationReads:
        return OperationReads(self.federation, scope=scope, budget_s=budget_s)

    async def ask(self, *keys: str, scope: str = "ann") -> list[Reading]:
        reads = self.operation(scope)
        found = [reads.record("housing", "property", "no", key) for key in keys]
        readings = [await one for one in found]
        reads.close()
        return readings


def values(readings: Sequence[Reading]) -> list[Any]:
    return [reading.value and reading.value["no"] for reading in readings]


@in_virtual_time
async def test_one_call_for_what_several_ask_in_one_turn() -> None:
    department = Housing()
    world = World(department)

    told = await asyncio.gather(*(world.ask(key, scope=key) for key in "abc"))

    assert department.calls == [["a", "b", "c"]]
    assert [values(readings) for readings in told] == [["a"], ["b"], ["c"]]


@in_virtual_time
async def test_the_contract_s_maximum_holds_and_nobody_s_keys_are_parted() -> None:
    department = Housing(housing(batch=3))
    world = World(department)

    await asyncio.gather(world.ask("a", "b"), world.ask("c", "d"), world.ask("e"))

    assert department.calls == [["a", "b"], ["c", "d", "e"]]


@in_virtual_time
async def test_one_number_for_two_viewers_is_sent_once_and_kept_for_each() -> None:
    department = Housing()
    world = World(department)

    told = await asyncio.gather(world.ask("a", scope="ann"), world.ask("a", scope="bob"))
    again = await asyncio.gather(*(world.ask("a", scope=who) for who in ("ann", "bob", "eve")))

    assert [values(readings) for readings in (*told, *again)] == [["a"]] * 5
    assert department.calls == [["a"], ["a"]]  # the second for eve, who was told nothing before


@in_virtual_time
@pytest.mark.parametrize("lookup", [housing(batch=1), housing(many=True)])
async def test_one_key_a_call_and_lists_are_asked_for_apart(lookup: DepartmentInfo) -> None:
    department = Housing(lookup)
    world = World(department)

    await asyncio.gather(*(world.ask(key) for key in "abc"))

    assert department.calls == [["a"], ["b"], ["c"]]


@in_virtual_time
@pytest.mark.parametrize(
    "error",
    [
        ContractBroken("housing", "odd"),
        Refused("housing", "E1", ""),
        AdapterError("housing", "bug"),
    ],
)
async def test_one_operation_s_key_the_call_cannot_bear_costs_the_others_nothing(
    error: AdapterError,
) -> None:
    department = Housing(poison={"b": error})
    world = World(department)

    told = await asyncio.gather(*(world.ask(key, scope=key) for key in "abc"))

    assert [values(readings) for readings in told] == [["a"], [None], ["c"]]
    assert told[1][0].problem is not None
    assert department.calls == [["a", "b", "c"], ["a"], ["b"], ["c"]]


@in_virtual_time
async def test_a_number_asked_for_again_goes_where_it_goes_already() -> None:
    department = Housing(housing(batch=2))
    world = World(department)

    told = await asyncio.gather(
        world.ask("a", "b"), world.ask("c"), world.ask("a", "d"), world.ask("b", scope="bob")
    )

    assert [values(readings) for readings in told] == [["a", "b"], ["c"], ["a", "d"], ["b"]]
    assert department.calls == [["a", "b"], ["c", "d"]]


@in_virtual_time
async def test_one_number_for_many_viewers_takes_the_room_of_one() -> None:
    department = Housing(housing(batch=2))
    world = World(department)

    await asyncio.gather(*(world.ask("a", scope=who) for who in ("ann", "bob", "eve")))

    assert department.calls == [["a"]]


@in_virtual_time
@pytest.mark.parametrize("others", [(), ("b",)])
async def test_what_is_given_up_before_the_turn_is_over_is_not_sent(
    others: tuple[str, ...],
) -> None:
    department = Housing()
    world = World(department)
    gone = world.operation("ann")
    told = gone.record("housing", "property", "no", "a")
    waiting = [world.operation(key).record("housing", "property", "no", key) for key in others]
    for _ in range(1 + QUIET):  # until it is gathered, and not yet sent
        await asyncio.sleep(0)
    assert world.federation._dispatch._gathering._together

    gone.close()

    assert (await told).problem is not None
    assert values([await one for one in waiting]) == list(others)
    await asyncio.sleep(1)
    assert department.calls == [list(others)] * bool(others)


@in_virtual_time
async def test_who_is_not_at_work_is_not_asked_apart() -> None:
    department = Housing(down=NotDelivered("housing", "refused"))
    world = World(department)

    told = await asyncio.gather(*(world.ask(key) for key in "abc"))

    codes = {reading.problem and reading.problem.code for readings in told for reading in readings}
    assert codes == {ProblemCode.DEPARTMENT_UNREACHABLE}
    assert department.calls == [["a", "b", "c"]] * len(department.calls)
    assert len(department.calls) <= 2  # the second attempt of a read


@in_virtual_time
async def test_who_leaves_takes_nobody_along_and_the_last_ends_the_call() -> None:
    department = Housing(hangs=True)
    world = World(department)
    first, second = world.operation("ann", 0.5), world.operation("bob", 1.0)
    of_first = first.record("housing", "property", "no", "a")
    of_second = second.record("housing", "property", "no", "b")
    await asyncio.sleep(0.1)

    first.close()
    assert len(list(world.federation._flights)) == 1
    assert (await of_first).problem is not None
    second.close()

    assert list(world.federation._flights) == []
    assert (await of_second).problem is not None


@in_virtual_time
async def test_who_left_keeps_what_it_was_told_when_the_call_lands() -> None:
    world = World(Housing())
    gone, stays = world.operation(), world.operation()
    of_gone = gone.record("housing", "property", "no", "a")
    of_stays = stays.record("housing", "property", "no", "a")
    await asyncio.sleep(0.005)

    gone.close()

    assert values([await of_stays]) == ["a"]
    assert (await of_gone).problem is not None
    assert (await gone.record("housing", "property", "no", "a")).problem is not None


@in_virtual_time
async def test_who_left_a_call_that_came_apart_holds_no_part_of_it_up() -> None:
    department = Housing(poison={"b": ContractBroken("housing", "odd")})
    world = World(department)
    first, second, other = world.operation(), world.operation(), world.operation("bob")
    first.record("housing", "property", "no", "a")
    second.record("housing", "property", "no", "a")
    of_other = other.record("housing", "property", "no", "b")
    await asyncio.sleep(0.005)

    first.close()
    await asyncio.sleep(0.01)  # in parts by now
    under_way = [flight.keys[0].key for flight in world.federation._flights]
    second.close()

    assert department.calls == [["a", "b"], ["a"], ["b"]]
    assert under_way == ["a", "b"]
    assert [flight.keys[0].key for flight in world.federation._flights] == ["b"]
    assert (await of_other).problem is not None


@in_virtual_time
async def test_who_joined_a_call_that_came_apart_is_answered() -> None:
    department = Housing(poison={"b": ContractBroken("housing", "odd")})
    world = World(department)
    early = asyncio.gather(*(world.ask(key) for key in "ab"))
    await asyncio.sleep(0.005)
    late = asyncio.ensure_future(world.ask("a"))  # the same viewer: joins

    assert [values(readings) for readings in (*await early, await late)] == [["a"], [None], ["a"]]
    assert late.result()[0].problem is None  # and not what was known when its time was over


@in_virtual_time
async def test_each_operation_s_log_tells_its_own_keys() -> None:
    world = World(Housing())
    reads = [world.operation(scope) for scope in ("ann", "bob")]
    waits = [
        one.record("housing", "property", "no", key) for one, key in zip(reads, "ab", strict=True)
    ]
    await asyncio.gather(*waits)

    assert [(call.keys, call.outcome) for one in reads for call in one.calls] == [(1, "ok")] * 2


@settings(max_examples=60, deadline=None)
@given(
    asked=st.lists(
        st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True), max_size=8
    ),
    poisoned=st.sets(st.sampled_from("abcdef"), max_size=3),
    batch=st.integers(2, 6),
)
def test_an_operation_fails_by_its_own_keys_alone(
    asked: list[list[str]], poisoned: set[str], batch: int
) -> None:
    in_virtual_time(_asked_alike)(asked, poisoned, batch)


async def _asked_alike(asked: list[list[str]], poisoned: set[str], batch: int) -> None:
    poison = {key: ContractBroken("housing", "odd") for key in poisoned}
    world = World(Housing(housing(batch), poison=poison))

    told = await asyncio.gather(
        *(world.ask(*keys, scope=str(number)) for number, keys in enumerate(asked))
    )

    for keys, readings in zip(asked, told, strict=True):
        if not poisoned & set(keys):
            assert values(readings) == keys
        for key, value in zip(keys, values(readings), strict=True):
            assert value in ((None,) if key in poisoned else (None, key))
