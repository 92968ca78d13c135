"""Numbers of persons' documents in a form: which are taken, and what is said of the others."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schema.domain.answers import check
from schema.domain.form import form_for
from schema.domain.formats import CHECKS, FORMATS, PATTERNS
from schema.domain.identifiers import is_document_number, is_resident_id, resident_id_check
from schema.domain.one_thing import FieldKind, OneThing
from schema.domain.problem import Problem
from schema.domain.problem import ProblemCode as Code

HONG_KONG = "81000019900101001"  # a residence permit (港澳台居民居住证)
FOREIGNER = "91115619810803002"  # a permanent residence card of 2023 or later
PASSPORT = "EA1234567"


def of_kind(one_thing: OneThing, key: str, kind: FieldKind) -> OneThing:
    fields = tuple(replace(f, kind=kind) if f.key == key else f for f in one_thing.fields)
    return replace(one_thing, fields=fields)


def wrong(one_thing: OneThing, answers: dict[str, Any], number: str) -> list[Problem]:
    given = answers | {"agentIdNo": number}
    return [p for p in check(form_for(one_thing), given) if p.path == ("agentIdNo",)]


@pytest.mark.parametrize("body", [HONG_KONG, FOREIGNER])
def test_every_document_with_a_residents_number_is_taken_for_one(
    restaurant: OneThing, restaurant_answers: dict[str, Any], body: str
) -> None:
    assert wrong(restaurant, restaurant_answers, body + resident_id_check(body)) == []


def test_who_may_not_give_a_passport_is_told_which_documents_they_may(
    restaurant: OneThing, restaurant_answers: dict[str, Any]
) -> None:
    (problem,) = wrong(restaurant, restaurant_answers, PASSPORT)

    assert problem.code is Code.BAD_FORMAT
    assert "港澳台居民居住证" in problem.text.zh
    assert "外国人永久居留身份证" in problem.text.zh
    assert "permanent residence" in problem.text.en


@pytest.mark.parametrize("number", [PASSPORT, "H12345678", "M1234567801", HONG_KONG + "X"])
def test_a_form_may_take_any_persons_document(
    restaurant: OneThing, restaurant_answers: dict[str, Any], number: str
) -> None:
    thing = of_kind(restaurant, "agentIdNo", FieldKind.DOCUMENT_NUMBER)

    found = wrong(thing, restaurant_answers, number)

    assert (found == []) is is_document_number(number)
    assert all("护照" in problem.text.zh for problem in found)
    assert all("passport" in problem.text.en for problem in found)


NUMBERS = st.text("0123456789AEHX", max_size=22) | st.builds(
    lambda body: body + resident_id_check(body), st.text("0123456789", min_size=17, max_size=17)
)


@given(number=NUMBERS)
@example(number=PASSPORT)
@example(number=f"{PASSPORT}\n")
@example(number="310104900101001")
def test_a_resident_is_a_person_and_pattern_and_check_agree(number: str) -> None:
    def taken(kind: FieldKind) -> bool:
        pattern = re.fullmatch(PATTERNS[kind], number)
        return pattern is not None and CHECKS[FORMATS[kind]](number)

    assert taken(FieldKind.RESIDENT_ID) is is_resident_id(number)
    assert taken(FieldKind.DOCUMENT_NUMBER) is is_document_number(number)
    assert taken(FieldKind.DOCUMENT_NUMBER) or not taken(FieldKind.RESIDENT_ID)
