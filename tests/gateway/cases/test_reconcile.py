"""Departments' books against ours: each difference is told once, and no answer is not a no."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract import Department, Unread
from gateway.cases.probe import Hooks
from gateway.cases.reconcile import Difference, Reconciled
from schema.domain.case import Case, EventKind, Step, Verb
from schema.domain.delivery_rule import Rule, rule_for
from schema.domain.filing import Filing, ItemStatus, Receipt
from schema.domain.problem import ProblemCode
from tests.gateway.cases.world import CLERK, OWNER, SHA, World, make_world


@pytest.fixture
def world(on_either: World) -> World:
    """All of this holds on SQLite and on PostgreSQL."""
    return on_either


def soon_parked(department: Department, verb: Verb) -> Rule:
    """The rule as it is, but for a gateway that gives up asking at once."""
    return replace(rule_for(department.info, verb), asks=1)


@pytest.fixture
async def impatient(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose filings are parked after one look-up that failed."""
    made = make_world(tmp_path / "cases.sqlite", hooks=Hooks(rule=soon_parked))
    await made.service.start()
    yield made
    await made.service.stop()


async def filed(world: World) -> Case:
    """A is granted; B lies with a department that can be asked, C with a blind one."""
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    return await world.until(case.id, lambda c: bool(c.step("B").receipt and c.step("C").receipt))


async def reconciled(world: World, department: str = "asked") -> Reconciled:
    [made] = await world.service.reconciler.run(department)
    return made


