"""A reply that is a list and nothing else: its rows are at "[]", and nothing of it is lost."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.drafting.draft import Drafted
from adapters.expectation import expected_of
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from tests.adapters.conftest import Counter, made
from tests.adapters.drafting.posted import drafted, manifest, texts

ROW = {"certNo": "C1", "area": "52"}
DEEDS = {"type": "array", "items": texts("certNo", "area")}


@pytest.fixture
def draft(tmp_path: Path) -> Drafted:
    """Drafted from an operation that answers with a bare list."""
    return drafted(tmp_path, {"getDeed": (texts("certNo"), DEEDS)})


def told(draft: Drafted, old: str, new: str) -> list[str]:
    """What is found wrong with the draft after a change."""
    text = manifest(draft).replace('"DECIDE"', '"x"')
    assert old in text
    (draft.folder / FILE).write_text(text.replace(old, new), "utf-8")
    return made(draft.folder, "http://127.0.0.1:1")[1]


@pytest.mark.parametrize("rows", [[], [ROW], [ROW, {**ROW, "area": "70"}]])
async def test_every_row_of_a_bare_list_is_a_record(
    draft: Drafted, counter: Counter, rows: list[dict[str, Any]]
) -> None:
    assert told(draft, 'each = "[]"', 'each = "[]"') == []
    department, _ = made(draft.folder, counter.url)
    assert department is not None
    counter.says(orjson.dumps(rows), kind="application/json")

    found = await department.read("town_deed", "cert_no", ["C1"], budget=1)
    assert found == {"C1": [{"cert_no": "C1", "area": row["area"]} for row in rows]}
    await department.aclose()


def test_a_draft_reads_a_bare_list_row_by_row(draft: Drafted) -> None:
    assert (draft.findings, draft.dropped) == ((), ())
    assert 'many = true  # the reply repeats the record\neach = "[]"' in manifest(draft)


def test_a_mock_is_told_the_places_of_a_bare_lists_rows(draft: Drafted) -> None:
    found = read_manifest(draft.folder, Findings(""))
    assert found is not None
    assert expected_of(found)["getDeed"]["reads"] == ["certNo", "area"]


@pytest.mark.parametrize("each", [".", "$", "data"])
def test_rows_of_a_bare_list_are_nowhere_else(draft: Drafted, each: str) -> None:
    [finding] = told(draft, 'each = "[]"', f'each = "{each}"')
    assert "the answer is a bare list" in finding
    assert 'write each = "[]"' in finding


def test_a_path_into_a_bare_list_without_each_is_told_with_what_mends_it(draft: Drafted) -> None:
    found = told(draft, 'many = true  # the reply repeats the record\neach = "[]"\n', "")
    assert any("begins with a dot, but the call has no each" in one for one in found)
    found = told(draft, '".area"', '"area"')
    assert [one for one in found if "the answer is a bare list" in one and 'each = "[]"' in one]


def test_brackets_lead_into_a_bare_list_only(tmp_path: Path) -> None:
    plain = drafted(tmp_path, {"getDeed": (texts("certNo"), texts("certNo", "area"))})
    [finding] = told(plain, 'area = "area"', "area = \"[].area | join ','\"")
    assert "the answer is no bare list" in finding
