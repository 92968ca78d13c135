"""The demo city fits together, and every identifier finds its record again."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc
from stdnum.iso7064 import mod_37_36

from mocks.core import names
from mocks.core.city import DEMO, City
from mocks.core.houses import PLOTS, parcel_number, plot_of
from mocks.core.licences import check_character, licence_id
from mocks.core.works import KINDS, KNOWN_UNTIL

COMPANIES = st.integers(0, 31**5 - 1)
PARCELS = st.builds(parcel_number, st.integers(0, len(names.ROADS) - 1), st.integers(0, PLOTS - 1))
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
        CITY.project, CITY.permit,
    ):  # fmt: skip
        assert find(key) is None
    assert (*CITY.managers(key), *CITY.projects(key), *CITY.permits(key)) == ()


@given(PARCELS)
@settings(max_examples=150)
def test_a_parcels_projects_are_at_its_houses_and_found_again(parcel_no: str) -> None:
    projects = CITY.projects(parcel_no)

    assert CITY.parcel(parcel_no) is not None
    assert len(projects) <= 3
    for project in projects:
        building = CITY.building(project.building_no)
        road, number = int(project.building_no[6:9]), int(project.building_no[9:])
        assert CITY.project(project.project_no) == project
        assert plot_of(parcel_no) == (road, number // 10)
        assert building is not None
        if names.NEW_BUILDING in project.name:
            assert project.completed_on == building.completed_on
        else:
            assert (project.registered_on - building.completed_on).days >= 365


@given(PARCELS)
@settings(max_examples=150)
def test_a_projects_permits_come_in_order_and_fit_its_days(parcel_no: str) -> None:
    for project in CITY.projects(parcel_no):
        permits = CITY.permits(project.project_no)
        issued = {permit.kind: permit.issued_on for permit in permits}
        days = list(issued.values())

        assert [CITY.permit(permit.permit_no) for permit in permits] == list(permits)
        assert list(issued) == list(KINDS.values())[: len(permits)]
        assert days == sorted(days)
        assert days[0] == project.registered_on
        assert days[-1] <= KNOWN_UNTIL
        if project.started_on:
            assert 0 < (project.started_on - issued["建筑工程施工许可"]).days <= 90
        if project.completed_on:
            [until] = [permit.valid_until for permit in permits if permit.valid_until]
            assert project.started_on is not None
            assert project.started_on < project.completed_on < until
        assert project.started_on or project.stage in ("已报建", "已审图", "已许可", "终止")
        assert not (project.stage == "终止" and len(permits) > 2)


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


def test_a_record_found_again_is_the_same_and_of_its_own_city() -> None:
    here, elsewhere = City(1, recalls=9), City(2, recalls=9)
    parcel_no = DEMO["parcel_no"]

    found = here.parcel(parcel_no)

    assert here.parcel(parcel_no) is found == City(1).parcel(parcel_no)
    assert elsewhere.parcel(parcel_no) != found
    assert here.building(parcel_no) is None
    assert (here.parcel("nowhere"), here.parcel("nowhere")) == (None, None)


def test_a_city_holds_no_more_records_than_it_may() -> None:
    forgetful, bounded = City(1), City(1, recalls=3)

    for plot in range(10):
        forgetful.parcel(parcel_number(0, plot))
        bounded.parcel(parcel_number(0, plot))

    assert (len(forgetful.recalled), len(bounded.recalled) <= 3) == (0, True)


@pytest.mark.parametrize(
    ("seed", "digest"),
    [(20190830, "6eb6b675078b9d155a1724ac069e299a"), (7, "5c1125b03e2a93b800575f8aca30f37b")],
)
def test_a_seed_gives_this_very_city_on_every_machine_and_in_every_version(
    seed: int, digest: str
) -> None:
    city, told = City(seed), sha256()

    for index in (*range(300), 10**6, 28_629_150):
        company = city.company(index)
        title = city.property_by_cert(company.premises_cert_no or "")
        assert title is not None
        projects = city.projects(title.parcel_no)
        for record in (
            company, city.health(company.uscc), city.managers(company.uscc), title,
            city.building(title.building_no), city.parcel(title.parcel_no), projects,
            city.person(index), [city.permits(one.project_no) for one in projects],
        ):  # fmt: skip
            told.update(repr(record).encode())

    assert told.hexdigest()[:32] == digest
