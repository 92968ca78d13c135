"""`departments new`: a folder from a contract, decisions told, nothing overwritten."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

import adapters.departments
from tests.gateway.terminal import Terminal

OURS = Path(str(adapters.departments.__file__)).parent
ROOT = OURS.parents[1]
PARCELS = OURS / "planning" / "contract" / "plan-case.wsdl"
MARKET = OURS / "market" / "contract" / "market-api.yaml"


def test_the_real_command_drafts_a_department_that_the_real_list_knows(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 — our own interpreter, our own arguments
            [sys.executable, "-m", "gateway", "departments", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    asked = ("list", "--json", "--set", "plugins.departments=towns",
             "--set", "departments.parcels.url=http://127.0.0.1:1")  # fmt: skip
    made = run("new", "parcels", "--wsdl", str(PARCELS), "--title-zh", "地块", "--into", "towns")
    undecided = run(*asked)
    manifest = tmp_path / "towns" / "parcels" / "department.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"DECIDE"', '"x"'), encoding="utf-8")
    known = run(*asked)

    assert (made.returncode, made.stderr) == (0, "")
    assert "towns/parcels: 2 files pinned" in made.stdout
    assert "1. owner: who answers for the system" in made.stdout
    assert 'url = "https://esb.ghzyj.sh.gov.example"' in made.stdout
    assert undecided.returncode == 1
    assert "parcels/department.toml:owner.unit: is not decided yet" in undecided.stderr
    assert known.returncode == 0, known.stderr
    own = next(one for one in orjson.loads(known.stdout) if one["id"] == "parcels")
    assert own["name"] == {"zh": "地块", "en": "地块"}
    assert own["registers"] == ["parcels_parcel"]


def test_it_tells_programs_the_same(terminal: Terminal) -> None:
    assert terminal.run("departments", "new", "shops", "--openapi", str(MARKET), "--json") == 0
    told = orjson.loads(terminal.out)

    assert told["folder"] == "departments/shops"
    assert {o["name"]: o["guessed"] for o in told["operations"]}["withdrawApplication"] == (
        "withdraw"
    )
    assert [register["key"] for register in told["registers"]] == ["uscc", "uscc"]
    assert told["findings"] == told["left_out"] == []
    assert "owner" in [decision["key"] for decision in told["decisions"]]


def test_what_is_left_out_and_what_the_settings_have_to_give_is_told(
    terminal: Terminal, tmp_path: Path
) -> None:
    head = {"type": "object", "required": ["AppId"], "properties": {"AppId": {"type": "string"}}}

    def read(name: str, body: Mapping[str, object]) -> dict[str, object]:
        asked = {"type": "object", "required": ["Head", "no"]}
        given = asked | {"properties": {"Head": head, "no": {"type": "string"}}}
        answer = {"description": "", "content": {"application/json": {"schema": body}}}
        taken = {"required": True, "content": {"application/json": {"schema": given}}}
        return {"post": {"operationId": name, "requestBody": taken, "responses": {"200": answer}}}

    texts = {name: {"type": "string"} for name in ("no", "area")}
    record = {"type": "object", "properties": texts}
    paths = {
        "/a": read("getTitle", record),
        "/b": read("getParcel", record),
        "/c": read("getOwner", {"$ref": "gone.yaml#/Owner"}),
    }
    info = {"title": "Town", "version": "1"}
    whole = orjson.dumps({"openapi": "3.1.0", "info": info, "paths": paths})
    (tmp_path / "town.json").write_bytes(whole)

    assert terminal.run("departments", "new", "town", "--openapi", "town.json") == 0
    assert "left out: getOwner: town.json refers to 'gone.yaml'" in terminal.out
    assert '  app_id = "…"' in terminal.out


def test_an_existing_folder_is_never_overwritten(terminal: Terminal, tmp_path: Path) -> None:
    own = tmp_path / "departments" / "parcels" / "department.toml"
    own.parent.mkdir(parents=True)
    own.write_text("mine", encoding="utf-8")

    assert terminal.run("departments", "new", "parcels", "--wsdl", str(PARCELS)) == 1
    assert "departments/parcels is there already" in terminal.err
    assert "nothing is overwritten" in terminal.err
    assert own.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("openapi: [", "cannot be read"),
        ("swagger: '1.2'\n", "OpenAPI"),
        ("- a\n- b\n", "bad.yaml"),
    ],
)
def test_a_document_that_is_none_is_refused_with_a_next_step_and_leaves_nothing(
    terminal: Terminal, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "bad.yaml").write_text(content, encoding="utf-8")

    assert terminal.run("departments", "new", "bad", "--openapi", "bad.yaml") == 1
    assert said in terminal.err
    assert "next: " in terminal.err
    assert not (tmp_path / "departments").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--service", "PlanCaseServise"), "did you mean 'PlanCaseService'?"),
        (("--port", "PlanCaseSoap12"), "did you mean 'PlanCaseSoap'?"),
    ],
)
def test_a_wrong_service_or_port_names_the_right_one(
    terminal: Terminal, arguments: tuple[str, str], said: str
) -> None:
    assert terminal.run("departments", "new", "p", "--wsdl", str(PARCELS), *arguments) == 1
    assert said in terminal.err


@pytest.mark.parametrize("identifier", ["Planning", "../up", "9lives", "a-b", ""])
def test_an_id_that_could_not_be_a_folder_is_refused(terminal: Terminal, identifier: str) -> None:
    assert terminal.run("departments", "new", identifier, "--wsdl", str(PARCELS)) == 1
    assert "is no id of a department" in terminal.err


def test_neither_or_both_contracts_is_misuse(terminal: Terminal) -> None:
    assert terminal.run("departments", "new", "p") == 2
    both = ("--wsdl", str(PARCELS), "--openapi", str(MARKET))
    assert terminal.run("departments", "new", "p", *both) == 2
    assert "give either --wsdl or --openapi" in terminal.err
