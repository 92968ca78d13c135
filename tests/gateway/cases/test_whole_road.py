"""From submission to certificates, on a real SQLite file, with departments that behave."""

from schema.domain.case import CaseState
from tests.gateway.cases.world import World


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
