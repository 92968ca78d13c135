"""The contracts of our own departments: a manifest from each, and what is guessed of them."""

import tomllib
from pathlib import Path

import orjson
import pytest

import adapters.departments
from adapters.drafting.draft import Drafted, draft_department
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from schema.graph.build import build_schema
from tests.adapters.conftest import RIM, Counter

OURS = Path(str(adapters.departments.__file__)).parent
NAMES = ("construction", "fire", "greening", "health", "housing", "market", "planning", "police")


def drafted(name: str, folder: Path) -> Drafted:
    declared = tomllib.loads((OURS / name / FILE).read_text(encoding="utf-8"))
    return draft_department(name, OURS / name / declared["contract"]["file"], folder)


def decided(folder: Path) -> None:
    """Put something in place of every stand-in of a draft."""
    manifest = folder / FILE
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"DECIDE"', '"x"'), encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_of_our_contracts_gives_a_manifest_that_passes(name: str, tmp_path: Path) -> None:
    made = drafted(name, tmp_path)
    text = (made.folder / FILE).read_text(encoding="utf-8")

    assert made.findings == ()
    assert (made.info is None) == (made.registers == ())
    assert text.count("# DECIDE:") == len(made.decisions)
    assert build_schema([made.info] if made.info else []).as_str()


@pytest.mark.parametrize(
    ("name", "guessed"),
    [
        (
            "planning",
            {
                "GetParcel": "lookup",
                "SubmitCase": "file",
                "QueryCase": "find_filing",
                "SupplementCase": "supplement",
                "WithdrawCase": "withdraw",
            },
        ),
        (
            "greening",
            {
                "submitSignboard": "file",
                "submitKitchenWaste": "file",
                "findByRef": "find_filing",
                "listChanges": "feed",
                "supplement": "supplement",
                "cancel": "withdraw",
                "getApplication": "progress",
            },
        ),
        (
            "fire",
            {
                "createDeclaration": "file",
                "getDeclaration": "progress",
                "supplementDeclaration": "supplement",
                "revokeDeclaration": "withdraw",
            },
        ),
    ],
)
def test_purposes_are_guessed_as_our_manifests_declare_them(
    name: str, guessed: dict[str, str], tmp_path: Path
) -> None:
    made = drafted(name, tmp_path)

    assert {operation.name: guess.purpose for operation, guess in made.guessed} == guessed
    assert all(guess.reason for _, guess in made.guessed)


def test_nothing_that_may_change_something_is_live(tmp_path: Path) -> None:
    for name in NAMES:
        made = drafted(name, tmp_path / name)
        data = tomllib.loads((made.folder / FILE).read_text(encoding="utf-8"))
        live = {register.operation.name for register in made.registers}
        purposes = {o.name: g.purpose for o, g in made.guessed if o.name in live}

        assert set(purposes.values()) <= {"lookup"}
        assert not {"verbs", "services", "feed", "callback", "verifications"} & set(data)


async def test_many_keys_are_asked_at_once_where_the_contract_repeats_the_key(
    counter: Counter, tmp_path: Path
) -> None:
    made = drafted("market", tmp_path)
    decided(made.folder)
    findings = Findings(FILE)
    manifest = read_manifest(made.folder, findings)
    assert manifest is not None
    given = dict.fromkeys(made.credentials, "x")
    department = build(manifest, Endpoint(url=counter.url, credentials=given), RIM, findings)
    assert department is not None
    spec = manifest.lookups["market_licences", "uscc"]
    assert (spec.batch, spec.many) == (50, False)
    counter.says(orjson.dumps({"access_token": "t", "expires_in": 60}), kind="application/json")
    counter.says(orjson.dumps({"licences": [], "not_found": ["1", "2"]}), kind="application/json")

    found = await department.read("market_licences", "uscc", ["1", "2"], budget=5)

    assert found == {"1": None, "2": None}
    assert b"GET /licences?uscc=1%2C2 " in counter.heard[1]
    await department.aclose()


def test_titles_and_nullability_come_from_the_contract(tmp_path: Path) -> None:
    made = drafted("market", tmp_path)
    register = next(r for r in made.registers if r.id == "market_licences")
    fields = {field.name: field for field in register.fields}

    assert register.key == "uscc"
    assert (fields["uscc"].title.zh, fields["uscc"].optional) == ("统一社会信用代码", False)
    assert (fields["registered_capital"].kind, fields["established_on"].kind) == ("text", "date")
    assert fields["address"].title.zh == "住所"
    assert fields["premises_title_no"].optional
    assert fields["legal_representative_name"].line == ".legal_representative.name"
