"""Opening a restaurant, as the catalogue declares it: every figure the service publishes."""

from decimal import Decimal
from typing import Any

import pytest

from schema.domain.answers import read
from schema.domain.form import form, form_for
from schema.domain.one_thing import OneThing, Scalar
from schema.domain.plan import plan, plan_items
from schema.domain.reduction import Measure, reduction
from schema.domain.selection import select, submitted

GROUPS = {
    "enterprise": 12,
    "agent": 4,
    "premises": 10,
    "shop": 8,
    "food": 12,
    "fire": 9,
    "signboard": 7,
}
AUTHORITIES = {
    "市场监管": 9,
    "登录实名": 4,
    "不动产": 3,
    "民政": 2,
    "公安": 1,
    "卫健": 1,
    "住建": 2,
}


def ids(items: tuple[Any, ...]) -> str:
    return "".join(item.id for item in items)


@pytest.mark.parametrize(
    ("measure", "before", "after", "percent"),
    [
        (Measure.VISITS, 8, 1, "87.5"),
        (Measure.MATERIALS, 41, 16, "61.0"),
        (Measure.COPIES, 68, 16, "76.5"),
        (Measure.FORMS, 4, 1, "75.0"),
        (Measure.FIELDS, 92, 40, "56.5"),
        (Measure.DAYS, 60, 12, "80.0"),
    ],
)
def test_published_figures_follow_from_the_catalogue(
    restaurant: OneThing, measure: Measure, before: int, after: int, percent: str
) -> None:
    row = reduction(restaurant).row(measure)
    assert (row.before, row.after, row.percent) == (before, after, Decimal(percent))
    assert row.scope == ("A", "B", "C", "D", "E")


def test_without_the_fire_check_45_days_become_7(restaurant: OneThing) -> None:
    row = reduction(restaurant, ("A", "B", "D")).row(Measure.DAYS)
    assert (row.before, row.after, row.percent) == (45, 7, Decimal("84.4"))
    assert row.scope == ("A", "B", "D")


def test_twenty_six_materials_fall_and_one_joint_form_comes_back(restaurant: OneThing) -> None:
    row = reduction(restaurant).row(Measure.MATERIALS)
    assert {reason.code: reason.count for reason in row.reasons} == {
        "form": 5,
        "share": 10,
        "output": 4,
        "duplicate": 2,
        "authorisation": 3,
        "commitment": 2,
        "joint_form": -1,
    }


def test_fifteen_materials_are_still_uploaded(restaurant: OneThing) -> None:
    codes = [material.code for material in submitted(restaurant.items)]
    assert codes == [
        "A3",
        "A4",
        "A5",
        "A7",
        "B8",
        "B9",
        "B10",
        "B11",
        "B12",
        "C3",
        "C4",
        "C5",
        "C9",
        "D6",
        "E3",
    ]


def test_sixty_two_questions_stand_in_seven_groups(restaurant: OneThing) -> None:
    sections = form(restaurant).sections
    assert {s.group.id: len(s.questions) for s in sections} == GROUPS


def test_twenty_two_questions_are_prefilled_from_seven_authorities(restaurant: OneThing) -> None:
    authorities = [f.prefill.authority.zh for f in restaurant.fields if f.prefill]
    assert {name: authorities.count(name) for name in set(authorities)} == AUTHORITIES


def test_plan_waits_for_the_fire_check(restaurant: OneThing) -> None:
    result = plan(restaurant)
    assert result.waves == (("A",), ("B", "C", "D"), ("E",))
    assert result.critical_path == ("A", "C")
    assert (result.promised_days, result.statutory_serial_days, result.issue_days) == (12, 60, 1)
    assert [(s.item, s.starts_after, s.ends_by) for s in result.steps] == [
        ("A", 0, 1),
        ("B", 1, 6),
        ("C", 1, 11),
        ("D", 1, 6),
        ("E", 6, 7),
    ]


@pytest.mark.parametrize(
    ("variant", "items"),
    [
        ("饭店", "ABCDE"),
        ("甜品店", "ABCDE"),
        ("饮品店", "ABCDE"),
        ("单位食堂", "ABCE"),
        ("网络售餐", "ABE"),
    ],
)
def test_each_variant_has_its_own_items(restaurant: OneThing, variant: str, items: str) -> None:
    assert ids(select(restaurant, variant=variant)) == items
    assert ids(select(restaurant, {"businessForm": variant})) == items


def test_dessert_shop_without_seats_or_hot_kitchen_needs_three_approvals(
    restaurant: OneThing,
) -> None:
    answers: dict[str, Scalar | None] = {
        "businessForm": "甜品店",
        "diningSeats": 0,
        "kitchenArea": Decimal(0),
    }
    assert ids(select(restaurant, answers)) == "ABD"
    assert plan(restaurant, answers).promised_days == 7


def test_what_is_not_answered_yet_rules_nothing_out(restaurant: OneThing) -> None:
    assert ids(select(restaurant, {"diningSeats": None})) == "ABCDE"


def test_cold_dishes_and_raw_food_add_questions(restaurant: OneThing) -> None:
    def missing(**answers: bool) -> set[str]:
        problems = read(form_for(restaurant), answers).problems
        return {problem.path[0] for problem in problems}

    assert {"disinfectionMethod", "waterSource"} & missing(coldDish=False, rawFood=False) == set()
    assert {"disinfectionMethod"} <= missing(coldDish=True, rawFood=False)
    assert {"waterSource"} <= missing(coldDish=False, rawFood=True)


def test_scope_without_the_registration_submits_its_licence(restaurant: OneThing) -> None:
    food = [restaurant.item("B")]
    codes = [material.code for material in submitted(food)]
    assert "B2" in codes  # the licence no other item issues
    assert "B7" in codes  # the lease nothing else brings
    assert plan_items(restaurant, food).waves == (("B",),)


def test_report_refuses_an_item_there_is_none_of(restaurant: OneThing) -> None:
    with pytest.raises(KeyError, match="Z"):
        reduction(restaurant, ("A", "Z"))
