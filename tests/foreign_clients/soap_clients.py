"""The SOAP mocks asked by the npm client `soap`, which is fetched into a folder of its own."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from mocks.core import credentials
from mocks.core.city import DEMO
from mocks.core.kit import CONTRACTS

DEPARTMENTS = ("planning", "construction", "greening", "police")
_PROGRAM = Path(__file__).with_name("soap.mjs")
_BUILDING = (
    '<?xml version="1.0" encoding="GB18030"?><REQUEST><HEAD>'
    f"<USERID>{credentials.CONSTRUCTION_USER}</USERID>"
    f"<PASSWORD>{credentials.CONSTRUCTION_PASSWORD}</PASSWORD>"
    "<JYLSH>t-1</JYLSH><FSSJ>2026-09-21 09:00:00</FSSJ></HEAD>"
    "<BODY><JZWBM>{building}</JZWBM></BODY></REQUEST>"
)
_PERSON = (
    '<?xml version="1.0" encoding="UTF-8"?><ROWS><INFO><SBM>onething</SBM></INFO>'
    "<ROW><GMSFHM>公民身份号码</GMSFHM><XM>姓名</XM></ROW>"
    '<ROW FSD="310104" YWLX="企业开办"><GMSFHM>{id}</GMSFHM><XM>{name}</XM></ROW></ROWS>'
)
# Of each department: the operation, its words, and what must stand in the answer.
_ASKED: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "planning": ("GetParcel", {"ParcelNo": DEMO["parcel_no"]}, "LandUse"),
    "construction": (
        "queryBuilding",
        {"xmlParam": _BUILDING.format(building=DEMO["building_no"])},
        "<CODE>0000</CODE>",
    ),
    "greening": (
        "getApplication",
        {"AppCode": credentials.GREENING_APP_CODE, "applyNo": "none"},
        "resultCode",
    ),
    "police": (
        "nciicCheck",
        {
            "inLicense": credentials.POLICE_LICENCE,
            "inConditions": _PERSON.format(
                id=DEMO["legal_rep_id_number"], name=DEMO["legal_rep_name"]
            ),
        },
        "一致",
    ),
}


def failing(folder: Path, urls: Mapping[str, str]) -> Mapping[str, str] | None:
    """What went wrong at which department; None, and the reason printed, without npm."""
    if shutil.which("npm") is None:
        print("SOAP is skipped: npm is not installed")  # noqa: T201 — a command of its own
        return None
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "soap").exists():
        (folder / "package.json").write_text('{"private": true}', "utf-8")
        _run(folder, "npm", "install", "--no-audit", "--no-fund", "soap")
    (folder / _PROGRAM.name).write_bytes(_PROGRAM.read_bytes())
    (folder / "told.json").write_text(json.dumps(questions(urls)), "utf-8")
    answers = json.loads(_run(folder, "node", _PROGRAM.name, "told.json"))
    found = {name: wrong_with(name, answer) for name, answer in answers.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def wrong_with(name: str, said: Mapping[str, Any]) -> str:
    """What is not as it must be in what the client was answered; "" when all is."""
    wanted = _ASKED[name][2]
    if wanted not in json.dumps(said.get("plain", {}).get("answer"), ensure_ascii=False):
        return f"no {wanted} in {said.get('plain', said)}"
    fault = str(said["refused"].get("fault"))
    return "" if fault.endswith(":MustUnderstand") else f"no MustUnderstand but {said['refused']}"


def _run(folder: Path, *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - npm and node, our own arguments
        words, cwd=folder, capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout


def questions(urls: Mapping[str, str]) -> Mapping[str, Any]:
    """What the client is told to ask, by department."""
    return {name: _question(name, url) for name, url in urls.items()}


def _question(name: str, url: str) -> Mapping[str, Any]:
    (wsdl,) = (CONTRACTS / name / "contract").glob("*.wsdl")
    address = etree.parse(wsdl).xpath("string(//*[local-name()='address']/@location)")
    path = "/" + str(address).split("/", 3)[3]
    operation, words, _ = _ASKED[name]
    told = {"wsdl": str(wsdl), "url": url + path, "operation": operation, "words": words}
    if name == "planning":
        told |= {"user": credentials.PLANNING_USER, "secret": credentials.PLANNING_PASSWORD}
    return {**told, "twelve": name == "construction"}
