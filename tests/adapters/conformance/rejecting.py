"""A bad department, examined."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from adapters.conformance.checks import CHECKS
from adapters.conformance.live import live_rim
from adapters.conformance.run import examine
from adapters.conformance.standin import standing
from adapters.conformance.subject import Live, Subject
from adapters.conformance.table import Check, Checked
from adapters.conformance.tiers import State
from tests.adapters.conformance.bad.model import Bad, copied
from tests.adapters.examples import subject_of

LIMITS = {"timeout_s": 1.0, "rate_per_s": 120.0}


@asynccontextmanager
async def examined(bad: Bad, to: Path) -> AsyncIterator[Subject]:
    """The subject, beside the real system it is examined against."""
    good = subject_of(bad.base)
    subject = Subject(
        folder=copied(bad.base, to, bad.change),
        credentials=good.credentials,
        limits={**LIMITS, **bad.limits},
        line=bad.line,
    )
    if bad.system is None:
        yield subject
        return
    async with standing(bad.system(replace(good, limits=subject.limits)).behave) as system:
        endpoint = replace(good.endpoint(system.url), limits=subject.limits)
        yield replace(subject, live=Live(endpoint=endpoint, writes=True, rim=live_rim()))


async def rejecting(bad: Bad, to: Path, checks: Sequence[Check] = CHECKS) -> dict[str, str]:
    """The checks that reject it, with what they say."""
    return failed(await checked(bad, to, checks))


async def checked(bad: Bad, to: Path, checks: Sequence[Check] = CHECKS) -> list[Checked]:
    """Each of the checks with its result."""
    async with examined(bad, to) as subject:
        return await examine(subject, checks=checks)


def failed(found: Sequence[Checked]) -> dict[str, str]:
    """Those that did not pass, with what they say."""
    return {one.check.id: one.result.evidence for one in found if one.result.state is State.FAILED}
