"""A department that answers with the number of another filing of ours: nobody is harmed by it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from adapters.errors import AdapterError
from gateway.cases.ours import ours_at
from gateway.cases.receipts import holder, reserve
from gateway.cases.reconcile import Difference
from schema.domain.case import Case, Event, EventKind
from schema.domain.filing import ItemStatus, Progress, Receipt
from schema.domain.problem import ProblemCode
from schema.graph.ports import Rejected
from tests.gateway.cases.world import CLERK, OWNER, FakeDepartment, World

Answers = Mapping[str, Progress | AdapterError | None]
TAKEN = ProblemCode.DEPARTMENT_RECEIPT_TAKEN


@pytest.fixture
def world(on_either: World) -> World:
    """All of this holds on SQLite and on PostgreSQL."""
    return on_either


async def submitted(world: World, n: int) -> Case:
    case = await world.submit((await world.draft(f"start-{n}")).id, f"submit-{n}")
    assert isinstance(case, Case)
    return case


async def filed(world: World, n: int) -> Case:
    """A is granted; B and C have numbers of their own."""
    case = await submitted(world, n)
    await world.grant(case.id, "A", world.keyed)
    return await world.until(case.id, lambda c: bool(c.step("B").receipt and c.step("C").receipt))


async def now(world: World, case: Case) -> Case:
    found = await world.service.store.case(case.id)
    assert found is not None
    return found


async def kinds(world: World, case: Case, item: str) -> list[EventKind]:
    events = await world.service.applications.timeline(OWNER, case.id)
    return [event.kind for event in events if event.item == item]


async def confused_at_c(world: World) -> tuple[Case, Case]:
    """Two filings lie with the blind department, and both were answered with the first's number."""
    first = await filed(world, 1)
    world.blind.troubles = ["as:blind-1"]
    second = await submitted(world, 2)
    await world.grant(second.id, "A", world.keyed)
    await world.until(second.id, lambda c: c.step("B").receipt is not None)
    return first, await world.until(
        second.id, lambda c: c.step("C").parked is not None or c.step("C").receipt is not None
    )


async def resolve(world: World, case: Case, item: str, receipt: str | None) -> Case | Rejected:
    return await world.service.applications.resolve_filing(
        CLERK,
        reference=case.step(item).parked or "",
        receipt=receipt,
        request_id=f"r-{case.id}-{case.revision}",
    )


# -- what delivery is answered --------------------------------------------------------------------


async def test_a_blind_departments_answer_with_the_number_of_another_filing_is_for_a_clerk(
    world: World,
) -> None:
    first, second = await confused_at_c(world)

    step = second.step("C")
    assert (step.state, step.receipt, step.problem) == ("parked", None, TAKEN)
    assert step.parked == f"{second.id}:C:file:1"
    assert world.blind.posts.count(f"{second.id}:C:file:1") == 1
    resolved = await resolve(world, second, "C", "blind-2")
    assert isinstance(resolved, Case)
    assert [c.step("C").receipt for c in (await now(world, first), resolved)] == [
        "blind-1", "blind-2",
    ]  # fmt: skip


async def test_what_is_decided_of_the_one_is_not_told_of_the_other(world: World) -> None:
    first, second = await confused_at_c(world)
    told = world.blind.says("blind-1", ItemStatus.GRANTED)
    world.blind.told["blind-1"] = replace(told, reference=None)

    await world.service.poller.round(world.blind)

    states = [(await now(world, c)).step("C").state for c in (first, second)]
    assert states == ["granted", "parked"]


async def test_taking_the_one_back_leaves_the_other_with_its_department(world: World) -> None:
    first, second = await confused_at_c(world)

    await world.service.applications.withdraw(
        OWNER, case=second.id, reason="不办了", request_id="w"
    )
    await world.until(second.id, lambda c: c.step("B").state == "withdrawn")
    resolved = await resolve(world, second, "C", "blind-2")
    assert isinstance(resolved, Case)
    await world.until(second.id, lambda c: c.state == "withdrawn")

    assert [w.receipt for w in world.blind.withdrawals] == ["blind-2"]
    assert (await now(world, first)).step("C").state == "received"


async def test_the_look_up_finds_the_filings_own_number(world: World) -> None:
    await filed(world, 1)
    world.asked.troubles = ["as:asked-1"]

    second = await filed(world, 2)

    assert second.step("B").receipt == "asked-2"
    assert world.asked.posts.count(f"{second.id}:B:file:1") == 1
    assert EventKind.FILING_UNKNOWN in await kinds(world, second, "B")


