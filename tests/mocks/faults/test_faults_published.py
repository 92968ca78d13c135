"""The documents say what the table says."""

import re
from pathlib import Path

from mocks.faults.pace import READERS
from mocks.faults.published import kind_table
from mocks.faults.rule import CONDITIONS

DOCS = (Path(__file__).parents[3] / "docs" / "mocks.md").read_text("utf-8")


def test_the_documents_show_the_table_of_kinds() -> None:
    shown = re.search(r"<!-- kinds: begin -->\n(.*?)<!-- kinds: end -->", DOCS, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() == kind_table().strip(), "run: python -m mocks.faults"


def test_the_documents_explain_every_key_of_a_rule() -> None:
    explained = set(re.findall(r"`([a-z_]+)`", DOCS))
    assert set(CONDITIONS) <= explained
    assert set(READERS) <= explained
