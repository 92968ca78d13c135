"""What a hostile or broken contract refers to is refused in a sentence; nothing is left behind."""

import json
from pathlib import Path

import pytest

from adapters.drafting.draft import draft_department
from adapters.drafting.files import Refused
from adapters.soap.forms import SOAP_ENCODING
from tests.adapters.conftest import CONTRACTS

BESIDE = "http://schemas.xmlsoap.org/soap/encoding/"


def refusal(entry: Path, into: Path) -> Refused:
    with pytest.raises(Refused) as caught:
        draft_department("office", entry, into)
    assert not into.exists()
    return caught.value


def openapi(folder: Path, reference: str) -> Path:
    said = {"$ref": reference}
    answer = {"description": "", "content": {"application/json": {"schema": said}}}
    path = {"get": {"operationId": "read", "responses": {"200": answer}}}
    entry = folder / "office.json"
    whole = {"openapi": "3.0.3", "info": {"title": "O", "version": "1"}, "paths": {"/x": path}}
    entry.write_text(json.dumps(whole), encoding="utf-8")
    return entry


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("http://[bad/x.json", "is no relative path"),
        ("x\0.json", "which is not there"),
        ("x" * 400 + ".json", "which is not there"),
        ("circle.json", "which is not there"),
    ],
)
def test_reference_that_is_none_is_told(tmp_path: Path, reference: str, sentence: str) -> None:
    (tmp_path / "circle.json").symlink_to(tmp_path / "circle.json")

    assert sentence in str(refusal(openapi(tmp_path, reference), tmp_path / "into"))


@pytest.mark.parametrize("spelt", ["{}", "file://{}"])
def test_file_named_from_the_root_is_not_taken_along(tmp_path: Path, spelt: str) -> None:
    secret = tmp_path / "elsewhere" / "keys.json"
    secret.parent.mkdir()
    secret.write_text('{"password": "hunter2"}', encoding="utf-8")

    refused = refusal(openapi(tmp_path, spelt.format(secret)), tmp_path / "into")

    assert "is no relative path" in str(refused)


@pytest.mark.parametrize("name", ["office.json", "office.yaml"])
def test_nesting_without_end_is_refused(tmp_path: Path, name: str) -> None:
    entry = tmp_path / name
    start = '{"openapi": "3.0.3", "x": ' if name.endswith("json") else "openapi: 3.0.3\nx: "
    end = "}" if name.endswith("json") else "\n"
    entry.write_text(start + "[" * 5_000 + "]" * 5_000 + end, encoding="utf-8")

    assert "nested more than 100 deep" in str(refusal(entry, tmp_path / "into"))


def test_schema_everyone_knows_needs_no_copy(tmp_path: Path) -> None:
    wsdl = (CONTRACTS / "permits/contract/permits.wsdl").read_text(encoding="utf-8")
    at = wsdl.index(">", wsdl.index(":schema ")) + 1
    prefix = wsdl[: wsdl.index(":schema ")].rpartition("<")[2]
    link = f'<{prefix}:import namespace="{SOAP_ENCODING}" schemaLocation="{BESIDE}"/>'
    entry = tmp_path / "permits.wsdl"
    entry.write_text(wsdl[:at] + link + wsdl[at:], encoding="utf-8")

    assert draft_department("office", entry, tmp_path / "into").findings == ()
