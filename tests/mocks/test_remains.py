"""What was forgotten is let go of in pieces, and all of it in the end."""

import asyncio
from pathlib import Path

from mocks.core.kit import assemble
from mocks.core.remains import Remains


def test_much_is_let_go_of_in_pieces_while_others_are_served() -> None:
    async def left() -> list[int]:
        remains, seen = Remains(), list[int]()
        remains.take(list(range(3_000)), dict.fromkeys(range(2_500)), [])
        while seen[-1:] != [0]:
            seen.append(len(remains))
            await asyncio.sleep(0.001)
        return sorted(set(seen), reverse=True)

    assert asyncio.run(left()) == [5_500, 4_500, 3_500, 2_500, 1_500, 500, 0]


def test_where_no_loop_runs_nothing_is_kept() -> None:
    remains = Remains()

    remains.take([1, 2, 3])

    assert len(remains) == 0


def test_a_desk_is_empty_at_once_and_files_anew(tmp_path: Path) -> None:
    kit = assemble("fire", tmp_path)

    async def morning() -> None:
        for number in range(3):
            kit.desk.receive(f"r:{number}", "fire_safety_inspection", {})
        kit.reset()
        assert (kit.desk.count, len(kit.ledger), kit.desk.by_reference("r:1")) == (0, 0, ())
        assert kit.desk.receive("r:1", "fire_safety_inspection", {}).number.endswith("000001")
        await asyncio.sleep(0.05)

    asyncio.run(morning())

    assert [filed.reference for filed in kit.desk.filings()] == ["r:1"]
    assert [entry["seq"] for entry in kit.ledger.entries()] == [1]
    kit.ledger.close()
