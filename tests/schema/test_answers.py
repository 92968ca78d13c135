"""Answers are typed, and everything that is wrong with them is said at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema.domain.answers import check, read
from schema.domain.form import form, form_for, item_answers
from schema.domain.one_thing import OneThing
from schema.domain.problem import ProblemCode as Code


def problems(restaurant: OneThing, answers: dict[str, Any]) -> dict[str, Code]:
    return {p.path[0]: p.code for p in check(form_for(restaurant), answers)}


def test_good_answers_become_typed_values(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    checked = read(form(restaurant), restaurant_answers | {"registeredCapital": "500000.00"})
    assert checked.problems == ()
    assert checked.values["registeredCapital"] == Decimal("500000.00")
    assert checked.values["usableArea"] == Decimal("186.5")
    assert checked.values["establishDate"] == date(2020, 3, 2)
    assert checked.values["coldDish"] is True
    assert "onlinePlatformName" not in checked.values


def test_typed_values_can_be_read_again(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    values = read(form(restaurant), restaurant_answers).values
    assert read(form(restaurant), values).values == values


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("shopName", None, Code.REQUIRED),
        ("shopName", "  ", Code.REQUIRED),
        ("shopName", 7, Code.WRONG_TYPE),
        ("shopName", "店" * 61, Code.OUT_OF_RANGE),
        ("floor", "1", Code.WRONG_TYPE),
        ("floor", True, Code.WRONG_TYPE),
        ("floor", 1.5, Code.WRONG_TYPE),
        ("floor", float("inf"), Code.WRONG_TYPE),
        ("floor", 151, Code.OUT_OF_RANGE),
        ("usableArea", "1e3", Code.BAD_FORMAT),
        ("usableArea", "１８６", Code.BAD_FORMAT),
        ("usableArea", -0.01, Code.OUT_OF_RANGE),
        ("usableArea", float("nan"), Code.WRONG_TYPE),
        ("usableArea", False, Code.WRONG_TYPE),
        ("registeredCapital", 1e300, Code.BAD_FORMAT),
        ("registeredCapital", 10**20, Code.BAD_FORMAT),
        ("registeredCapital", Decimal("1E+200000000"), Code.BAD_FORMAT),
        ("floor", Decimal("1E+200000000"), Code.BAD_FORMAT),
        ("floor", 1e300, Code.BAD_FORMAT),
        ("coldDish", "true", Code.WRONG_TYPE),
        ("coldDish", 1, Code.WRONG_TYPE),
        ("leaseStart", "2026-02-30", Code.BAD_FORMAT),
        ("leaseStart", "20260131", Code.BAD_FORMAT),
        ("leaseStart", 20260131, Code.WRONG_TYPE),
        ("businessForm", "酒吧", Code.NOT_A_CHOICE),
        ("agentPhone", "12345", Code.BAD_FORMAT),
        ("postalCode", "20003", Code.BAD_FORMAT),
        ("districtCode", "3101", Code.BAD_FORMAT),
        ("uscc", "91310104MA1FR5TQ1X", Code.BAD_FORMAT),
        ("agentIdNo", "310104198001010011", Code.BAD_FORMAT),
        ("disinfectionMethod", None, Code.REQUIRED),
        ("nickname", "小满", Code.UNKNOWN_FIELD),
    ],
)
def test_each_wrong_answer_has_its_code(
    restaurant: OneThing, restaurant_answers: dict[str, Any], key: str, value: Any, code: Code
) -> None:
    assert problems(restaurant, restaurant_answers | {key: value}) == {key: code}


@pytest.mark.parametrize(
    ("raw", "taken"), [(0.1 + 0.2, "0.3"), (1.1640625, "1.1640625"), (1e-300, "0"), (5e-13, "0")]
)
def test_the_noise_of_a_float_is_left_out(
    restaurant: OneThing, restaurant_answers: dict[str, Any], raw: float, taken: str
) -> None:
    checked = read(form(restaurant), restaurant_answers | {"usableArea": raw})

    assert checked.values["usableArea"] == Decimal(taken)


def test_of_many_keys_the_form_does_not_ask_the_first_are_told_and_the_others_counted(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    odd = {f"k{n}": None for n in range(19_000)}

    told = check(form(restaurant), restaurant_answers | odd)

    assert [problem.path for problem in told] == [*((f"k{n}",) for n in range(20)), ()]
    assert told[-1].text.en == "Nor does the form ask 18980 others"
    assert {problem.code for problem in told} == {Code.UNKNOWN_FIELD}


def test_a_key_without_end_is_told_by_its_beginning(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    (told,) = check(form(restaurant), restaurant_answers | {"k" * 100_000: 1})

    assert told.path == ("k" * 100 + "…",)
    assert len(told.text.en) < 140


def test_problems_come_all_at_once_in_the_order_of_the_form(restaurant: OneThing) -> None:
    found = check(form(restaurant), {"coldDish": "yes", "floor": 999, "extra": 1})
    unconditional = [f.key for f in restaurant.fields if not f.when]
    assert [p.path[0] for p in found] == [*unconditional, "extra"]


def test_every_problem_speaks_both_languages(restaurant: OneThing) -> None:
    (problem,) = [p for p in check(form(restaurant), {"floor": 999}) if p.path == ("floor",)]
    assert problem.text.zh == "所在楼层应在-5至150之间"
    assert problem.text.en == "Floor must be between -5 and 150"


def test_question_that_is_not_asked_is_not_required(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    del restaurant_answers["disinfectionMethod"]
    assert problems(restaurant, restaurant_answers | {"coldDish": False}) == {}


def test_whole_number_written_as_a_fraction_is_an_integer(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    checked = read(form(restaurant), restaurant_answers | {"floor": 3.0})
    assert checked.values["floor"] == 3


def test_department_sees_the_answers_of_its_item_only(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    whole = form(restaurant)
    values = read(whole, restaurant_answers | {"coldDish": False}).values
    food = item_answers(restaurant.item("B"), whole, values)
    assert tuple(food) == restaurant.item("B").fields
    assert food["disinfectionMethod"] is None  # answered, but not asked
    assert "signText" not in food
