"""What replies and errors have in common becomes [outcome], [faults] and [codes]."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.drafting.draft import Drafted, draft_department
from adapters.errors import NotDelivered
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.rules import Rule
from tests.adapters.conftest import Counter
from tests.adapters.conftest import made as built
from tests.adapters.drafting.posted import TEXT, drafted, manifest, member, questions, texts
from tests.adapters.drafting.test_drafting_own import OURS

ASK = texts("certNo")


def result(code: dict[str, Any], name: str = "resultCode", text: str = "message") -> dict[str, Any]:
    return member(**{name: code, text: TEXT, "data": texts("certNo", "area")})


def told(made: Drafted) -> dict[str, Any]:
    return tomllib.loads(manifest(made))


def two(folder: Path, reply: dict[str, Any], **errors: dict[str, Any]) -> Drafted:
    return drafted(folder, {"getTitle": (ASK, reply), "getDeed": (ASK, reply)}, **errors)


@pytest.mark.parametrize(
    ("name", "text", "code", "success"),
    [
        ("resultCode", "message", {"type": "string"}, "DECIDE"),
        ("code", "msg", {"type": "string"}, "DECIDE"),
        ("retCode", "retMsg", {"type": "string", "enum": ["0000", "E1"]}, "0000"),
        ("status", "message", {"type": "string", "description": "00 成功，99 失败"}, "00"),
        ("code", "message", {"type": "string", "description": "200 - success"}, "200"),
        ("success", "msg", {"type": "boolean"}, "true"),
    ],
)
def test_the_result_code_that_replies_share_is_the_outcome(
    name: str, text: str, code: dict[str, Any], success: str, tmp_path: Path
) -> None:
    made = two(tmp_path, result(code, name, text))

    assert told(made)["outcome"] == {"code": name, "success": [success], "text": text}
    assert len(questions(made, "outcome")) == 1
    assert made.findings == ()


def test_every_other_code_the_contract_lists_gets_a_careful_meaning(tmp_path: Path) -> None:
    made = two(tmp_path, result({"type": "string", "enum": ["E1", "0", "E2"]}))

    assert told(made)["outcome"]["success"] == ["0"]
    assert told(made)["faults"] == {"E1": "contract_broken", "E2": "contract_broken"}
    assert len(questions(made, "faults")) == 1


def test_listed_codes_of_which_none_is_known_to_be_success_leave_it_to_decide(
    tmp_path: Path,
) -> None:
    made = two(tmp_path, result({"type": "string", "enum": ["A", "B"]}))
    findings = Findings(FILE)
    read_manifest(made.folder, findings)

    assert told(made)["outcome"]["success"] == ["DECIDE"]
    assert made.findings == ()
    undecided = {found.key for found in findings.items if found.rule is Rule.KEY_UNDECIDED}
    assert "outcome.success[0]" in undecided


def test_a_status_of_the_record_is_no_outcome(tmp_path: Path) -> None:
    made = two(tmp_path, texts("certNo", "status", "area"))

    assert "outcome" not in told(made)


def test_a_look_up_whose_reply_has_no_code_is_without_an_outcome(tmp_path: Path) -> None:
    coded = result({"type": "string"})
    names = ("getTitle", "getDeed", "getPlan", "getRoad")
    operations = dict.fromkeys(names, (ASK, coded)) | {"getTree": (ASK, texts("certNo", "h"))}
    made = drafted(tmp_path, operations)

    lookup = told(made)["registers"]["town_tree"]["lookups"]["cert_no"]
    assert lookup["outcome"] == {}
    assert (made.findings, made.dropped) == ((), ())


def test_errors_with_a_body_are_faults_by_their_status(tmp_path: Path) -> None:
    error = texts("errorCode", "errorMsg")
    made = two(tmp_path, texts("certNo", "area"), e409=error, e429=error)

    assert told(made)["outcome"] == {"fault_code": "errorCode", "fault_text": "errorMsg"}
    assert told(made)["faults"] == {"http 409": "refused", "http 429": "busy"}


def test_listed_codes_of_errors_do_not_hide_what_their_statuses_mean(tmp_path: Path) -> None:
    code = {"type": "string", "enum": ["NOT_EXIST", "RATE_LIMITED"]}
    error = member(errorCode=code, errorMsg=TEXT)
    made = two(tmp_path, texts("certNo", "area"), e404=error, e429=error)
    lookups = [one["lookups"]["cert_no"] for one in told(made)["registers"].values()]

    assert made.findings == ()
    assert told(made)["outcome"] == {"fault_text": "errorMsg"}
    assert told(made)["faults"] == {"http 429": "busy"}
    assert [lookup["faults"] for lookup in lookups] == [{"http 404": "absent"}] * 2
    [question] = questions(made, "outcome.fault_code")
    assert "NOT_EXIST, RATE_LIMITED" in question
    assert '# fault_code = "errorCode"' in manifest(made)


def test_listed_codes_are_asked_about_where_no_status_says_what_they_mean(tmp_path: Path) -> None:
    error = member(errorCode={"type": "string", "enum": ["E1"]}, errorMsg=TEXT)
    made = two(tmp_path, texts("certNo", "area"), e500=error)

    assert told(made)["outcome"]["fault_code"] == "errorCode"
    assert told(made)["faults"] == {"E1": "unknown"}


async def test_a_404_with_a_listed_code_is_no_record(tmp_path: Path, counter: Counter) -> None:
    code = {"type": "string", "enum": ["NOT_EXIST", "RATE_LIMITED"]}
    reply, error = texts("certNo", "area"), member(errorCode=code, errorMsg=TEXT)
    draft = drafted(tmp_path, {"getTitle": (ASK, reply)}, e404=error, e429=error)
    (draft.folder / FILE).write_text(manifest(draft).replace('"DECIDE"', '"x"'), "utf-8")
    department, findings = built(draft.folder, counter.url)
    assert department is not None, findings

    counter.says('{"errorCode":"NOT_EXIST","errorMsg":"m"}', status=404, kind="application/json")
    assert await department.read("town_title", "cert_no", ["C1"], budget=1) == {"C1": None}
    counter.says('{"errorCode":"RATE_LIMITED","errorMsg":"m"}', status=429, kind="application/json")
    with pytest.raises(NotDelivered, match="busy"):
        await department.read("town_title", "cert_no", ["C1"], budget=1)
    await department.aclose()


def test_declared_faults_of_a_wsdl_are_found_where_they_stand(tmp_path: Path) -> None:
    made = draft_department("plan", OURS / "planning/contract/plan-case.wsdl", tmp_path)
    ours = tomllib.loads((OURS / "planning" / FILE).read_text("utf-8"))["outcome"]

    assert told(made)["outcome"]["fault_code"] == ours["fault_code"]
    assert set(told(made)["faults"].values()) == {"unknown"}


def test_values_the_contract_lists_are_read_through_a_table_that_says_what_they_mean(
    tmp_path: Path,
) -> None:
    kind = {"type": "string", "enum": ["1", "2"], "description": "1: 有效，2: 注销"}
    made = two(tmp_path, member(certNo=TEXT, kind=kind, other=kind))

    assert told(made)["codes"] == {
        "kind": {"1": "1", "2": "2"},
        "other": {"1": "1", "2": "2"},
    }
    assert '1 = "1"  # 有效\n2 = "2"  # 注销' in manifest(made)
    assert told(made)["registers"]["town_title"]["reply"]["kind"] == "kind | code kind"
    assert len(questions(made, "codes.kind")) == 1


@pytest.mark.parametrize("enum", [["1"], ["*", "1"], ["", "1"], [str(n) for n in range(50)]])
def test_a_list_that_makes_no_table_is_read_as_it_comes(enum: list[str], tmp_path: Path) -> None:
    made = two(tmp_path, member(certNo=TEXT, kind={"type": "string", "enum": enum}))

    assert "codes" not in told(made)
    assert made.findings == ()
