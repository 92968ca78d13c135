"""kill -9 at the worst moments: what was claimed is unknown, never sent blindly again."""

from pathlib import Path

from tests.gateway.cases import crashing
from tests.gateway.cases.crashing import crash_world
from tests.gateway.cases.world import World, restored


async def killed_at(folder: Path, department: str, point: str) -> tuple[World, str]:
    """The world after a process was killed at this point, and its case."""
    await crashing.killed_at(folder, department, point)
    world = crash_world(folder, department)
    restored(world.departments[department], folder / "ledger.jsonl")
    await world.service.start()
    return world, (folder / "case").read_text()


async def test_kill_between_claim_and_send_is_asked_about_then_sent_once(tmp_path: Path) -> None:
    world, case = await killed_at(tmp_path, "asked", "claimed")
    try:
        filed = await world.until(case, lambda c: c.step("A").receipt is not None)
    finally:
        await world.service.stop()

    assert filed.step("A").receipt == "asked-1"
    assert world.asked.posts == [f"{case}:A:file:1"]


async def test_kill_between_answer_and_outcome_adopts_what_the_department_has(
    tmp_path: Path,
) -> None:
    world, case = await killed_at(tmp_path, "asked", "answered")
    try:
        await world.until(case, lambda c: c.step("A").receipt is not None)
    finally:
        await world.service.stop()

    assert world.asked.posts == [f"{case}:A:file:1"]
    assert len(world.asked.filings) == 1


async def test_kill_after_a_blind_send_parks_it(tmp_path: Path) -> None:
    world, case = await killed_at(tmp_path, "blind", "answered")
    try:
        await world.until_state(case, "A", "parked")
    finally:
        await world.service.stop()

    assert world.blind.posts == [f"{case}:A:file:1"]


async def test_kill_after_a_keyed_send_repeats_the_key(tmp_path: Path) -> None:
    world, case = await killed_at(tmp_path, "keyed", "answered")
    try:
        await world.until(case, lambda c: c.step("A").receipt is not None)
    finally:
        await world.service.stop()

    assert world.keyed.posts == [f"{case}:A:file:1"] * 2
    assert len(world.keyed.filings) == 1
