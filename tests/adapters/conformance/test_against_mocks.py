"""The kit against departments that run: one SOAP, one REST, asked and filed with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.conformance.checks import CHECKS
from adapters.conformance.live import NO_WRITES, live_rim
from adapters.conformance.run import examine
from adapters.conformance.subject import Live
from adapters.conformance.tiers import State
from tests.adapters.examples import subject_of
from tests.adapters.test_departments_speak import standing_mock

LIVE = [check for check in CHECKS if check.id.startswith("live_")]


@pytest.fixture
async def urls(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """Where the mocks of the two listen, in this process and on real sockets."""
    async with AsyncExitStack() as stack:
        yield {
            name: (await stack.enter_async_context(standing_mock(name, tmp_path)))[0]
            for name in ("planning", "housing")
        }


async def _examined(name: str, url: str, *, writes: bool) -> dict[str, tuple[State, str]]:
    subject = subject_of(name)
    endpoint = subject.endpoint(url)
    live = Live(endpoint=endpoint, writes=writes, rim=live_rim())
    found = await examine(replace(subject, live=live), checks=LIVE)
    return {one.check.id: (one.result.state, one.result.evidence) for one in found}


@pytest.mark.timeout(120)
async def test_running_departments_pass_what_needs_a_real_system(urls: dict[str, str]) -> None:
    for name in ("planning", "housing"):
        found = await _examined(name, urls[name], writes=True)
        assert {state for state, _ in found.values()} == {State.PASSED}, (name, found)


@pytest.mark.timeout(120)
async def test_nothing_is_filed_unless_it_is_allowed(urls: dict[str, str]) -> None:
    found = await _examined("planning", urls["planning"], writes=False)
    filing = {"live_filing", "live_progress", "live_withdraw"}
    assert {
        name for name, result in found.items() if result == (State.SKIPPED, NO_WRITES)
    } == filing


async def test_a_department_that_is_not_there_reaches_no_gold() -> None:
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    found = await _examined("planning", f"http://127.0.0.1:{port}", writes=True)
    assert {state for state, _ in found.values()} == {State.FAILED}
