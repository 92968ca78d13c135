"""The demo city fits together, and every identifier finds its record again."""

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc
from stdnum.iso7064 import mod_37_36

from mocks.core.city import DEMO, City
from mocks.core.licences import check_character, licence_id

COMPANIES = st.integers(0, 31**5 - 1)
CITY = City()


@given(COMPANIES)
@settings(max_examples=150)
def test_a_company_its_head_and_its_premises_exist_and_are_found_again(index: int) -> None:
    company = CITY.company(index)
    head = CITY.person_by_ref(company.legal_rep_ref)
    title = CITY.property_by_cert(company.premises_cert_no or "")

    assert CITY.company_by_uscc(company.uscc) == company
    assert stdnum_uscc.is_valid(company.uscc)
    assert head is not None
    assert head.name == company.legal_rep_name
    assert CITY.person_by_id_number(head.id_number) == head
    assert ric.is_valid(head.id_number)
    assert title is not None
    assert title.address == company.registered_address
    assert CITY.property_by_address(title.address) == title
    building, parcel = CITY.building(title.building_no), CITY.parcel(title.parcel_no)
    assert building is not None
    assert building.floors == title.floor_count
    assert parcel is not None


@given(st.text(max_size=30))
@settings(max_examples=80)
def test_a_malformed_key_finds_nothing_and_breaks_nothing(key: str) -> None:
    for find in (
        CITY.company_by_uscc, CITY.person_by_ref, CITY.person_by_id_number, CITY.building,
        CITY.property_by_cert, CITY.property_by_address, CITY.parcel, CITY.health,
    ):  # fmt: skip
        assert find(key) is None
    assert CITY.managers(key) == ()


def test_one_wrong_character_finds_nobody() -> None:
    uscc, id_number = DEMO["uscc"], DEMO["legal_rep_id_number"]

    assert CITY.company_by_uscc(uscc[:-1] + ("0" if uscc[-1] != "0" else "1")) is None
    assert CITY.person_by_id_number(id_number[:-1] + ("0" if id_number[-1] != "0" else "1")) is None
    assert CITY.property_by_address("上海市徐汇区天平路188号99层") is None


def test_the_demo_restaurant_is_as_promised() -> None:
    company = CITY.company_by_uscc(DEMO["uscc"])
    title = CITY.property_by_address(" 上海市徐汇区天平路188号1层 ")

    assert company is not None
    assert (company.name, company.legal_rep_name) == ("上海徐汇小满餐饮有限公司", "沈若梅")
    assert DEMO["uscc"].startswith("91310104")
    assert DEMO["agent_name"] == "陆知远"
    assert title is not None
    assert (title.district_code, title.use, str(title.area)) == ("310104", "商业", "186.5")
    assert (title.cert_no, title.building_no, title.parcel_no) == (
        DEMO["cert_no"], DEMO["building_no"], DEMO["parcel_no"],
    )  # fmt: skip
    assert DEMO["second"]["district_code"] == "310105"


def test_the_same_seed_is_the_same_city_for_ever() -> None:
    assert City().company(4711) == CITY.company(4711)
    assert City(7).company(4711) != CITY.company(4711)
    assert DEMO["uscc"] == "91310104MA188WXJ2E"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=60))
@settings(max_examples=100)
def test_check_characters_agree_with_an_independent_implementation(text: str) -> None:
    assert check_character(text) == mod_37_36.calc_check_digit(text)


def test_a_published_licence_identifier_is_reproduced() -> None:
    made = licence_id("11100000000013338W009", "11330105002500287C", "2025052201", "002")

    assert made == "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0"
