"""A disk without room delays what a department does, and ends nothing."""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mocks.core.clock import SHANGHAI
from mocks.core.filed import Status
from mocks.core.kit import Kit, assemble
from mocks.departments.market import pump
from mocks.serve import ticking
from tests.mocks.conftest import OPENING, Listener


@pytest.fixture
def fire(tmp_path: Path) -> Any:
    kit = assemble("fire", tmp_path)
    kit.clock.set(datetime(2026, 9, 21, 9, tzinfo=SHANGHAI), rate=0)
    yield kit
    kit.ledger.close()


async def soon(fact: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


def full(monkeypatch: pytest.MonkeyPatch, ledger: Path) -> None:
    """No room for a byte, for the ledger."""
    write = os.write

    def refused(file: int, content: bytes) -> int:
        if Path(f"/proc/self/fd/{file}").readlink() == ledger:
            raise OSError(28, "No space left on device")
        return write(file, content)

    monkeypatch.setattr(os, "write", refused)


async def test_what_is_due_on_a_full_disk_is_decided_when_there_is_room(
    fire: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = fire.desk.receive("s:full", "fire_safety_inspection", {}).number
    full(monkeypatch, fire.ledger.path)
    fire.clock.advance(hours=1)
    running = asyncio.create_task(ticking(fire))

    await asyncio.sleep(0.2)
    assert (running.done(), fire.desk.by_number(number).status) == (False, Status.RECEIVED)
    monkeypatch.undo()
    await soon(lambda: fire.desk.by_number(number).status is Status.ACCEPTED)

    running.cancel()


async def test_callbacks_go_on_when_there_is_room(
    tmp_path: Path, own_listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = assemble("market", tmp_path, callback_base=own_listener.url)
    kit.clock.set(datetime.fromisoformat(OPENING), rate=0)
    kit.desk.receive("m:full:1", "food_permit", {"form": {}})
    full(monkeypatch, kit.ledger.path)
    telling = asyncio.create_task(pump(kit))

    await soon(lambda: own_listener.heard)
    await asyncio.sleep(0.3)
    assert not telling.done()
    monkeypatch.undo()
    kit.desk.receive("m:full:2", "food_permit", {"form": {}})
    await soon(lambda: len(own_listener.heard) == 2)

    def kinds() -> list[str]:
        return sorted(entry["kind"] for entry in kit.ledger.entries())

    await soon(lambda: kinds() == ["callback", "callback", "filing", "filing"])
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    kit.ledger.close()
