"""What a market department tells on bad days: twice, late, out of order, never less."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from mocks.core.clock import VirtualClock, real_now, write_atomically
from mocks.core.kit import Kit, assemble
from mocks.departments.market import pump
from tests.mocks.conftest import PATIENCE_S, Listener
from tests.mocks.soap.conftest import START

OPERATION = "applicationStatusChanged"
LATE_S = 0.5


@asynccontextmanager
async def telling(folder: Path, listener: Listener) -> AsyncIterator[Kit]:
    """A market department that tells its changes, until the block ends."""
    VirtualClock(folder / "clock.json").set(START, rate=0)
    kit = assemble("market", folder, callback_base=listener.url)
    task = asyncio.create_task(pump(kit))
    try:
        yield kit
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        kit.ledger.close()


async def until(fact: Callable[[], Any], what: str) -> None:
    """Wait for the fact; fails when it does not become so."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not fact():  # noqa: ASYNC110 - the listener is a thread and tells nobody
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"still not: {what}") from None


def order(folder: Path, kind: str, **more: Any) -> None:
    """A bad day for what is told."""
    rule = {"operation": OPERATION, "kind": kind, **more}
    write_atomically(folder / "faults.json", {"market": [rule]})


def filed(kit: Kit, *references: str) -> None:
    for reference in references:
        kit.desk.receive(reference, "food_permit", {})


def heard(listener: Listener) -> list[str]:
    """The references of what was heard, in the order it came."""
    return [json.loads(body)["application"]["reference"] for _, body in listener.heard]


def noted(kit: Kit) -> list[tuple[str, int]]:
    """What the ledger says was told: whose change, at which attempt."""
    entries = [e for e in kit.ledger.entries() if e["kind"] == "callback"]
    return [(entry["reference"], entry["attempts"]) for entry in entries]


async def test_a_duplicate_is_told_twice_under_one_id_and_noted_twice(
    tmp_path: Path, own_listener: Listener
) -> None:
    order(tmp_path, "duplicate", first=1)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a", "b")
        await until(lambda: len(noted(kit)) == 3, "three tellings")

        assert sorted(heard(own_listener)) == ["a", "a", "b"]
        assert sorted(noted(kit)) == [("a", 1), ("a", 1), ("b", 1)]
        ids = {json.loads(body)["event_id"] for _, body in own_listener.heard}
        assert len(ids) == 2
        assert kit.faults.struck == {"duplicate": 1}


async def test_a_reordered_change_is_told_after_the_next(
    tmp_path: Path, own_listener: Listener
) -> None:
    order(tmp_path, "reorder", first=1)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a", "b", "c")
        await until(lambda: len(noted(kit)) == 3, "three tellings")

        assert heard(own_listener) == ["b", "a", "c"]


async def test_a_reordered_change_nothing_follows_is_told_after_half_a_second(
    tmp_path: Path, own_listener: Listener
) -> None:
    order(tmp_path, "reorder")
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a")
        began = real_now()
        await until(lambda: noted(kit), "it is told")

        assert 0.4 <= real_now() - began < 2
        assert heard(own_listener) == ["a"]


async def test_a_stale_change_is_overtaken(tmp_path: Path, own_listener: Listener) -> None:
    order(tmp_path, "stale", first=1, delay_s=0.4)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a", "b", "c")
        await until(lambda: len(noted(kit)) == 3, "three tellings")

        assert heard(own_listener) == ["b", "c", "a"]


async def test_a_telling_whose_answer_is_lost_is_repeated(
    tmp_path: Path, own_listener: Listener
) -> None:
    order(tmp_path, "lost_reply", first=1)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a")
        await until(lambda: noted(kit), "it is told")

        assert (heard(own_listener), noted(kit)) == (["a", "a"], [("a", 2)])


async def test_every_change_is_told_on_the_worst_of_days(
    tmp_path: Path, own_listener: Listener
) -> None:
    rules = [
        {"operation": OPERATION, "kind": kind, "probability": 0.3, "seed": seed, "delay_s": 0.05}
        for seed, kind in enumerate(("reorder", "stale", "duplicate", "lost_reply"))
    ]
    write_atomically(tmp_path / "faults.json", {"market": rules})
    names = [f"r{number:02}" for number in range(40)]
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, *names)
        await until(lambda: {name for name, _ in noted(kit)} == set(names), "all are told")

        told = heard(own_listener)
        assert set(told) == set(names)
        assert told != sorted(told)
        assert set(kit.faults.struck) == {"reorder", "stale", "duplicate", "lost_reply"}


async def test_what_was_overtaken_is_told_after_a_restart_and_nothing_else_again(
    tmp_path: Path, own_listener: Listener
) -> None:
    order(tmp_path, "stale", first=1, delay_s=60)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a", "b")
        await until(lambda: noted(kit), "the second is told")
    (tmp_path / "faults.json").unlink()
    own_listener.heard.clear()

    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "c")
        await until(lambda: len(noted(kit)) == 3, "all are told")

        assert heard(own_listener) == ["a", "c"]


async def test_an_emptied_desk_is_told_from_its_first_change_on(
    tmp_path: Path, own_listener: Listener
) -> None:
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a", "b")
        await until(lambda: len(noted(kit)) == 2, "both are told")
        own_listener.heard.clear()

        kit.desk.reset()
        filed(kit, "c")
        await until(lambda: noted(kit), "the new one is told")

        assert (heard(own_listener), noted(kit)) == (["c"], [("c", 1)])


@pytest.mark.parametrize("kind", ["reorder", "stale", "duplicate"])
async def test_disorder_of_what_is_told_leaves_calls_alone(
    tmp_path: Path, own_listener: Listener, kind: str
) -> None:
    order(tmp_path, kind)
    async with telling(tmp_path, own_listener) as kit:
        assert kit.faults.pick(OPERATION).kind == "none"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("stale", []), ("duplicate", ["a"]), ("replayed", ["a"]), ("forged", []), ("delay", []),
        ("lost_reply", ["a"]), ("reorder", []),
    ],
)  # fmt: skip
async def test_nothing_of_before_a_reset_is_told_after_it(
    tmp_path: Path, own_listener: Listener, kind: str, told: list[str]
) -> None:
    order(tmp_path, kind, delay_s=LATE_S)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a")
        await until(lambda: kit.faults.struck[kind], "it is met")
        await until(lambda: heard(own_listener) == told, "so much is told")
        own_listener.heard.clear()

        kit.reset()
        (tmp_path / "faults.json").unlink()
        filed(kit, "b")
        began = real_now()
        await until(lambda: noted(kit), "the new one is told")
        await until(lambda: real_now() > began + LATE_S + 0.3, "the time of the old one is past")

        assert set(heard(own_listener)) == {"b"}


@pytest.mark.parametrize("kind", ["delay", "forged", "reorder", "stale"])
async def test_what_is_new_after_a_reset_does_not_wait_for_what_was_late(
    tmp_path: Path, own_listener: Listener, kind: str
) -> None:
    order(tmp_path, kind, delay_s=600)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "a")
        await until(lambda: kit.faults.struck[kind], "it is met")

        kit.reset()
        (tmp_path / "faults.json").unlink()
        filed(kit, "b")
        await until(lambda: noted(kit), "the new one is told")

        assert heard(own_listener) == ["b"]
