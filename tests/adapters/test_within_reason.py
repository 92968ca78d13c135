"""What no field holds is no value, though the contract sets no bound: it is told, not believed."""

import re
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.conformance.bench import bench, body_of, last_reply, rewritten, tried
from adapters.conformance.examples import Json
from adapters.mapping.convert import NotOfKind, to_decimal, to_text
from tests.adapters.examples import subject_of

BROKEN = {"fails": "ContractBroken DEPARTMENT_BROKE_CONTRACT"}
LONG = "长" * 20_001
TEXTS = [
    ("housing", "file-lift_consent_plan", '"SLBH":"', True),
    ("housing", "find_filing-lift_consent_plan", '"SLBH":"', True),
    ("housing", "read-property-cert_no-found", '"ZL":"', True),
    ("housing", "progress-lift_consent_plan-granted", '"ZZMC":"', True),
    ("housing", "certificate-lift_consent_plan", '"ZZMC":"', True),
    ("market", "file-food_permit", '"application_no":"', True),
    ("market", "progress-food_permit-granted", '"name":"', True),
    ("fire", "file-fire_safety_inspection", '"id":"', True),
    ("housing", "file-lift_consent_plan", '"text":"', False),  # nobody reads it
]
NUMBERS = [("planning", "read-parcel-parcel_no-found", r"(?<=Area>)[\d.]+(?=<)")]


async def _given(name: str, example: Json, body: str) -> dict[str, Json]:
    held = bench(subject_of(name))
    held.wire.reply = rewritten(last_reply(example), body, example)
    return await tried(held.department, example)


def broken(found: dict[str, Json]) -> bool:
    """Whether the call failed, or each of its rows did."""
    rows = found.get("gives") or {}
    return found == BROKEN or (bool(rows) and all(row == BROKEN for row in rows.values()))


@pytest.mark.parametrize(("name", "example", "before", "read"), TEXTS)
async def test_a_text_no_field_holds_breaks_the_contract(
    name: str, example: str, before: str, read: bool
) -> None:
    told = subject_of(name).examples[example]
    assert before in body_of(told)

    found = await _given(name, told, body_of(told).replace(before, before + LONG))

    assert broken(found) if read else found == {"gives": told["gives"]}


MISREAD = [
    ("housing", "certificate-lift_consent_plan"),
    ("fire", "certificate-fire_safety_inspection"),
    ("greening", "certificate-signboard"),
]


@pytest.mark.parametrize(("name", "example"), MISREAD)
async def test_chinese_that_was_misread_breaks_the_contract(name: str, example: str) -> None:
    told = subject_of(name).examples[example]
    true = told["gives"]["name"]
    body = body_of(told).replace(true, true.encode().decode("latin-1"))
    assert body != body_of(told)

    assert await _given(name, told, body) == BROKEN


@pytest.mark.parametrize(("name", "example", "number"), NUMBERS)
async def test_a_number_of_thousands_of_digits_breaks_the_contract(
    name: str, example: str, number: str
) -> None:
    told = subject_of(name).examples[example]
    assert re.search(number, body_of(told))

    assert await _given(name, told, re.sub(number, "9" * 5000, body_of(told))) == BROKEN


NO_DOCUMENTS = ["NaN", "1e308", "9" * 5000, "310104199003070011", "", "31010419900307", "UNKNOWN"]


async def _of_person(number: str) -> tuple[dict[str, Json], dict[str, Json], str]:
    """What is found of a person with this number, what is true of all, and the person's key."""
    told = subject_of("police").examples["read-person-person_ref-found"]
    key = told["arguments"]["keys"][0]
    true = told["gives"][key]["id_number"]
    assert body_of(told).count(true) == 1
    found = await _given("police", told, body_of(told).replace(true, number))
    return found["gives"], told["gives"], key


@pytest.mark.parametrize("number", NO_DOCUMENTS)
async def test_what_is_no_number_of_a_document_breaks_the_contract(number: str) -> None:
    found, true, key = await _of_person(number)

    assert found == {**true, key: BROKEN}


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("11010519491231002x", "11010519491231002X"),
        ("11010519491231002X  ", "11010519491231002X"),
        ("310104900307001", "310104900307001"),
        ("H12345678", "H12345678"),
    ],
)
async def test_a_person_has_the_number_of_a_document(number: str, read: str) -> None:
    found, true, key = await _of_person(number)

    assert found == {**true, key: {**true[key], "id_number": read}}


DIGITS = 65
WHOLE_JSON = [
    ("housing", "read-property-cert_no-found", r'(?<="JZMJ":)[^,}]+'),
    ("housing", "read-property-cert_no-found", r'(?<="ZCS":)[^,}]+'),
]


@pytest.mark.parametrize(("name", "example", "number"), [*NUMBERS, *WHOLE_JSON])
@pytest.mark.parametrize("written", ["9" * DIGITS, "1" + "0" * 307, "1" + "0" * 64])
async def test_a_number_of_more_digits_than_any_breaks_the_contract(
    name: str, example: str, number: str, written: str
) -> None:
    told = subject_of(name).examples[example]
    assert re.search(number, body_of(told))

    assert broken(await _given(name, told, re.sub(number, written, body_of(told))))


LOST = ["1.8446744073709552e19", "-1e19", "1e308", "9007199254740993.0", "-1e16"]
LOST += ["0.1234567890123456789", "123456789012345.67", "0.30000000000000004"]


@pytest.mark.parametrize("written", LOST)
def test_a_number_of_json_that_may_have_lost_digits_when_it_was_read_is_none(written: str) -> None:
    with pytest.raises(NotOfKind, match="has too many digits"):
        to_decimal(orjson.loads(written))


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 30))
def test_a_number_of_json_has_the_digits_it_was_written_with(digits: int, places: int) -> None:
    written = Decimal(digits).scaleb(-places)

    assert to_decimal(orjson.loads(f"{digits}e-{places}")) == written
    assert to_decimal(orjson.loads(str(2**64 - 1))) == 2**64 - 1


def test_who_writes_binary_fractions_is_taken_at_its_word() -> None:
    assert to_decimal(to_text(0.30000000000000004)) == Decimal("0.30000000000000004")


def test_a_text_keeps_all_its_digits() -> None:
    assert to_decimal("9" * 64) == Decimal("9" * 64)
    assert to_decimal(2**64 - 1) == 2**64 - 1
    with pytest.raises(NotOfKind, match="has too many digits"):
        to_decimal("9" * 65)
