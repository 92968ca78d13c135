"""What a manifest tells a mock of its contract about good replies."""

from pathlib import Path
from typing import Any

import pytest

from adapters.expectation import expected_of
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from tests.adapters.bad.manifests import placed

DEPARTMENTS = Path(__file__).parents[2] / "adapters" / "departments"


def expected(folder: Path) -> dict[str, Any]:
    manifest = read_manifest(folder, Findings(folder.name))
    assert manifest is not None
    return expected_of(manifest)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return placed("office", tmp_path)


def edited(folder: Path, old: str, new: str) -> dict[str, Any]:
    text = (folder / FILE).read_text("utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new), "utf-8")
    return expected(folder)


def test_codes_and_forms_and_the_key_stand_where_the_manifest_reads_them(office: Path) -> None:
    assert expected(office)["Read"] == {
        "codes": {"Record.Kind": ["A", "B"]},
        "forms": {"Record.Value": "decimal"},
        "echoes": {"Record.Id": ["Id"]},
        "reads": [
            "Record.Id", "Record.Floors", "Record.Value", "Record.Listed", "Record.Built",
            "Record.Kind", "Record.Owner", "Record.Tag",
        ],
        "fault": "detail.Trouble.Code",
        "failures": {"absent": ["T404"], "busy": ["T503"]},
    }  # fmt: skip


def test_moments_ids_and_who_calls_tell_no_request_from_another() -> None:
    found = expected(DEPARTMENTS / "construction")

    for operation in found.values():
        assert [place.rpartition(".")[2] for place in operation["passing"]] == [
            "USERID", "PASSWORD", "JYLSH", "FSSJ",
        ]  # fmt: skip


def test_many_keys_are_repeated_row_by_row_and_success_is_what_the_manifest_says() -> None:
    found = expected(DEPARTMENTS / "housing")["queryPropertyBatch"]

    assert found["success"] == {"custom.code": ["0"]}
    assert found["echoes"] == {"data.list.CQZH": ["body.certNos"]}


def test_a_code_whose_absence_is_success_may_be_left_out() -> None:
    found = expected(DEPARTMENTS / "police")["nciicQueryPerson"]

    assert found["success"] == {"ROW.OUTPUT.errormesage": [None]}


def test_a_carried_document_is_named_by_the_file_that_declares_it() -> None:
    found = expected(DEPARTMENTS / "police")["nciicCheck"]

    root = DEPARTMENTS / "police" / "contract" / "inner-check-response.xsd"
    assert found["inner"] == {"at": "out", "root": f"{root}#ROWS"}


def test_a_receipt_and_a_reference_are_repeated_as_keys_are() -> None:
    found = expected(DEPARTMENTS / "housing")

    assert found["getMatter"]["echoes"] == {"data.SLBH": ["path.slbh"]}
    assert found["findMatter"]["echoes"] == {"data.list.YWLSH": ["query.bizRef"]}


def test_a_part_of_a_receipt_is_repeated_where_the_rest_is_taken_from_what_was_asked() -> None:
    found = expected(DEPARTMENTS / "planning")

    assert found["SupplementCase"]["echoes"] == {"CaseRef": ["CaseRef"]}
    assert found["WithdrawCase"]["echoes"] == {"CaseRef": ["CaseRef"]}


def test_a_token_is_one_that_a_header_can_carry() -> None:
    assert expected(DEPARTMENTS / "market")["POST /oauth/token"] == {
        "forms": {"access_token": "token"}
    }


@pytest.mark.parametrize(
    ("line", "what", "value"),
    [
        (".Built | date '%Y%m%d'", "forms", "%Y%m%d"),
        (".Built | blank '0' | date", "forms", "date"),
        (".Built | boolean 'Y' 'N'", "codes", ["Y", "N"]),
        ("first .Built .Kind | trim | code kind", "codes", ["A", "B"]),
    ],
)
def test_stages_say_what_a_text_must_be(office: Path, line: str, what: str, value: object) -> None:
    found = edited(office, 'built = ".Built"', f'built = "{line}"')

    assert found["Read"][what]["Record.Built"] == value


def test_two_calls_of_one_operation_expect_what_both_take(office: Path) -> None:
    more = '[codes.other]\nB = "乙"\nC = "丙"\n[verbs.certificate]\noperation = "Read"\n'
    more += 'each = "Record"\nreply = { number = ".Kind | code other" }\n[services.shop]'

    assert edited(office, "[services.shop]", more)["Read"]["codes"] == {"Record.Kind": ["B"]}


def test_a_draft_with_mistakes_tells_what_is_right_in_it(office: Path) -> None:
    found = edited(office, 'kind = ".Kind | code kind"', 'kind = ".Kind | code \'kind"')

    assert "codes" not in found["Read"]
    assert found["Read"]["echoes"] == {"Record.Id": ["Id"]}
