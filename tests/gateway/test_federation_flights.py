"""Calls are joined, left, ended, remembered, forgotten; bad days end in time, with what is known.

All in virtual time: seconds pass when nothing else is left to do.
"""

import asyncio
import tracemalloc
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from sys import getsizeof
from typing import Any

import pytest

from adapters.errors import NotDelivered, OutcomeUnknown
from gateway.federation.memory import (
    Key,
    Memory,
    Tag,
    of_department,
    of_number,
    of_people,
    of_source,
    weight_of,
)
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from schema.domain.filing import ItemStatus, Progress
from schema.domain.problem import ProblemCode
from schema.domain.reading import Reading
from tests.gateway.test_federation_reads import AT, FakeDepartment, code, info, reads
from tests.gateway.virtual_time import in_virtual_time

P = ProblemCode
START = 1000.0


def now() -> float:
    return asyncio.get_running_loop().time()


def clock() -> datetime:
    return AT + timedelta(seconds=now() - START)


def city(*departments: FakeDepartment) -> Federation:
    return Federation(departments, now=clock)


def hung(name: str = "housing", *, timeout_s: float = 3.0, concurrency: int = 4) -> FakeDepartment:
    department = FakeDepartment(info(name, timeout_s=timeout_s, concurrency=concurrency))
    department.gate = asyncio.Event()
    return department


def ask(federation: Federation, key: str = "A", name: str = "housing") -> asyncio.Future[Reading]:
    """What a new operation reads, under way."""
    return asyncio.ensure_future(reads(federation).record(name, "property", "no", key))


async def answer(federation: Federation, key: str = "A", name: str = "housing") -> Reading:
    return await reads(federation).record(name, "property", "no", key)


async def turns(count: int = 6) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# -- joining and leaving -----------------------------------------------------------------------


@in_virtual_time
async def test_one_who_gives_up_leaves_the_call_to_the_others_and_the_last_ends_it() -> None:
    housing = hung()
    federation = city(housing)
    operations = [reads(federation) for _ in range(3)]
    waiting = [o.record("housing", "property", "no", "A") for o in operations]
    await turns()

    operations[0].close()
    operations[1].close()
    await turns()
    assert (len(housing.calls), housing.at_once) == (1, 1)
    operations[2].close()
    await turns()

    assert housing.at_once == 0
    assert [code(await one) for one in waiting] == [P.DEPARTMENT_TIMEOUT] * 3


@in_virtual_time
async def test_a_call_for_several_keys_goes_on_while_one_of_them_is_waited_for() -> None:
    housing = hung()
    federation = city(housing)
    first, second = reads(federation), reads(federation)
    for key in "AB":
        first.record("housing", "property", "no", key)
    await turns()
    wanted = second.record("housing", "property", "no", "B")
    await turns()

    first.close()
    assert housing.gate is not None
    housing.gate.set()

    assert (await wanted).problem is None
    assert len(housing.calls) == 1


@in_virtual_time
async def test_who_joins_late_has_its_own_time() -> None:
    housing = hung(timeout_s=3.0)
    federation, loop = city(housing), asyncio.get_running_loop()
    early = ask(federation)
    await asyncio.sleep(1.5)
    late = ask(federation)
    assert housing.gate is not None
    loop.call_at(START + 2.5, housing.gate.set)

    assert code(await early) is P.DEPARTMENT_TIMEOUT
    assert now() == pytest.approx(START + 2.0)
    assert (await late).problem is None
    assert now() == pytest.approx(START + 2.5)
    assert len(housing.calls) == 1


@in_virtual_time
async def test_the_departments_own_time_ends_a_call_however_many_join() -> None:
    housing = hung(timeout_s=3.0)
    federation = city(housing)
    asked = [ask(federation)]
    for _ in range(5):
        await asyncio.sleep(0.5)
        asked.append(ask(federation))

    await asyncio.gather(*asked)

    assert now() == pytest.approx(START + 3.0)
    assert len(housing.calls) == 1


@in_virtual_time
async def test_a_cancelled_caller_does_not_cancel_the_others() -> None:
    housing = hung()
    federation = city(housing)
    gone, stays = ask(federation), ask(federation)
    await turns()

    gone.cancel()
    await turns()
    assert housing.gate is not None
    housing.gate.set()

    assert (await stays).problem is None
    assert len(housing.calls) == 1


