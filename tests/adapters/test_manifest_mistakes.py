"""A bad declaration is told whole: every mistake, with its place and its remedy."""

from pathlib import Path

import pytest

from adapters.registry import load_departments
from adapters.rules import Rule
from adapters.wire import Endpoint
from gateway.settings_departments import DepartmentAccess
from gateway.settings_fitting import section_of
from tests.adapters.bad.manifests import placed, told
from tests.adapters.conftest import CREDENTIALS, made, place

URL = "http://127.0.0.1:1"

MISTAKES = {
    "unknown key": ('repeats = "lookup"', 'repeatz = "lookup"', "did you mean 'repeats'?"),
    "unknown choice": ('repeats = "lookup"', 'repeats = "looks"', "'looks' is not allowed"),
    "wrong id": ('id = "permits"', 'id = "permit"', "the folder is 'permits'"),
    "unpinned contract": ("@", "@", "is not the pinned contract"),
    "missing service": ('service = "Permits"', 'service = "Permit"', "has no service 'Permit'"),
    "missing operation": ('operation = "Read"', 'operation = "Reed"', "did you mean 'Read'?"),
    "missing element": ("request.Id =", "request.Idd =", "did you mean 'Id'?"),
    "required left out": (
        'Ref = "reference"\n[verbs.file.reply]',
        "[verbs.file.reply]",
        "requires 'Ref'",
    ),
    "required attribute left out": ('"@unit" = "\'m2\'", ', "", "requires '@unit'"),
    "missing reply path": ('area = ".Area"', 'area = ".Aria"', "did you mean 'Area'?"),
    "group as a value": ('number = "No"', 'number = ""', "empty expression"),
    "code without meaning": ('"07" = "granted"\n', "", "'07' has no meaning"),
    "code that is none": ('"07" = "granted"', '"07" = "granted"\n"08" = "refused"', "no code of"),
    "status that is none": ('"07" = "granted"', '"07" = "given"', "'given' is no status"),
    "unknown stage": ("| code use", "| codes use", "did you mean 'code'?"),
    "unknown table": ("| code use", "| code uses", "there is no table [codes.uses]"),
    "unknown source": (
        'Shop = "answers.shopName"',
        'Shop = "answer.shopName"',
        "did you mean 'answers'?",
    ),
    "unknown meaning": ('T503 = "busy"', 'T503 = "buzy"', "did you mean 'busy'?"),
    "no such credential": ('password = "password"', 'password = "pass"', "no credential 'pass'"),
    "promise not kept": ('progress = "poll"', 'progress = "feed"', 'progress = "feed" needs it'),
    "repeated what is single": (
        'Shop = "answers.shopName"',
        'Shop = { each = "materials", "." = ".name" }',
        "the contract allows one occurrence",
    ),
    "no finite number": ("timeout_s = ", "timeout_s = nan # ", "must be a finite number"),
    "open quote": ("| date | else_nil", "| date '%Y", "a quote is opened"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_found_and_named(tmp_path: Path, name: str) -> None:
    old, new, sentence = MISTAKES[name]
    folder = place("permits", tmp_path, lambda text: text.replace(old, new))
    if name == "unpinned contract":
        contract = folder / "contract/permits.wsdl"
        contract.write_text(contract.read_text() + "\n")
    department, findings = made(folder, URL)
    assert department is None
    assert any(sentence in finding for finding in findings), findings


def test_a_missing_credential_is_told_with_the_setting_that_gives_it(tmp_path: Path) -> None:
    def change(text: str) -> str:
        named = text.replace('password = "password"', 'password = "pass"')
        return named.replace('Shop = "answers.shopName"', 'Shop = "credentials.app_secret"')

    _, findings = made(place("permits", tmp_path, change), URL)
    keys = {finding.partition(" — set ")[2].partition(" (line")[0] for finding in findings}
    assert keys == {"departments.permits.pass", "departments.permits.app_secret"}
    names = {setting.rpartition(".")[2]: "x" for setting in keys}
    access = section_of(DepartmentAccess, {"url": URL, **names})
    assert set(access.credentials) == {"pass", "app_secret"}


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    def change(text: str) -> str:
        for name in ("unknown choice", "missing element", "unknown stage", "code without meaning"):
            old, new, _ = MISTAKES[name]
            text = text.replace(old, new)
        return text

    _, findings = made(place("permits", tmp_path, change), URL)
    assert len(findings) == 4, findings
    assert all(finding.startswith("department.toml:") for finding in findings)


def test_good_departments_start_beside_a_bad_one(tmp_path: Path) -> None:
    place("records", tmp_path)
    place("permits", tmp_path, lambda text: text.replace("timeout_s = 1.0\n", ""))
    (tmp_path / "empty").mkdir()
    endpoint = Endpoint(url=URL, credentials=CREDENTIALS)
    loaded = load_departments(tmp_path, {"permits": endpoint, "records": endpoint})
    assert set(loaded.departments) == {"records"}
    assert [str(f) for f in loaded.findings] == [
        "permits/department.toml:limits.timeout_s: "
        "is missing — add timeout_s = …: longest wait, seconds (line 15)"
    ]


def test_department_without_an_address_is_reported(tmp_path: Path) -> None:
    place("records", tmp_path)
    loaded = load_departments(tmp_path, {})
    assert loaded.departments == {}
    assert any("the settings give it no address" in f.sentence for f in loaded.findings)


def test_link_is_checked_where_its_other_end_is_there(tmp_path: Path) -> None:
    manifest = placed("office", tmp_path) / "department.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"office.house"', '"desk.records"'), encoding="utf-8")
    endpoint = Endpoint(url=URL, credentials=CREDENTIALS)
    alone = load_departments(tmp_path, {"office": endpoint})
    assert [str(f) for f in alone.findings] == []
    placed("desk", tmp_path)
    both = load_departments(tmp_path, {"office": endpoint, "desk": endpoint})
    line = 1 + manifest.read_text(encoding="utf-8").splitlines().index('to = "desk.records"')
    assert [str(f) for f in both.findings] == [
        "office/department.toml:registers.house.links.neighbour.to: "
        f"desk has no register 'records' — did you mean 'desk.record'? (line {line})"
    ]


def test_link_is_checked_whatever_else_is_wrong(tmp_path: Path) -> None:
    changes = {"office": ('"office.house"\nlookup = "id"', '"desk.record"\nlookup = "ids"')}
    for base in ("office", "desk"):
        manifest = placed(base, tmp_path) / "department.toml"
        text = manifest.read_text(encoding="utf-8").replace("timeout_s = 1.0\n", "")
        manifest.write_text(text.replace(*changes.get(base, ("", ""))), encoding="utf-8")
    endpoint = Endpoint(url=URL, credentials=CREDENTIALS)
    both = load_departments(tmp_path, {"office": endpoint, "desk": endpoint})
    links = [str(f) for f in both.findings if f.rule is Rule.LINK_TARGET]
    assert len(both.findings) == 3
    assert [link.partition(" (line")[0] for link in links] == [
        "office/department.toml:registers.house.links.neighbour.lookup: "
        "desk.record has no look-up 'ids' — did you mean 'id'?"
    ]


MISSPELT = {  # an operation and, behind it, a line
    "office": ('operation = "State"', 'operation = "state"', 'at = "At" }', 'at = "Att" }'),
    "desk": ('operation = "state"', 'operation = "State"', 'at = "at" }', 'at = "att" }'),
}


@pytest.mark.parametrize("base", MISSPELT)
def test_lines_behind_a_misspelt_operation_are_held_against_the_one_meant(
    tmp_path: Path, base: str
) -> None:
    manifest = placed(base, tmp_path) / "department.toml"
    old, new, line, wrong = MISSPELT[base]
    text = manifest.read_text(encoding="utf-8").replace(old, new)
    manifest.write_text(text, encoding="utf-8")
    assert [one.key for one in told(manifest.parent)] == ["verbs.progress.operation"]
    manifest.write_text(text.replace(line, wrong, 1), encoding="utf-8")
    keys = [one.key for one in told(manifest.parent)]
    assert keys == ["verbs.progress.operation", "verbs.progress.reply.at"]


def test_toml_that_is_none_is_one_finding(tmp_path: Path) -> None:
    folder = place("records", tmp_path, lambda text: text + "\n[[[")
    assert len(made(folder, URL)[1]) == 1


def test_wsdl_import_outside_the_folder_is_refused(tmp_path: Path) -> None:
    folder = place("permits", tmp_path)
    wsdl = folder / "contract/permits.wsdl"
    (tmp_path / "secret.xsd").write_text("<x/>")
    evil = '<xs:import namespace="urn:x" schemaLocation="../../secret.xsd"/><xs:simpleType'
    wsdl.write_text(wsdl.read_text().replace("<xs:simpleType", evil, 1))
    _, findings = made(folder, URL)
    assert any("outside the contract's folder" in finding for finding in findings), findings


def test_python_functions_are_counted(tmp_path: Path) -> None:
    folder = place(
        "records",
        tmp_path,
        lambda text: text.replace('"answers.shopName"', '"answers.shopName | python tidy"'),
    )
    (folder / "adapter.py").write_text("def tidy(value):\n    return value.strip()\n")
    department, findings = made(folder, URL)
    assert department is not None, findings
    assert department.info.declared["python"] == 1


def test_answers_a_service_takes_are_published(tmp_path: Path) -> None:
    department, findings = made(place("permits", tmp_path), URL)
    assert department is not None, findings
    assert department.answers == {
        "shop": frozenset({"shopName", "canteenName", "usableArea", "openingDate"})
    }
