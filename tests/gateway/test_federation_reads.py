"""Reads leave in waves, are joined and batched, share a deadline, and never raise."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.contract import Changes
from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from gateway.federation.freshness import Freshness
from gateway.federation.memory import Key, Memory
from gateway.federation.operation import OperationReads, scope_of
from gateway.federation.service import Federation
from schema.domain.department import (
    DepartmentInfo,
    Limits,
    Lookup,
    ProgressMode,
    Register,
    RegisterField,
    Repeats,
)
from schema.domain.filing import (
    Certificate,
    Filing,
    ItemStatus,
    Progress,
    Receipt,
    Supplement,
    Verdict,
    Withdrawal,
)
from schema.domain.problem import ProblemCode
from schema.domain.reading import Reading
from schema.domain.text import Text
from schema.graph.ports import Viewer
from tests.gateway.virtual_time import in_virtual_time

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
P = ProblemCode


def info(
    id: str, *, timeout_s: float = 1.0, concurrency: int = 4, batch: int = 3
) -> DepartmentInfo:
    fields = tuple(
        RegisterField(name=name, kind=kind, title=Text(zh=name, en=name), required=True)
        for name, kind in (("no", "text"), ("area", "decimal"))
    )
    return DepartmentInfo(
        id=id,
        name=Text(zh="房屋管理局", en="Housing"),
        owner="team",
        protocol="rest",
        repeats=Repeats.KEY,
        progress=ProgressMode.POLL,
        limits=Limits(
            timeout_s=timeout_s,
            concurrency=concurrency,
            rate_per_s=100,
            processing_s=1,
            lookup_lag_s=1,
        ),
        services=("permit",),
        registers=(
            Register(
                id="property",
                department=id,
                title=Text(zh="不动产", en="Property"),
                key="no",
                fields=fields,
                lookups=(Lookup(name="no", batch=batch), Lookup(name="address")),
            ),
        ),
        progress_batch=2,
    )


class FakeDepartment:
    """A department whose answers are a function of the keys; remembers its calls."""

    def __init__(self, info: DepartmentInfo) -> None:
        self._info = info
        self.calls: list[tuple[str, ...]] = []
        self.budgets: list[float] = []
        self.answer: Callable[[str], Any] = lambda key: {"no": key, "area": Decimal("1.50")}
        self.fails: BaseException | None = None
        self.gate: asyncio.Event | None = None
        self.entered = asyncio.Event()
        self.at_once = 0
        self.most_at_once = 0

    @property
    def info(self) -> DepartmentInfo:
        return self._info

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        return await self._reply(("read", register, lookup, *keys), keys, budget)

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Any]:
        return await self._reply(("progress", service, *receipts), receipts, budget)

    async def _reply(
        self, call: tuple[str, ...], keys: Sequence[str], budget: float
    ) -> Mapping[str, Any]:
        self.calls.append(call)
        self.budgets.append(budget)
        self.entered.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
            if self.fails is not None:
                raise self.fails
            return {key: value for key in keys if (value := self.answer(key)) is not ...}
        finally:
            self.at_once -= 1

    async def verify(self, kind: str, claims: Mapping[str, str], *, budget: float) -> Verdict:
        raise NotImplementedError

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        raise NotImplementedError

    async def find_filing(
        self, reference: str, service: str, *, budget: float
    ) -> Sequence[Receipt]:
        raise NotImplementedError

    async def supplement(self, supplement: Supplement, *, budget: float) -> None:
        raise NotImplementedError

    async def find_supplement(self, supplement: Supplement, *, budget: float) -> bool:
        raise NotImplementedError

    async def withdraw(self, withdrawal: Withdrawal, *, budget: float) -> None:
        raise NotImplementedError

    async def changes(self, cursor: str | None, *, budget: float) -> Changes:
        raise NotImplementedError

    async def certificate(self, receipt: str, service: str, *, budget: float) -> Certificate | None:
        raise NotImplementedError

    def callback(
        self, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> Sequence[Progress]:
        raise NotImplementedError


def number(reading: Reading) -> str:
    """The key inside the record that was read."""
    assert reading.value is not None
    return str(reading.value["no"])


def code(reading: Reading) -> ProblemCode | None:
    return reading.problem.code if reading.problem else None


PEOPLE = st.tuples(st.text("a|:1", max_size=4), st.none() | st.text("a|:1", min_size=1, max_size=4))
NO_MEMORY = Freshness(record_s=0, progress_s=0)


@pytest.fixture
def housing() -> FakeDepartment:
    return FakeDepartment(info("housing"))


@pytest.fixture
async def federation(housing: FakeDepartment) -> AsyncIterator[Federation]:
    made = Federation([housing], now=lambda: AT)
    yield made
    await made.aclose()


def reads(federation: Federation, scope: str = "me", budget_s: float = 2.0) -> OperationReads:
    return OperationReads(federation, scope=scope, budget_s=budget_s)


async def test_a_record_comes_with_its_provenance(federation: Federation) -> None:
    reading = await reads(federation).record("housing", "property", "no", "A")

    assert reading.value == {"no": "A", "area": Decimal("1.50")}
    assert reading.provenance is not None
    assert (reading.provenance.as_of, reading.provenance.record_id) == (AT, "A")
    assert (reading.provenance.stale, reading.problem) == (False, None)


async def test_one_wave_coalesces_and_batches(
    federation: Federation, housing: FakeDepartment
) -> None:
    operation = reads(federation)

    keys = ["A", "B", "A", "C", "D", "B"]
    found = await asyncio.gather(*(operation.record("housing", "property", "no", k) for k in keys))

    assert [number(reading) for reading in found] == keys
    assert housing.calls == [
        ("read", "property", "no", "A", "B", "C"),
        ("read", "property", "no", "D"),
    ]


async def test_each_lookup_and_source_is_its_own_call(
    federation: Federation, housing: FakeDepartment
) -> None:
    operation = reads(federation)

    await asyncio.gather(
        operation.record("housing", "property", "address", "X"),
        operation.record("housing", "property", "no", "X"),
        *(operation.progress("housing", "permit", receipt) for receipt in ("1", "2", "3")),
    )

    assert sorted(housing.calls) == [
        ("progress", "permit", "1", "2"),
        ("progress", "permit", "3"),
        ("read", "property", "address", "X"),
        ("read", "property", "no", "X"),
    ]


async def test_resolvers_that_ask_a_turn_later_join_the_wave(
    federation: Federation, housing: FakeDepartment
) -> None:
    operation = reads(federation)

    async def resolver(key: str, turns: int) -> Any:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await operation.record("housing", "property", "no", key)

    await asyncio.gather(resolver("A", 0), resolver("B", 1), resolver("C", 2))

    assert housing.calls == [("read", "property", "no", "A", "B", "C")]


async def test_the_next_hop_is_a_second_wave(
    federation: Federation, housing: FakeDepartment
) -> None:
    operation = reads(federation)

    first = await operation.record("housing", "property", "no", "A")
    await operation.record("housing", "property", "address", number(first))

    assert housing.calls == [("read", "property", "no", "A"), ("read", "property", "address", "A")]


async def test_a_key_may_fail_alone(federation: Federation, housing: FakeDepartment) -> None:
    answers: dict[str, Any] = {
        "A": {"no": "A"},
        "B": ContractBroken("housing", "area: not a decimal"),
        "C": None,
        "D": ...,
    }
    housing.answer = answers.__getitem__
    operation = reads(federation)

    a, b, c, d = await asyncio.gather(
        *(operation.record("housing", "property", "no", key) for key in "ABCD")
    )

    assert a.problem is None
    assert (b.value, code(b)) == (None, P.DEPARTMENT_BROKE_CONTRACT)
    assert (c.value, c.problem) == (None, None)
    assert c.provenance is not None
    assert (d.value, code(d)) == (None, P.DEPARTMENT_BROKE_CONTRACT)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotDelivered("housing", "refused"), P.DEPARTMENT_UNREACHABLE),
        (OutcomeUnknown("housing", "reset"), P.DEPARTMENT_TIMEOUT),
        (NotDelivered("housing", "busy", code=P.DEPARTMENT_BUSY), P.DEPARTMENT_BUSY),
        (Refused("housing", "E01", "不予查询"), P.DEPARTMENT_FAULT),
        (ContractBroken("housing", "x"), P.DEPARTMENT_BROKE_CONTRACT),
        (Misconfigured("housing", "401 at 10.0.0.1"), P.DEPARTMENT_MISCONFIGURED),
        (ValueError("a bug with data in it: 3101"), P.DEPARTMENT_FAULT),
    ],
)
async def test_a_failed_call_is_a_typed_problem_in_two_languages(
    federation: Federation, housing: FakeDepartment, error: BaseException, code: ProblemCode
) -> None:
    housing.fails = error

    reading = await reads(federation).record("housing", "property", "no", "A")

    assert reading.value is None
    assert reading.problem is not None
    assert reading.problem.code is code
    assert "房屋管理局" in reading.problem.text.zh
    assert "Housing" in reading.problem.text.en
    assert "10.0.0.1" not in str(reading)
    assert "3101" not in str(reading)


async def test_the_last_known_value_stands_in_stale(housing: FakeDepartment) -> None:
    federation = Federation([housing], now=lambda: AT, freshness=NO_MEMORY)
    known = await reads(federation).record("housing", "property", "no", "A")
    housing.fails = NotDelivered("housing", "refused")

    reading = await reads(federation).record("housing", "property", "no", "A")

    assert reading.value == known.value
    assert reading.provenance is not None
    assert (reading.provenance.stale, reading.provenance.as_of) == (True, AT)
    assert reading.problem is not None
    assert reading.problem.code is P.DEPARTMENT_UNREACHABLE


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknown("housing", "reset"),
        ContractBroken("housing", "area"),
        Misconfigured("housing", "401"),
    ],
)
async def test_what_is_no_word_about_the_record_leaves_the_last_known_value(
    housing: FakeDepartment, error: AdapterError
) -> None:
    federation = Federation([housing], now=lambda: AT, freshness=NO_MEMORY)
    known = await reads(federation).record("housing", "property", "no", "A")
    housing.fails = error

    reading = await reads(federation).record("housing", "property", "no", "A")

    assert reading.value == known.value
    assert reading.provenance is not None
    assert reading.provenance.stale


@pytest.mark.parametrize("whole", [True, False])
async def test_what_is_refused_is_not_shown_as_it_was_before(
    housing: FakeDepartment, whole: bool
) -> None:
    federation = Federation([housing], now=lambda: AT, freshness=NO_MEMORY)
    for key in ("A", "B"):
        await reads(federation).record("housing", "property", "no", key)
    refused, good = Refused("housing", "E01", "不予查询"), housing.answer
    housing.answer = lambda key: refused if key == "A" else good(key)
    housing.fails = refused if whole else None

    reading = await reads(federation).record("housing", "property", "no", "A")
    housing.fails = NotDelivered("housing", "refused")
    later = await reads(federation).record("housing", "property", "no", "A")
    other = await reads(federation).record("housing", "property", "no", "B")

    assert (reading.value, reading.provenance) == (None, None)
    assert reading.problem is not None
    assert (later.value, later.provenance) == (None, None)
    assert number(other) == "B"


@pytest.mark.parametrize("given_up", [0, 1])
async def test_who_gives_up_ends_nobody_elses_wait_for_the_same(
    federation: Federation, housing: FakeDepartment, given_up: int
) -> None:
    operation = reads(federation)
    asking = [
        asyncio.ensure_future(operation.record("housing", "property", "no", "A")) for _ in range(2)
    ]
    asking[given_up].cancel()
    asked_later = operation.record("housing", "property", "no", "A")

    found = [number(await one) for one in (asking[1 - given_up], asked_later)]
    asked_last = number(await operation.record("housing", "property", "no", "A"))

    assert [*found, asked_last] == ["A", "A", "A"]
    assert housing.calls == [("read", "property", "no", "A")]


async def test_what_one_viewer_learnt_is_never_shown_to_another(
    federation: Federation, housing: FakeDepartment
) -> None:
    await reads(federation, "me").record("housing", "property", "no", "A")
    housing.fails = ContractBroken("housing", "area")

    reading = await reads(federation, "you").record("housing", "property", "no", "A")

    assert reading.value is None
    assert len(housing.calls) == 2


def test_scope_tells_apart_for_whom_one_acts() -> None:
    alone = Viewer(subject="person:1", roles=frozenset())
    acting = Viewer(subject="person:1", roles=frozenset(), acting_for="enterprise:2")

    assert scope_of(alone) != scope_of(acting)


@given(one=PEOPLE, other=PEOPLE)
@example(one=("a|b", "c"), other=("a", "b|c"))
def test_no_two_who_are_not_the_same_share_a_scope(
    one: tuple[str, str | None], other: tuple[str, str | None]
) -> None:
    scopes = {
        scope_of(Viewer(subject=subject, roles=frozenset(), acting_for=acting_for))
        for subject, acting_for in (one, other)
    }

    assert len(scopes) == len({one, other})


async def test_a_fresh_answer_is_not_asked_again(
    federation: Federation, housing: FakeDepartment
) -> None:
    await reads(federation).record("housing", "property", "no", "A")
    second = reads(federation)
    await second.record("housing", "property", "no", "A")

    assert len(housing.calls) == 1
    assert [call["outcome"] for call in second.extensions()["calls"]] == ["cached"]


async def test_a_thousand_equal_reads_are_one_call(
    federation: Federation, housing: FakeDepartment
) -> None:
    housing.gate = asyncio.Event()
    waiting = [
        asyncio.ensure_future(reads(federation).record("housing", "property", "no", "A"))
        for _ in range(1000)
    ]
    await housing.entered.wait()

    housing.gate.set()
    found = await asyncio.gather(*waiting)

    assert len(housing.calls) == 1
    assert {number(reading) for reading in found} == {"A"}


async def test_a_hung_department_costs_the_operations_time_and_no_more(
    federation: Federation, housing: FakeDepartment
) -> None:
    housing.gate = asyncio.Event()
    started = asyncio.get_running_loop().time()

    operation = reads(federation, budget_s=0.05)
    reading = await operation.record("housing", "property", "no", "A")

    assert asyncio.get_running_loop().time() - started < 0.5
    assert reading.problem is not None
    assert reading.problem.code is P.DEPARTMENT_TIMEOUT
    await asyncio.sleep(0)
    assert housing.at_once == 0


async def test_the_departments_own_time_out_binds_when_it_is_shorter() -> None:
    slow = FakeDepartment(info("housing", timeout_s=0.03))
    slow.gate = asyncio.Event()
    federation = Federation([slow], now=lambda: AT)

    reading = await reads(federation, budget_s=5).record("housing", "property", "no", "A")

    assert reading.problem is not None
    assert slow.budgets[0] <= 0.03


@in_virtual_time
async def test_later_waves_share_what_is_left_of_the_one_deadline() -> None:
    housing = FakeDepartment(info("housing", timeout_s=10))
    federation, loop = Federation([housing], now=lambda: AT), asyncio.get_running_loop()
    operation = reads(federation, budget_s=2)
    housing.gate = asyncio.Event()
    loop.call_later(1.5, housing.gate.set)
    await operation.record("housing", "property", "no", "A")
    housing.gate.clear()

    reading = await operation.record("housing", "property", "no", "B")
    after = await operation.record("housing", "property", "no", "C")

    assert loop.time() == pytest.approx(1002.0)
    assert [code(r) for r in (reading, after)] == [P.DEPARTMENT_TIMEOUT, P.OUT_OF_TIME]
    assert [call[-1] for call in housing.calls] == ["A", "B"]  # nothing is sent for C any more


@in_virtual_time
async def test_a_department_nobody_had_time_to_ask_is_not_blamed(housing: FakeDepartment) -> None:
    federation, loop = Federation([housing], now=lambda: AT), asyncio.get_running_loop()
    operation = reads(federation, budget_s=2)
    loop.call_at(loop.time() + 2, operation.record, "housing", "property", "no", "A")
    await asyncio.sleep(2)

    reading = await operation.record("housing", "property", "no", "A")

    assert housing.calls == []
    assert code(reading) is P.OUT_OF_TIME
    assert reading.problem is not None
    assert reading.problem.text.en.startswith("The time for this answer was over before Housing")
    assert federation.views()[0].health.up is None


async def test_the_bulkhead_bounds_calls_at_once() -> None:
    narrow = FakeDepartment(info("housing", concurrency=2, batch=1))
    federation = Federation([narrow], now=lambda: AT)
    operation = reads(federation)

    await asyncio.gather(*(operation.record("housing", "property", "no", str(n)) for n in range(8)))

    assert len(narrow.calls) == 8
    assert narrow.most_at_once == 2


async def test_beyond_the_queue_a_read_is_told_busy_at_once() -> None:
    narrow = FakeDepartment(info("housing", concurrency=1, batch=1))
    narrow.gate = asyncio.Event()
    federation = Federation([narrow], now=lambda: AT)
    operation = reads(federation)
    waiting = [
        asyncio.ensure_future(operation.record("housing", "property", "no", str(n)))
        for n in range(6)
    ]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)

    narrow.gate.set()
    codes = [code(reading) for reading in await asyncio.gather(*waiting)]

    assert codes == [None] * 5 + [P.DEPARTMENT_BUSY]


async def test_an_open_breaker_answers_without_a_call_and_says_when(
    housing: FakeDepartment,
) -> None:
    federation = Federation([housing], now=lambda: AT, freshness=NO_MEMORY)
    housing.fails = NotDelivered("housing", "refused")
    for _ in range(5):
        await reads(federation).record("housing", "property", "no", "A")

    reading = await reads(federation).record("housing", "property", "no", "A")

    assert len(housing.calls) == 5
    assert reading.problem is not None
    assert reading.problem.code is P.DEPARTMENT_UNREACHABLE
    assert reading.problem.retry_at is not None
    assert reading.problem.retry_at > AT


async def test_refusals_do_not_open_the_breaker(housing: FakeDepartment) -> None:
    federation = Federation([housing], now=lambda: AT, freshness=NO_MEMORY)
    housing.fails = Refused("housing", "E", "no")
    for _ in range(7):
        await reads(federation).record("housing", "property", "no", "A")

    assert len(housing.calls) == 7
    assert federation.views()[0].health.up is True


async def test_one_bad_department_does_not_touch_the_others(housing: FakeDepartment) -> None:
    other = FakeDepartment(info("market"))
    housing.gate = asyncio.Event()
    federation = Federation([housing, other], now=lambda: AT)
    operation = reads(federation, budget_s=0.1)
    hung = operation.record("housing", "property", "no", "A")

    reading = await operation.record("market", "property", "no", "A")

    assert reading.problem is None
    late = await hung
    assert late.problem is not None


async def test_health_tells_what_was_last_seen(housing: FakeDepartment) -> None:
    federation = Federation([housing], now=lambda: AT, freshness=NO_MEMORY)
    assert federation.views()[0].health.up is None

    await reads(federation).record("housing", "property", "no", "A")
    assert federation.views()[0].health.up is True

    housing.fails = OutcomeUnknown("housing", "reset")
    await reads(federation).record("housing", "property", "no", "A")
    health = federation.views()[0].health
    assert (health.up, health.since) == (False, AT)
    assert health.reason is not None
    assert "Housing" in health.reason.en


async def test_a_department_that_is_not_plugged_in_is_a_problem(federation: Federation) -> None:
    reading = await reads(federation).record("moon", "crater", "no", "A")

    assert reading.problem is not None
    assert reading.problem.code is P.DEPARTMENT_UNREACHABLE


async def test_progress_is_read_like_a_record(
    federation: Federation, housing: FakeDepartment
) -> None:
    standing = Progress(receipt="1", status=ItemStatus.ACCEPTED, at=AT)
    housing.answer = lambda key: standing

    reading = await reads(federation).progress("housing", "permit", "1")

    assert reading.value is standing
    assert reading.provenance is not None
    assert reading.provenance.source == "permit"


async def test_calls_are_logged_without_keys(
    federation: Federation, housing: FakeDepartment
) -> None:
    operation = reads(federation)

    await asyncio.gather(
        *(operation.record("housing", "property", "no", key) for key in ("3101A", "3101B"))
    )

    (call,) = operation.extensions()["calls"]
    assert call.pop("ms") >= 0
    assert call == {
        "department": "housing",
        "operation": "property.no",
        "keys": 2,
        "wave": 1,
        "made": True,
        "outcome": "ok",
    }


async def test_closing_ends_what_is_under_way(housing: FakeDepartment) -> None:
    federation = Federation([housing], now=lambda: AT)
    housing.gate = asyncio.Event()
    waiting = asyncio.ensure_future(reads(federation).record("housing", "property", "no", "A"))
    await housing.entered.wait()

    await federation.aclose()

    reading = await waiting
    assert reading.problem is not None
    assert housing.at_once == 0


async def test_an_abandoned_operation_leaves_its_call_for_others(
    federation: Federation, housing: FakeDepartment
) -> None:
    housing.gate = asyncio.Event()
    gone = asyncio.ensure_future(reads(federation).record("housing", "property", "no", "A"))
    stays = asyncio.ensure_future(reads(federation).record("housing", "property", "no", "A"))
    await housing.entered.wait()

    gone.cancel()
    housing.gate.set()

    assert number(await stays) == "A"


def test_memory_is_bounded_and_forgets_the_least_used() -> None:
    memory = Memory(size=2)
    keys = [Key("housing", "property", "no", name, "me") for name in "ABC"]
    marks = [object() for _ in keys]
    for key, mark in zip(keys, marks, strict=True):
        memory.put(key, Reading(value=mark), now=0, fresh_s=5, known_s=10, mark=0)

    assert len(memory) == 2
    assert memory.fresh(keys[0], now=1) is None
    kept = memory.fresh(keys[2], now=4.9)
    assert kept is not None
    assert kept.value is marks[2]
    assert memory.fresh(keys[2], now=5) is None
    assert memory.known(keys[2], now=9.9) is kept
    assert memory.known(keys[2], now=10) is None


async def test_what_was_said_lately_is_looked_up_without_waiting(
    federation: Federation, housing: FakeDepartment
) -> None:
    first = reads(federation)
    asked = first.look_up("housing", "property", "no", "A")
    assert not isinstance(asked, Reading)
    known = await asked

    second = reads(federation)
    found = [second.look_up("housing", "property", "no", "A") for _ in range(2)]

    assert found == [known, known]
    assert await second.record("housing", "property", "no", "A") is known
    assert len(housing.calls) == 1
    (call,) = second.extensions()["calls"]
    assert (call["outcome"], call["keys"], call["wave"]) == ("cached", 1, 1)


async def test_an_operation_that_was_answered_is_not_watched_any_longer(
    federation: Federation, housing: FakeDepartment
) -> None:
    housing.gate = asyncio.Event()
    operation = reads(federation)
    waiting = asyncio.ensure_future(operation.record("housing", "property", "no", "A"))
    gone = asyncio.ensure_future(operation.record("housing", "property", "no", "B"))
    await housing.entered.wait()
    assert list(federation.waiting) == [operation]

    gone.cancel()
    housing.gate.set()
    await waiting
    operation.close()

    assert list(federation.waiting) == []