# -- remembering and forgetting ----------------------------------------------------------------


@in_virtual_time
async def test_that_there_is_no_such_record_is_remembered_for_a_second() -> None:
    housing = FakeDepartment(info("housing"))
    housing.answer = lambda key: None
    federation = city(housing)

    await answer(federation)
    await asyncio.sleep(0.9)
    await answer(federation)
    assert len(housing.calls) == 1
    await asyncio.sleep(0.2)
    await answer(federation)
    assert len(housing.calls) == 2


@in_virtual_time
async def test_that_there_was_no_such_record_is_never_the_last_known() -> None:
    housing = FakeDepartment(info("housing"))
    housing.answer = lambda key: None
    federation = city(housing)
    await answer(federation)
    await asyncio.sleep(2)
    housing.fails = NotDelivered("housing", "refused")

    reading = await answer(federation)

    assert (reading.value, reading.provenance) == (None, None)
    assert code(reading) is P.DEPARTMENT_UNREACHABLE


KEY = Key("housing", "property", "no", "A", "me")
TAGS = [
    of_department("housing"),
    of_source("housing", "property"),
    of_number("housing", "A"),
    of_people("housing", "me"),
]


@pytest.mark.parametrize("tag", TAGS)
@in_virtual_time
async def test_what_is_forgotten_is_asked_anew_and_stays_the_last_known(tag: Tag) -> None:
    housing = FakeDepartment(info("housing"))
    federation = city(housing)
    await answer(federation)

    federation.forget(tag)
    await answer(federation)
    assert len(housing.calls) == 2

    federation.forget(tag)
    housing.fails = NotDelivered("housing", "refused")
    reading = await answer(federation)
    assert reading.value is not None
    assert reading.provenance is not None
    assert reading.provenance.stale


@pytest.mark.parametrize(
    "tag",
    [
        of_department("market"),
        of_source("housing", "permit"),
        of_number("housing", "B"),
        of_people("housing", "you"),
        of_people("market", "me"),
    ],
)
@in_virtual_time
async def test_what_bears_another_tag_is_not_forgotten(tag: Tag) -> None:
    housing = FakeDepartment(info("housing"))
    federation = city(housing)
    await answer(federation)

    federation.forget(tag)
    await answer(federation)

    assert len(housing.calls) == 1


@in_virtual_time
async def test_a_call_that_began_before_a_change_is_neither_joined_nor_taken_as_fresh() -> None:
    housing = hung()
    federation = city(housing)
    before = ask(federation)
    await turns()

    federation.forget(of_number("housing", "A"))
    after = ask(federation)
    await turns()
    assert len(housing.calls) == 2
    assert housing.gate is not None
    housing.gate.set()
    await asyncio.gather(before, after)
    federation.forget(of_number("housing", "B"))
    await answer(federation)

    assert len(housing.calls) == 2  # what the second brought stands


@in_virtual_time
async def test_a_call_that_another_overtook_ends_when_its_last_leaves() -> None:
    housing = hung()
    federation = city(housing)
    before, after = reads(federation), reads(federation)
    before.record("housing", "property", "no", "A")
    await turns()
    federation.forget(of_number("housing", "A"))
    told = after.record("housing", "property", "no", "A")
    await turns()
    assert (len(housing.calls), housing.at_once) == (2, 2)

    before.close()
    await turns()

    assert housing.at_once == 1
    assert housing.gate is not None
    housing.gate.set()
    assert (await told).problem is None
    assert not federation._flights._older


def test_a_tag_that_is_itself_forgotten_makes_everything_older_stale() -> None:
    memory = Memory()
    reading = Reading(value={"no": "A"})
    memory.put(KEY, reading, now=0, fresh_s=5, known_s=10, mark=memory.mark)

    for number in range(10_001):
        memory.forget(of_number("housing", f"other {number}"))

    assert memory.fresh(KEY, now=1) is None
    assert memory.known(KEY, now=1) is reading


def test_memory_is_bounded_in_bytes_as_the_interpreter_counts_them() -> None:
    memory = Memory(most_bytes=2_000_000)

    def put(number: int) -> None:
        key = Key("housing", "property", "no", f"key {number}", "person:someone")
        value = {"no": f"no {number}", "note": "x" * (number % 4000), "area": Decimal(number)}
        memory.put(key, Reading(value=value), now=0, fresh_s=5, known_s=10, mark=0)

    tracemalloc.start()
    try:
        for number in range(3000):
            put(number)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert memory.bytes <= 2_000_000
    assert 300 < len(memory) < 3000
    assert taken < 2_000_000 * 1.2


