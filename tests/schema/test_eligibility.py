"""Who may use a one thing: every failing rule is named, bounds belong to what they bound."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema.domain.condition import holds
from schema.domain.eligibility import judge
from schema.domain.one_thing import Condition, OneThing, Operator
from schema.domain.problem import ProblemCode as Code

FITS: dict[str, Any] = {
    "businessForm": "饭店",
    "districtCode": "310104",
    "investmentAmount": Decimal("800000"),
    "usableArea": Decimal("186.5"),
}


def failing(thing: OneThing, changes: dict[str, Any], on: date) -> list[tuple[Code, str | None]]:
    return [(p.code, p.rule) for p in judge(thing, FITS | changes, on).failing]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"investmentAmount": Decimal("1000000.00")}, []),
        ({"usableArea": 300}, []),
        ({"investmentAmount": Decimal("1000000.01")}, [(Code.NOT_ELIGIBLE, "investment_limit")]),
        ({"usableArea": Decimal("300.01")}, [(Code.NOT_ELIGIBLE, "area_limit")]),
        ({"usableArea": None}, [(Code.NOT_ELIGIBLE, "area_limit")]),
        ({"usableArea": "20"}, [(Code.NOT_ELIGIBLE, "area_limit")]),
        ({"usableArea": True}, [(Code.NOT_ELIGIBLE, "area_limit")]),
        ({"districtCode": "310115"}, [(Code.NOT_IN_DISTRICT, "district")]),
        ({"districtCode": None}, [(Code.NOT_IN_DISTRICT, "district")]),
        ({"businessForm": "酒吧"}, [(Code.UNKNOWN_VARIANT, "variant")]),
        ({"businessForm": None}, [(Code.UNKNOWN_VARIANT, "variant")]),
    ],
)
def test_each_rule_is_named_when_it_fails(
    restaurant: OneThing,
    today: date,
    changes: dict[str, Any],
    expected: list[tuple[Code, str | None]],
) -> None:
    assert failing(restaurant, changes, today) == expected


def test_nothing_answered_fails_every_rule(restaurant: OneThing, today: date) -> None:
    judgement = judge(restaurant, {}, today)
    assert not judgement.eligible
    assert [p.rule for p in judgement.failing] == [
        "variant",
        "district",
        "investment_limit",
        "area_limit",
    ]
    assert [p.path for p in judgement.failing] == [
        ("businessForm",),
        ("districtCode",),
        ("investmentAmount",),
        ("usableArea",),
    ]


def test_district_is_offered_from_its_day_on(restaurant: OneThing) -> None:
    since = restaurant.districts[0].since
    assert failing(restaurant, {}, since) == []
    early = judge(restaurant, FITS, date.fromordinal(since.toordinal() - 1)).failing
    assert [(p.code, p.text.en) for p in early] == [
        (Code.NOT_IN_DISTRICT, f"Offered in Xuhui from {since} on")
    ]


@pytest.mark.parametrize(
    ("operator", "value", "answer", "expected"),
    [
        (Operator.AT_LEAST, 1, 1, True),
        (Operator.MORE_THAN, 1, 1, False),
        (Operator.MORE_THAN, 1, Decimal("1.01"), True),
        (Operator.LESS_THAN, date(2019, 12, 25), date(2019, 12, 24), True),
        (Operator.LESS_THAN, date(2019, 12, 25), date(2019, 12, 25), False),
        (Operator.LESS_THAN, date(2019, 12, 25), "2019-12-24", False),
        (Operator.EQUALS, True, 1, False),
        (Operator.EQUALS, 1, True, False),
        (Operator.IN, ("a", "b"), "b", True),
        (Operator.NOT_IN, ("a", "b"), "c", True),
        (Operator.NOT_IN, ("a", "b"), None, False),
    ],
)
def test_conditions_compare_like_with_like(
    operator: Operator, value: Any, answer: Any, expected: bool
) -> None:
    condition = Condition(field="x", operator=operator, value=value)
    assert holds(condition, {"x": answer}) is expected
