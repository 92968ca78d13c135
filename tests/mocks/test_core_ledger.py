"""The append-only book."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mocks.core.clock import SHANGHAI
from mocks.core.ledger import Ledger, digest, read_entries

AT = datetime(2026, 9, 21, 9, tzinfo=SHANGHAI)


def test_entries_are_numbered_and_come_back_from_the_disk(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "book" / "fire.jsonl")
    assert [ledger.append("filing", at=AT, reference=r) for r in "ab"] == [1, 2]
    ledger.close()

    again = Ledger(ledger.path)

    assert again.entries() == ledger.entries()
    assert [e["reference"] for e in again.entries()] == ["a", "b"]
    again.close()


def test_a_line_cut_short_by_a_crash_is_dropped_and_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "fire.jsonl"
    ledger = Ledger(path)
    ledger.append("filing", at=AT, reference="whole")
    ledger.close()
    path.write_bytes(path.read_bytes() + b'{"seq": 2, "kind": "fil')

    again = Ledger(path)
    again.append("filing", at=AT, reference="next")
    again.close()

    assert [(e["seq"], e["reference"]) for e in read_entries(path)] == [(1, "whole"), (2, "next")]


def test_entries_written_together_are_on_the_disk_when_that_ends(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "fire.jsonl")

    with ledger.together():
        numbers = [ledger.append("decision", at=AT, reference=r) for r in "abc"]
    ledger.append("filing", at=AT, reference="d")

    assert (numbers, len(ledger)) == ([1, 2, 3], 4)
    assert [entry["reference"] for entry in read_entries(ledger.path)] == list("abcd")
    ledger.close()


def test_a_digest_does_not_depend_on_the_order_of_fields() -> None:
    assert digest({"a": 1, "b": Decimal("2.0")}) == digest({"b": Decimal("2.0"), "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_a_ledger_refuses_what_it_cannot_write_down(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "fire.jsonl")

    with pytest.raises(TypeError, match="set"):
        ledger.append("filing", at=AT, odd={1})
    assert list(read_entries(ledger.path)) == []
    ledger.close()
