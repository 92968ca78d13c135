"""What is taken back is the number the case has when it is claimed, not the one it had before."""

import sqlite3
from pathlib import Path

from gateway.cases.probe import Hooks
from tests.gateway.cases.world import OWNER, make_world

RENUMBERED = """
UPDATE ot_case SET body = CAST(replace(CAST(body AS TEXT), 'asked-1', 'asked-7') AS BLOB)
"""


async def test_a_number_that_changes_before_the_claim_is_the_one_that_is_taken_back(
    tmp_path: Path,
) -> None:
    path, changed = tmp_path / "cases.sqlite", False

    def renumber(what: str, reference: str) -> None:
        nonlocal changed
        if what == "picked" and ":withdraw:" in reference and ":B:" in reference and not changed:
            changed = True
            with sqlite3.connect(path, timeout=30) as other:
                other.execute(RENUMBERED)
            other.close()

    world = make_world(path, hooks=Hooks(probe=renumber))
    await world.service.start()
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: c.step("B").receipt == "asked-1")
    await world.service.applications.withdraw(
        OWNER, case=case.id, reason="改变主意", request_id="w1"
    )
    await world.until_state(case.id, "B", "withdrawn")
    await world.service.stop()

    assert changed
    assert [one.receipt for one in world.asked.withdrawals] == ["asked-7"]
