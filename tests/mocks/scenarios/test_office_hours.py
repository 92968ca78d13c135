"""When departments are closed, by weekday, hour and calendar, and what a caller meets."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest

from mocks.core.faults import NO_FAULT, Fault
from mocks.scenarios.hours import covers, next_morning
from mocks.scenarios.model import Window
from tests.mocks.scenarios.office import Office, on

Open = Callable[..., Office]


def window(begins: str, ends: str, *days: str, **told: Any) -> Window:
    return Window(
        departments=frozenset(), days=frozenset(days), begins=time.fromisoformat(begins),
        ends=time.fromisoformat(ends), **told,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stretch", "inside", "outside"),
    [
        (window("09:00", "17:00"), on(9, 21, 9), on(9, 21, 17)),
        (window("00:00", "00:00", "sat"), on(9, 26, 23, 59), on(9, 27, 0)),
        (window("22:00", "06:00"), on(9, 21, 5, 59), on(9, 21, 6)),
        # the night belongs to the day it began on
        (window("22:00", "06:00", "fri"), on(9, 26, 5), on(9, 25, 5)),
        # a Saturday worked in exchange for the holiday, and a Thursday of the holiday
        (window("09:00", "17:00", "working"), on(10, 10, 10), on(10, 1, 10)),
        (window("09:00", "17:00", "rest"), on(10, 1, 10), on(10, 10, 10)),
        (window("09:00", "17:00", first=on(9, 22).date()), on(9, 22), on(9, 21)),
        (window("09:00", "17:00", last=on(9, 22).date()), on(9, 22), on(9, 23)),
    ],
)
def test_a_window_has_its_days_and_its_hours(
    stretch: Window, inside: datetime, outside: datetime
) -> None:
    assert covers(stretch, inside)
    assert not covers(stretch, outside)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (on(9, 21, 8), on(9, 21, 9)),
        (on(9, 21, 9), on(9, 22, 9)),
        (on(9, 30, 18), on(10, 8, 9)),
        (on(10, 1, 3), on(10, 8, 9)),
    ],
)
def test_the_next_morning_is_that_of_a_working_day(now: datetime, morning: datetime) -> None:
    assert next_morning(now) == morning


def test_planning_answers_nobody_on_friday_afternoon(office: Open) -> None:
    planning = office("planning", "planning_closed_friday_afternoon")
    market = office("market", "planning_closed_friday_afternoon")
    met = []
    for moment in (on(10, 16, 11, 59), on(10, 16, 12), on(10, 17, 0)):
        for one in (planning, market):
            one.at(moment)
        met.append((planning.kit.usual("SubmitCase"), market.kit.usual("getApplication")))

    assert met == [(NO_FAULT, NO_FAULT), (Fault(kind="busy"), NO_FAULT), (NO_FAULT, NO_FAULT)]


def test_outside_all_office_hours_it_is_closed_and_over_lunch(office: Open) -> None:
    market = office("market", "lunch_break")
    kinds = []
    for moment in (on(9, 21, 10), on(9, 21, 12), on(9, 21, 14), on(9, 21, 18), on(9, 27, 10)):
        market.at(moment)
        kinds.append(market.kit.usual("getApplication").kind)

    assert kinds == ["none", "busy", "none", "busy", "busy"]


def test_a_page_or_a_bare_503_may_stand_for_the_department(office: Open) -> None:
    market = office("market", "nightly_maintenance")
    market.at(on(9, 21, 23))
    construction = office("construction", "construction_moves_house")
    construction.at(on(9, 26, 3))

    assert market.kit.usual("getLicences").kind == "html"
    assert construction.kit.usual("applyItem") == Fault(kind="status", told={"status": 503})


def test_a_closed_department_keeps_its_usual_way_when_it_is_open(office: Open) -> None:
    health = office("health", "lunch_break")
    slow = Fault(kind="delay", delay_s=0.4)

    health.at(on(9, 21, 10))

    assert health.kit.usual("certificateSummary", slow) == slow


def test_hours_may_be_told_for_single_operations(office: Open, tmp_path: Any) -> None:
    (tmp_path / "no_filing.toml").write_text(
        '[title]\nzh = "题"\nen = "Title"\n[[closed]]\noperations = ["createDeclaration"]\n'
        'from = "00:00"\nuntil = "24:00"\n',
        "utf-8",
    )
    fire = office("fire", "no_filing", own=tmp_path)

    assert fire.kit.usual("createDeclaration").kind == "busy"
    assert fire.kit.usual("getDeclaration").kind == "none"


def test_what_comes_in_the_evening_is_entered_in_the_morning_and_counts_from_there(
    office: Open,
) -> None:
    greening = office("greening", "entered_next_morning")
    greening.at(on(9, 30, 20))  # the eve of a week's holiday

    number = greening.file("r", "signboard")

    assert greening.kit.usual("submitSignboard") == NO_FAULT
    assert greening.seen(number).received_at == on(10, 8, 9)
    greening.at(on(10, 31))
    assert [step.at for step in greening.seen(number).history] == [
        on(10, 8, 9), on(10, 8, 9, 1), on(10, 14)
    ]  # fmt: skip
    assert greening.reopened().seen(number).received_at == on(10, 8, 9)
