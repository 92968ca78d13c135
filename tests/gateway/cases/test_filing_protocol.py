"""Nothing is filed twice, nothing is lost: each kind of department on its bad day."""

import asyncio

import pytest

from adapters.errors import OutcomeUnknown
from schema.domain.case import Case, CaseState, EventKind, StepState
from schema.domain.filing import ItemStatus, Verdict
from schema.graph.ports import Rejected
from tests.gateway.cases.world import CLERK, MORNING, OWNER, World


@pytest.fixture
def world(on_either: World) -> World:
    """All of this holds on SQLite and on PostgreSQL."""
    return on_either


async def kinds(world: World, case: str) -> list[EventKind]:
    return [event.kind for event in await world.service.applications.timeline(OWNER, case)]


async def test_lost_answer_is_asked_before_resend(world: World) -> None:
    world.asked.troubles = ["lost"]
    case = await world.case()

    await world.grant(case.id, "A", world.keyed)
    filed = await world.until(case.id, lambda c: c.step("B").receipt is not None)

    assert filed.step("B").receipt == "asked-1"
    assert world.asked.posts == [f"{case.id}:B:file:1"]
    assert EventKind.FILING_UNKNOWN in await kinds(world, case.id)


async def test_what_never_arrived_is_sent_again_under_the_same_reference_after_two_absents(
    world: World,
) -> None:
    world.asked.troubles, world.asked.asks = ["garbled"], ["none", "down", "none"]
    case = await world.case()

    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: c.step("B").receipt is not None)

    assert world.asked.posts == [f"{case.id}:B:file:1"] * 2
    assert len(world.asked.filings) == 1
    assert world.asked.asks == []


async def test_blind_department_is_parked_not_resent(world: World) -> None:
    world.blind.troubles = ["lost"]
    case = await world.case()

    await world.grant(case.id, "A", world.keyed)
    parked = await world.until_state(case.id, "C", "parked")

    assert world.blind.posts == [f"{case.id}:C:file:1"]
    assert parked.step("C").parked == f"{case.id}:C:file:1"


async def test_clerk_who_has_the_receipt_ends_the_parking(world: World) -> None:
    world.blind.troubles = ["lost"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    parked = await world.until_state(case.id, "C", "parked")
    reference = parked.step("C").parked or ""
    resolve = world.service.applications.resolve_filing

    refused = await resolve(OWNER, reference=reference, receipt="blind-1", request_id="r1")
    resolved = await resolve(CLERK, reference=reference, receipt="blind-1", request_id="r1")
    again = await resolve(CLERK, reference=reference, receipt="blind-1", request_id="r1")
    late = await resolve(CLERK, reference=reference, receipt=None, request_id="r2")

    assert isinstance(refused, Rejected)
    assert not isinstance(resolved, Rejected)
    assert resolved.step("C").receipt == "blind-1"
    assert again == resolved
    assert isinstance(late, Rejected)
    assert len(world.blind.posts) == 1


async def test_clerk_who_hears_it_never_arrived_lets_it_be_sent_again(world: World) -> None:
    world.blind.troubles = ["garbled"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    parked = await world.until_state(case.id, "C", "parked")

    await world.service.applications.resolve_filing(
        CLERK, reference=parked.step("C").parked or "", receipt=None, request_id="r1"
    )
    filed = await world.until(case.id, lambda c: c.step("C").receipt is not None)

    assert filed.step("C").receipt == "blind-1"
    assert len(world.blind.posts) == 2


async def test_key_department_gets_same_key_again(world: World) -> None:
    world.keyed.troubles = ["hang", "lost"]
    case = await world.case()

    filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)

    assert world.keyed.posts == [f"{case.id}:A:file:1"] * 3
    assert filed.step("A").receipt == "keyed-1"
    assert len(world.keyed.filings) == 1


async def test_busy_department_is_tried_again_whatever_its_kind(world: World) -> None:
    world.blind.troubles = ["busy"]
    case = await world.case()

    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: c.step("C").receipt is not None)

    assert len(world.blind.posts) == 2
    assert len(world.blind.filings) == 1


async def test_refused_filing_is_final_and_what_waits_for_it_is_never_filed(world: World) -> None:
    world.keyed.troubles = ["no"]
    case = await world.case()

    ended = await world.until(case.id, lambda c: c.state is CaseState.REFUSED)

    assert ended.step("A").refusal == "材料不符"
    assert [ended.step(i).state for i in "BCD"] == [StepState.SKIPPED] * 3
    assert world.asked.posts == []


