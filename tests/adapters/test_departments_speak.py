"""The shipped manifests against the mock departments: file, find, follow, withdraw."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn

from adapters.conformance.live import live_rim
from adapters.department import DeclaredDepartment
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from mocks.core import credentials
from mocks.core.city import DEMO
from mocks.core.kit import Kit, assemble, department_module
from schema.domain.department import Repeats
from schema.domain.filing import (
    Applicant,
    Certificate,
    Filing,
    ItemStatus,
    MaterialRef,
    Progress,
    Supplement,
    Withdrawal,
)
from tests.adapters.answers import ANSWERS, DAY

DEPARTMENTS = Path(__file__).parents[2] / "adapters/departments"
START = datetime(2026, 9, 21, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CREDENTIALS = {
    "planning": {"username": credentials.PLANNING_USER, "password": credentials.PLANNING_PASSWORD},
    "construction": {
        "userid": credentials.CONSTRUCTION_USER,
        "password": credentials.CONSTRUCTION_PASSWORD,
    },
    "greening": {"app_code": credentials.GREENING_APP_CODE},
    "police": {"licence": credentials.POLICE_LICENCE},
    "market": {
        "client_id": credentials.MARKET_CLIENT,
        "client_secret": credentials.MARKET_SECRET,
        "callback_secret": credentials.MARKET_CALLBACK_SECRET,
    },
    "housing": {"app_key": credentials.HOUSING_APP_KEY},
    "fire": {"token": credentials.FIRE_TOKEN},
    "health": {"api_key": credentials.HEALTH_API_KEY},
}
FILED = {
    "planning": ("lift_plan_notice", "lift_planning_permit"),
    "construction": ("structural_review", "project_registration", "commencement"),
    "greening": ("signboard", "kitchen_waste"),
    "market": (
        "enterprise_registration",
        "food_permit",
        "lift_installation_notice",
        "lift_inspection",
        "lift_use_registration",
    ),
    "housing": ("lift_consent_plan", "joint_acceptance"),
    "fire": ("fire_safety_inspection",),
}
CASES = [(name, service) for name, services in FILED.items() for service in services]


@dataclass
class Pair:
    """A department's adapter and the mock it speaks to."""

    adapter: DeclaredDepartment
    kit: Kit


@asynccontextmanager
async def standing_mock(name: str, state: Path) -> AsyncIterator[tuple[str, Kit]]:
    """The mock on a free port of this process: its address and its kit."""
    kit = assemble(name, state)
    kit.clock.set(START)
    config = uvicorn.Config(
        department_module(name).build(kit), port=0, log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 — uvicorn offers no event for it
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", kit
    server.should_exit = True
    await task


@asynccontextmanager
async def running(name: str, state: Path) -> AsyncIterator[Pair]:
    """The mock on a free port, and the shipped adapter on it."""
    async with standing_mock(name, state) as (url, kit):
        department = shipped(name, url)
        yield Pair(department, kit)
        await department.aclose()


def shipped(
    name: str, url: str, credentials: Mapping[str, str] | None = None
) -> DeclaredDepartment:
    """The department's adapter alone, as a gateway makes it of its folder."""
    findings = Findings(FILE)
    manifest = read_manifest(DEPARTMENTS / name, findings)
    assert manifest is not None, findings.items
    endpoint = Endpoint(url=url, credentials=credentials or CREDENTIALS[name])
    department = build(manifest, endpoint, live_rim(), findings)
    assert department is not None, [str(finding) for finding in findings.items]
    return department


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Callable[[str], Any]]:
    async with AsyncExitStack() as stack:
        yield lambda name: stack.enter_async_context(running(name, tmp_path))


