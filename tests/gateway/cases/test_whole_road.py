"""From submission to certificates, on a real SQLite file, with departments that behave."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cases.errors import VersionsMissing
from schema.domain.case import CaseState
from tests.gateway.cases.world import World, make_world, shop_opening


async def test_submitted_is_filed_granted_and_issued(world: World) -> None:
    case = await world.case()

    await world.grant(case.id, "A", world.keyed)
    await world.grant(case.id, "B", world.asked)
    await world.grant(case.id, "C", world.blind)
    done = await world.grant(case.id, "D", world.asked)

    assert done.state is CaseState.ISSUING
    await world.service.sweeper.sweep()
    assert (await world.until(case.id, lambda c: True)).state is CaseState.ISSUING
    world.clock.forward(days=1)
    await world.service.sweeper.sweep()
    await world.service.sweeper.sweep()
    issued = await world.until(case.id, lambda c: c.state is CaseState.DONE)
    assert len(issued.certificates) == 4


async def test_a_version_open_cases_were_filed_under_must_still_be_declared(tmp_path: Path) -> None:
    world = make_world(tmp_path / "cases.sqlite")
    await world.service.start()
    await world.case()
    await world.service.stop()

    later = make_world(tmp_path / "cases.sqlite", replace(shop_opening(), version="2"))

    with pytest.raises(VersionsMissing, match=r"open_shop 1 \(1 cases\)"):
        await later.service.start()
