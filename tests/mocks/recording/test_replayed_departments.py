"""A department recorded and played again: its adapter gets valid replies, for whom it asks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp

from mocks.anything.server import Served
from mocks.core.city import DEMO
from mocks.recording.by_contract import played
from mocks.recording.command import line
from mocks.recording.kept import Recording
from mocks.recording.proxy import Proxy
from mocks.recording.rules import blanked, redaction_of
from tests.adapters.test_departments_speak import (
    DEPARTMENTS,
    FILED,
    READS,
    filing,
    shipped,
    standing_mock,
)

PERSON = {"name": DEMO["legal_rep_name"], "id_number": DEMO["legal_rep_id_number"]}
Ask = Callable[[Any], Any]


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """An application on a free port of this process."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def recorded(name: str, folder: Path, ask: Ask) -> Any:
    """What the adapter gets of the mock through the proxy."""
    async with AsyncExitStack() as stack:
        url, _ = await stack.enter_async_context(standing_mock(name, folder / "state"))
        kept = Recording(folder=folder / "kept", redaction=redaction_of(None), most=50)
        way = await stack.enter_async_context(line())
        proxy = Proxy(to=url, recording=kept, line=way, cap=10**6, within_s=20)
        adapter = shipped(name, await stack.enter_async_context(served(proxy)))
        stack.push_async_callback(adapter.aclose)
        return await ask(adapter)


async def replayed(name: str, folder: Path, ask: Ask) -> tuple[Any, Served]:
    """What it gets of the recording, which its contract holds to account."""
    [contract] = (DEPARTMENTS / name / "contract").glob("*.[wy][sa]*[lm]*")
    app, replay = played(contract, folder / "kept", blanked(redaction_of(None)))
    assert len(replay) > 0
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(app.application()))
        adapter = shipped(name, url)
        stack.push_async_callback(adapter.aclose)
        return await ask(adapter), app


def all_recorded(app: Served) -> bool:
    """Whether no reply was made: each is a recorded one that the contract allows."""
    return {one["source"] for one in app.journal.last} == {"recorded"}


@pytest.mark.parametrize(("name", "register", "lookup", "key", "field"), READS)
async def test_a_record_is_read_again_of_the_recording(
    tmp_path: Path, name: str, register: str, lookup: str, key: str, field: str
) -> None:
    async def ask(adapter: Any) -> Any:
        return (await adapter.read(register, lookup, [DEMO[key]], budget=10))[DEMO[key]]

    before = await recorded(name, tmp_path, ask)
    found, app = await replayed(name, tmp_path, ask)

    assert all_recorded(app), list(app.journal.last)
    [first, again] = (one[0] if isinstance(one, list) else one for one in (before, found))
    assert again.keys() == first.keys()
    assert again[key] == first[key]


@pytest.mark.parametrize("name", FILED)
async def test_a_filing_is_received_and_followed_of_the_recording(
    tmp_path: Path, name: str
) -> None:
    service = FILED[name][0]

    async def ask(adapter: Any) -> Any:
        receipt = await adapter.file(filing(name, service), budget=10)
        return receipt, await adapter.progress([receipt.number], service, budget=10)

    before = await recorded(name, tmp_path, ask)
    after, app = await replayed(name, tmp_path, ask)

    assert all_recorded(app), list(app.journal.last)
    assert after == before


async def test_a_person_is_verified_again_and_never_kept(tmp_path: Path) -> None:
    async def ask(adapter: Any) -> Any:
        return await adapter.verify("identity", PERSON, budget=10)

    before = await recorded("police", tmp_path, ask)
    after, app = await replayed("police", tmp_path, ask)

    kept = "".join(file.read_text("utf-8") for file in (tmp_path / "kept").iterdir())
    assert not any(said in kept for said in PERSON.values())
    assert all_recorded(app), list(app.journal.last)
    assert after.matches == before.matches
