"""A finding names the line its key is written on, and a shared mistake once, where it stands."""

from pathlib import Path

import pytest

from adapters.findings import Findings
from adapters.manifest.places import Places
from adapters.manifest.read import FILE
from tests.adapters.bad.manifests import placed, told

TEXT = '''id = "x"
more = { a = "1", "b.c" = "2" }
list = [
  { id = "not a key" },
]
long = """
id = "not a key"
"""
[verbs.file]
operation = "File"
request.Body.Name = "answers.name"
[codes.status]
"01" = "accepted"
Client = { x = "[" }  # ]
[services.shop.file.request]
Own = "reference"
'''


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("id", ("id", 1)),
        ("more.a", ("more.a", 2)),
        ("list[0].id", ("list[0].id", 3)),
        ("verbs.file.request.Body", ("verbs.file.request.Body", 11)),
        ("codes.status.01", ("codes.status.01", 13)),
        ("codes.status.02", ("codes.status.02", 12)),
        ("services.shop.file.request.Own", ("services.shop.file.request.Own", 16)),
        ("services.shop.file.request.Body.Name", ("verbs.file.request.Body.Name", 11)),
        ("services.shop.file.operation", ("verbs.file.operation", 10)),
        ("nowhere.at.all", ("nowhere.at.all", None)),
    ],
)
def test_key_is_found_where_it_is_written(key: str, expected: tuple[str, int | None]) -> None:
    assert Places(TEXT).find(key) == expected


def test_mistake_in_a_shared_place_is_told_once(tmp_path: Path) -> None:
    folder = placed("office", tmp_path)
    text = (folder / FILE).read_text(encoding="utf-8")
    text = text.replace('Person = "answers.person"', 'Person = "answer.person"')
    text = text.replace("[services.shop]", '[services.cafe]\nconst.kind = "A"\n[services.shop]')
    (folder / FILE).write_text(text, encoding="utf-8")
    line = text.splitlines().index('Person = "answer.person"') + 1
    assert [str(finding) for finding in told(folder)] == [
        "department.toml:verbs.file.request.Person: there is no source 'answer' here — "
        f"did you mean 'answers'? (line {line})"
    ]


def test_finding_without_a_file_has_no_line() -> None:
    findings = Findings(FILE)
    findings.add("a.b", "is wrong", "mend it")
    assert str(findings.items[0]) == "department.toml:a.b: is wrong — mend it"
