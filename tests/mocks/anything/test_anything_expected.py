"""A mock that is told what its replies are read for answers as those who read them expect."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.department_mock import contract_of
from gateway.cli.mock_expecting import handed_over
from mocks.anything.bad_days import BadDays
from mocks.anything.exchange import Asked, Options
from mocks.anything.expected import Expected, read_expected
from mocks.anything.opened import opened
from mocks.anything.refusal import Refused
from mocks.anything.server import Served
from mocks.core.faults import ON_CALLS, Matter
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


def told(department: str, examples: Path | None = None) -> Served:
    """The mock of a department as the command makes it, with these examples only."""
    folder = DEPARTMENTS / department
    said = contract_of(folder)
    expected = read_expected(Path(handed_over(folder)))
    return opened(
        said.file,
        Options(today=TODAY, path=said.path, expected=expected),
        root=said.root,
        service=said.service,
        port=said.port_name,
        examples=examples,
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


@pytest.mark.parametrize(
    ("department", "kind", "error"),
    [
        ("housing", "busy", "NotDelivered"),  # in a result code
        ("planning", "busy", "NotDelivered"),  # in the detail of a SOAP fault
        ("greening", "busy", "NotDelivered"),  # in a fault, where a result code cannot say it
        ("fire", "busy", "NotDelivered"),  # in the body of an error
        ("housing", "refused", "Refused"),
        ("planning", "refused", "Refused"),
        ("market", "refused", "Refused"),
    ],
)
def test_a_department_says_on_order_what_its_own_codes_mean(
    capsys: pytest.CaptureFixture[str], department: str, kind: str, error: str
) -> None:
    served, terminal = told(department), Terminal(capsys)
    with on_the_wire(served) as base:
        served.bad_days = BadDays.of([kind], "soap" if served.soap else "rest", {kind})
        receipt = "K-17/K-18" if department == "planning" else "17"
        words = ("verbs.progress", f"receipt={receipt}")
        code = terminal.run("departments", "call", department, *words, "--url", base, "--json")

    assert code == 1, terminal.err
    told_error = json.loads(terminal.out)["error"]
    assert told_error["kind"] == error
    assert kind != "busy" or told_error["code"] == "DEPARTMENT_BUSY"


@pytest.mark.parametrize("department", ["planning", "housing"])
def test_a_department_knows_nothing_on_order(
    capsys: pytest.CaptureFixture[str], department: str
) -> None:
    lookup = {"planning": "registers.parcel.parcel_no", "housing": "registers.property.cert_no"}
    served, terminal = told(department), Terminal(capsys)
    with on_the_wire(served) as base:
        served.bad_days = BadDays.of(["absent"], "soap" if served.soap else "rest", {"absent"})
        words = (lookup[department], "key=K-17", "--url", base, "--json")
        code = terminal.run("departments", "call", department, *words)

    assert code == 0, terminal.err
    assert json.loads(terminal.out)["value"] == {"K-17": None}


@pytest.mark.parametrize("department", ["construction", "health"])
def test_an_example_is_found_again_whoever_calls_and_whenever(
    capsys: pytest.CaptureFixture[str], department: str
) -> None:
    examples = DEPARTMENTS / department / "examples"
    example = json.loads(next(examples.glob("read-*-found.json")).read_text("utf-8"))
    asked = example["arguments"]
    lookup = f"registers.{asked['register']}.{asked['lookup']}"
    served = told(department, examples)
    with on_the_wire(served) as base:
        words = (lookup, *(f"key={key}" for key in asked["keys"]), "--url", base, "--json")
        Terminal(capsys).run("departments", "call", department, *words)

    assert served.journal.last[-1]["source"] == "recorded"


def test_what_differs_from_call_to_call_does_not_tell_requests_apart(tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    fine = {"200": {"description": ""}}
    read = {"operationId": "read", "requestBody": body, "responses": fine}
    document = {"openapi": "3.0.3", "info": {}, "paths": {"/read": {"post": read}}}
    (tmp_path / "c.json").write_text(json.dumps(document), "utf-8")
    expected = {"read": Expected(passing=["body.head.sign", "query.at"])}
    mock = opened(tmp_path / "c.json", Options(today=TODAY, expected=expected)).mock

    def identity(sign: str, at: str, key: str) -> object:
        content = json.dumps({"head": {"sign": sign}, "key": key}).encode()
        return mock.identity(Asked(method="POST", path="/read", query=[("at", at)], body=content))

    assert identity("A", "1", "K") == identity("B", "2", "K")
    assert identity("A", "1", "K") != identity("A", "1", "L")


def test_one_filing_has_one_receipt_whatever_else_is_said(tmp_path: Path) -> None:
    row = {"type": "object", "required": ["no", "at"], "properties": {"no": TEXT, "at": TEXT}}
    shape = {"type": "object", "required": ["rows"], "properties": {
        "rows": {"type": "array", "minItems": 1, "items": row}
    }}  # fmt: skip
    of_wanted = {"rows.no": ["body.wanted"], "rows.at": ["body.wanted"]}
    filed = Expected(follows=of_wanted, forms={"rows.at": "%Y%m%d%H%M%S"})

    first, again = (asked_of(tmp_path, shape, filed, seed)["rows"][0] for seed in (1, 2))

    assert first == again
    assert first["no"].startswith("2026")
    assert re.fullmatch(r"2026\d{10}", first["at"])


def test_the_receipt_follows_the_reference_in_both_calls() -> None:
    expected = read_expected(Path(handed_over(DEPARTMENTS / "planning")))

    assert expected["SubmitCase"].follows["AcceptNo"] == ["CaseRef"]
    assert expected["QueryCase"].follows["Case.AcceptNo"] == ["CaseRef"]


def test_what_no_code_of_a_manifest_says_is_not_served() -> None:
    with pytest.raises(Refused, match=r"no code of a manifest says absent — give one"):
        BadDays.of(["absent"], "soap", {"busy"})


def test_conditions_are_those_of_a_rule() -> None:
    days = BadDays.of(
        ["unavailable,first=2,operation=b", "absent,every=2"], "rest", {"absent"}, {"a", "b"}
    )

    met = [days._picked(ON_CALLS, Matter(operation=one)).kind for one in "abbb"]
    said = [days.says() for _ in "abcd"]

    assert met == ["none", "unavailable", "unavailable", "none"]
    assert said == [None, "absent", None, "absent"]


def test_what_is_drawn_hangs_on_the_seed_of_the_mock() -> None:
    def met(seed: int) -> list[str]:
        days = BadDays.of(["unavailable,probability=0.5"], "rest", seed=seed)
        return [days._picked(ON_CALLS, Matter(operation="a")).kind for _ in range(30)]

    assert met(1) == met(1) != met(2)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("busy,first", "'first' is not KEY=VALUE — write for example busy,first=2"),
        ("busy,furst=2", "unknown key — did you mean first?"),
        ("busy,first=two", "first: 'two' is not a whole number"),
        ("busy,operation=readAb", "the contract has no 'readAb' — did you mean readAB?"),
        ("reset_after_headers,operation=ab", "strikes before it is known; leave it out"),
        ("token_down", "token_down strikes operations that issue tokens, and the contract has"),
        ("lag", "lag strikes callbacks and filings, which a mock of a contract has none of"),
        ("status,status=1000", "status: 1000 is not a whole number from 200 to 599"),
        ("absent,operation=ab", "absent is said before it is known what was asked"),
    ],
)
def test_a_condition_that_cannot_be_kept_is_told(told: str, sentence: str) -> None:
    with pytest.raises(Refused, match=re.escape(sentence)):
        BadDays.of([told], "rest", {"absent"}, {"ab", "readAB"})


def test_a_fault_strikes_so_often_on_the_wire() -> None:
    served = told("health")
    with on_the_wire(served) as base, httpx.Client(base_url=base, trust_env=False) as client:
        served.bad_days = BadDays.of(["unavailable,first=2"], "rest")
        path = "/health-certificates/summary?creditCode=91310104MA188WXJ2E"
        statuses = [client.get(path).status_code for _ in "abcd"]

    assert statuses[:2] == [503, 503]
    assert 503 not in statuses[2:]
