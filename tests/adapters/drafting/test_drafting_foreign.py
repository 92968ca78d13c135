"""Contracts of four foreign governments: each gives a manifest that passes, and a live register."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.drafting.draft import Drafted, draft_department
from adapters.drafting.files import Refused
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from schema.graph.build import build_schema
from tests.adapters.conftest import RIM, Counter
from tests.foreign import BOXES, LAND, PERMITS, PLANS, foreign

ALL = [LAND, BOXES, PLANS, PERMITS]
GENERAL = {"owner", "repeats", "progress", "limits", "auth.kind"}

SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
PERSON = """<k:PersoonsInfoResponse
  xmlns:k="http://bkwi.nl/SuwiML/Diensten/KadasterDossierGSD/v0300"><ClientSuwi>
  <Burgerservicenr>123456782</Burgerservicenr><Voornamen>Anna</Voornamen>
  <Eigendom><IndEigendomOZVerleden>2</IndEigendomOZVerleden></Eigendom>
</ClientSuwi></k:PersoonsInfoResponse>"""
NOBODY = """<k:PersoonsInfoResponse xmlns:k="http://bkwi.nl/SuwiML/Diensten/KadasterDossierGSD/v0300">
<f:NietsGevonden xmlns:f="http://bkwi.nl/SuwiML/FWI/v0205"/></k:PersoonsInfoResponse>"""
BOX = """<b:CheckDataBoxResponse xmlns:b="http://isds.czechpoint.cz/v20"><b:dbState>1</b:dbState>
<b:dbStatus><b:dbStatusCode>0000</b:dbStatusCode><b:dbStatusMessage>OK</b:dbStatusMessage></b:dbStatus>
</b:CheckDataBoxResponse>"""


def drafted(name: str, folder: Path, identifier: str = "abroad") -> Drafted:
    return draft_department(identifier, foreign(name), folder)


INSIDE = '"#/components/schemas/RequestInfo"'
ELSEWHERE = '"https://egov.example/shared.yaml#/RequestInfo"'


def decide(manifest: Path) -> None:
    """What a person does to a draft before it is plugged in: every stand-in is replaced."""
    text = manifest.read_text(encoding="utf-8")
    text = text.replace('success = ["DECIDE"]', 'success = ["0000"]')
    manifest.write_text(text.replace("DECIDE", "x"), encoding="utf-8")


async def read(counter: Counter, made: Drafted, register: str, key: str) -> Any:
    """What a drafted register's only look-up gives for a key."""
    findings = Findings(FILE)
    decide(made.folder / FILE)
    manifest = read_manifest(made.folder, findings)
    assert manifest is not None
    known = dict.fromkeys(made.credentials, "s3cret")
    department = build(manifest, Endpoint(url=counter.url, credentials=known), RIM, findings)
    assert department is not None, findings.items
    lookup = next(name for of, name in manifest.lookups if of == register)
    try:
        return (await department.read(register, lookup, [key], budget=5))[key]
    finally:
        await department.aclose()


@pytest.mark.parametrize("name", ALL)
def test_the_manifest_passes_and_what_is_left_to_decide_stands_in_it(
    name: str, tmp_path: Path
) -> None:
    made = drafted(name, tmp_path)
    text = (made.folder / FILE).read_text(encoding="utf-8")

    assert made.findings == ()
    assert {decision.key for decision in made.decisions} >= GENERAL
    assert text.count("# DECIDE:") == len(made.decisions)
    for decision in made.decisions:
        assert decision.question.split()[0] in text


@pytest.mark.parametrize("name", ALL)
def test_a_register_is_in_the_graph_and_bears_a_mapping_of_at_most_thirty_lines(
    name: str, tmp_path: Path
) -> None:
    made = drafted(name, tmp_path)
    data = tomllib.loads((made.folder / FILE).read_text(encoding="utf-8"))

    assert made.info is not None
    printed = build_schema([made.info]).as_str()
    for register in made.registers:
        title = "".join(part.capitalize() for part in register.id.split("_"))
        assert re.search(rf"^type {title} ", printed, re.MULTILINE | re.IGNORECASE)
    mapped = [
        len(table["reply"]) + sum(map(_lines, table["lookups"].values()))
        for table in data["registers"].values()
    ]
    assert min(mapped) <= 30
    assert len(mapped) == len(made.registers)


def _lines(node: Any) -> int:
    return sum(map(_lines, node.values())) if isinstance(node, dict) else 1


async def test_a_dutch_owner_is_read_and_nobody_is_none(counter: Counter, tmp_path: Path) -> None:
    made = drafted(LAND, tmp_path)
    counter.says(SOAP.format(PERSON))
    counter.says(SOAP.format(NOBODY))

    found = await read(counter, made, "abroad_persoons_info", "123456782")
    nobody = await read(counter, made, "abroad_persoons_info", "999999990")

    assert (found["burgerservicenr"], found["voornamen"]) == ("123456782", "Anna")
    assert found["voorvoegsel"] is None
    assert nobody is None
    assert b"<Burgerservicenr>123456782</Burgerservicenr>" in counter.heard[0]


