"""What was said to a call begun before a change takes nothing away from what was said after it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.errors import NotDelivered, Refused
from gateway.federation.memory import of_number
from gateway.federation.service import Federation
from schema.domain.reading import Reading
from tests.gateway.test_federation_reads import AT, FakeDepartment, info, reads
from tests.gateway.virtual_time import in_virtual_time


class Hesitant(FakeDepartment):
    """Its first answer takes longest; each answer is its number."""

    asked = 0

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.asked = number = self.asked + 1
        await asyncio.sleep(0.9 if number == 1 else 0.1)
        if self.fails is not None:
            raise self.fails
        return {key: {"no": key, "area": number} for key in keys}


async def record(federation: Federation) -> Reading:
    return await reads(federation).record("housing", "property", "no", "A")


async def overtaken(federation: Federation) -> "asyncio.Future[Reading]":
    """A call on its way, and a second, begun after a change, that was answered before it."""
    older = asyncio.ensure_future(record(federation))
    await asyncio.sleep(0.2)
    federation.forget(of_number("housing", "A"))
    assert (await record(federation)).value["area"] == 2  # type: ignore[index]
    return older


@in_virtual_time
async def test_an_older_answer_that_comes_later_does_not_become_the_known() -> None:
    department = Hesitant(info("housing"))
    federation = Federation([department], now=lambda: AT)
    await (await overtaken(federation))

    again = await record(federation)
    department.fails = NotDelivered("housing", "down")
    await asyncio.sleep(6)
    down = await record(federation)

    assert [again.value, down.value] == [{"no": "A", "area": 2}] * 2
    assert down.provenance is not None
    assert down.provenance.stale


@in_virtual_time
async def test_an_older_refusal_that_comes_later_takes_nothing_away() -> None:
    department = Hesitant(info("housing"))
    federation = Federation([department], now=lambda: AT)
    older = await overtaken(federation)
    department.fails = Refused("housing", "E1", "")
    await older

    department.fails = NotDelivered("housing", "down")
    await asyncio.sleep(6)

    assert (await record(federation)).value == {"no": "A", "area": 2}
