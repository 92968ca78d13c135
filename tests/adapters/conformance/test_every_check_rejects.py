"""Every check has a department it must reject, and rejects nothing else in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.conformance.checks import CHECKS
from adapters.conformance.live import live_rim
from adapters.conformance.run import examine
from adapters.conformance.standin import standing
from adapters.conformance.subject import Live, Subject
from adapters.conformance.table import Check
from adapters.conformance.tiers import State
from tests.adapters.conformance.bad.departments import BAD
from tests.adapters.conformance.bad.model import Bad, copied
from tests.adapters.examples import subject_of

LIMITS = {"timeout_s": 1.0, "rate_per_s": 120.0}
BASES = sorted({bad.base for bad in BAD.values()})


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


async def rejecting(bad: Bad, to: Path) -> dict[str, str]:
    """The checks that reject it, with what they say."""
    async with examined(bad, to) as subject:
        found = await examine(subject)
    return {one.check.id: one.result.evidence for one in found if one.result.state is State.FAILED}


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("base", BASES)
async def test_what_the_bad_ones_are_made_of_is_good(base: str, tmp_path: Path) -> None:
    assert await rejecting(Bad(base=base), tmp_path) == {}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
async def test_exactly_this_check_rejects_its_bad_department(check: Check, tmp_path: Path) -> None:
    assert check.id in BAD, f"{check.id} has no bad department: add one to bad/departments.py"
    found = await rejecting(BAD[check.id], tmp_path)
    assert list(found) == [check.id], found


def test_no_bad_department_is_left_without_its_check() -> None:
    assert set(BAD) == {check.id for check in CHECKS}
