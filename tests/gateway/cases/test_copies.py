"""A change sent many times at once is made once, and its id belongs to that change."""

import asyncio

from schema.domain.case import Case, EventKind
from schema.domain.problem import ProblemCode
from schema.graph.ports import Rejected
from tests.gateway.cases.world import OWNER, World, insisted


async def withdraw(world: World, case: str, reason: str) -> Case | Rejected:
    send = world.service.applications.withdraw
    return await insisted(lambda: send(OWNER, case=case, reason=reason, request_id="same"))


async def test_fifty_copies_of_one_withdrawal_withdraw_once(on_either: World) -> None:
    world = on_either
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").receipt is not None)

    copies = await asyncio.gather(*(withdraw(world, case.id, "不开了") for _ in range(50)))
    await world.until_state(case.id, "A", "withdrawn")
    late = await withdraw(world, case.id, "不开了")
    other = await withdraw(world, case.id, "另一理由")

    assert {copy.id for copy in (*copies, late) if isinstance(copy, Case)} == {case.id}
    assert not [copy for copy in (*copies, late) if isinstance(copy, Rejected)]
    assert isinstance(other, Rejected)
    assert (other.problems[0].code, other.case) == (ProblemCode.CONFLICT, case.id)
    events = [e.kind for e in await world.service.applications.timeline(OWNER, case.id)]
    assert events.count(EventKind.WITHDRAWAL_REQUESTED) == 1
    assert [w.receipt for w in world.keyed.withdrawals] == ["keyed-1"]
