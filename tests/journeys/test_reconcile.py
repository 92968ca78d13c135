"""The departments' books against a copy of the store, by command, over the real protocols."""

import asyncio
import sqlite3
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.journeys.conftest import World

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


def copy_of_the_store(world: World, to: Path) -> Path:
    """As an operator backs it up while the gateway runs."""
    path = world.settings.store_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as source, sqlite3.connect(to) as target:
        source.backup(target)
    return to


def forget(store: Path, case: str) -> None:
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM ot_case WHERE id = ?", (case,))
        connection.execute("DELETE FROM ot_step WHERE case_id = ?", (case,))


async def filed_with(world: World, department: str, case: str) -> None:
    """Let days pass until the department has a filing of this case."""
    for _ in range(40):
        await world.caught_up(case)
        if any(entry["reference"].startswith(case) for entry in await world.ledger(department)):
            return
        await world.jump()
    raise AssertionError(f"{department} never got anything of {case}")


async def reconcile(world: World, store: Path) -> tuple[int, list[dict[str, Any]]]:
    """The command's exit code, and what it says of each department."""
    given = {**world.town.overrides, "profile": "dev", "store.url": f"sqlite:///{store}"}
    pairs = [word for key, value in given.items() for word in ("--set", f"{key}={value}")]
    command = ["-m", "gateway", "db", "reconcile", "--json", *pairs]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, orjson.loads(out)


@pytest.mark.timeout(240)
async def test_equal_books_agree_and_a_case_we_forgot_is_an_orphan(
    world: World, tmp_path: Path
) -> None:
    applied = await world.apply()
    await filed_with(world, "greening", applied.case)
    store = copy_of_the_store(world, tmp_path / "copy.sqlite")

    code, told = await reconcile(world, store)
    forget(store, applied.case)
    code_after, told_after = await reconcile(world, store)

    assert code == 0
    assert sum(one["agreed"] for one in told) == sum(one["asked"] for one in told) > 0
    assert code_after == 1
    orphans = [f["reference"] for one in told_after for f in one["findings"]]
    assert orphans
    assert all(reference.startswith(applied.case) for reference in orphans)
