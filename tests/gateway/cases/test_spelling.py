"""Numbers departments spell otherwise than when they gave them: counted, said, never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.errors import AdapterError, ContractBroken
from gateway.cases.intake import Intake
from gateway.cases.poller import Poller
from gateway.cases.spelling import alike, others
from gateway.metrics import Metrics
from schema.domain.case import Case
from schema.domain.department import ProgressMode, Repeats
from schema.domain.filing import ItemStatus, Progress
from tests.gateway.cases.world import FakeDepartment, World

Answers = dict[str, Progress | AdapterError | None]


@dataclass
class Spelling(FakeDepartment):
    """Says what is put in its mouth; under our numbers, or under its own."""

    says_of: Answers | None = None

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        return dict(self.says_of or {})


@pytest.fixture
async def filed(world: World) -> Case:
    case = await world.case()
    return await world.until(case.id, lambda c: c.step("A").receipt is not None)


def granted(world: World, spelt: str) -> Progress:
    return Progress(receipt=spelt, status=ItemStatus.GRANTED, at=world.clock.now())


async def round_of(world: World, answers: Answers, metrics: Metrics, times: int = 1) -> list[Any]:
    """What the poller logs when the department answers so."""
    asked = Spelling(
        id="keyed",
        repeats=Repeats.KEY,
        services=("service_A",),
        clock=world.clock,
        mode=ProgressMode.POLL,
        says_of=answers,
    )
    intake = Intake(world.service.store, world.clock, metrics)
    poller = Poller(world.service.store, {"keyed": asked}, intake)
    with capture_logs() as logs:
        for _ in range(times):
            await poller.round(asked)
    return [line for line in logs if line["event"] == "poll.unmatched"]


def counted(metrics: Metrics) -> list[str]:
    lines = metrics.render()[0].decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


async def test_what_stands_under_our_number_counts_however_it_is_spelt(
    world: World, filed: Case
) -> None:
    metrics = Metrics()

    logs = await round_of(world, {"keyed-1": granted(world, " KEYED－1 ")}, metrics)

    assert (await world.until_state(filed.id, "A", "granted")).step("A").receipt == "keyed-1"
    assert [line["respelt"] for line in logs] == [1]


@pytest.mark.parametrize(
    ("said", "why"), [("nothing", "untold"), ("an error", "broken"), ("another", "another")]
)
async def test_a_receipt_that_came_to_nothing_is_counted_each_time_and_said_once(
    world: World, filed: Case, said: str, why: str
) -> None:
    answers: Mapping[str, Answers] = {
        "nothing": {},
        "an error": {"keyed-1": ContractBroken("keyed", "/row")},
        "another": {"keyed-1": granted(world, "somebody-77")},
    }
    metrics = Metrics()

    logs = await round_of(world, answers[said], metrics, times=3)

    series = f'onething_poll_receipts_unmatched_total{{department="keyed",why="{why}"}} 3'
    assert series in counted(metrics)
    assert [(line["department"], line[why]) for line in logs] == [("keyed", 1)]
    assert "keyed-1" not in str(logs)


async def test_a_number_under_no_number_of_ours_is_not_guessed_at(
    world: World, filed: Case
) -> None:
    metrics = Metrics()

    logs = await round_of(world, {"KEYED-1": granted(world, "KEYED-1")}, metrics)

    assert [(line["untold"], line["not_asked"]) for line in logs] == [(1, 1)]
    found = await world.service.store.case(filed.id)
    assert found is not None
    assert found.step("A").state == filed.step("A").state


async def test_news_of_a_number_spelt_otherwise_is_said_and_taken_for_nobodys(
    world: World, filed: Case
) -> None:
    metrics = Metrics()
    intake = Intake(world.service.store, world.clock, metrics)
    strange = [replace(granted(world, n), reference=None) for n in ("KEYED-1", "x-9", "ｋeyed-1 ")]

    with capture_logs() as logs:
        taken = await intake.take("keyed", strange)

    assert taken.ours == 0
    assert [line["count"] for line in logs if line["event"] == "progress.respelt"] == [2]
    assert counted(metrics) == ['onething_progress_respelt_total{department="keyed"} 2']


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("WZ-1002", "wz-1002", True),
        ("WZ-1002", " WZ - 1002\n", True),
        ("ＷＺ－１００２", "WZ-1002", True),
        ("51002", "1002", False),  # what a department that searches by an end gives
        ("No.WZ-1002", "WZ-1002", False),
        ("WZ-1002", "WZ-1003", False),
        ("", "WZ-1002", False),
    ],
)
def test_alike_is_what_differs_in_spelling_only(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_a_number_is_no_other_spelling_of_itself() -> None:
    assert others("WZ-1") == {"wz-1"}
    assert others(" ") == set()
