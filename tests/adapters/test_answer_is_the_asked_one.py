"""A well-formed answer about something else than was asked is no answer."""

import pytest

from adapters.conformance.bench import bench, body_of, last_reply, rewritten, tried
from adapters.conformance.examples import Json
from tests.adapters.examples import subject_of

BROKEN = {"fails": "ContractBroken DEPARTMENT_BROKE_CONTRACT"}
ECHOED = [
    ("planning", "file-lift_plan_notice", ":L2:file:1", ":L2:file:7"),
    ("planning", "find_filing-lift_plan_notice", ":L2:file:1", ":L2:file:7"),
    ("planning", "read-parcel-parcel_no-found", "310104000000GB00018", "310104000000GB00019"),
    ("housing", "file-lift_consent_plan", ":file:1", ":file:7"),
    ("housing", "find_filing-lift_consent_plan", ":file:1", ":file:7"),
    ("housing", "certificate-lift_consent_plan", "FG20260302000001", "FG20260302000009"),
    ("construction", "file-structural_review", ":file:1", ":file:7"),
    ("market", "file-food_permit", ":file:2", ":file:7"),
    ("market", "progress-food_permit-granted", "SJ20260302000002", "SJ20260302000009"),
    ("greening", "find_filing-signboard", ":file:1", ":file:7"),
    ("greening", "certificate-signboard", "LH20260302-00001", "LH20260302-00009"),
    ("fire", "progress-fire_safety_inspection-granted", "XF20260302000001", "XF20260302000009"),
]


async def _given(name: str, example: Json, was: str, now: str) -> dict[str, Json]:
    held = bench(subject_of(name))
    held.wire.reply = rewritten(last_reply(example), body_of(example).replace(was, now), example)
    return await tried(held.department, example)


@pytest.mark.parametrize(("name", "example", "was", "now"), ECHOED)
async def test_an_answer_about_another_is_refused(
    name: str, example: str, was: str, now: str
) -> None:
    told = subject_of(name).examples[example]
    assert was in body_of(told)

    assert await _given(name, told, was, was) == {"gives": told["gives"]}
    assert await _given(name, told, was, now) == BROKEN


async def test_rows_about_none_of_the_keys_are_refused() -> None:
    told = subject_of("police").examples["read-person-person_ref-found"]
    other = {**told, "arguments": {**told["arguments"], "keys": ["RY000000001"]}}

    assert await _given("police", other, "", "") == BROKEN


async def test_one_row_among_others_about_another_key_is_refused() -> None:
    told = subject_of("construction").examples["read-permit-project_no-found"]
    key = told["arguments"]["keys"][0]
    body = body_of(told)
    assert body.count(key) > 1, "several rows, each of the project"

    assert await _given("construction", told, "", "") == {"gives": told["gives"]}
    held = bench(subject_of("construction"))
    held.wire.reply = rewritten(last_reply(told), body.replace(key, "Z99", 1), told)
    assert await tried(held.department, told) == BROKEN


async def test_a_member_told_twice_is_refused() -> None:
    told = subject_of("fire").examples["file-fire_safety_inspection"]
    twice = '"receiveTime":1,"receiveTime":'

    assert await _given("fire", told, '"receiveTime":', twice) == BROKEN


async def test_a_receipt_told_twice_is_one_filing() -> None:
    told = subject_of("housing").examples["find_filing-lift_consent_plan"]
    body = body_of(told)
    row = body[body.index("[") + 1 : body.index("]")]

    assert await _given("housing", told, row, f"{row},{row}") == {"gives": told["gives"]}
