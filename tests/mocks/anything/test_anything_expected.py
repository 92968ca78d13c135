"""A mock that is told what its replies are read for answers as those who read them expect."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.department_mock import contract_of
from gateway.cli.mock_expecting import handed_over
from mocks.anything.exchange import Asked, Options
from mocks.anything.expected import Expected, read_expected
from mocks.anything.opened import opened
from mocks.anything.refusal import Refused
from mocks.anything.server import Served
from tests.gateway.terminal import Terminal
from tests.mocks.anything.mocked import DEPARTMENTS, TODAY, on_the_wire

TEXT = {"type": "string"}
ROW = {"no": TEXT, "use": TEXT, "built": TEXT, "floors": {"type": "integer", "enum": [7, 8, 9]}}
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["code", "rows"],
    "properties": {
        "code": {"type": "string", "pattern": "^[0-9]{2}$"},
        "rows": {"type": "array", "items": {"type": "object", "properties": ROW}},
    },
}


def asked_of(folder: Path, shape: dict[str, Any], expected: Expected, seed: int = 0) -> Any:
    """The reply of a small contract to one who asks for two keys."""
    keys = {"type": "object", "properties": {"wanted": {"type": "array", "items": TEXT}}}
    body = {"content": {"application/json": {"schema": keys}}}
    fine = {"200": {"description": "", "content": {"application/json": {"schema": shape}}}}
    read = {"operationId": "read", "requestBody": body, "responses": fine}
    document = {"openapi": "3.0.3", "info": {}, "paths": {"/read": {"post": read}}}
    (folder / "c.json").write_text(json.dumps(document), "utf-8")
    options = Options(today=TODAY, seed=seed, expected={"read": expected})
    content = b'{"wanted": ["K-1", "K-2"]}'
    kind = {"content-type": "application/json"}
    asked = Asked(method="POST", path="/read", headers=kind, body=content)
    answer = opened(folder / "c.json", options).mock.answer(asked)
    assert answer.status == 200, answer.mistakes
    return json.loads(answer.body)


@pytest.mark.parametrize("seed", range(5))
def test_a_reply_is_a_success_whatever_is_drawn(tmp_path: Path, seed: int) -> None:
    expected = Expected(success={"code": ["00"]})

    assert asked_of(tmp_path, SHAPE, expected, seed)["code"] == "00"


def test_keys_are_told_again_row_by_row_where_they_are_read(tmp_path: Path) -> None:
    expected = Expected(echoes={"rows.no": ["body.wanted"]})

    assert [row["no"] for row in asked_of(tmp_path, SHAPE, expected)["rows"]] == ["K-1", "K-2"]


@pytest.mark.parametrize("seed", range(5))
def test_words_are_those_of_the_table_and_days_are_written_as_they_are_read(
    tmp_path: Path, seed: int
) -> None:
    expected = Expected(codes={"rows.use": ["R", "S"]}, forms={"rows.built": "%d/%m/%y"})

    rows = asked_of(tmp_path, SHAPE, expected, seed)["rows"]

    assert {row["use"] for row in rows} <= {"R", "S"}
    assert all(row["built"][2] == row["built"][5] == "/" for row in rows)


def test_what_the_contract_forbids_is_not_said_even_where_it_is_expected(tmp_path: Path) -> None:
    expected = Expected(
        success={"code": ["OK"]},
        codes={"rows.floors": ["1", "8"]},
        echoes={"rows.floors": ["body.wanted"]},
    )

    reply = asked_of(tmp_path, SHAPE, expected)

    assert len(reply["code"]) == 2
    assert {row["floors"] for row in reply["rows"]} == {8}


def test_what_may_be_left_out_is_left_out_where_its_absence_is_success(tmp_path: Path) -> None:
    expected = Expected(success={"rows.use": [None]})

    assert "use" not in asked_of(tmp_path, SHAPE, expected)["rows"][0]


def test_of_two_branches_the_one_that_is_read_is_answered(tmp_path: Path) -> None:
    trouble = {"type": "object", "required": ["error"], "properties": {"error": TEXT}}
    shape = {"oneOf": [trouble, SHAPE]}

    assert "error" in asked_of(tmp_path, shape, Expected())
    assert "code" in asked_of(tmp_path, shape, Expected(reads=["code", "rows.no"]))


def test_an_example_of_a_failure_is_told_as_a_success(tmp_path: Path) -> None:
    failed = {"code": "99", "rows": [{"no": "X", "use": "?", "floors": 9}]}
    expected = Expected(success={"code": ["00"]}, codes={"rows.use": ["R"]})

    reply = asked_of(tmp_path, {**SHAPE, "example": failed}, expected)

    assert reply == {"code": "00", "rows": [{"no": "X", "use": "R", "floors": 9}]}


@pytest.mark.parametrize("content", ["[]", "{", '{"read": {"sucess": {}}}'])
def test_a_file_that_tells_nothing_of_the_kind_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "e.json").write_text(content, "utf-8")

    with pytest.raises(Refused, match=r"e\.json: does not say what is expected"):
        read_expected(tmp_path / "e.json")


def told(department: str) -> Served:
    """The mock of a department as the command makes it, but without its examples."""
    folder = DEPARTMENTS / department
    said = contract_of(folder)
    expected = read_expected(Path(handed_over(folder)))
    return opened(
        said.file,
        Options(today=TODAY, path=said.path, expected=expected),
        root=said.root,
        service=said.service,
        port=said.port_name,
    )


@pytest.mark.parametrize(
    ("department", "lookup", "field"),
    [
        ("planning", "registers.parcel.parcel_no", "parcel_no"),
        ("construction", "registers.building.building_no", "building_no"),
        ("housing", "registers.property.cert_no", "cert_no"),
        ("police", "registers.person.person_ref", "person_ref"),
    ],
)
def test_a_look_up_of_a_mock_without_examples_finds_what_was_asked_for(
    capsys: pytest.CaptureFixture[str], department: str, lookup: str, field: str
) -> None:
    terminal = Terminal(capsys)
    with on_the_wire(told(department)) as base:
        call = ("departments", "call", department, lookup, "key=K-17", "--url", base, "--json")
        code = terminal.run(*call)

    assert code == 0, terminal.err
    assert json.loads(terminal.out)["value"]["K-17"][field] == "K-17"
