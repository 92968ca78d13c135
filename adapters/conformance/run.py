"""Carries the checks out: those that wait together, then those that compute, in bounded time."""

import asyncio
from collections.abc import Callable, Sequence

from adapters.conformance.checks import CHECKS
from adapters.conformance.subject import Subject
from adapters.conformance.table import Check, Checked, Result, skipped

WHOLE_S = 60.0
EACH_S = 25.0

Tell = Callable[[Checked], None]


async def examine(
    subject: Subject,
    tell: Tell = lambda checked: None,
    checks: Sequence[Check] = CHECKS,
    whole_s: float = WHOLE_S,
) -> list[Checked]:
    """Every check with its result, in the table's order, within `whole_s` seconds."""
    end = asyncio.get_running_loop().time() + whole_s
    done: dict[str, Checked] = {}

    async def carry_out(check: Check) -> None:
        done[check.id] = await _one(subject, check, end)
        tell(done[check.id])

    await asyncio.gather(*(carry_out(check) for check in checks if check.waits))
    for check in checks:
        if not check.waits:
            await carry_out(check)
    return [done[check.id] for check in checks]


async def _one(subject: Subject, check: Check, end: float) -> Checked:
    loop = asyncio.get_running_loop()
    began = loop.time()
    result = await _result(subject, check, min(EACH_S, end - began))
    return Checked(check=check, result=result, seconds=loop.time() - began)


async def _result(subject: Subject, check: Check, within_s: float) -> Result:
    if within_s <= 0:
        return skipped("no time was left")
    if check.running and not subject.buildable:
        return skipped(f"the department cannot be started: {next(iter(subject.findings), '')}")
    try:
        async with asyncio.timeout(within_s):
            return await check.run(subject)
    except TimeoutError:
        return skipped(f"it took longer than {within_s:.0f} s")
    except Exception as error:  # one check that cannot be carried out leaves the others
        return skipped(f"it could not be carried out: {type(error).__name__}: {error}"[:200])
