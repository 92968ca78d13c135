"""The guard of outward calls: who may leave, who waits, who is tried again, and what it is called.

All in virtual time: seconds pass when nothing else is left to do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotCalled,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from gateway.federation.gate import LONGEST_REST_S, Gate, fails
from schema.domain.problem import ProblemCode
from tests.gateway.test_federation_reads import AT, info
from tests.gateway.virtual_time import in_virtual_time

P = ProblemCode
DOWN = OutcomeUnknown("housing", "HTTP 503", code=P.DEPARTMENT_FAULT)


class Line:
    """What is sent, and what comes of it: the next of `replies`, the last one ever after."""

    def __init__(self, *replies: AdapterError | str | None, takes_s: float = 0.0) -> None:
        self.replies = list(replies) or ["said"]
        self.takes_s = takes_s
        self.budgets: list[float] = []
        self.at: list[float] = []
        self.at_once = self.most_at_once = 0

    async def __call__(self, budget: float) -> str:
        self.budgets.append(budget)
        self.at.append(now())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            reply = self.replies[0] if len(self.replies) == 1 else self.replies.pop(0)
            await asyncio.sleep(self.takes_s)
            if reply is None:
                await asyncio.Event().wait()
            if isinstance(reply, AdapterError):
                raise reply
            assert reply is not None
            return reply
        finally:
            self.at_once -= 1


def now() -> float:
    return asyncio.get_running_loop().time()


def a_gate(concurrency: int = 4, timeout_s: float = 2.0) -> Gate:
    made = info("housing", concurrency=concurrency, timeout_s=timeout_s)
    return Gate(made, now=lambda: AT, draw=lambda: 0.5)


async def read(gate: Gate, line: Line, *, within_s: float = 2.0, again: bool = False) -> object:
    """What a read comes to: its answer, or its error."""
    return await outcome(gate.call(gate.reading(now() + within_s, again=again), line))


async def file(gate: Gate, line: Line, *, within_s: float = 2.0) -> object:
    return await outcome(gate.call(gate.filing(now() + within_s), line))


async def outcome(call: Awaitable[str]) -> object:
    try:
        return await call
    except AdapterError as error:
        return error


def code(found: object) -> ProblemCode:
    assert isinstance(found, NotCalled)
    return found.code


def retry_in_s(found: object) -> float:
    assert isinstance(found, NotCalled)
    assert found.retry_in_s is not None
    return found.retry_in_s


# -- what says that a department is down -------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "down"),
    [
        (NotDelivered("housing", "refused"), True),
        (NotDelivered("housing", "busy", code=P.DEPARTMENT_BUSY), True),
        (OutcomeUnknown("housing", "HTTP 500"), True),
        (ContractBroken("housing", "no JSON but text/html", foreign=True), True),
        (AdapterError("housing", "in maintenance", code=P.DEPARTMENT_BUSY), True),
        (ContractBroken("housing", "area: no decimal"), False),
        (Refused("housing", "E01", "不予查询"), False),
        (Misconfigured("housing", "401"), False),
        (AdapterError("housing", "a bug"), False),
    ],
)
def test_silence_5xx_busy_and_maintenance_are_failures_and_answers_are_not(
    error: AdapterError, down: bool
) -> None:
    assert fails(error) is down


@pytest.mark.parametrize("error", [DOWN, NotDelivered("housing", "busy", code=P.DEPARTMENT_BUSY)])
@in_virtual_time
async def test_five_failures_in_a_row_shut_it_for_five_seconds(error: AdapterError) -> None:
    gate, line = a_gate(), Line(error)
    for _ in range(5):
        await read(gate, line)

    shut = await read(gate, line)

    assert (len(line.budgets), code(shut), retry_in_s(shut)) == (5, error.code, 5.0)
    await asyncio.sleep(5)
    line.replies = ["said"]
    assert await read(gate, line) == "said"
    assert await read(gate, line) == "said"


@in_virtual_time
async def test_what_we_keep_back_ourselves_is_not_held_against_the_department() -> None:
    gate, line = a_gate(), Line(NotCalled("housing", "no turn within the deadline"))
    for _ in range(20):
        await read(gate, line)

    assert len(line.budgets) == 20
    assert gate.health.up is None


@in_virtual_time
async def test_connections_found_closed_are_not_held_against_a_department_that_then_answers() -> (
    None
):
    gate, asked = a_gate(concurrency=8), 0

    async def send(_: float) -> str:
        nonlocal asked
        asked += 1
        if asked <= 8:
            unheard = OutcomeUnknown("housing", "closed")
            unheard.unheard = True
            raise unheard
        return "answer"

    reads = [gate.call(gate.reading(now() + 2), send) for _ in range(8)]
    told = await asyncio.gather(*reads, return_exceptions=True)

    assert gate.reads.opened_at is None
    assert "answer" in told


@in_virtual_time
async def test_one_probe_leaves_at_a_time() -> None:
    gate, line = a_gate(), Line(DOWN)
    for _ in range(5):
        await read(gate, line)
    await asyncio.sleep(5)

    line.replies, line.takes_s = ["said"], 1.0
    found = await asyncio.gather(*(read(gate, line) for _ in range(4)))

    assert len(line.budgets) == 6
    assert [isinstance(one, NotCalled) for one in found] == [False, True, True, True]


@in_virtual_time
async def test_silence_counts_where_it_was_listened_to_for_long_enough() -> None:
    gate, line = a_gate(), Line(None)

    async def give_up_after(seconds: float) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds):
                await read(gate, line)

    for _ in range(7):
        await give_up_after(0.5)
    assert gate.health.up is None
    for _ in range(5):
        await give_up_after(1.0)

    assert code(await read(gate, line)) is P.DEPARTMENT_TIMEOUT
    assert len(line.budgets) == 12


# -- reads and filings -------------------------------------------------------------------------


@in_virtual_time
async def test_a_register_out_of_order_holds_no_filing_back() -> None:
    gate = a_gate()
    for _ in range(6):
        await read(gate, Line(DOWN))

    assert await file(gate, Line("taken")) == "taken"
    assert isinstance(await read(gate, Line()), NotCalled)


@in_virtual_time
async def test_a_filing_does_not_leave_for_a_department_that_takes_none() -> None:
    gate, line = a_gate(), Line(DOWN)
    for _ in range(5):
        await file(gate, line)

    found = await file(gate, line)

    assert isinstance(found, NotCalled)
    assert isinstance(found, NotDelivered)  # to the filing protocol: certainly not sent
    assert len(line.budgets) == 5


@in_virtual_time
async def test_a_filing_is_sent_once_whatever_comes_of_it() -> None:
    gate, line = a_gate(), Line(DOWN)

    assert await file(gate, line) is DOWN
    assert len(line.budgets) == 1


# -- slots -------------------------------------------------------------------------------------


@in_virtual_time
async def test_so_many_at_once_and_the_rest_in_their_order() -> None:
    gate, line = a_gate(concurrency=2), Line(takes_s=0.1)

    found = await asyncio.gather(*(read(gate, line) for _ in range(10)))

    assert found == ["said"] * 10
    assert line.most_at_once == 2
    assert [round(at - 1000, 3) for at in line.at] == [0, 0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4]


@in_virtual_time
async def test_a_crowd_of_reads_is_turned_away_at_once_and_a_filing_waits() -> None:
    gate, line = a_gate(concurrency=1), Line(takes_s=0.1)
    reads = [asyncio.ensure_future(read(gate, line)) for _ in range(5)]
    await asyncio.sleep(0)

    turned_away = await read(gate, line)
    filed = await file(gate, line)

    assert (code(turned_away), retry_in_s(turned_away)) == (P.DEPARTMENT_BUSY, 1.0)
    assert filed == "said"
    assert await asyncio.gather(*reads) == ["said"] * 5


@in_virtual_time
async def test_who_gets_no_slot_in_time_was_not_sent() -> None:
    gate, line = a_gate(concurrency=1), Line(takes_s=1.0)
    first = asyncio.ensure_future(file(gate, line))
    await asyncio.sleep(0)

    late = await file(gate, line, within_s=0.5)

    assert code(late) is P.DEPARTMENT_BUSY
    assert now() == pytest.approx(1000.5)
    assert await first == "said"
    assert len(line.budgets) == 1
    assert await file(gate, line) == "said"


@in_virtual_time
async def test_who_gives_up_waiting_gives_its_slot_on() -> None:
    gate, line = a_gate(concurrency=1), Line(takes_s=0.1)
    first = asyncio.ensure_future(read(gate, line))
    await asyncio.sleep(0)
    gone = asyncio.ensure_future(read(gate, line))
    stays = asyncio.ensure_future(read(gate, line))
    await asyncio.sleep(0)
    first.add_done_callback(lambda _: gone.cancel())  # in the turn in which it is given the slot

    assert await stays == "said"
    assert await read(gate, line) == "said"


@in_virtual_time
async def test_those_who_wait_are_sent_home_when_it_shuts() -> None:
    gate, line = a_gate(concurrency=5, timeout_s=2.0), Line(DOWN, takes_s=1.0)
    reads = [asyncio.ensure_future(read(gate, line, within_s=10)) for _ in range(20)]

    found = await asyncio.gather(*reads)

    assert now() == pytest.approx(1001.0)
    assert len(line.budgets) == 5
    assert sum(isinstance(one, NotCalled) for one in found) == 15


# -- second attempts ---------------------------------------------------------------------------


@in_virtual_time
async def test_a_read_that_failed_is_tried_once_more_within_its_time() -> None:
    gate, line = a_gate(), Line(DOWN, "said", takes_s=0.2)

    assert await read(gate, line, again=True) == "said"

    assert line.budgets == pytest.approx([2.0, 2.0 - 0.2 - 0.1])


@pytest.mark.parametrize(
    ("error", "within_s"),
    [
        (Refused("housing", "E", "no"), 2.0),
        (ContractBroken("housing", "area"), 2.0),
        (NotCalled("housing", "no turn within the deadline"), 2.0),
        (DOWN, 0.45),  # failing took 0.2 s, so would failing again
    ],
)
@in_virtual_time
async def test_answers_and_what_has_no_time_left_are_not_tried_again(
    error: AdapterError, within_s: float
) -> None:
    gate, line = a_gate(), Line(error, "said", takes_s=0.2)

    assert await read(gate, line, again=True, within_s=within_s) is error
    assert len(line.budgets) == 1


def busy(retry_after_s: float) -> AdapterError:
    error = NotDelivered("housing", "HTTP 429", code=P.DEPARTMENT_BUSY)
    error.retry_after_s = retry_after_s
    return error


@in_virtual_time
async def test_retry_after_is_honoured_by_the_second_attempt_and_by_everybody_else() -> None:
    gate, line = a_gate(), Line(busy(0.7), "said")
    asked = asyncio.ensure_future(read(gate, line, again=True))
    await asyncio.sleep(0.1)

    other = await read(gate, line)
    filing = await file(gate, line)

    assert [code(found) for found in (other, filing)] == [P.DEPARTMENT_BUSY] * 2
    assert retry_in_s(other) == pytest.approx(0.6)
    assert await asked == "said"
    assert [at - 1000 for at in line.at] == [0, pytest.approx(0.7)]
    assert await read(gate, line) == "said"


@pytest.mark.parametrize(("asked_s", "kept_s"), [(10.0, 10.0), (3600.0, LONGEST_REST_S)])
@in_virtual_time
async def test_a_long_retry_after_is_kept_without_a_second_attempt_and_within_reason(
    asked_s: float, kept_s: float
) -> None:
    gate, line = a_gate(), Line(busy(asked_s), "said")

    assert isinstance(await read(gate, line, again=True), NotDelivered)

    assert retry_in_s(await read(gate, line)) == kept_s
    await asyncio.sleep(kept_s)
    assert await read(gate, line) == "said"


@in_virtual_time
async def test_who_waits_for_a_slot_when_it_asks_us_to_wait_is_told_at_once_and_stays() -> None:
    gate, line = a_gate(concurrency=1), Line(busy(20), "said", takes_s=0.1)
    first = asyncio.ensure_future(read(gate, line))
    await asyncio.sleep(0)
    waiting = [asyncio.ensure_future(read(gate, line)) for _ in range(3)]
    filing = asyncio.ensure_future(file(gate, line))
    await asyncio.sleep(0)

    found = await asyncio.gather(*waiting, filing)

    assert now() == pytest.approx(1000.1)
    assert [code(one) for one in found] == [P.DEPARTMENT_BUSY] * 4
    assert [retry_in_s(one) for one in found] == [pytest.approx(20)] * 4
    assert len(line.budgets) == 1
    assert isinstance(await first, NotDelivered)
    await asyncio.sleep(20)
    assert await read(gate, line) == "said"


@in_virtual_time
async def test_who_was_given_a_slot_as_it_asked_us_to_wait_does_not_leave_either() -> None:
    gate, line = a_gate(concurrency=2), Line(takes_s=0.1)
    told = asyncio.ensure_future(read(gate, Line(busy(20), takes_s=0.1)))
    await asyncio.sleep(0)
    before = asyncio.ensure_future(read(gate, line))  # gives its slot in the turn of the answer
    waits = asyncio.ensure_future(read(gate, line))

    found = await asyncio.gather(before, waits, told)

    assert found[0] == "said"
    assert retry_in_s(found[1]) == pytest.approx(20)
    assert len(line.budgets) == 1
    assert gate.slots.free == 2


@in_virtual_time
async def test_a_shorter_retry_after_does_not_shorten_a_longer_one() -> None:
    gate, line = a_gate(), Line()
    await asyncio.gather(
        read(gate, Line(busy(20), takes_s=0.1)), read(gate, Line(busy(0.5), takes_s=0.2))
    )

    await asyncio.sleep(1)

    assert retry_in_s(await read(gate, line)) == pytest.approx(18.9)
    assert line.budgets == []


@in_virtual_time
async def test_a_second_attempt_does_not_leave_where_another_was_asked_to_wait_longer() -> None:
    gate, line = a_gate(), Line(busy(0.5), "said")
    asked = asyncio.ensure_future(read(gate, line, again=True))
    other = asyncio.ensure_future(read(gate, Line(busy(20), takes_s=0.2)))
    await asyncio.sleep(0)

    found = await asked

    assert isinstance(found, NotDelivered)
    assert len(line.budgets) == 1
    await other


@in_virtual_time
async def test_a_second_attempt_without_a_time_of_its_own_keeps_to_what_another_was_told() -> None:
    gate, line = a_gate(), Line(DOWN, "said", takes_s=0.1)
    asked = asyncio.ensure_future(read(gate, line, again=True))
    other = asyncio.ensure_future(read(gate, Line(busy(20), takes_s=0.15)))

    assert await asked is DOWN
    assert len(line.budgets) == 1
    await other


@in_virtual_time
async def test_half_of_all_failing_costs_a_fifth_more_calls_at_most() -> None:
    gate = a_gate()
    firsts, calls = 400, 0

    def failing_by_turns() -> Callable[[float], Awaitable[str]]:
        async def send(_: float) -> str:
            nonlocal calls
            calls += 1
            if calls % 2:
                raise DOWN
            return "said"

        return send

    for _ in range(firsts):
        await outcome(gate.call(gate.reading(now() + 2.0), failing_by_turns()))

    assert firsts * 1.1 < calls <= firsts * 1.2


@pytest.mark.parametrize("wait_s", [1e12, float("inf"), float("nan"), -5.0])
@in_virtual_time
async def test_a_wait_nobody_could_count_breaks_neither_its_reads_nor_the_health(
    wait_s: float,
) -> None:
    gate = a_gate()

    found = await read(gate, Line(busy(wait_s)))

    assert isinstance(found, NotDelivered)
    told = gate.problem(found).retry_at
    assert told is not None
    assert AT <= told <= AT + timedelta(days=1)
    assert gate.health.up is False
