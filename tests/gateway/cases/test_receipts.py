"""Whose filing a number is: a number a clerk mistyped takes nothing from anybody."""

from dataclasses import replace

import pytest

from gateway.cases.intake import key_of
from schema.domain.case import Case, Event, EventKind
from schema.domain.filing import ItemStatus, Progress
from schema.domain.problem import ProblemCode
from schema.graph.ports import Rejected
from tests.gateway.cases.world import CLERK, MORNING, OWNER, World


@pytest.fixture
def world(on_either: World) -> World:
    """All of this holds on SQLite and on PostgreSQL."""
    return on_either


async def submitted(world: World, n: int) -> Case:
    case = await world.submit((await world.draft(f"start-{n}")).id, f"submit-{n}")
    assert isinstance(case, Case)
    return case


async def parked_at_c(world: World, n: int) -> Case:
    """A case whose filing at the blind department is in doubt; it never arrived."""
    world.blind.troubles = ["garbled"]
    case = await submitted(world, n)
    await world.grant(case.id, "A", world.keyed)
    return await world.until_state(case.id, "C", "parked")


async def filed_at_c(world: World, n: int) -> Case:
    """A case with a number of its own at the blind department."""
    case = await submitted(world, n)
    await world.grant(case.id, "A", world.keyed)
    return await world.until(case.id, lambda c: c.step("C").receipt is not None)


async def resolved(world: World, case: Case, receipt: str) -> Case | Rejected:
    return await world.service.applications.resolve_filing(
        CLERK, reference=case.step("C").parked or "", receipt=receipt, request_id=f"r-{case.id}"
    )


async def mistaken(world: World) -> tuple[Case, Case, str]:
    """The clerk told one case the number another was given a moment later."""
    wrong = await parked_at_c(world, 1)
    assert isinstance(await resolved(world, wrong, "blind-1"), Case)
    right = await filed_at_c(world, 2)
    assert right.step("C").receipt == "blind-1"
    return right, wrong, "blind-1"


async def states(world: World, *cases: Case) -> list[str]:
    found = [await world.service.store.case(case.id) for case in cases]
    return [case.step("C").state.value for case in found if case]


async def test_a_number_another_filing_has_is_refused(world: World) -> None:
    parked = await parked_at_c(world, 1)
    other = await filed_at_c(world, 2)

    answer = await resolved(world, parked, other.step("C").receipt or "")

    assert isinstance(answer, Rejected)
    assert [(p.code, p.path) for p in answer.problems] == [(ProblemCode.CONFLICT, ("receipt",))]
    assert answer.case == other.id
    assert await states(world, parked, other) == ["parked", "received"]
    assert isinstance(await resolved(world, parked, "blind-77"), Case)


async def test_a_decision_goes_to_the_filing_its_reference_names(world: World) -> None:
    right, wrong, number = await mistaken(world)

    await world.service.intake("blind", [world.blind.says(number, ItemStatus.GRANTED)])

    assert await states(world, right, wrong) == ["granted", "received"]


async def test_a_decision_without_a_reference_goes_to_whom_the_department_gave_the_number(
    world: World,
) -> None:
    right, wrong, number = await mistaken(world)
    told = replace(world.blind.says(number, ItemStatus.GRANTED), reference=None)
    world.blind.told[number] = told

    await world.service.poller.round(world.blind)

    assert await states(world, right, wrong) == ["granted", "received"]


async def test_a_reference_of_a_case_we_do_not_know_leaves_the_number_to_tell(world: World) -> None:
    case = await filed_at_c(world, 1)
    told = world.blind.says("blind-1", ItemStatus.ACCEPTED)

    await world.service.intake("blind", [replace(told, reference="31010420200101-X:C:file:1")])

    assert await states(world, case) == ["accepted"]


def under_the_old_key(case: Case, told: Progress) -> Event:
    """As releases recorded it whose keys did not name the case."""
    number = f":{told.certificate.number}" if told.certificate else ""
    return Event(
        key=f"progress:blind:{told.receipt}:{told.status}:{told.at.isoformat()}{number}",
        case=case.id,
        kind=EventKind.PROGRESSED,
        at=told.at,
        actor="department:blind",
        item="C",
        data={"receipt": told.receipt, "status": told.status.value, "at": told.at.isoformat()},
    )


async def progressed(world: World, case: Case) -> int:
    events = await world.service.applications.timeline(OWNER, case.id)
    return sum(e.kind is EventKind.PROGRESSED and e.item == "C" for e in events)


async def test_what_an_older_release_recorded_is_not_recorded_again(world: World) -> None:
    case = await filed_at_c(world, 1)
    told = world.blind.says("blind-1", ItemStatus.ACCEPTED)
    before = await world.service.store.append(under_the_old_key(case, told))

    await world.service.intake("blind", [told])

    after = await world.service.store.case(case.id)
    assert after is not None
    assert after.step("C") == before.step("C")
    assert await progressed(world, case) == 1


async def test_what_an_older_release_recorded_for_another_case_is_news_for_the_right_one(
    world: World,
) -> None:
    right, wrong, number = await mistaken(world)
    told = world.blind.says(number, ItemStatus.GRANTED)
    of_the_wrong = under_the_old_key(wrong, told)
    ours = {**of_the_wrong.data, "reference": told.reference}
    await world.service.store.append(replace(of_the_wrong, data=ours))

    await world.service.intake("blind", [told])

    assert await states(world, right, wrong) == ["granted", "received"]


async def test_the_same_facts_told_under_another_key_change_nothing(world: World) -> None:
    case = await filed_at_c(world, 1)
    told = world.blind.says("blind-1", ItemStatus.GRANTED)
    await world.service.intake("blind", [told])
    before = await world.until_state(case.id, "C", "granted")

    after = await world.service.store.append(
        replace(under_the_old_key(case, told), key="whatever else")
    )

    assert after.step("C") == before.step("C")


def test_one_status_of_two_cases_is_two_facts() -> None:
    told = Progress(receipt="n-1", status=ItemStatus.ACCEPTED, at=MORNING)

    keys = {key_of("blind", told, case, item) for case in ("c1", "c2") for item in ("A", "B")}

    assert len(keys) == 4