MATERIAL = MaterialRef(
    code="B8", name="布局图", sha256="0" * 64, size=3, media_type="application/pdf"
)
OUTPUTS = {
    item: Certificate(number=f"{item}-1", name="许可", issued_on=DAY)
    for item in ("A", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8")
}


def catalogue(department: str, service: str) -> tuple[str, dict[str, Any]]:
    """An item filed with this service, and the answers its form asks for."""
    for item in _items():
        if (item["department"], item["service"]) == (department, service):
            return item["id"], {key: ANSWERS.get(key) for key in item["fields"]}
    raise LookupError(service)


@cache
def _items() -> Sequence[Mapping[str, Any]]:
    """What the catalogue that ships files, read once."""
    files = sorted((DEPARTMENTS.parents[1] / "schema/one_things").glob("*.toml"))
    return [item for file in files for item in tomllib.loads(file.read_text("utf-8"))["items"]]


def filing(department: str, service: str) -> Filing:
    """One filing as a case would make it."""
    item, answers = catalogue(department, service)
    return Filing(
        reference=f"31010420260921-ABCDEFGH7:{item}:file:1",
        case="31010420260921-ABCDEFGH7",
        item=item,
        service=service,
        answers=answers,
        applicant=Applicant(
            name=DEMO["enterprise_name"],
            identifier=DEMO["uscc"],
            agent_name=DEMO["agent_name"],
            agent_id_number=DEMO["agent_id_number"],
            phone=DEMO["agent_phone"],
        ),
        materials=(MATERIAL,),
        outputs={key: value for key, value in OUTPUTS.items() if key != item},
        submitted_at=START,
    )


@pytest.mark.parametrize(("name", "service"), CASES)
async def test_filing_is_received_found_and_followed(
    start: Callable[[str], Any], name: str, service: str
) -> None:
    pair: Pair = await start(name)
    sent = filing(name, service)
    receipt = await pair.adapter.file(sent, budget=5)
    assert timedelta() <= receipt.received_at - START < timedelta(minutes=1)
    if pair.adapter.info.repeats is not Repeats.BLIND:
        assert await pair.adapter.find_filing(sent.reference, service, budget=5) == [receipt]
        assert await pair.adapter.find_filing("none-such", service, budget=5) == []
    found = (await pair.adapter.progress([receipt.number], service, budget=5))[receipt.number]
    assert isinstance(found, Progress)
    assert found.status in (ItemStatus.RECEIVED, ItemStatus.ACCEPTED)
    pair.kit.clock.advance(working_days=30)
    pair.kit.desk.tick()
    last = (await pair.adapter.progress([receipt.number], service, budget=5))[receipt.number]
    assert isinstance(last, Progress)
    assert last.status is ItemStatus.GRANTED
    assert last.certificate is not None
    assert last.certificate.number


@pytest.mark.parametrize("name", FILED)
async def test_filing_is_withdrawn_and_withdrawing_again_counts_as_done(
    start: Callable[[str], Any], name: str
) -> None:
    pair: Pair = await start(name)
    service = FILED[name][0]
    receipt = await pair.adapter.file(filing(name, service), budget=5)
    for number in (1, 2):
        await pair.adapter.withdraw(
            Withdrawal(
                reference=f"31010420260921-ABCDEFGH7:X:withdraw:{number}",
                receipt=receipt.number,
                service=service,
                reason="不办了",
            ),
            budget=5,
        )
    found = (await pair.adapter.progress([receipt.number], service, budget=5))[receipt.number]
    assert isinstance(found, Progress)
    assert found.status is ItemStatus.WITHDRAWN


async def test_supplement_is_asked_for_sent_and_found(start: Callable[[str], Any]) -> None:
    pair: Pair = await start("greening")
    sent = filing("greening", "signboard")
    sent = replace(sent, answers={**sent.answers, "signText": "小满 补正"})
    receipt = await pair.adapter.file(sent, budget=5)
    pair.kit.clock.advance(working_days=3)
    pair.kit.desk.tick()
    found = (await pair.adapter.progress([receipt.number], "signboard", budget=5))[receipt.number]
    assert isinstance(found, Progress)
    assert found.status is ItemStatus.SUPPLEMENT_REQUESTED
    supplement = Supplement(
        reference="31010420260921-ABCDEFGH7:D:supplement:1",
        receipt=receipt.number,
        service="signboard",
        answers={"signText": "小满饭店"},
        materials=(MATERIAL,),
    )
    assert not await pair.adapter.find_supplement(supplement, budget=5)
    await pair.adapter.supplement(supplement, budget=5)
    assert await pair.adapter.find_supplement(supplement, budget=5)


async def test_feed_tells_changes_once_and_goes_on_from_its_cursor(
    start: Callable[[str], Any],
) -> None:
    pair: Pair = await start("greening")
    receipt = await pair.adapter.file(filing("greening", "signboard"), budget=5)
    first = await pair.adapter.changes(None, budget=5)
    assert receipt.number in {progress.receipt for progress in first.progress}
    assert (await pair.adapter.changes(first.cursor, budget=5)).progress == ()
    pair.kit.clock.advance(working_days=30)
    pair.kit.desk.tick()
    later = await pair.adapter.changes(first.cursor, budget=5)
    assert later.progress[-1].status is ItemStatus.GRANTED


READS = [
    ("planning", "parcel", "parcel_no", "parcel_no", "plan_unit"),
    ("construction", "building", "building_no", "building_no", "fire_resistance_rating"),
    ("construction", "project", "project_no", "project_no", "name"),
    ("construction", "project", "parcel_no", "parcel_no", "stage"),
    ("construction", "permit", "permit_no", "permit_no", "kind"),
    ("construction", "permit", "project_no", "project_no", "issued_on"),
    ("police", "person", "person_ref", "person_ref", "id_number"),
    ("market", "business_licence", "uscc", "uscc", "legal_rep_ref"),
    ("market", "food_safety_manager", "uscc", "uscc", "cert_no"),
    ("housing", "property", "cert_no", "cert_no", "address"),
    ("housing", "property", "address", "address", "cert_no"),
    ("health", "health_certificates", "uscc", "uscc", "valid_count"),
]


@pytest.mark.parametrize(("name", "register", "lookup", "key", "field"), READS)
async def test_register_gives_the_demo_record_and_none_for_a_stranger(
    start: Callable[[str], Any], name: str, register: str, lookup: str, key: str, field: str
) -> None:
    pair: Pair = await start(name)
    wanted = DEMO[key]
    found = (await pair.adapter.read(register, lookup, [wanted], budget=5))[wanted]
    record: Any = found[0] if isinstance(found, list) else found
    assert record[key] == wanted
    assert record[field] is not None
    assert set(record) == {
        f.name for r in pair.adapter.info.registers if r.id == register for f in r.fields
    }
    stranger = "9" * len(wanted)
    assert not (await pair.adapter.read(register, lookup, [stranger], budget=5))[stranger]


async def test_mismatch_is_a_verdict(start: Callable[[str], Any]) -> None:
    pair: Pair = await start("police")
    claims = {"name": DEMO["legal_rep_name"], "id_number": DEMO["legal_rep_id_number"]}
    assert (await pair.adapter.verify("identity", claims, budget=5)).matches
    other = {**claims, "name": "某某某"}
    assert not (await pair.adapter.verify("identity", other, budget=5)).matches
    nobody = {**claims, "id_number": "110101190001010000"}
    assert not (await pair.adapter.verify("identity", nobody, budget=5)).matches