async def test_a_czech_box_is_read_under_the_key_that_was_asked(
    counter: Counter, tmp_path: Path
) -> None:
    made = drafted(BOXES, tmp_path)
    counter.says(SOAP.format(BOX))

    found = await read(counter, made, "abroad_check_data_box", "abcdefg")

    assert found == {
        "db_id": "abcdefg",
        "db_state": 1,
        "db_status_code": "0000",
        "db_status_message": "OK",
        "db_status_ref_number": None,
    }


async def test_an_indian_plan_is_read_though_its_schemas_hold_themselves(
    counter: Counter, tmp_path: Path
) -> None:
    made = drafted(PLANS, tmp_path)
    plan = {
        "id": "p-1",
        "applicationNo": "BPA-7",
        "tenantId": "pb.amritsar",
        "owners": [],
        "address": {},
    }
    info = {
        "apiId": "a",
        "ver": "1",
        "ts": 1,
        "resMsgId": "r",
        "msgId": "m",
        "status": "SUCCESSFUL",
    }
    body = orjson.dumps({"ResponseInfo": info, "BPA": plan})
    counter.says(body, kind="application/json")

    found = await read(counter, made, "abroad_bpa", "p-1")

    assert (found["id"], found["application_no"]) == ("p-1", "BPA-7")
    assert counter.heard[0].startswith(b"POST /egov-foundation/BPA/1.0.0/v1/bpa/_search?")
    assert b"ids=p-1" in counter.heard[0]


async def test_a_canadian_permit_is_read_and_a_missing_one_is_none(
    counter: Counter, tmp_path: Path
) -> None:
    made = drafted(PERMITS, tmp_path)
    permit = {"id": "p-1", "number": "PER-1", "submitted_at": 1775604785000.5, "pin": "7"}
    counter.says(orjson.dumps({"data": permit}), kind="application/json")
    counter.says(b"", status=404, kind="text/plain")

    found = await read(counter, made, "abroad_permit_applications", "p-1")
    missing = await read(counter, made, "abroad_permit_applications", "gone")

    assert (found["id"], found["number"]) == ("p-1", "PER-1")
    assert found["submitted_at"] == Decimal("1775604785000.5")
    assert missing is None
    assert counter.heard[0].startswith(b"GET /external_api/v1/permit_applications/p-1 ")


def test_every_file_is_copied_as_it_was_and_pinned(tmp_path: Path) -> None:
    made = drafted(LAND, tmp_path)
    source = foreign(LAND).parents[4]
    data = tomllib.loads((made.folder / FILE).read_text(encoding="utf-8"))["contract"]

    assert data["file"].endswith("Impl/BKWI.wsdl")
    assert len(data["more"]) == 49
    for file in made.files:
        below = Path(file).relative_to("contract")
        assert (made.folder / file).read_bytes() == (source / below).read_bytes()


def test_a_missing_import_is_refused_by_name_and_vendoring_it_makes_it_go_on(
    tmp_path: Path,
) -> None:
    there = tmp_path / "received"
    there.mkdir()
    (there / "boxes.wsdl").write_bytes(foreign(BOXES).read_bytes())

    with pytest.raises(
        Refused, match=r"boxes\.wsdl refers to dbTypes\.xsd, which is not there"
    ) as no:
        draft_department("boxes", there / "boxes.wsdl", tmp_path / "out")
    assert str(there / "dbTypes.xsd") in no.value.remedy
    assert not (tmp_path / "out").exists()

    (there / "dbTypes.xsd").write_bytes(foreign(BOXES).with_name("dbTypes.xsd").read_bytes())
    assert draft_department("boxes", there / "boxes.wsdl", tmp_path / "out").findings == ()


def test_a_reference_into_the_network_says_how_to_vendor_and_vendoring_goes_on(
    tmp_path: Path,
) -> None:
    there = tmp_path / "received"
    there.mkdir()
    text = foreign(PLANS).read_text(encoding="utf-8")
    (there / "plans.yaml").write_text(text.replace(INSIDE, ELSEWHERE), encoding="utf-8")

    with pytest.raises(Refused, match=r"https://egov\.example/shared\.yaml") as no:
        draft_department("plans", there / "plans.yaml", tmp_path / "out")
    assert "vendor it: save that file as" in no.value.remedy

    (tmp_path / "shared.yaml").write_text("RequestInfo: { type: object }\n", encoding="utf-8")
    copies = {"https://egov.example/shared.yaml": tmp_path / "shared.yaml"}
    made = draft_department("plans", there / "plans.yaml", tmp_path / "out", vendor=copies)
    assert made.findings == ()
    assert "contract/vendored/shared.yaml" in made.files
    assert made.registers


def test_a_reference_into_the_network_leaves_out_who_needs_it_and_no_other(tmp_path: Path) -> None:
    text = foreign(PLANS).read_text(encoding="utf-8")
    (tmp_path / "plans.yaml").write_text(text.replace(INSIDE, ELSEWHERE, 1), encoding="utf-8")

    made = draft_department("plans", tmp_path / "plans.yaml", tmp_path / "out")

    [left_out] = [operation for operation in made.contract.operations if operation.trouble]
    assert "https://egov.example/shared.yaml, and nothing is fetched" in left_out.trouble
    [question] = [one.question for one in made.decisions if one.key == "contract.absent"]
    assert "https://egov.example/shared.yaml" in question
    assert question.endswith(f"Without it there is no {left_out.name}")
    assert [register.id for register in made.registers] == ["plans_bpa"]
    assert made.findings == ()
