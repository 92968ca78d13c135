"""What `extensions.calls` tells: who was asked, who was not, and how long it took or was waited.

In virtual time, so that what was waited is exact.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from adapters.errors import OutcomeUnknown
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from schema.domain.problem import ProblemCode
from tests.gateway.test_federation_reads import AT, FakeDepartment, info
from tests.gateway.virtual_time import in_virtual_time

DOWN = OutcomeUnknown("housing", "HTTP 503", code=ProblemCode.DEPARTMENT_FAULT)


def of(housing: FakeDepartment) -> Federation:
    return Federation([housing], now=lambda: AT)


def reads(federation: Federation, *, budget_s: float = 0.4) -> OperationReads:
    return OperationReads(federation, scope="me", budget_s=budget_s)


async def call(operation: OperationReads, key: str = "A") -> Mapping[str, Any]:
    """The one call of an operation that asks for one key, as a developer is shown it."""
    await operation.record("housing", "property", "no", key)
    (told,) = operation.extensions()["calls"]
    return {name: told[name] for name in ("made", "ms", "outcome")}


@in_virtual_time
async def test_a_call_given_up_at_the_deadline_tells_how_long_it_was_waited_for() -> None:
    housing = FakeDepartment(info("housing"))
    housing.gate = asyncio.Event()

    told = await call(reads(of(housing), budget_s=0.4))

    assert told == {"made": True, "ms": 400.0, "outcome": "deadline"}


@in_virtual_time
async def test_what_comes_after_the_deadline_changes_nothing_that_was_told() -> None:
    housing = FakeDepartment(info("housing"))
    housing.gate = asyncio.Event()
    federation = of(housing)
    first, patient = reads(federation, budget_s=0.2), reads(federation, budget_s=0.9)
    waiting = asyncio.ensure_future(call(patient))
    await first.record("housing", "property", "no", "A")
    housing.gate.set()

    await waiting

    (told,) = first.extensions()["calls"]
    assert (told["ms"], told["outcome"]) == (200.0, "deadline")


@in_virtual_time
async def test_a_call_the_breaker_withheld_was_not_made() -> None:
    housing = FakeDepartment(info("housing"))
    housing.fails = DOWN
    federation = of(housing)
    for key in "ABC":  # each tried twice: five failures open it
        assert (await call(reads(federation), key))["made"]

    told = await call(reads(federation), "D")

    assert told == {"made": False, "ms": 0.0, "outcome": "DEPARTMENT_FAULT"}
    assert ("read", "property", "no", "D") not in housing.calls


@in_virtual_time
async def test_a_call_without_a_slot_was_not_made() -> None:
    housing = FakeDepartment(info("housing", concurrency=1, batch=1))
    housing.gate = asyncio.Event()
    federation = of(housing)
    crowd = [asyncio.ensure_future(call(reads(federation), key)) for key in "ABCDEF"]

    told = [await one for one in crowd]

    assert told[0] == {"made": True, "ms": 400.0, "outcome": "deadline"}
    assert told[1:5] == [{"made": False, "ms": 400.0, "outcome": "deadline"}] * 4  # in the queue
    assert told[5] == {"made": False, "ms": 0.0, "outcome": "DEPARTMENT_BUSY"}  # and turned away


@in_virtual_time
async def test_what_is_known_needs_no_call() -> None:
    federation = of(FakeDepartment(info("housing")))
    assert (await call(reads(federation)))["made"]

    told = await call(reads(federation))

    assert told == {"made": False, "ms": 0.0, "outcome": "cached"}