async def test_a_refusal_that_may_be_anothers_is_asked_about_before_it_is_believed(
    world: World,
) -> None:
    world.asked.troubles = ["hearsay"]
    case = await world.case()

    await world.grant(case.id, "A", world.keyed)
    filed = await world.until(case.id, lambda c: c.step("B").receipt is not None)

    assert filed.step("B").receipt == "asked-1"
    assert world.asked.posts == [f"{case.id}:B:file:1"]
    told = await kinds(world, case.id)
    assert EventKind.FILING_UNKNOWN in told
    assert EventKind.FILING_REFUSED not in told


async def test_a_refusal_that_may_be_anothers_is_final_once_nothing_was_found(
    world: World,
) -> None:
    world.asked.troubles = ["doubt"]
    case = await world.case()

    await world.grant(case.id, "A", world.keyed)
    ended = await world.until(case.id, lambda c: c.step("B").refusal is not None)

    assert ended.step("B").refusal == "材料不符"
    assert world.asked.posts == [f"{case.id}:B:file:1"]
    timeline = await world.service.applications.timeline(OWNER, case.id)
    refused = next(one for one in timeline if one.kind is EventKind.FILING_REFUSED)
    assert (refused.data["reason"], refused.data["code"]) == ("材料不符", "E01")


async def test_a_refusal_that_may_be_anothers_is_sent_again_under_its_key(world: World) -> None:
    world.keyed.troubles = ["hearsay"]
    case = await world.case()

    filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)

    assert world.keyed.posts == [f"{case.id}:A:file:1"] * 2
    assert filed.step("A").receipt == "keyed-1"
    assert len(world.keyed.filings) == 1


async def test_callback_before_the_reply_proves_arrival(world: World) -> None:
    world.asked.troubles, world.asked.lag_s = ["lost"], 5.0
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until_state(case.id, "B", "confirming")

    told = world.asked.says("asked-1", ItemStatus.ACCEPTED)
    await world.service.intake("asked", [told])
    accepted = await world.until_state(case.id, "B", "accepted")

    assert accepted.step("B").receipt == "asked-1"
    assert accepted.step("B").due_on is not None


async def test_duplicate_callback_changes_nothing(world: World) -> None:
    case = await world.case()
    filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)
    told = world.keyed.says(filed.step("A").receipt or "", ItemStatus.GRANTED)

    await world.service.intake("keyed", [told, told])
    once = await world.until_state(case.id, "A", "granted")
    await world.service.intake("keyed", [told])
    twice = await world.service.store.case(case.id)

    assert (await kinds(world, case.id)).count(EventKind.PROGRESSED) == 1
    assert twice is not None
    assert twice.step("A") == once.step("A")


async def test_a_department_cannot_move_the_items_of_another(world: World) -> None:
    case = await world.case()
    filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)
    told = world.keyed.says(filed.step("A").receipt or "", ItemStatus.GRANTED)

    await world.service.intake("asked", [told])

    after = await world.service.store.case(case.id)
    assert after is not None
    assert after.step("A").state is StepState.RECEIVED


async def test_supplement_round_suspends_delivers_and_goes_on(world: World) -> None:
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    filed = await world.until(case.id, lambda c: c.step("B").receipt is not None)
    receipt = filed.step("B").receipt or ""
    for status in (ItemStatus.ACCEPTED, ItemStatus.SUPPLEMENT_REQUESTED):
        await world.service.intake("asked", [world.asked.says(receipt, status, "请补图纸")])
        world.clock.forward(days=1)
    waiting = await world.until_state(case.id, "B", "supplement_requested")
    world.asked.troubles = ["lost"]

    sent = await world.service.applications.supplement(
        OWNER,
        case=case.id,
        item="B",
        answers={"shop": "大满"},
        materials={},
        note="已补",
        request_id="s1",
    )
    back = await world.until_state(case.id, "B", "accepted")

    assert waiting.state is CaseState.AWAITING_APPLICANT
    assert waiting.step("B").request == "请补图纸"
    assert not isinstance(sent, Rejected)
    assert [s.reference for s in world.asked.supplements] == [f"{case.id}:B:supplement:2"]
    assert world.asked.supplements[0].answers == {"shop": "大满"}
    assert all(s.until is not None for s in back.step("B").suspensions)


async def test_a_second_round_of_supplement_is_asked_for_and_delivered_like_the_first(
    world: World,
) -> None:
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    filed = await world.until(case.id, lambda c: c.step("B").receipt is not None)
    receipt = filed.step("B").receipt or ""
    await world.service.intake("asked", [world.asked.says(receipt, ItemStatus.ACCEPTED)])
    back = filed

    for number in (1, 2):
        world.clock.forward(days=1)
        asks = world.asked.says(receipt, ItemStatus.SUPPLEMENT_REQUESTED, f"第{number}次")
        await world.service.intake("asked", [asks])
        await world.until_state(case.id, "B", "supplement_requested")
        world.clock.forward(days=1)
        sent = await world.service.applications.supplement(
            OWNER,
            case=case.id,
            item="B",
            answers={"shop": f"第{number}店"},
            materials={},
            note=None,
            request_id=f"s{number}",
        )
        assert not isinstance(sent, Rejected)
        back = await world.until_state(case.id, "B", "accepted")

    assert [(s.reference, s.answers["shop"]) for s in world.asked.supplements] == [
        (f"{case.id}:B:supplement:2", "第1店"),
        (f"{case.id}:B:supplement:3", "第2店"),
    ]
    assert len(back.step("B").suspensions) == 2
    assert all(s.until is not None for s in back.step("B").suspensions)


