"""What another process learnt is as old here as it is: soon it is only the last known."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.errors import ContractBroken, NotDelivered, Refused
from gateway.federation.memory import Tag, of_number, of_people
from gateway.federation.service import Federation
from gateway.federation.shared import SharedMemory
from schema.domain.problem import ProblemCode
from schema.domain.reading import Reading
from tests.gateway.test_federation_reads import AT, FakeDepartment, info, reads
from tests.gateway.test_federation_shared import FakeStore
from tests.gateway.virtual_time import in_virtual_time


def now() -> datetime:
    return AT + timedelta(seconds=asyncio.get_running_loop().time() - 1000)


def seconds_old(reading: Reading) -> float:
    assert reading.provenance is not None
    return (now() - reading.provenance.as_of).total_seconds()


async def asked(federation: Federation) -> Reading:
    return await reads(federation).record("housing", "property", "no", "A")


@asynccontextmanager
async def two(
    store: FakeStore | None = None,
) -> AsyncIterator[tuple[Federation, FakeDepartment, Federation, FakeDepartment]]:
    """Two processes with a store between them."""
    store = store or FakeStore()
    one, other = FakeDepartment(info("housing")), FakeDepartment(info("housing"))
    first, second = (
        Federation([department], now=now, shared=SharedMemory(store)) for department in (one, other)
    )
    yield first, one, second, other
    await first.aclose()
    await second.aclose()


@in_virtual_time
async def test_a_value_of_another_process_stands_only_as_long_as_one_of_its_own() -> None:
    async with two() as (first, _, second, department):
        await asked(first)
        await asyncio.sleep(4)
        shared = await asked(second)
        assert (seconds_old(shared), shared.provenance and shared.provenance.stale) == (4, False)
        assert department.calls == []

        await asyncio.sleep(2)  # 6 seconds since it was said
        own = await asked(second)

    assert seconds_old(own) == pytest.approx(0)
    assert len(department.calls) == 1


@in_virtual_time
async def test_an_old_value_of_another_process_is_asked_anew() -> None:
    async with two() as (first, _, second, department):
        await asked(first)
        await asyncio.sleep(20)
        reading = await asked(second)

    assert seconds_old(reading) == pytest.approx(0)
    assert len(department.calls) == 1


@in_virtual_time
async def test_an_old_value_of_another_process_serves_a_department_that_is_down() -> None:
    async with two() as (first, _, second, department):
        department.fails = NotDelivered("housing", "refused")
        await asked(first)
        await asyncio.sleep(20)
        reading = await asked(second)
        age = seconds_old(reading)

    assert reading.provenance is not None
    assert reading.provenance.stale
    assert age == pytest.approx(20, abs=1)
    assert reading.problem is not None
    assert reading.problem.code is ProblemCode.DEPARTMENT_UNREACHABLE


@in_virtual_time
async def test_later_news_of_its_own_stays_the_last_known() -> None:
    store = FakeStore()
    async with two(store) as (first, _, second, department):
        await asked(first)
        stored = dict(store.kept)
        await asyncio.sleep(6)
        await asked(second)
        store.kept.update(stored)  # the other's, late
        department.fails = NotDelivered("housing", "refused")
        await asyncio.sleep(6)
        reading = await asked(second)
        age = seconds_old(reading)

    assert age == pytest.approx(6, abs=1)


@pytest.mark.parametrize("tag", [of_people("housing", "me"), of_number("housing", "A")])
@in_virtual_time
async def test_what_a_case_made_old_comes_back_from_no_process(tag: Tag) -> None:
    async with two() as (first, one, second, other):
        await asked(first)
        first.forget(tag)
        await asked(first)  # not from the store, where its own old answer lies
        second.forget(tag)
        await asked(second)

    assert len(one.calls) == 2
    assert len(other.calls) == 1


@in_virtual_time
async def test_what_was_forgotten_is_not_taken_back_from_a_store_that_was_not_told() -> None:
    store = FakeStore()
    async with two(store) as (first, one, _, _):
        await asked(first)
        store.fails = ConnectionError()
        first.forget(of_number("housing", "A"))
        await asyncio.sleep(1)
        store.fails = None
        reading = await asked(first)
        age = seconds_old(reading)

    assert age == pytest.approx(0)
    assert len(one.calls) == 2


class TakesNothing(FakeStore):
    """It has nothing, and whoever tells it something waits."""

    async def set(self, values: Mapping[str, bytes], ttl: float) -> None:
        await asyncio.Event().wait()


@in_virtual_time
async def test_closing_ends_what_still_tells_the_other_processes() -> None:
    shared = SharedMemory(TakesNothing(), patience_s=60)
    federation = Federation([FakeDepartment(info("housing"))], now=now, shared=shared)
    assert (await asked(federation)).value is not None

    await federation.aclose()

    assert asyncio.all_tasks() == {asyncio.current_task()}


@in_virtual_time
async def test_what_was_refused_is_not_found_again_among_what_is_shared() -> None:
    async with two() as (first, one, _, _):
        await asked(first)
        await asyncio.sleep(6)
        one.fails = Refused("housing", "E01", "")
        assert (await asked(first)).value is None

        one.fails = NotDelivered("housing", "down")

        assert (await asked(first)).value is None


def spoil(department: FakeDepartment, how: Callable[[Sequence[str]], bool]) -> None:
    """Calls for such keys fail as a whole."""
    read = department.read

    async def spoilt(
        register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        reply = await read(register, lookup, keys, budget=budget)
        if how(keys):
            raise ContractBroken("housing", "odd")
        return reply

    department.read = spoilt  # type: ignore[method-assign]


async def asked_for(federation: Federation, keys: str) -> list[Reading]:
    operation = reads(federation)
    return await asyncio.gather(
        *(operation.record("housing", "property", "no", key) for key in keys)
    )


@in_virtual_time
async def test_what_another_process_knows_is_not_asked_again_when_the_rest_comes_apart() -> None:
    async with two() as (first, _, second, other):
        await asked(first)
        spoil(other, lambda keys: "B" in keys)
        readings = await asked_for(second, "ABC")

    assert [reading.problem is None for reading in readings] == [True, False, True]
    assert [call[2:] for call in other.calls] == [("no", "B", "C"), ("no", "B"), ("no", "C")]


@in_virtual_time
async def test_parts_of_a_call_are_told_to_the_others_and_not_looked_for() -> None:
    store = FakeStore()
    async with two(store) as (first, one, second, other):
        spoil(one, lambda keys: len(keys) > 1)
        await asked_for(first, "ABC")
        looked = store.asked

        found = await asked_for(second, "ABC")

    assert looked == 1 + 3  # one look, and what each part brought
    assert [reading.problem for reading in found] == [None] * 3
    assert other.calls == []


@in_virtual_time
async def test_who_asked_only_for_what_another_process_knew_is_told_so_when_the_rest_parts() -> (
    None
):
    async with two() as (first, _, second, other):
        await asked(first)
        spoil(other, lambda keys: "B" in keys)
        operations = [reads(second) for _ in "ABC"]
        found = [
            operation.record("housing", "property", "no", key)
            for operation, key in zip(operations, "ABC", strict=True)
        ]
        await asyncio.gather(*found)

    outcomes = [call.outcome for operation in operations for call in operation.calls]
    assert outcomes == ["shared", "DEPARTMENT_BROKE_CONTRACT", "ok"]