def listing(department: FakeDepartment, *numbers: str) -> None:
    """Its look-ups list these numbers from now on, whatever is asked for."""

    async def find_filing(reference: str, service: str, *, budget: float) -> Sequence[Receipt]:
        return [Receipt(number=n, received_at=department.clock.now()) for n in numbers]

    department.find_filing = find_filing  # type: ignore[method-assign]


async def test_a_look_up_that_names_another_filing_is_for_a_clerk(world: World) -> None:
    await filed(world, 1)
    world.asked.troubles = ["lost"]
    listing(world.asked, "asked-1")
    case = await submitted(world, 2)
    await world.grant(case.id, "A", world.keyed)

    step = (await world.until_state(case.id, "B", "parked")).step("B")

    assert (step.receipt, step.problem, step.surplus) == (None, TAKEN, ())
    assert world.asked.posts.count(f"{case.id}:B:file:1") == 1


@pytest.mark.parametrize("numbers", [("asked-1", "asked-2"), ("asked-2", "asked-1")])
async def test_what_a_look_up_lists_of_others_is_not_taken_back(
    world: World, numbers: tuple[str, str]
) -> None:
    first = await filed(world, 1)
    world.asked.troubles = ["lost"]
    listing(world.asked, *numbers)

    second = await filed(world, 2)

    assert (second.step("B").receipt, second.step("B").surplus) == ("asked-2", ())
    assert (await now(world, first)).step("B").receipt == "asked-1"
    assert world.asked.withdrawals == []


async def test_what_was_answered_with_anothers_number_and_is_nowhere_is_not_sent_again(
    world: World,
) -> None:
    await filed(world, 1)
    world.asked.troubles = ["as:asked-1"]
    listing(world.asked)
    case = await submitted(world, 2)
    await world.grant(case.id, "A", world.keyed)

    step = (await world.until_state(case.id, "B", "parked")).step("B")

    assert (step.receipt, step.attempts) == (None, 1)
    assert world.asked.posts.count(f"{case.id}:B:file:1") == 1


async def test_a_department_that_honours_keys_is_sent_the_same_one_when_a_clerk_says_so(
    world: World,
) -> None:
    await filed(world, 1)
    world.keyed.troubles = ["as:keyed-1"]
    case = await submitted(world, 2)
    parked = await world.until_state(case.id, "A", "parked")

    answer = await world.service.clerks.retry_filing(
        CLERK, reference=parked.step("A").parked or "", request_id="again"
    )
    own = await world.until(case.id, lambda c: c.step("A").receipt is not None)

    assert (parked.step("A").problem, isinstance(answer, Case)) == (TAKEN, True)
    assert own.step("A").receipt == "keyed-2"
    assert len(world.keyed.filings) == 2


# -- at the same moment ---------------------------------------------------------------------------


def given(case: Case, number: str) -> Event:
    reference = f"{case.id}:C:file:1"
    return Event(
        key=f"arrived:{reference}",
        case=case.id,
        kind=EventKind.FILED,
        at=case.submitted_at,
        actor="department:blind",
        item="C",
        data={"reference": reference, "receipt": number},
    )


async def test_who_comes_second_for_a_number_waits_until_the_first_has_it(world: World) -> None:
    world.blind.troubles = ["garbled", "garbled"]
    first, second = await submitted(world, 1), await submitted(world, 2)
    for case in (first, second):
        await world.grant(case.id, "A", world.keyed)
        await world.until_state(case.id, "C", "parked")
    store = world.service.store

    async def reserved(case: Case) -> Mapping[str, str]:
        async with store.write() as transaction:
            await transaction.load(case.id)
            return await reserve(transaction, "blind", holder(store, case, "C"), ["blind-7"])

    async with store.write() as transaction:
        await transaction.load(first.id)
        mine = await reserve(transaction, "blind", holder(store, first, "C"), ["blind-7"])
        late = asyncio.create_task(reserved(second))
        await asyncio.wait([late], timeout=0.3)
        waits = not late.done()
        await transaction.append(given(first, "blind-7"))

    assert (mine, waits, await late) == ({}, True, {"blind-7": first.id})


async def test_of_two_answered_at_once_with_one_number_one_has_it(world: World) -> None:
    cases = [await submitted(world, n) for n in (1, 2, 3)]
    for case in cases:
        await world.until(case.id, lambda c: c.step("A").receipt is not None)
    world.blind.troubles = ["as:blind-7"] * 3

    await asyncio.gather(*(world.grant(case.id, "A", world.keyed) for case in cases))
    ends = [await world.until(c.id, lambda c: c.step("C").state != "filing") for c in cases]

    assert sorted(c.step("C").state for c in ends) == ["parked", "parked", "received"]