async def test_withdrawal_takes_back_what_is_filed_and_skips_the_rest(world: World) -> None:
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").receipt is not None)
    world.keyed.troubles = ["lost"]

    await world.service.applications.withdraw(OWNER, case=case.id, reason="不办了", request_id="w1")
    ended = await world.until(case.id, lambda c: c.state is CaseState.WITHDRAWN)
    late = await world.service.applications.withdraw(
        OWNER, case=case.id, reason="再撤", request_id="w2"
    )

    assert ended.step("A").state is StepState.WITHDRAWN
    assert world.keyed.withdrawals[0].reason == "不办了"
    assert isinstance(late, Rejected)


async def test_withdrawal_that_comes_too_late_leaves_the_decision_to_the_department(
    world: World,
) -> None:
    case = await world.case()
    filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)
    world.keyed.troubles = ["no"]

    await world.service.applications.withdraw(OWNER, case=case.id, reason="x", request_id="w1")
    await world.until(case.id, lambda c: c.step("A").withdrawal_refused)
    told = world.keyed.says(filed.step("A").receipt or "", ItemStatus.GRANTED)
    await world.service.intake("keyed", [told])
    ended = await world.until(case.id, lambda c: c.state is CaseState.WITHDRAWN)

    assert ended.step("A").state is StepState.GRANTED
    assert ended.step("B").state is StepState.SKIPPED


async def test_polls_and_feeds_bring_decisions_and_remember_where_they_stopped(
    world: World,
) -> None:
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: None not in (c.step("B").receipt, c.step("C").receipt))
    for status in (ItemStatus.RECEIVED, ItemStatus.ACCEPTED, ItemStatus.GRANTED):
        world.asked.says("asked-1", status)
        world.blind.says("blind-1", status)
        world.clock.forward(hours=1)

    await world.service.poller.round(world.asked)
    await world.service.poller.round(world.asked)
    await world.service.poller.round(world.blind)

    found = await world.service.store.case(case.id)
    assert found is not None
    assert [found.step(i).state for i in "BC"] == [StepState.GRANTED] * 2
    assert found.step("B").accepted_at == MORNING.replace(hour=11)
    assert found.step("C").certificate is not None


async def test_nonsense_about_one_filing_does_not_hide_the_others(world: World) -> None:
    numbers = []
    for n in range(2):
        case = await world.submit((await world.draft(f"d{n}")).id, f"s{n}")
        assert isinstance(case, Case)
        await world.grant(case.id, "A", world.keyed)
        filed = await world.until(case.id, lambda c: c.step("C").receipt is not None)
        numbers.append((case.id, filed.step("C").receipt or ""))
    for _, receipt in numbers:
        world.blind.says(receipt, ItemStatus.GRANTED)
    world.blind.broken = {numbers[0][1]}

    await world.service.poller.round(world.blind)

    found = [await world.service.store.case(case) for case, _ in numbers]
    assert [c.step("C").state for c in found if c] == [StepState.RECEIVED, StepState.GRANTED]


async def test_deadline_is_told_once_when_it_is_near_and_once_when_it_has_passed(
    world: World,
) -> None:
    case = await world.case()
    filed = await world.until(case.id, lambda c: c.step("A").receipt is not None)
    told = world.keyed.says(filed.step("A").receipt or "", ItemStatus.ACCEPTED)
    await world.service.intake("keyed", [told])
    for days in (0, 6, 3, 0):
        world.clock.forward(days=days)
        await world.service.sweeper.sweep()

    seen = await kinds(world, case.id)
    assert seen.count(EventKind.DEADLINE_NEAR) == 1
    assert seen.count(EventKind.DEADLINE_PASSED) == 1


async def test_unavailable_verification_is_no_mismatch(world: World) -> None:
    world.police.verdict = OutcomeUnknown("police", "down")
    unavailable = await world.draft("d1")
    world.police.verdict = Verdict(matches=False)
    mismatch = await world.draft("d2")
    rejected = await world.submit(mismatch.id)

    assert [s.state for s in unavailable.shared] == ["unavailable"]
    assert [s.state for s in mismatch.shared] == ["mismatch"]
    assert isinstance(rejected, Rejected)
    assert [p.code for p in rejected.problems] == ["MISMATCH"]
    await asyncio.sleep(0)
