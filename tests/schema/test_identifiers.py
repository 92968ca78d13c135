"""Check characters against the standards' own examples, stdnum as oracle, and random damage."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from schema.domain import identifiers as ids

ORGANISATION = st.text(ids.USCC_ALPHABET, min_size=9, max_size=9)


def a_uscc(prefix: str, organisation: str) -> str:
    body = prefix + organisation
    return body + ids.uscc_check(body)


@pytest.mark.parametrize(
    "number", ["91110000600037341L", "11430000006122244L", "11100000MB03271699"]
)
def test_real_credit_codes_pass(number: str) -> None:
    assert ids.is_uscc(number)


@given(organisation=ORGANISATION)
@settings(max_examples=100)
def test_numeric_credit_codes_agree_with_stdnum(organisation: str) -> None:
    number = a_uscc("91310104", organisation)
    assert uscc.is_valid(number)
    assert ids.is_uscc(number)


@given(prefix=st.sampled_from(["N1", "N2", "A1", "Y1", "5A"]), organisation=ORGANISATION)
@settings(max_examples=50)
def test_letter_first_credit_codes_pass_where_stdnum_refuses(
    prefix: str, organisation: str
) -> None:
    number = a_uscc(f"{prefix}310104", organisation)
    assert ids.is_uscc(number)
    assert not uscc.is_valid(number)


@given(organisation=ORGANISATION, data=st.data())
@settings(max_examples=100)
def test_one_wrong_character_breaks_a_credit_code(organisation: str, data: st.DataObject) -> None:
    number = a_uscc("91310104", organisation)
    at = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([c for c in ids.USCC_ALPHABET if c != number[at]]))
    assert not ids.is_uscc(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize(
    "number",
    [
        "",
        "91110000600037341",
        "91110000600037341l",
        "91110000600037341L ",
        "91110000600037341L\n",
        "9111000060003734IL",
        "9111AB0060003734XL",
        "911100006０0037341L",
    ],
)
def test_malformed_credit_codes_are_refused(number: str) -> None:
    assert not ids.is_uscc(number)


@given(
    born=st.dates(date(1900, 1, 1), date(2026, 11, 23)),
    order=st.integers(0, 999),
)
@settings(max_examples=100)
def test_resident_ids_agree_with_stdnum(born: date, order: int) -> None:
    body = f"110101{born:%Y%m%d}{order:03d}"
    number = body + ids.resident_id_check(body)
    assert number[-1] == ric.calc_check_digit(body + "0")
    assert ids.is_resident_id(number)


def test_resident_id_of_an_unknown_district_is_not_refused() -> None:
    body = "99999919900101001"
    assert ids.is_resident_id(body + ids.resident_id_check(body))


@pytest.mark.parametrize("birthday", ["19900230", "19901301", "20230229", "00000101"])
def test_resident_id_with_an_impossible_birthday_is_refused(birthday: str) -> None:
    body = f"310104{birthday}001"
    assert not ids.is_resident_id(body + ids.resident_id_check(body))


@pytest.mark.parametrize(
    "number", ["", "36042619910101007", "360426199101010072", "36042619910101007x", "0" * 18]
)
def test_malformed_resident_ids_are_refused(number: str) -> None:
    assert ids.is_resident_id("360426199101010071")
    assert not ids.is_resident_id(number)


LICENCES = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
]


@pytest.mark.parametrize("number", LICENCES)
def test_real_electronic_licences_pass(number: str) -> None:
    assert ids.is_licence_id(number)
    kind, issuer, serial, version, _ = number.removeprefix("1.2.156.3005.2.").split(".")
    assert ids.licence_id(kind, issuer, serial, version) == number


@pytest.mark.parametrize(
    "number",
    [LICENCES[0][:-1] + "M", LICENCES[0].lower(), LICENCES[0].replace("3005", "3006"), "", "1.2"],
)
def test_wrong_electronic_licences_are_refused(number: str) -> None:
    assert not ids.is_licence_id(number)


def test_licence_of_a_wrong_shape_is_not_made() -> None:
    with pytest.raises(ValueError, match="21 characters"):
        ids.licence_id("SHORT", "310104", "1", "001")


@given(on=st.dates(date(2020, 1, 1), date(2099, 12, 31)), entropy=st.text(min_size=1))
@settings(max_examples=100)
def test_case_numbers_verify_and_repeat(on: date, entropy: str) -> None:
    number = ids.case_number("310104", on, entropy)
    assert number == ids.case_number("310104", on, entropy)
    assert number.startswith(f"310104{on:%Y%m%d}-")
    assert len(number) == 24
    assert ids.is_case_number(number)


@given(entropy=st.uuids(), data=st.data())
@settings(max_examples=100)
def test_one_wrong_character_or_a_swap_breaks_a_case_number(
    entropy: object, data: st.DataObject
) -> None:
    number = ids.case_number("310104", date(2026, 11, 23), str(entropy))
    at = data.draw(st.sampled_from([i for i in range(24) if i != 14]))
    other = data.draw(st.sampled_from([c for c in ids.CASE_ALPHABET if c != number[at]]))
    assert not ids.is_case_number(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize(("district", "entropy"), [("31010", "x"), ("上海", "x"), ("310104", "")])
def test_case_number_needs_a_district_and_entropy(district: str, entropy: str) -> None:
    with pytest.raises(ValueError, match=r"district|entropy"):
        ids.case_number(district, date(2026, 11, 23), entropy)


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (ids.mask_id_number("310104199001011234"), "3101**********1234"),
        (ids.mask_id_number("1234"), "****"),
        (ids.mask_phone("13812345678"), "138****5678"),
        (ids.mask_phone("110"), "***"),
        (ids.mask_name("张三"), "张*"),
        (ids.mask_name("沈若梅"), "沈**"),
        (ids.mask_name("张"), "*"),
        (ids.mask_name(""), ""),
    ],
)
def test_masks_hide_the_middle(masked: str, expected: str) -> None:
    assert masked == expected


@pytest.mark.parametrize(
    "number",
    [
        "360426199101010071",
        "360426910101007",  # of fifteen digits, until 1999
        "810000199408230021",  # residence permit of Hong Kong
        "H12345678",  # travel permits of Hong Kong, Macau and Taiwan
        "M1234567801",
        "12345678",
        "CHN310099010101",  # permanent residence permit until 2023
        "E12345678",
        "EA1234567",
        "C01X00T47",
        "123456789",
    ],
)
def test_numbers_of_other_documents_are_documents(number: str) -> None:
    assert ids.is_document_number(number)


@pytest.mark.parametrize(
    "number",
    [
        "", "NAN", "1E308", "UNKNOWN", "张三", "E1234 5678", "H12345678\n", "9" * 21, "A" * 21,
        "360426199101010072", "360426199102300071", "36042619910101007", "360426911301007",
        "h1234567", "１２３４５６７８",
    ],
)  # fmt: skip
def test_what_cannot_be_one_is_none(number: str) -> None:
    assert not ids.is_document_number(number)
