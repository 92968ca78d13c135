"""The end of a department's ledger, read from its end: its length costs nothing."""

import json
from pathlib import Path
from typing import Any

_PIECE = 65_536


class Spoiled(ValueError):
    """A whole line that is no entry: somebody wrote in the file."""


def last_entries(path: Path, count: int) -> list[dict[str, Any]]:
    """The last whole lines of a ledger, oldest first; nothing when there is no file."""
    lines = _end(path, count) if path.exists() else b""
    whole = lines[: lines.rfind(b"\n") + 1]
    found = whole.splitlines()[-count:]
    return [_entry(path, line, len(found) - at) for at, line in enumerate(found)]


def _end(path: Path, lines: int) -> bytes:
    """The end of the file, at least so many whole lines where there are as many."""
    with path.open("rb") as file:
        start = file.seek(0, 2)
        pieces: list[bytes] = []
        breaks = 0
        while start > 0 and breaks <= lines + 1:
            start, before = max(0, start - _PIECE), start
            file.seek(start)
            pieces.append(file.read(before - start))
            breaks += pieces[-1].count(b"\n")
    return b"".join(reversed(pieces))


def _entry(path: Path, line: bytes, from_end: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as wrong:
        raise _spoiled(path, line, from_end, str(wrong)) from None
    if not isinstance(entry, dict):
        raise _spoiled(path, line, from_end, "not an object")
    return entry


def _spoiled(path: Path, line: bytes, from_end: int, wrong: str) -> Spoiled:
    number = path.read_bytes().count(b"\n") - from_end + 1
    start = line[:80].decode(errors="replace")
    return Spoiled(f"line {number} is no entry ({wrong}): {start}")