@pytest.mark.parametrize("letter", "x局\U00020000")
def test_what_was_asked_for_weighs_as_well_where_there_is_nothing(letter: str) -> None:
    memory = Memory(most_bytes=2_000_000)

    tracemalloc.start()
    try:
        for number in range(500):
            key = KEY._replace(key=f"{number} {letter * 20_000}")
            memory.put(key, Reading(value=None), now=0, fresh_s=1, known_s=1, mark=0)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 0 < len(memory) < 500
    assert taken < 2_000_000 * 1.2


def test_one_huge_value_does_not_drive_the_others_out() -> None:
    memory = Memory(most_bytes=100_000)
    memory.put(KEY, Reading(value={"no": "A"}), now=0, fresh_s=5, known_s=10, mark=0)
    huge = {"no": "x" * 50_000}

    key = KEY._replace(key="B")
    memory.put(key, Reading(value=huge), now=0, fresh_s=5, known_s=10, mark=0)

    assert memory.known(KEY, now=1) is not None
    assert memory.known(key, now=1) is None


def test_what_a_value_holds_is_weighed_whatever_holds_it() -> None:
    note = "x" * 10_000
    standing = Progress(receipt="1", status=ItemStatus.ACCEPTED, at=AT, note=note)

    odd = {"a": note, "b": 2**70, "c": "\ud800"}

    assert all(weight_of(value) > 10_000 for value in ({"a": note}, [{"a": note}], standing, odd))


@pytest.mark.parametrize("letters", [8, 500])
@pytest.mark.parametrize("letter", "x局")
def test_a_value_weighs_about_what_the_interpreter_says(letter: str, letters: int) -> None:
    word = letter * letters
    record = {"no": word, "note": word, "area": Decimal("1.50"), "since": AT, "until": None}
    values: list[Any] = [record, [dict(record) for _ in range(50)], word, None]

    for value in values:
        weighed = weight_of(value)
        assert counted(value) * 0.8 < weighed < counted(value) * 1.6, value


def test_many_lists_of_unlike_rows_weigh_together_what_the_interpreter_says() -> None:
    lists = [[{"note": "x" * (20_000 if n == 7 * m % 40 else 30)} for n in range(40)]
             for m in range(400)]  # fmt: skip

    weighed = sum(map(weight_of, lists))

    assert 0.7 < weighed / sum(map(counted, lists)) < 1.4