async def parked(world: World) -> Case:
    """B lies with its department, whose reply was lost and which could not be asked."""
    world.asked.troubles, world.asked.asks = ["lost"], ["down"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    return await world.until_state(case.id, "B", "parked")


async def resolve(world: World, case: Case, receipt: str | None, *, item: str = "B") -> Case:
    """A clerk says what the department said about what is parked."""
    reference = case.step(item).parked or ""
    resolved = await world.service.applications.resolve_filing(
        CLERK, reference=reference, receipt=receipt, request_id=f"{case.revision}"
    )
    assert isinstance(resolved, Case), resolved
    return resolved


async def step_b(world: World, case: Case) -> Step:
    found = await world.service.store.case(case.id)
    assert found is not None
    return found.step("B")


def found(made: Reconciled) -> list[tuple[Difference, str | None]]:
    return [(finding.difference, finding.receipt) for finding in made.findings]


async def kinds(world: World, case: str) -> list[EventKind]:
    return [event.kind for event in await world.service.applications.timeline(OWNER, case)]


async def test_equal_books_agree_and_nothing_is_told(world: World) -> None:
    case = await filed(world)
    before = await kinds(world, case.id)

    made = await world.service.reconciler.run()

    assert {(r.department, r.asked, r.agreed) for r in made} == {
        ("asked", 1, 1), ("blind", 1, 1), ("keyed", 1, 1),
    }  # fmt: skip
    assert [r.findings for r in made] == [[], [], []]
    assert await kinds(world, case.id) == before


async def test_a_second_filing_under_our_reference_is_withdrawn(world: World) -> None:
    case = await filed(world)
    first = world.asked.filings["asked-1"]
    world.asked.filings["asked-2"] = first

    made = await reconciled(world)
    await world.until(case.id, lambda c: c.step("B").surplus[0].state == "withdrawn")
    again = await reconciled(world)

    assert [(f.difference, f.receipt) for f in made.findings] == [(Difference.SURPLUS, "asked-2")]
    assert [w.receipt for w in world.asked.withdrawals] == ["asked-2"]
    assert again.findings == []


async def test_a_filing_the_department_lost_is_parked_for_a_clerk_once(world: World) -> None:
    case = await filed(world)
    world.asked.filings.clear()

    made = await reconciled(world)
    parked = await world.until_state(case.id, "B", "parked")
    again = await reconciled(world)

    assert made.needs_clerk
    assert [f.difference for f in made.findings] == [Difference.MISSING]
    assert parked.step("B").missing
    assert (await kinds(world, case.id)).count(EventKind.FILING_MISSING) == 1
    assert again.count(Difference.MISSING) == 1  # still to be looked at

    resolved = await world.service.applications.resolve_filing(
        CLERK, reference=parked.step("B").parked or "", receipt="asked-1", request_id="r"
    )
    assert isinstance(resolved, Case)
    assert resolved.step("B").state == "received"


async def test_no_answer_is_not_absence(world: World) -> None:
    case = await filed(world)
    world.asked.filings.clear()
    world.asked.asks = ["none", "down"]

    made = await reconciled(world)

    assert (made.unanswered, made.findings) == (1, [])
    assert EventKind.FILING_MISSING not in await kinds(world, case.id)


async def test_a_number_that_cannot_be_kept_is_no_answer_and_hides_nothing_of_the_others(
    world: World,
) -> None:
    case = await filed(world)
    await world.grant(case.id, "C", world.blind)
    await world.grant(case.id, "B", world.asked)
    await world.until(case.id, lambda c: c.step("D").receipt is not None)
    look_up = world.asked.find_filing

    async def broken(reference: str, service: str, *, budget: float) -> Sequence[Receipt]:
        answer = await look_up(reference, service, budget=budget)
        if service == "service_B":
            return [*answer, Receipt(number="asked\x00", received_at=world.clock.now())]
        return [*answer, Receipt(number="asked-7", received_at=world.clock.now())]

    world.asked.find_filing = broken  # type: ignore[method-assign]
    made = await reconciled(world)

    assert (made.unanswered, found(made)) == (1, [(Difference.SURPLUS, "asked-7")])


async def test_a_number_a_blind_department_does_not_know_is_missing(world: World) -> None:
    await filed(world)
    world.blind.unknown = {"blind-1"}

    made = await reconciled(world, "blind")

    assert [(f.difference, f.receipt) for f in made.findings] == [(Difference.MISSING, "blind-1")]


async def test_a_filing_of_a_case_we_do_not_know_is_an_orphan(world: World) -> None:
    case = await filed(world)
    stranger: Filing = world.asked.filings["asked-1"]
    world.asked.filings["asked-9"] = replace(stranger, reference="gone:B:file:1")
    world.asked.says("asked-9", ItemStatus.ACCEPTED)
    world.asked.says("asked-1", ItemStatus.ACCEPTED)

    made = await reconciled(world)
    known = await world.until_state(case.id, "B", "accepted")

    assert [(f.difference, f.reference, f.receipt) for f in made.findings] == [
        (Difference.ORPHAN, "gone:B:file:1", "asked-9")
    ]
    assert known.step("B").receipt == "asked-1"


async def test_rows_nobody_can_read_are_asked_about_by_number_and_counted(world: World) -> None:
    case = await filed(world)
    world.asked.says("asked-1", ItemStatus.ACCEPTED)
    world.asked.feed = [Unread(receipt="asked-1", why="status"), Unread(receipt=None, why="row")]

    made = await reconciled(world)

    await world.until_state(case.id, "B", "accepted")
    assert made.unanswered == 2


async def test_a_parked_refusal_is_told_as_one_and_not_received_makes_it_final(
    impatient: World,
) -> None:
    impatient.asked.troubles, impatient.asked.asks = ["doubt"], ["down"] * 9
    case = await impatient.case()
    await impatient.grant(case.id, "A", impatient.keyed)

    asked = await impatient.until_state(case.id, "B", "parked")
    await resolve(impatient, asked, None)
    ended = await impatient.until_state(case.id, "B", "refused")

    assert asked.step("B").problem == ProblemCode.DEPARTMENT_REFUSAL_DOUBTED
    assert ended.step("B").refusal == "材料不符"
    assert impatient.asked.posts == [f"{case.id}:B:file:1"]


async def test_a_parked_filing_that_is_there_after_all_is_adopted(impatient: World) -> None:
    case = await parked(impatient)

    made = await reconciled(impatient)

    assert found(made) == [(Difference.ADOPTED, "asked-1")]
    assert (await step_b(impatient, case)).receipt == "asked-1"
    assert len(impatient.asked.posts) == 1


async def test_a_number_a_clerk_mistyped_gives_way_to_the_departments(impatient: World) -> None:
    case = await resolve(impatient, await parked(impatient), "asked-l")

    made = await reconciled(impatient)
    step, again = await step_b(impatient, case), await reconciled(impatient)

    assert found(made) == [(Difference.ADOPTED, "asked-1")]
    assert (step.receipt, step.receipt_told, step.surplus) == ("asked-1", False, ())
    assert again.findings == []


async def test_beyond_a_mistyped_number_only_what_lies_beside_the_adopted_is_withdrawn(
    impatient: World,
) -> None:
    case = await resolve(impatient, await parked(impatient), "asked-l")
    impatient.asked.filings["asked-2"] = impatient.asked.filings["asked-1"]

    made = await reconciled(impatient)
    await impatient.until(case.id, lambda c: c.step("B").surplus[0].state == "withdrawn")

    assert found(made) == [(Difference.ADOPTED, "asked-1"), (Difference.SURPLUS, "asked-2")]
    assert [w.receipt for w in impatient.asked.withdrawals] == ["asked-2"]


async def test_a_right_number_a_clerk_told_is_confirmed_and_no_difference(
    impatient: World,
) -> None:
    case = await resolve(impatient, await parked(impatient), "asked-1")

    made = await reconciled(impatient)

    assert (made.agreed, made.findings) == (1, [])
    assert not (await step_b(impatient, case)).receipt_told


def renumber(world: World) -> None:
    """The department files what it has of B under another number, and says so in its feed."""
    world.asked.filings["asked-2"] = world.asked.filings.pop("asked-1")
    world.asked.says("asked-2", ItemStatus.ACCEPTED)


async def test_a_filing_with_another_number_is_for_a_clerk_and_never_withdrawn(
    impatient: World,
) -> None:
    case = await filed(impatient)
    renumber(impatient)

    made = await reconciled(impatient)
    at_the_clerk = await impatient.until_state(case.id, "B", "parked")
    await resolve(impatient, at_the_clerk, "asked-2")
    again = await reconciled(impatient)
    impatient.clock.forward(hours=1)
    await impatient.service.intake(
        "asked", [impatient.asked.says("asked-2", ItemStatus.INSPECTION)]
    )

    assert found(made) == [(Difference.MISSING, "asked-1")]
    assert again.findings == []
    assert (await step_b(impatient, case)).state == "inspection"
    assert [p for p in impatient.asked.posts if ":withdraw:" in p] == []


async def supplemented(world: World) -> Case:
    """B was supplemented once."""
    case = await filed(world)
    await world.service.intake(
        "asked", [world.asked.says("asked-1", ItemStatus.SUPPLEMENT_REQUESTED, "more")]
    )
    world.clock.forward(hours=1)
    await world.service.applications.supplement(
        OWNER, case=case.id, item="B", answers={}, materials={"B1": SHA}, note=None, request_id="s"
    )
    return await world.until(case.id, lambda c: bool(world.asked.supplements))


async def test_what_was_filed_anew_after_a_supplement_is_found_under_its_reference(
    world: World,
) -> None:
    case = await supplemented(world)
    world.asked.filings.clear()
    lost = await reconciled(world)
    await resolve(world, await world.until_state(case.id, "B", "parked"), None)
    await world.until(case.id, lambda c: c.step("B").receipt is not None)

    made = await reconciled(world)

    assert lost.count(Difference.MISSING) == 1
    assert (made.agreed, made.findings) == (1, [])
    assert (await step_b(world, case)).first_round == 2


def arrives(world: World, number: str, reference: str) -> None:
    """A filing comes in under our reference, later than its department said it could."""
    like = world.keyed.filings["keyed-1"]
    late = replace(like, reference=reference, item="B", service="service_B")
    world.asked.filings[number] = late


async def test_a_filing_that_arrives_after_its_item_was_given_up_is_withdrawn(
    world: World,
) -> None:
    world.asked.troubles = ["garbled"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until_state(case.id, "B", "confirming")
    await world.service.applications.withdraw(OWNER, case=case.id, reason="x", request_id="w")
    ended = await world.until(case.id, lambda c: c.state == "withdrawn")
    arrives(world, "asked-7", f"{case.id}:B:file:1")
    arrives(world, "asked-8", f"{case.id}:B:file:1")

    made = await reconciled(world)
    await world.until(
        case.id, lambda c: [s.state for s in c.step("B").surplus] == ["withdrawn"] * 2
    )
    again = await reconciled(world)

    assert ended.step("B").state == "skipped"
    assert found(made) == [(Difference.SURPLUS, "asked-7"), (Difference.SURPLUS, "asked-8")]
    assert sorted(w.receipt for w in world.asked.withdrawals) == ["asked-7", "asked-8"]
    assert (again.agreed, again.findings) == (1, [])


async def test_what_was_refused_after_a_doubt_and_is_there_all_the_same_is_withdrawn(
    impatient: World,
) -> None:
    impatient.asked.troubles = ["garbled", "no"]
    case = await impatient.case()
    await impatient.grant(case.id, "A", impatient.keyed)
    await impatient.until_state(case.id, "B", "refused")
    arrives(impatient, "asked-7", f"{case.id}:B:file:1")

    made = await reconciled(impatient)
    await impatient.until(
        case.id, lambda c: [s.state for s in c.step("B").surplus] == ["withdrawn"]
    )

    assert found(made) == [(Difference.SURPLUS, "asked-7")]
    assert (await step_b(impatient, case)).state == "refused"


async def test_what_was_never_there_is_not_asked_about(impatient: World) -> None:
    impatient.asked.troubles = ["busy", "no"]
    case = await impatient.case()
    await impatient.grant(case.id, "A", impatient.keyed)
    await impatient.until_state(case.id, "B", "refused")

    made = await reconciled(impatient)

    assert (made.asked, made.findings) == (0, [])


async def test_a_filing_lost_filed_anew_and_parked_is_adopted_again(impatient: World) -> None:
    case = await parked(impatient)
    await reconciled(impatient)
    impatient.asked.filings.clear()
    await reconciled(impatient)
    impatient.asked.troubles, impatient.asked.asks = ["lost"], ["down"]
    await resolve(impatient, await impatient.until_state(case.id, "B", "parked"), None)
    await impatient.until(case.id, lambda c: bool(c.step("B").parked) and not c.step("B").missing)

    made, again = await reconciled(impatient), await reconciled(impatient)

    assert found(made) == [(Difference.ADOPTED, "asked-1")]
    assert again.findings == []
    assert (await step_b(impatient, case)).receipt == "asked-1"


async def test_what_a_clerk_found_again_may_go_missing_again(impatient: World) -> None:
    case = await filed(impatient)
    impatient.asked.filings.clear()
    await reconciled(impatient)
    await resolve(impatient, await impatient.until_state(case.id, "B", "parked"), "asked-1")

    made, again = await reconciled(impatient), await reconciled(impatient)

    assert found(made) == found(again) == [(Difference.MISSING, "asked-1")]
    assert (await step_b(impatient, case)).missing
    assert (await kinds(impatient, case.id)).count(EventKind.FILING_MISSING) == 2


async def test_what_a_department_lists_again_is_missing_no_more(impatient: World) -> None:
    case = await filed(impatient)
    away, impatient.asked.filings = impatient.asked.filings, {}
    impatient.blind.unknown = {"blind-1"}
    lost = [*found(await reconciled(impatient)), *found(await reconciled(impatient, "blind"))]
    impatient.asked.filings, impatient.blind.unknown = away, set()

    there = [*found(await reconciled(impatient)), *found(await reconciled(impatient, "blind"))]
    now = await impatient.until_state(case.id, "B", "received")

    assert lost == [(Difference.MISSING, "asked-1"), (Difference.MISSING, "blind-1")]
    assert there == [(Difference.ADOPTED, "asked-1"), (Difference.ADOPTED, "blind-1")]
    assert [s.missing for s in now.steps] == [False] * 4


async def test_a_case_that_moved_on_while_its_department_was_asked_is_left_for_the_next_run(
    impatient: World,
) -> None:
    case = await parked(impatient)
    impatient.asked.filings["asked-2"] = impatient.asked.filings["asked-1"]
    look_up = impatient.asked.find_filing

    async def meanwhile(reference: str, service: str, *, budget: float) -> Sequence[Receipt]:
        answer = await look_up(reference, service, budget=budget)
        if not (await step_b(impatient, case)).receipt:
            await resolve(impatient, case, "asked-2")
        return answer

    impatient.asked.find_filing = meanwhile  # type: ignore[method-assign]
    made, step = await reconciled(impatient), await step_b(impatient, case)
    again = await reconciled(impatient)

    assert (made.findings, step.receipt, step.surplus) == ([], "asked-2", ())
    assert found(again) == [(Difference.SURPLUS, "asked-1")]
