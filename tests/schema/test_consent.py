"""The same vote gives different answers by the day it was taken."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema.domain.consent import Tally, Vote, Votes, consents
from schema.domain.eligibility import judge
from schema.domain.one_thing import OneThing

BEFORE, Y2016, Y2019, Y2021 = (
    date(2015, 12, 31),
    date(2019, 12, 24),
    date(2019, 12, 25),
    date(2021, 1, 1),
)


def vote(agreed: int, participating: int, estate: int | None = None) -> Vote:
    """Of 300 owners and as many m²; of an estate of 3000."""
    one = Votes(total=300, participating=participating, agreed=agreed)
    whole = Votes(total=3000, participating=None, agreed=estate)
    return Vote(building=Tally(area=one, persons=one), estate=Tally(persons=whole))


def given(lift: OneThing, taken: Vote, on: date) -> bool:
    return consents(lift.consent, taken, on).given


@pytest.mark.parametrize(
    ("taken", "verdicts"),
    [
        # agreed, took part, estate             2016   2019   2021
        (vote(200, 300), (False, True, False)),
        (vote(150, 200), (False, False, True)),
        (vote(270, 300, 2000), (True, True, True)),
        (vote(269, 300, 2000), (False, True, True)),
        (vote(270, 300, 1999), (False, True, True)),
        (vote(199, 199), (False, False, False)),
        (vote(225, 300), (False, True, True)),
        (vote(224, 300), (False, True, False)),
    ],
)
def test_same_vote_by_three_dates(
    lift: OneThing, taken: Vote, verdicts: tuple[bool, bool, bool]
) -> None:
    assert tuple(given(lift, taken, on) for on in (Y2016, Y2019, Y2021)) == verdicts


def test_two_thirds_are_exact(lift: OneThing) -> None:
    assert given(lift, vote(200, 200), Y2019)
    assert not given(lift, vote(199, 200), Y2019)


def test_no_rule_was_in_force_before_the_first(lift: OneThing) -> None:
    verdict = consents(lift.consent, vote(300, 300, 3000), BEFORE)
    assert (verdict.rules, verdict.given) == ((), False)


def test_all_rules_of_the_day_are_named_with_every_shortfall(lift: OneThing) -> None:
    verdict = consents(lift.consent, vote(0, 0, 0), Y2016)
    assert verdict.rules == ("2016_estate", "2016_building")
    verdict = consents(lift.consent, vote(0, 0), Y2021)
    assert [p.rule for p in verdict.problems] == [
        "consent.2021_building.participation_area",
        "consent.2021_building.agreement_area",
        "consent.2021_building.participation_persons",
        "consent.2021_building.agreement_persons",
    ]
    assert verdict.problems[1].text.en.startswith(
        "Less than 3/4 of those taking part by area agree (Civil Code, article 278"
    )


def test_more_votes_than_owners_are_a_miscount(lift: OneThing) -> None:
    assert not given(lift, vote(301, 300), Y2019)


def test_count_that_is_missing_is_not_consent(lift: OneThing) -> None:
    assert not given(lift, Vote(), Y2019)


ANSWERS: dict[str, Any] = {
    "applicantKind": "业主委员会",
    "districtCode": "310104",
    "floors": 6,
    "hasLift": False,
    "voteDate": date(2026, 5, 1),
    "buildingAreaTotal": Decimal("1800"),
    "buildingAreaParticipating": Decimal("1500"),
    "buildingAreaAgreed": Decimal("1400"),
    "buildingOwners": 24,
    "buildingOwnersParticipating": 20,
    "buildingOwnersAgreed": 18,
}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"floors": 3}, ["floors_limit"]),
        ({"hasLift": True}, ["no_lift_yet"]),
        ({"buildingOwnersAgreed": 14}, ["consent.2021_building.agreement_persons"]),
        ({"voteDate": None}, ["consent"]),
        (
            {"voteDate": date(2018, 5, 1)},
            ["consent.2016_estate.agreement_persons", "consent.2016_building.agreement_persons"],
        ),
        (
            {"voteDate": date(2018, 5, 1), "estateOwners": 90, "estateOwnersAgreed": 60}
            | {"buildingOwnersAgreed": 22},
            [],
        ),
    ],
)
def test_eligibility_of_a_lift_judges_the_vote_in_the_answers(
    lift: OneThing, today: date, changes: dict[str, Any], rules: list[str]
) -> None:
    assert [p.rule for p in judge(lift, ANSWERS | changes, today).failing] == rules
