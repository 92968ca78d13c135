"""The end of a ledger, however long it is."""

import json
from pathlib import Path

import pytest

from mocks.admin.ledger import Spoiled, last_entries


def lines(count: int, pad: str = "") -> bytes:
    return b"".join(json.dumps({"seq": n, "pad": pad}).encode() + b"\n" for n in range(count))


def seqs(path: Path, count: int) -> list[int]:
    return [entry["seq"] for entry in last_entries(path, count)]


@pytest.mark.parametrize("pad", ["", "x" * 700, "文" * 40_000])
@pytest.mark.parametrize("count", [0, 1, 3, 7])
def test_the_last_whole_lines_are_told_oldest_first(tmp_path: Path, count: int, pad: str) -> None:
    (tmp_path / "fire.jsonl").write_bytes(lines(count, pad) + b'{"seq": 99, "cut')

    assert seqs(tmp_path / "fire.jsonl", 3) == list(range(count))[-3:]


def test_what_came_long_before_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "fire.jsonl").write_bytes(b"spoiled\n" + lines(9_000))

    assert seqs(tmp_path / "fire.jsonl", 2) == [8998, 8999]
    assert seqs(tmp_path / "none.jsonl", 2) == []


def test_a_line_somebody_spoiled_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "fire.jsonl").write_bytes(lines(1) + b"spoiled\n" + lines(1))

    with pytest.raises(Spoiled, match=r"line 2 is no entry .*: spoiled"):
        last_entries(tmp_path / "fire.jsonl", 3)


def test_a_line_that_is_no_object_is_said_to_be_so_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "fire.jsonl").write_bytes(lines(9_000) + b"3\n" + lines(1))

    with pytest.raises(Spoiled, match=r"line 9001 is no entry \(not an object\): 3"):
        last_entries(tmp_path / "fire.jsonl", 2)
