"""What was recorded is what is answered, for all of our departments."""

import json
import logging
import tomllib
from pathlib import Path

import pytest

from mocks.anything.exchange import Answer, Options
from mocks.anything.opened import opened
from mocks.anything.recorded import exchanges
from mocks.anything.server import Served
from tests.mocks.anything.mocked import DEPARTMENTS, TODAY

ALL = sorted(path.parent.name for path in DEPARTMENTS.glob("*/department.toml"))


def department(name: str) -> Served:
    folder = DEPARTMENTS / name
    said = tomllib.loads((folder / "department.toml").read_text("utf-8"))["contract"]
    return opened(
        folder / said["file"],
        Options(today=TODAY, path=said.get("path", "")),
        root=folder / "contract",
        service=said.get("service"),
        port=said.get("port"),
        examples=folder / "examples",
    )


@pytest.mark.parametrize("name", ALL)
def test_every_recorded_request_gets_a_recorded_reply(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "mocks.anything"):
        mock = department(name).mock
    files = sorted((DEPARTMENTS / name / "examples").glob("*.json"))
    pairs = [one for file in files for one in exchanges(file)]
    known: dict[object, list[Answer]] = {}
    for _, _, _, asked, answer in pairs:
        known.setdefault(mock.identity(asked), []).append(answer)

    assert [record.getMessage() for record in caplog.records] == []
    assert pairs
    for _, _, _, asked, _ in pairs:
        given = mock.answer(asked)
        bodies = [answer.body for answer in known[mock.identity(asked)]]
        assert given.source == "recorded"
        assert given.body in bodies


def test_a_request_with_other_prefixes_and_spaces_is_the_same_request(tmp_path: Path) -> None:
    mock = department("planning").mock
    example = json.loads(
        (DEPARTMENTS / "planning/examples/read-parcel-parcel_no-found.json").read_text("utf-8")
    )
    said = example["exchanges"][0]
    body = said["request"]["body"].replace("n1:", "other:").replace(":n1=", ":other=")
    said["request"]["body"] = body.replace("><", ">\n  <")
    (tmp_path / "one.json").write_text(json.dumps(example), "utf-8")
    [(_, _, _, asked, _)] = exchanges(tmp_path / "one.json")

    answer = mock.answer(asked)

    assert answer.source == "recorded"
    assert answer.body.decode() == said["reply"]["body"]


def test_a_recorded_reply_against_the_contract_is_logged_and_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = DEPARTMENTS / "health"
    text = (folder / "examples/read-health_certificates-uscc-found.json").read_text("utf-8")
    example = json.loads(text)
    example["exchanges"][0]["reply"]["body"] = '{"code": "42"}'
    (tmp_path / "one.json").write_text(json.dumps(example), "utf-8")

    with caplog.at_level(logging.WARNING, "mocks.anything"):
        served = opened(
            folder / "contract/health-data.yaml", Options(today=TODAY), examples=tmp_path
        )

    [(_, _, _, asked, _)] = exchanges(tmp_path / "one.json")
    assert served.mock.answer(asked).source == "example"
    assert "one.json: the recorded reply is not used" in caplog.text
