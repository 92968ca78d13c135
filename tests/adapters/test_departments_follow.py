"""The shipped manifests against the mocks once filed: unknown numbers, surplus, what may follow."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mocks.core.filed import Status
from schema.domain.filing import ItemStatus, Progress, Supplement, Withdrawal
from tests.adapters.test_departments_speak import FILED, MATERIAL, Pair, filing, running


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Callable[[str], Any]]:
    async with AsyncExitStack() as stack:
        yield lambda name: stack.enter_async_context(running(name, tmp_path))


async def standing(pair: Pair, number: str, service: str) -> Progress | None:
    """Where the filing stands; None when the department does not know it."""
    found = (await pair.adapter.progress([number], service, budget=5))[number]
    assert found is None or isinstance(found, Progress)
    return found


def status(found: Progress | None) -> ItemStatus | None:
    return found.status if found is not None else None


@pytest.mark.parametrize("name", FILED)
async def test_a_number_the_department_does_not_know_has_no_progress(
    start: Callable[[str], Any], name: str
) -> None:
    pair: Pair = await start(name)
    number = "none-such/none-such" if name == "planning" else "none-such"

    assert await standing(pair, number, FILED[name][0]) is None


@pytest.mark.parametrize("name", [name for name in FILED if name != "market"])
async def test_a_second_filing_is_withdrawn_and_the_first_stays(
    start: Callable[[str], Any], name: str
) -> None:
    pair: Pair = await start(name)
    service = FILED[name][0]
    _, surplus, more = [await pair.adapter.file(filing(name, service), budget=5) for _ in "abc"]

    for round_, receipt in ((2, more), (2, more), (3, surplus)):  # one answer is lost
        back = Withdrawal(
            reference=f"case:X:withdraw:{round_}",
            receipt=receipt.number,
            service=service,
            reason="重复报送",
        )
        await pair.adapter.withdraw(back, budget=5)

    taken = [filed.status is Status.WITHDRAWN for filed in pair.kit.desk.filings()]
    assert taken == [False, True, True]


@pytest.mark.parametrize("name", ["market", "greening"])
async def test_what_may_follow_is_told_and_taken_while_the_clock_runs(
    start: Callable[[str], Any], name: str
) -> None:
    pair: Pair = await start(name)
    service = "food_permit" if name == "market" else "signboard"
    sent = filing(name, service)
    sent = replace(sent, materials=(replace(MATERIAL, name="布局图（容缺）"),))
    number = (await pair.adapter.file(sent, budget=5)).number
    pair.kit.clock.advance(seconds=61)
    pair.kit.desk.tick()
    told = await standing(pair, number, service)

    more = Supplement(
        reference="case:X:supplement:1",
        receipt=number,
        service=service,
        answers={},
        materials=(MATERIAL,),
    )
    await pair.adapter.supplement(more, budget=5)

    assert told is not None
    assert told.status is ItemStatus.CONDITIONALLY_ACCEPTED
    assert told.note == "可容缺后补:布局图（容缺）, 10个工作日内补交"
    assert status(await standing(pair, number, service)) is ItemStatus.ACCEPTED
    pair.kit.clock.advance(working_days=5)
    pair.kit.desk.tick()
    assert pair.kit.desk.filings()[0].status is Status.GRANTED
