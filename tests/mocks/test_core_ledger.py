"""The append-only book."""

import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mocks.core.clock import SHANGHAI
from mocks.core.ledger import BrokenLedger, Ledger, digest, read_entries

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


def test_an_entry_is_on_the_disk_before_anybody_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, waited = Ledger(tmp_path / "fire.jsonl"), list[int]()
    monkeypatch.setattr(os, "fsync", lambda _: waited.append(len(list(read_entries(ledger.path)))))

    ledger.append("filing", at=AT, reference="a")
    ledger.append("filing", at=AT, reference="b")
    with ledger.together():
        ledger.append("decision", at=AT, reference="a")
        ledger.append("decision", at=AT, reference="b")
        assert waited == [1, 2]

    assert waited == [1, 2, 4]
    ledger.close()


def test_a_new_book_is_on_the_disk_with_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda file: waited.append(str(Path(f"/proc/self/fd/{file}").readlink()))
    )

    ledger = Ledger(tmp_path / "fire.jsonl")

    assert waited == [str(ledger.path), str(tmp_path)]
    ledger.close()


def test_an_entry_the_full_disk_took_half_of_is_taken_back_and_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path / "fire.jsonl")
    ledger.append("filing", at=AT, reference="a")
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[: len(line) // 2]))

    with pytest.raises(OSError, match="No space"):
        ledger.append("filing", at=AT, reference="b")
    monkeypatch.undo()
    ledger.append("filing", at=AT, reference="c")

    assert [e["reference"] for e in read_entries(ledger.path)] == ["a", "c"]
    assert [e["seq"] for e in ledger.entries()] == [1, 2]
    ledger.close()


def test_a_whole_line_that_is_no_entry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "fire.jsonl"
    path.write_bytes(b'{"seq": 1}\n{"seq": \n{"seq": 3}\n')

    with pytest.raises(BrokenLedger, match=r"fire\.jsonl: line 2 is no entry .* — put the line"):
        Ledger(path)
