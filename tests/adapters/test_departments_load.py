"""The eight departments as they ship: no findings, quickly, links that lead somewhere."""

import shutil
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


async def test_a_department_says_whether_every_service_of_it_can_be_asked(loaded: Loaded) -> None:
    asked = {name for name, d in loaded.departments.items() if d.info.asks_progress}
    assert asked == FACE.keys() - {"police", "health"}


@pytest.mark.parametrize(("of", "asked"), [("verbs", True), ("services.food_permit", False)])
async def test_one_service_that_cannot_be_asked_is_enough(
    tmp_path: Path, of: str, asked: bool
) -> None:
    shutil.copytree(DEPARTMENTS / "market", tmp_path / "market")
    manifest = tmp_path / "market" / "department.toml"
    text = manifest.read_text(encoding="utf-8").replace("[verbs.progress", f"[{of}.progress")
    manifest.write_text(text, encoding="utf-8")
    endpoint = Endpoint(url="http://127.0.0.1:1", credentials=CREDENTIALS)

    loaded = load_departments(tmp_path, {"market": endpoint}, installed=False)

    assert [str(finding) for finding in loaded.findings] == []
    assert loaded.departments["market"].info.asks_progress is asked
    await loaded.departments["market"].aclose()
