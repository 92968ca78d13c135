"""Every verb of a department passes its gate; what was kept back there was certainly not sent."""

import asyncio
import inspect
from typing import Any

import pytest

from adapters.contract import Department
from adapters.errors import NotCalled, OutcomeUnknown
from gateway.cases.errand import ask, send
from gateway.federation.gate import Gate
from gateway.federation.guarded import GuardedDepartment
from schema.domain.delivery_policy import Outcome
from schema.domain.problem import ProblemCode
from tests.adapters.conftest import filing_with
from tests.gateway.test_federation_reads import AT, info
from tests.gateway.virtual_time import in_virtual_time

DOWN = OutcomeUnknown("housing", "HTTP 503", code=ProblemCode.DEPARTMENT_FAULT)
WRITES = {"file", "supplement", "withdraw"}
TWICE = {"read", "verify"}
VERBS = sorted(
    name
    for name, member in vars(Department).items()
    if inspect.iscoroutinefunction(member) and not name.startswith("_")
)


class Anything:
    """A department that does whatever it is asked; `fails` raises."""

    def __init__(self) -> None:
        self.info = info("housing", concurrency=2)
        self.calls: list[str] = []
        self.fails: Exception | None = None
        self.most_at_once = self.at_once = 0

    def __getattr__(self, verb: str) -> Any:
        async def call(*asked: object, budget: float) -> str:
            assert 0 < budget <= 2
            self.calls.append(verb)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await asyncio.sleep(0.1)
            self.at_once -= 1
            if self.fails is not None:
                raise self.fails
            return verb

        return call


def guarded() -> tuple[Anything, Any]:
    inner: Any = Anything()
    return inner, GuardedDepartment(inner, Gate(inner.info, now=lambda: AT))


async def call(department: Any, verb: str) -> Any:
    asked = [None] * (len(inspect.signature(getattr(department, verb)).parameters) - 1)
    return await getattr(department, verb)(*asked, budget=2)


async def failing(department: Any, verb: str) -> None:
    with pytest.raises(OutcomeUnknown):
        await call(department, verb)


@pytest.mark.parametrize("verb", VERBS)
@in_virtual_time
async def test_every_verb_keeps_the_bulkhead_and_the_breaker(verb: str) -> None:
    inner, department = guarded()

    said = await asyncio.gather(*(call(department, verb) for _ in range(6)))
    assert set(said) <= {verb, None}
    assert inner.calls == [verb] * 6
    assert inner.most_at_once == 2

    inner.fails = DOWN
    for _ in range(5 - 2 * (verb in TWICE)):  # five attempts
        await failing(department, verb)
    inner.calls.clear()
    with pytest.raises(NotCalled):
        await call(department, verb)
    assert inner.calls == []


@pytest.mark.parametrize("verb", VERBS)
@in_virtual_time
async def test_only_what_somebody_waits_for_is_tried_twice_and_no_write_ever(verb: str) -> None:
    inner, department = guarded()
    inner.fails = DOWN

    await failing(department, verb)

    assert inner.calls == [verb] * (2 if verb in TWICE else 1)
    assert verb not in WRITES & TWICE


@in_virtual_time
async def test_a_filing_kept_back_is_not_sent_and_a_look_up_kept_back_says_nothing() -> None:
    inner, department = guarded()
    inner.fails = DOWN
    filing = filing_with()
    for _ in range(5):
        assert (await send(department, filing)).attempt.outcome is Outcome.UNKNOWN
        assert (await ask(department, filing)).attempt.outcome is Outcome.FAILED
    inner.calls.clear()

    sent = await send(department, filing)
    asked = await ask(department, filing)

    assert (sent.attempt.outcome, sent.problem) == (Outcome.NOT_SENT, "DEPARTMENT_FAULT")
    assert asked.attempt.outcome is Outcome.FAILED
    assert inner.calls == []


@pytest.mark.parametrize("verb", sorted(set(VERBS) - WRITES - TWICE))
@in_virtual_time
async def test_filings_it_stumbles_over_when_asked_hold_up_no_read(verb: str) -> None:
    inner, department = guarded()
    inner.fails = DOWN
    for _ in range(5):
        await failing(department, verb)
    with pytest.raises(NotCalled):
        await call(department, verb)

    inner.fails = None

    assert await call(department, "read") == "read"
    assert await call(department, "file") == "file"