def counted(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return getsizeof(value) + sum(map(counted, inside))


# -- bad days ----------------------------------------------------------------------------------


@in_virtual_time
async def test_the_probe_goes_on_behind_the_back_of_who_caused_it() -> None:
    housing = FakeDepartment(info("housing", timeout_s=2.0))
    federation = city(housing)
    known = await answer(federation)
    housing.fails = OutcomeUnknown("housing", "reset")
    for number in range(8):
        await answer(federation, str(number))
    calls = len(housing.calls)
    await asyncio.sleep(5)
    housing.fails, housing.gate = None, asyncio.Event()

    asked = now()
    told = await answer(federation)
    assert now() == asked
    assert told.value == known.value
    assert told.provenance is not None
    assert (told.provenance.stale, told.provenance.as_of) == (True, AT)
    assert told.provenance.source == "property"
    others = [await answer(federation, key) for key in "AB"]
    assert [one.problem is not None for one in others] == [True, True]
    assert len(housing.calls) == calls + 1

    housing.gate.set()
    await turns()
    assert (await answer(federation)).problem is None
    assert len(housing.calls) == calls + 1  # what the probe brought stands


@in_virtual_time
async def test_after_a_long_quiet_the_probe_is_waited_for() -> None:
    housing = FakeDepartment(info("housing"))
    federation = city(housing)
    housing.fails = OutcomeUnknown("housing", "reset")
    for number in range(8):
        await answer(federation, str(number))
    await asyncio.sleep(60)
    housing.fails = None

    assert (await answer(federation)).problem is None


@in_virtual_time
async def test_rows_that_all_say_busy_are_a_busy_department() -> None:
    housing = FakeDepartment(info("housing"))
    housing.answer = lambda key: NotDelivered("housing", "busy", code=P.DEPARTMENT_BUSY)
    federation = city(housing)
    for number in range(8):
        await answer(federation, str(number))
    calls = len(housing.calls)

    assert code(await answer(federation)) is P.DEPARTMENT_BUSY
    assert len(housing.calls) == calls


@in_virtual_time
async def test_one_busy_row_among_others_is_its_own_trouble() -> None:
    housing = FakeDepartment(info("housing"))
    busy = NotDelivered("housing", "busy", code=P.DEPARTMENT_BUSY)
    housing.answer = lambda key: busy if key == "B" else {"no": key}
    federation = city(housing)
    for _ in range(8):
        operation = reads(federation)
        await asyncio.gather(*(operation.record("housing", "property", "no", k) for k in "AB"))
        await asyncio.sleep(6)

    assert federation.views()[0].health.up is True


@in_virtual_time
async def test_a_department_that_hangs_for_ten_minutes_costs_little_and_is_left_alone() -> None:
    """One query a second, of a known key and of a new one, for ten minutes."""
    housing, market = hung(concurrency=4, timeout_s=3.0), FakeDepartment(info("market"))
    federation = city(housing, market)
    gate, housing.gate = housing.gate, None
    await answer(federation, "known")
    housing.gate = gate
    took: list[float] = []
    others: list[Reading] = []

    async def query(number: int) -> None:
        operation, began = reads(federation), now()
        keys = ("known", f"key {number}")
        known, new = await asyncio.gather(
            *(operation.record("housing", "property", "no", key) for key in keys)
        )
        took.append(now() - began)
        assert known.provenance is not None
        assert (known.provenance.stale, known.provenance.as_of) == (True, AT)
        assert known.problem is not None
        assert new.problem is not None

    async def other(number: int) -> None:
        began = now()
        others.append(await answer(federation, f"key {number}", "market"))
        assert now() == began

    await asyncio.sleep(6)  # what is known is no longer fresh
    running = []
    for number in range(600):
        running += [asyncio.ensure_future(query(number)), asyncio.ensure_future(other(number))]
        await asyncio.sleep(1)
    await asyncio.gather(*running)

    slow = [index for index, seconds in enumerate(took) if seconds > 0]
    assert max(took) <= 2.0 + 1e-6
    assert len(slow) <= 8  # until it opened, and never again
    assert housing.most_at_once <= 4
    assert len(housing.calls) <= 16 + 600 / 5  # those of the first seconds, and a probe each rest
    assert all(reading.problem is None for reading in others)


@in_virtual_time
async def test_with_every_department_down_each_query_ends_in_time_and_all_recover() -> None:
    names = ("housing", "market", "planning", "fire", "police", "health")
    departments = [hung(name, timeout_s=3.0) for name in names]
    federation = city(*departments)

    async def query() -> tuple[float, Sequence[Reading]]:
        operation, began = reads(federation), now()
        keys = [f"key {began}-{number}" for number in range(3)]
        asked = [operation.record(name, "property", "no", key) for name in names for key in keys]
        return now() - began, await asyncio.gather(*asked)

    for _ in range(300):
        seconds, found = await query()
        assert seconds <= 2.0
        assert all(reading.problem is not None for reading in found)
        await asyncio.sleep(0.1)
    for department in departments:
        assert department.gate is not None
        department.gate.set()

    back = now()
    _, found = await query()
    for _ in range(100):
        if any(reading.problem for reading in found):
            await asyncio.sleep(0.1)
            _, found = await query()

    assert not any(reading.problem for reading in found)
    assert now() - back <= 10


@in_virtual_time
async def test_closing_tells_everybody_and_leaves_nothing_behind() -> None:
    housing = hung()
    federation = city(housing)
    waiting = [ask(federation, key) for key in "ABCDE"]
    await turns()

    await federation.aclose()

    assert all([(await one).problem is not None for one in waiting])
    assert housing.at_once == 0


def test_an_operation_that_reads_nothing_leaves_nothing() -> None:
    async def nothing() -> Any:
        operation = OperationReads(city(FakeDepartment(info("housing"))), scope="me")
        operation.close()
        return operation.extensions()

    assert asyncio.run(nothing()) == {"calls": []}
