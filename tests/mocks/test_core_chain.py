"""A million companies and more, none of them stored: what one register says the next one knows."""

import gc
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.core.chain import Torn, follow
from mocks.core.city import City, demo
from mocks.core.houses import PLACES
from mocks.core.numbers import SEED
from mocks.core.seed import OtherSeed, keep_seed, seed_of

CITY = City()
COMPANIES = st.integers(0, 31**5 - 1)


@given(COMPANIES, st.integers(0, 2**63 - 1))
@settings(max_examples=60, deadline=None)
def test_a_licence_leads_through_every_register_to_permits(index: int, seed: int) -> None:
    city = City(seed)
    chain = follow(city, city.company(index).uscc)
    company, premises, house = chain.company, chain.premises, chain.house

    assert company.index == index
    assert (chain.head.name, chain.head.person_ref) == (
        company.legal_rep_name, company.legal_rep_ref
    )  # fmt: skip
    assert premises.address == company.registered_address
    assert premises.district_code == company.district_code == company.uscc[2:8]
    assert house.floors == premises.floor_count >= premises.floor
    assert house.completed_on < company.establish_date
    assert premises.parcel_no == chain.parcel.parcel_no
    assert {project.parcel_no for project in chain.projects} <= {chain.parcel.parcel_no}
    assert {permit.project_no for permit in chain.permits} == {
        project.project_no for project in chain.projects
    }
    assert all(city.permit(permit.permit_no) == permit for permit in chain.permits)


def test_a_code_nobody_bears_leads_nowhere() -> None:
    with pytest.raises(Torn):
        follow(CITY, "91310104MA188WXJ2F")


def test_titles_come_in_pages_and_there_are_more_than_a_million_places() -> None:
    whole = list(CITY.titles(5_000, 120))
    pages = [title for first in range(5_000, 5_120, 40) for title in CITY.titles(first, 40)]

    assert PLACES > 2_000_000
    assert 20 < len(whole) < 120
    assert pages == whole
    assert [CITY.property_by_cert(title.cert_no) for title in whole] == whole
    assert list(CITY.titles(PLACES - 1, 10**9)) == list(CITY.titles(PLACES - 1, 1))


def test_half_of_all_places_are_built_upon() -> None:
    sample = sum(1 for place in range(7, PLACES, PLACES // 400) for _ in CITY.titles(place, 1))

    assert sample * (PLACES // 400) > 1_000_000


def test_reading_more_companies_holds_no_more_memory() -> None:
    def read(first: int, count: int) -> int:
        for index in range(first, first + count):
            follow(CITY, CITY.company(index).uscc)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        few = read(10**6, 10)
        many = read(2 * 10**6, 60)
    finally:
        tracemalloc.stop()

    assert many - few < 8_000  # bytes; a hundred stored records would take ten times as many


def test_another_seed_is_another_city_with_people_of_its_own() -> None:
    mine, other = City(7), City(8)

    assert mine.company(4711) == City(7).company(4711)
    assert mine.company(4711) != other.company(4711)
    assert demo(7)["uscc"] == demo(SEED)["uscc"]  # who is guaranteed is so under every seed
    assert City(7).property_by_cert(demo(7)["cert_no"]) is not None
    assert City(7).permit(demo(7)["permit_no"]) is not None


def test_a_state_belongs_to_the_seed_it_was_begun_with(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = seed_of(state)
    keep_seed(state, 7)
    kept = seed_of(state)
    (state / "ledger").mkdir()
    (state / "ledger" / "fire.jsonl").write_text("{}\n", "utf-8")

    keep_seed(state, 7)
    keep_seed(state, None)
    with pytest.raises(OtherSeed, match="was begun with --seed 7"):
        keep_seed(state, 8)

    assert (first, kept, seed_of(state)) == (SEED, 7, 7)


def test_keys_are_printed_a_line_each() -> None:
    command = [sys.executable, "-m", "mocks", "city", "companies", "--first", "0", "--count", "2"]

    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603

    [first, second] = [json.loads(line) for line in said.stdout.splitlines()]
    assert first["uscc"] == demo(SEED)["uscc"]
    assert second["certNo"] == demo(SEED)["second"]["cert_no"]


def test_past_the_last_company_there_is_none() -> None:
    last = 31**5 - 1
    command = [sys.executable, "-m", "mocks", "city", "companies", f"--first={last}", "--count=3"]

    told = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)  # noqa: S603 - our own

    (line,) = told.stdout.splitlines()
    assert City().company_by_uscc(json.loads(line)["uscc"]) == City().company(last)
