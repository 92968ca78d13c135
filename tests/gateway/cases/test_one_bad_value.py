"""One value nothing can be done with is its owner's trouble: everybody else goes on."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from adapters.contract import Unread
from adapters.errors import ContractBroken
from gateway.cases import tables
from gateway.cases.intake import position
from schema.domain.calendar import SHANGHAI
from schema.domain.case import Case, EventKind, StepState
from schema.domain.department import Repeats
from schema.domain.filing import Filing, ItemStatus, Progress, Receipt
from schema.domain.problem import ProblemCode
from schema.domain.waits import WaitingKind
from schema.graph.ports import Draft, Rejected
from tests.gateway.cases.world import CLERK, OWNER, FakeDepartment, World, certificate, make_world

LONG = "n" * 260


@pytest.fixture
def world(on_either: World) -> World:
    """PostgreSQL refuses what does not fit its columns; SQLite would keep it."""
    return on_either


async def filed_at_b(world: World) -> Case:
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    return await world.until(case.id, lambda c: c.step("B").receipt is not None)


def accepted(case: Case, receipt: str, reference: str | None = None) -> Progress:
    return Progress(
        receipt=receipt,
        status=ItemStatus.ACCEPTED,
        at=case.submitted_at,
        reference=reference or f"{case.id}:B:file:1",
    )


async def step_b(world: World, case: Case) -> StepState:
    found = await world.service.store.case(case.id)
    assert found is not None
    return found.step("B").state


@pytest.mark.parametrize(
    ("receipt", "reference"),
    [(LONG, None), ("a\0b", None), ("x", "a\0b:B:file:1"), ("x", "c:B:file:²")],
)
async def test_a_feed_goes_on_past_a_number_nobody_can_keep(
    world: World, receipt: str, reference: str | None
) -> None:
    case = await filed_at_b(world)
    world.asked.feed = [accepted(case, receipt, reference), accepted(case, "asked-1")]

    await world.service.poller.round(world.asked)

    assert await step_b(world, case) is StepState.ACCEPTED
    assert await position(world.service.store, "asked") == "2"


@pytest.mark.parametrize("number", [LONG, "证\0"])
async def test_a_grant_counts_although_its_certificate_has_a_number_nobody_can_keep(
    world: World, number: str
) -> None:
    case = await filed_at_b(world)
    told = world.asked.says("asked-1", ItemStatus.GRANTED)
    world.asked.feed = [replace(told, certificate=replace(certificate("x"), number=number))]

    await world.service.poller.round(world.asked)

    # the round goes on to ask for certificates that are missing, and is given a good one
    found = await world.until_state(case.id, "B", "granted")
    assert found.step("B").certificate == certificate("asked-1")


async def test_who_calls_back_with_such_a_number_is_told_and_the_rest_is_kept(
    world: World,
) -> None:
    case = await filed_at_b(world)

    told = [accepted(case, LONG), accepted(case, "asked-1")]

    with pytest.raises(ContractBroken):
        await world.service.intake("asked", told)

    assert await step_b(world, case) is StepState.ACCEPTED


async def test_the_longest_numbers_that_fit_are_kept_whole_and_once(world: World) -> None:
    world.asked.troubles, world.asked.lag_s = ["lost"], 5.0
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until_state(case.id, "B", "confirming")
    number = "证" * 120
    told = replace(accepted(case, number), status=ItemStatus.GRANTED)
    told = replace(told, certificate=replace(certificate("x"), number=number))

    for _ in range(2):
        await world.service.intake("asked", [told])

    granted = await world.until_state(case.id, "B", "granted")
    assert (granted.step("B").receipt, granted.step("B").certificate) == (number, told.certificate)
    events = await world.service.applications.timeline(OWNER, case.id)
    assert sum(e.kind is EventKind.PROGRESSED and e.item == "B" for e in events) == 1


@dataclass
class LongWinded(FakeDepartment):
    """Gives its first filing a number nobody can keep."""

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        given = await super().file(filing, budget=budget)
        return replace(given, number=LONG) if len(self.posts) == 1 else given


async def test_a_receipt_nobody_can_keep_is_an_outcome_unknown(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> None:
    path = tmp_path_factory.mktemp("store") / "unused"
    usual = make_world(path, store_url=postgres_url)
    wordy = LongWinded(
        id="blind", repeats=Repeats.BLIND, services=("service_C",), clock=usual.clock
    )
    departments = {**usual.departments, "blind": wordy}
    world = make_world(path, store_url=postgres_url, departments=departments)
    await world.service.start()
    try:
        case = await world.case()
        await world.grant(case.id, "A", world.keyed)
        parked = await world.until_state(case.id, "C", "parked")
    finally:
        await world.service.stop()

    assert parked.step("C").problem == ProblemCode.DEPARTMENT_BROKE_CONTRACT
    assert len(wordy.posts) == 1


async def test_a_clerks_number_that_is_too_long_is_said_to_be(world: World) -> None:
    world.blind.troubles = ["garbled"]
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    parked = await world.until_state(case.id, "C", "parked")

    answer = await world.service.applications.resolve_filing(
        CLERK, reference=parked.step("C").parked or "", receipt="9" * 200, request_id="r"
    )

    assert isinstance(answer, Rejected)
    assert [(p.code, p.path) for p in answer.problems] == [(ProblemCode.OUT_OF_RANGE, ("receipt",))]


async def test_a_request_id_with_control_characters_is_said_to_be_none(world: World) -> None:
    case = await world.case()
    apps, bad = world.service.applications, "a\0b"
    reference = f"{case.id}:A:file:1"

    answers = [
        await apps.start(OWNER, one_thing="open_shop", answers={}, request_id=bad),
        await apps.save(OWNER, draft=case.id, answers={}, materials={}, request_id=bad),
        await apps.submit(OWNER, draft=case.id, answers={}, materials={}, request_id=bad),
        await apps.withdraw(OWNER, case=case.id, reason="x", request_id=bad),
        await apps.resolve_filing(CLERK, reference=reference, receipt=None, request_id=bad),
        await world.service.clerks.retry_filing(CLERK, reference=reference, request_id=bad),
    ]

    problems = [a.problems[0] for a in answers if isinstance(a, Rejected)]
    assert [(p.code, p.path) for p in problems] == [
        (ProblemCode.BAD_FORMAT, ("clientRequestId",))
    ] * len(answers)


async def test_a_request_id_of_any_length_is_one_request(world: World) -> None:
    first, again = await world.draft("r" * 5000), await world.draft("r" * 5000)

    assert isinstance(first, Draft)
    assert first == again


async def test_nothing_is_called_what_cannot_be_written(world: World) -> None:
    apps, clerks = world.service.applications, world.service.clerks
    bad = "a\0b"

    resolved = await apps.resolve_filing(
        CLERK, reference=f"{bad}:A:file:1", receipt=None, request_id="r"
    )
    waiting = await clerks.waiting(CLERK, kind=WaitingKind.ALL, department=bad, first=5, after=None)

    assert await apps.case(OWNER, bad) is None
    assert await apps.draft(OWNER, bad) is None
    assert await apps.timeline(OWNER, bad) == []
    assert waiting.entries == ()
    assert isinstance(resolved, Rejected)
    assert resolved.problems[0].code is ProblemCode.NOT_ALLOWED_OR_ABSENT


async def test_a_row_of_a_feed_nobody_can_read_holds_no_other_back_and_is_asked_about(
    world: World,
) -> None:
    case = await filed_at_b(world)
    world.asked.feed = [Unread(receipt="asked-1", why="status"), accepted(case, "x", "c:B:file:1")]
    world.asked.told["asked-1"] = accepted(case, "asked-1")

    with capture_logs() as logs:
        await world.service.poller.round(world.asked)

    assert await position(world.service.store, "asked") == "2"
    assert await step_b(world, case) is StepState.ACCEPTED
    [told] = [entry for entry in logs if entry["event"] == "feed.unread"]
    assert (told["log_level"], told["count"], told["reasons"]) == ("warning", 1, ["status"])
    metrics = world.service.intake.metrics.render()[0].decode()
    assert 'onething_feed_rows_unread_total{department="asked"} 1' in metrics


async def test_a_filing_in_such_a_row_is_asked_about_until_the_department_is_understood(
    world: World,
) -> None:
    case = await filed_at_b(world)
    world.asked.feed = [Unread(receipt="asked-1", why="status")]
    world.asked.unknown = {"asked-1"}
    await world.service.poller.round(world.asked)
    assert await step_b(world, case) is StepState.RECEIVED

    world.asked.unknown = set()
    world.asked.told["asked-1"] = accepted(case, "asked-1")
    await world.service.poller.round(world.asked)

    assert await step_b(world, case) is StepState.ACCEPTED


async def filed_twice(world: World) -> tuple[Case, Case]:
    """Two cases with a filing each at the department that has a feed."""
    found = []
    for n in (1, 2):
        case = await world.submit((await world.draft(f"start-{n}")).id, f"submit-{n}")
        assert isinstance(case, Case)
        await world.grant(case.id, "A", world.keyed)
        found.append(await world.until(case.id, lambda c: c.step("B").receipt is not None))
    return found[0], found[1]


def of_no_zone(case: Case) -> Progress:
    """What nothing can follow from: its moment is beside no other."""
    number = case.step("B").receipt or ""
    return replace(accepted(case, number), at=case.submitted_at.replace(tzinfo=None))


async def test_a_feed_goes_on_past_a_word_nothing_follows_from_and_asks_by_number(
    world: World,
) -> None:
    odd, good = await filed_twice(world)
    said = of_no_zone(odd)
    world.asked.feed = [said, accepted(good, good.step("B").receipt or "")]
    world.asked.told[said.receipt] = said

    with capture_logs() as logs:
        await world.service.poller.round(world.asked)

    assert await step_b(world, good) is StepState.ACCEPTED
    assert await position(world.service.store, "asked") == "2"
    aside = [entry for entry in logs if entry["event"] == "progress.set_aside"]
    assert [entry["reference"] for entry in aside] == [f"{odd.id}:B:file:1"] * 2  # asked as well

    world.asked.told[said.receipt] = accepted(odd, said.receipt)
    await world.service.poller.round(world.asked)

    assert await step_b(world, odd) is StepState.ACCEPTED


async def test_who_calls_back_with_such_a_word_is_told_and_the_rest_is_kept(world: World) -> None:
    odd, good = await filed_twice(world)

    told = [of_no_zone(odd), accepted(good, good.step("B").receipt or "")]

    with pytest.raises(ContractBroken):
        await world.service.intake("asked", told)

    assert await step_b(world, good) is StepState.ACCEPTED
    assert list(world.service.intake.owed.of("asked")) == [odd.step("B").receipt]


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=SHANGHAI),
        datetime(1753, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
async def test_a_moment_of_no_time_that_is_stored_already_breaks_no_case(
    world: World, at: datetime
) -> None:
    case = await filed_at_b(world)
    number = case.step("B").receipt or ""

    await world.service.intake("asked", [replace(accepted(case, number), at=at)])
    told = world.asked.says(number, ItemStatus.GRANTED)
    await world.service.intake("asked", [replace(told, at=at)])

    granted = await world.until_state(case.id, "B", "granted")
    assert granted.step("B").decided_at == at
    assert granted.step("B").due_on is not None
    page = await world.service.clerks.waiting(
        CLERK, kind=WaitingKind.ALL, department=None, first=5, after=None
    )
    assert page.cursor is None


async def test_what_a_newer_gateway_stored_holds_the_cursor_until_it_can_be_read(
    world: World,
) -> None:
    """An event about it may be right: set aside, it would be read by nobody any more."""
    case = await filed_at_b(world)
    table, position = tables.case, tables.cursor.c.position
    async with world.service.store.write() as transaction:
        newer = table.update().where(table.c.id == case.id)
        await transaction.changed(newer.values(body=b'{"of": "tomorrow"}'))
    told = [accepted(case, case.step("B").receipt or "")]

    with pytest.raises(ValueError, match=r"."):
        await world.service.intake.take("asked", told, cursor="7")

    rows = await world.service.store.rows(sa.select(position))
    assert [row.position for row in rows] == []