# -- what is nobody's harm ------------------------------------------------------------------------


async def both_numbered_alike(world: World) -> Case:
    """One case whose B and D have the same number, each of its own service."""
    case = await filed(world, 1)
    for number, department in (("asked-1", world.asked), ("blind-1", world.blind)):
        await world.service.intake(department.id, [department.says(number, ItemStatus.GRANTED)])
    world.asked.troubles = ["as:asked-1"]
    return await world.until(case.id, lambda c: c.step("D").receipt is not None)


async def test_the_same_number_of_another_service_is_another_number(world: World) -> None:
    both = await both_numbered_alike(world)

    assert [both.step(i).receipt for i in "BD"] == ["asked-1", "asked-1"]


async def mistaken(world: World) -> tuple[Case, Case]:
    """A clerk told the first case the number that the department gave the second a moment later."""
    world.blind.troubles = ["garbled"]
    wrong = await submitted(world, 1)
    await world.grant(wrong.id, "A", world.keyed)
    await resolve(world, await world.until_state(wrong.id, "C", "parked"), "C", "blind-1")
    return await filed(world, 2), wrong


async def test_a_number_only_a_clerk_told_is_the_departments_to_give(world: World) -> None:
    right, wrong = await mistaken(world)

    assert [c.step("C").receipt for c in (right, await now(world, wrong))] == ["blind-1"] * 2


async def test_what_a_clerk_mistyped_takes_nobody_elses_filing_back(world: World) -> None:
    right, wrong = await mistaken(world)

    await world.service.applications.withdraw(OWNER, case=wrong.id, reason="不办了", request_id="w")
    parked = await world.until_state(wrong.id, "C", "parked")

    assert parked.step("C").parked == f"{wrong.id}:C:withdraw:1"
    assert parked.step("C").problem == TAKEN
    assert world.blind.withdrawals == []
    assert (await now(world, right)).step("C").state == "received"
    assert isinstance(await resolve(world, parked, "C", "blind-77"), Case)
    assert (await world.until(wrong.id, lambda c: c.state == "withdrawn")).step(
        "C"
    ).state == "withdrawn"


async def test_a_clerk_may_have_it_looked_at_again_once_the_number_is_free(world: World) -> None:
    right, wrong = await mistaken(world)
    await world.service.applications.withdraw(OWNER, case=wrong.id, reason="不办了", request_id="w")
    parked = await world.until_state(wrong.id, "C", "parked")
    retry = world.service.clerks.retry_filing

    again = await retry(CLERK, reference=parked.step("C").parked or "", request_id="again")
    parked = await world.until_state(wrong.id, "C", "parked")

    assert isinstance(again, Case)
    assert again.step("C").state == "withdrawing"
    assert world.blind.withdrawals == []
    assert (await kinds(world, wrong, "C")).count(EventKind.FILING_PARKED) == 3
    assert (await now(world, right)).step("C").receipt == "blind-1"


# -- what is told otherwise -----------------------------------------------------------------------


async def test_news_of_one_filing_under_the_reference_of_another_takes_nothing_back(
    world: World,
) -> None:
    first, second = await filed(world, 1), await filed(world, 2)
    told = world.asked.says("asked-1", ItemStatus.ACCEPTED)

    await world.service.intake("asked", [replace(told, reference=f"{second.id}:B:file:1")])

    after = [(await now(world, case)).step("B") for case in (first, second)]
    assert [(s.receipt, s.state, s.surplus) for s in after] == [
        ("asked-1", "received", ()), ("asked-2", "received", ()),
    ]  # fmt: skip
    assert world.asked.withdrawals == []


async def test_news_in_the_same_breath_about_others_is_kept(world: World) -> None:
    first, second = await filed(world, 1), await filed(world, 2)
    wrong = replace(
        world.asked.says("asked-1", ItemStatus.ACCEPTED), reference=f"{second.id}:B:file:1"
    )

    await world.service.intake("asked", [wrong, world.asked.says("asked-2", ItemStatus.GRANTED)])

    assert (await now(world, second)).step("B").state == "granted"
    assert (await now(world, first)).step("B").state == "received"


async def test_a_number_two_services_have_is_news_of_the_one_that_was_asked_for(
    world: World,
) -> None:
    case = await both_numbered_alike(world)
    told = Progress(receipt="asked-1", status=ItemStatus.REFUSED, at=world.clock.now())

    await world.service.intake("asked", [told])
    of_either = (await now(world, case)).step("D").state
    await world.service.intake.take("asked", [told], service="service_D")

    assert of_either == "received"
    assert (await now(world, case)).step("D").state == "refused"


