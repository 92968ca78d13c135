"""Files one item in a process that is killed at a named point."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.cases.probe import NO_HOOKS, Hooks
from schema.domain.one_thing import OneThing
from tests.forked import ended, forked
from tests.gateway.cases.world import OWNER, World, item, make_world, shop_opening


def one_item(department: str) -> OneThing:
    """Only item A, decided by this department."""
    return replace(shop_opening(), items=(item("A", department),))


def crash_world(folder: Path, department: str, hooks: Hooks = NO_HOOKS, **more: Any) -> World:
    """The world both processes see: one store, one ledger."""
    world = make_world(folder / "cases.sqlite", one_item(department), hooks=hooks, **more)
    world.departments[department].services = ("service_A",)
    world.departments[department].ledger = folder / "ledger.jsonl"
    return world


async def killed_at(folder: Path, department: str, point: str, *store: str) -> None:
    """A process was killed at this point; `case` in the folder tells what it was about."""
    assert await ended(forked(_file, folder, department, point, *store), 30) == -signal.SIGKILL


def _file(folder: Path, department: str, point: str, *store: str) -> None:
    asyncio.run(_filing(folder, department, point, *store))


async def _filing(folder: Path, department: str, point: str, *store: str) -> None:
    def reached(here: str, _reference: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    world = crash_world(folder, department, Hooks(probe=reached), store_url=(*store, None)[0])
    await world.service.start()
    draft = await world.draft(kind="店")
    (folder / "case").write_text(draft.id)
    await world.service.applications.submit(
        OWNER,
        draft=draft.id,
        answers={},
        materials={},
        request_id="submit",
    )
    await asyncio.sleep(20)
