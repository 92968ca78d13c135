"""The form as JSON Schema 2020-12: valid, and of one mind with the checks of the service."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import (  # type: ignore[import-untyped]  # no stubs installed
    Draft202012Validator,
    FormatChecker,
)

from schema.catalogue import LoadedCatalogue
from schema.domain.answers import check
from schema.domain.form import form, form_for
from schema.domain.formats import CHECKS
from schema.domain.json_schema import DIALECT, json_schema
from schema.domain.one_thing import FieldKind, FormField, OneThing

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**7),
    st.floats(-10, 10**7, allow_nan=False),
    # Python's "$" also matches before a last line feed; JSON Schema's does not.
    st.text("0123456789ABX店 -", max_size=20),
)
ORDINARY: Mapping[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.TEXT: st.text("店铺 A1", max_size=8),
    FieldKind.INTEGER: st.integers(-10, 6000),
    FieldKind.DECIMAL: st.one_of(st.integers(-1, 2000), st.floats(-1, 2000, allow_nan=False)),
    FieldKind.BOOLEAN: st.booleans(),
    FieldKind.DATE: st.one_of(st.dates().map(str), st.just("2026-02-30")),
}


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Formats are asserted, ours among them; everything goes through JSON, as on the wire."""
    formats = FormatChecker(["date"])
    for name, holds in CHECKS.items():
        formats.checks(name)(lambda value, holds=holds: not isinstance(value, str) or holds(value))
    return Draft202012Validator(json.loads(json.dumps(schema)), format_checker=formats)


class Bench:
    """One form, its schema, and answers both accept."""

    def __init__(self, thing: OneThing, good: Mapping[str, Any]) -> None:
        self.form = form(thing)
        self.schema = validator(json_schema(self.form))
        self.good = good


@pytest.fixture(scope="session")
def bench(restaurant: OneThing, good_answers: Mapping[str, Any]) -> Bench:
    return Bench(restaurant, good_answers)


def values(field: FormField) -> st.SearchStrategy[Any]:
    if field.choices:
        return st.one_of(st.sampled_from([c.value for c in field.choices]), ODD)
    return st.one_of(ORDINARY.get(field.kind, ODD), ODD)


def is_decimal_in_digits(field: FormField, value: Any) -> bool:
    return field.kind is FieldKind.DECIMAL and isinstance(value, str)


def test_every_form_is_a_valid_schema(catalogue: LoadedCatalogue) -> None:
    for thing in catalogue.all():
        schema = json_schema(form(thing))
        assert schema["$schema"] == DIALECT
        Draft202012Validator.check_schema(json.loads(json.dumps(schema)))


def test_good_answers_pass_both(restaurant: OneThing, restaurant_answers: dict[str, Any]) -> None:
    assert list(validator(json_schema(form(restaurant))).iter_errors(restaurant_answers)) == []


@given(data=st.data())
@settings(max_examples=150)
def test_schema_and_service_agree_on_any_change(bench: Bench, data: st.DataObject) -> None:
    answers = dict(bench.good)
    for field in data.draw(st.lists(st.sampled_from([*bench.form.fields.values()]), max_size=3)):
        value = data.draw(values(field))
        if not is_decimal_in_digits(field, value):
            answers[field.key] = value
    for key in data.draw(st.sets(st.sampled_from([*bench.good]), max_size=1)):
        answers.pop(key, None)
    if data.draw(st.integers(0, 9)) == 0:
        answers["nickname"] = "小满"

    refused = {p.path[0] for p in check(bench.form, answers)}

    assert bench.schema.is_valid(answers) is (not refused), refused


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({"coldDish": True, "disinfectionMethod": None}, False),
        ({"coldDish": True, "disinfectionMethod": " "}, False),
        ({"coldDish": False, "disinfectionMethod": None}, True),
        ({"onlineOrdering": True}, False),
        ({"onlineOrdering": True, "onlinePlatformName": "外卖"}, True),
    ],
)
def test_conditions_are_if_and_then(
    restaurant: OneThing,
    restaurant_answers: dict[str, Any],
    changes: dict[str, Any],
    valid: bool,
) -> None:
    whole = form(restaurant)
    answers = restaurant_answers | changes
    assert validator(json_schema(whole)).is_valid(answers) is valid
    assert (check(whole, answers) == ()) is valid


def test_renderer_learns_titles_groups_and_sources(restaurant: OneThing) -> None:
    schema = json_schema(form_for(restaurant, variant="网络售餐"))
    assert schema["properties"]["uscc"] == {
        "title": "统一社会信用代码",
        "x-title-en": "Unified social credit code",
        "type": "string",
        "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$",
        "format": "cn-uscc",
        "x-group": "enterprise",
        "x-kind": "uscc",
        "x-items": ["A", "B"],
        "x-prefill": {
            "source": "login",
            "field": "uscc",
            "authority": {"zh": "登录实名", "en": "Login"},
        },
    }


def test_question_that_depends_on_a_date_is_marked(lift: OneThing) -> None:
    schema = json_schema(form(lift))
    assert "estateOwners" not in schema["required"]
    told = schema["properties"]["estateOwners"]["x-when"]
    assert told == [{"field": "voteDate", "less_than": "2019-12-25"}]