async def test_what_was_not_asked_for_is_not_taken_for_an_answer(world: World) -> None:
    case = await filed(world, 1)
    told = world.blind.says("blind-1", ItemStatus.GRANTED)
    progress = world.blind.progress

    async def more(receipts: Sequence[str], service: str, *, budget: float) -> Answers:
        answers = await progress(receipts, service, budget=budget)
        return {**dict.fromkeys(answers, told), "blind-9": replace(told, receipt="blind-9")}

    world.blind.progress = more  # type: ignore[method-assign]
    other = await filed(world, 2)

    await world.service.poller.round(world.blind)

    states = [(await now(world, c)).step("C").state for c in (case, other)]
    assert states == ["granted", "received"]


# -- books ----------------------------------------------------------------------------------------


async def test_a_number_of_another_filing_in_a_departments_books_is_for_a_clerk(
    world: World,
) -> None:
    first, second = await filed(world, 1), await filed(world, 2)
    listing(world.asked, "asked-1", "asked-2")

    [made] = await world.service.reconciler.run("asked")
    [again] = await world.service.reconciler.run("asked")

    assert {(f.difference, f.reference, f.receipt) for f in made.findings} == {
        (Difference.MIXED_UP, f"{first.id}:B:file:1", "asked-2"),
        (Difference.MIXED_UP, f"{second.id}:B:file:1", "asked-1"),
    }
    assert made.needs_clerk
    assert again.findings == made.findings
    assert world.asked.withdrawals == []
    assert [(await now(world, c)).step("B").surplus for c in (first, second)] == [(), ()]


async def test_a_number_given_to_another_while_its_department_was_asked_is_not_adopted(
    world: World,
) -> None:
    first, second = await filed(world, 1), await filed(world, 2)
    store = world.service.store
    one = next(o for o in await ours_at(store, "asked") if o.case == second.id)
    found = [Receipt(number=n, received_at=world.clock.now()) for n in ("asked-2", "asked-1")]

    async with store.write() as transaction:
        await transaction.load(second.id)
        stands = await one.standing(transaction, list(one.facts(found)))

    assert [kind for kind, _ in one.facts(found)] == [EventKind.DUPLICATE_FOUND]
    assert stands == []
    assert (await now(world, first)).step("B").receipt == "asked-1"


async def test_who_had_the_number_first_gives_it_up_when_the_department_names_the_other(
    world: World,
) -> None:
    world.blind.troubles = ["lost", "as:blind-1"]
    right, wrong = await submitted(world, 1), await submitted(world, 2)
    await world.grant(right.id, "A", world.keyed)
    right = await world.until_state(right.id, "C", "parked")
    await world.grant(wrong.id, "A", world.keyed)
    await world.until(wrong.id, lambda c: c.step("C").receipt == "blind-1")
    early = await resolve(world, right, "C", "blind-1")
    world.blind.says("blind-1", ItemStatus.ACCEPTED)

    [made] = await world.service.reconciler.run("blind")
    parked = await world.until_state(wrong.id, "C", "parked")
    ends = [
        await resolve(world, parked, "C", "blind-2"),
        await resolve(world, await now(world, right), "C", "blind-1"),
    ]

    assert isinstance(early, Rejected)
    assert early.case == wrong.id
    assert [(f.difference, f.reference) for f in made.findings] == [
        (Difference.MISSING, f"{wrong.id}:C:file:1")
    ]
    assert [c.step("C").receipt for c in ends if isinstance(c, Case)] == ["blind-2", "blind-1"]


async def test_two_filings_with_one_number_from_before_are_both_for_a_clerk(world: World) -> None:
    first = await filed(world, 1)
    world.blind.troubles = ["garbled"]
    case = await submitted(world, 2)
    await world.grant(case.id, "A", world.keyed)
    second = await world.until_state(case.id, "C", "parked")
    await world.service.store.append(given(second, "blind-1"))

    [made] = await world.service.reconciler.run("blind")
    parked = [await now(world, c) for c in (first, second)]
    early = await resolve(world, parked[0], "C", "blind-1")
    ends = [
        await resolve(world, parked[1], "C", "blind-2"),
        await resolve(world, await now(world, first), "C", "blind-1"),
    ]

    assert [f.difference for f in made.findings] == [Difference.MISSING] * 2
    assert [c.step("C").missing for c in parked] == [True, True]
    assert isinstance(early, Rejected)
    assert [c.step("C").receipt for c in ends if isinstance(c, Case)] == ["blind-2", "blind-1"]
