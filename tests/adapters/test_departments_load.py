"""The eight departments as they ship: no findings, quickly, links that lead somewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.registry import Loaded, load_departments
from adapters.wire import Endpoint
from schema.domain.department import ProgressMode, Repeats

DEPARTMENTS = Path(__file__).parents[2] / "adapters/departments"
FACE = {
    "planning": ("soap", Repeats.LOOKUP, ProgressMode.POLL),
    "housing": ("rest", Repeats.LOOKUP, ProgressMode.POLL),
    "construction": ("soap", Repeats.LOOKUP, ProgressMode.POLL),
    "market": ("rest", Repeats.KEY, ProgressMode.CALLBACK),
    "fire": ("rest", Repeats.BLIND, ProgressMode.POLL),
    "greening": ("soap", Repeats.LOOKUP, ProgressMode.FEED),
    "police": ("soap", Repeats.BLIND, ProgressMode.NONE),
    "health": ("rest", Repeats.BLIND, ProgressMode.NONE),
}


NAMES = (
    ("username", "password", "userid", "app_code", "licence", "app_key", "token", "api_key"),
    ("client_id", "client_secret", "callback_secret"),
)
CREDENTIALS = {name: "x" for names in NAMES for name in names}


@pytest.fixture
async def loaded() -> AsyncIterator[Loaded]:
    endpoint = Endpoint(url="http://127.0.0.1:1", credentials=CREDENTIALS)
    loaded = load_departments(DEPARTMENTS, dict.fromkeys(FACE, endpoint))
    yield loaded
    for department in loaded.departments.values():
        await department.aclose()


async def test_all_eight_satisfy_their_contracts(loaded: Loaded) -> None:
    assert [str(finding) for finding in loaded.findings] == []
    infos = {name: department.info for name, department in loaded.departments.items()}
    assert {n: (i.protocol, i.repeats, i.progress) for n, i in infos.items()} == FACE


async def test_every_link_leads_to_a_lookup(loaded: Loaded) -> None:
    lookups = {
        (name, register.id, lookup.name)
        for name, department in loaded.departments.items()
        for register in department.info.registers
        for lookup in register.lookups
    }
    links = {
        (link.department, link.register, link.lookup)
        for department in loaded.departments.values()
        for register in department.info.registers
        for link in register.links
    }
    assert links
    assert links <= lookups


async def test_status_queries_carry_as_many_receipts_as_every_service_takes(loaded: Loaded) -> None:
    batches = {n: d.info.progress_batch for n, d in loaded.departments.items()}
    assert batches == {**dict.fromkeys(FACE, 1), "construction": 20, "housing": 50}
