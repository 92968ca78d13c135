"""What a department was told and what it decided: append-only, on disk before anyone is answered.

One JSON object a line. A line cut short by a crash was never acknowledged and is dropped.
"""

import errno
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from mocks.core.clock import SHANGHAI, real_now

_log = logging.getLogger(__name__)

Entry = Mapping[str, Any]


class BrokenLedger(ValueError):
    """A whole line that is no entry: no crash leaves that behind, somebody wrote in the file."""

    def __init__(self, path: Path, line: int, wrong: str) -> None:
        self.path, self.wrong = path, f"line {line} is no entry ({wrong})"
        self.mend = "put the line right, or move the file away and begin anew"
        super().__init__(f"{path}: {self.wrong} — {self.mend}")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a ledger holds no {type(value).__name__}")


def digest(fields: object) -> str:
    """The sha256 of the fields, whatever order they came in."""
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, default=_plain)
    return sha256(text.encode()).hexdigest()


def read_entries(path: Path) -> Iterator[Entry]:
    """The whole lines of a ledger file, oldest first; nothing when there is no file."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        if line.endswith(b"\n"):
            yield _entry(path, number, line)


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        entry = json.loads(line)
    except ValueError as wrong:
        raise BrokenLedger(path, number, str(wrong)) from None
    if not isinstance(entry, dict):
        raise BrokenLedger(path, number, "not an object")
    return entry


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Ledger:
    """One department's append-only book; `append` returns once the entry is on the disk.

    Entries written `together` are on the disk when that ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._entries: list[Entry] = []
        self._together = False
        self._file = self._open()

    def _open(self) -> int:
        self._entries = list(read_entries(self.path))
        file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o644)
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            told = "a line cut short at its end, %d bytes nobody was promised, is dropped"
            _log.warning(f"%s: {told}", self.path, len(content) - whole)
        os.ftruncate(file, whole)
        os.fsync(file)
        _sync_folder(self.path.parent)  # a new file is only there once its folder says so
        return file

    def append(self, kind: str, *, at: datetime, **data: Any) -> int:
        """Write one entry durably and return its sequence number; `at` is virtual time."""
        seq = len(self._entries) + 1
        entry = {
            "seq": seq,
            "kind": kind,
            "at": at.isoformat(),
            "real_at": datetime.fromtimestamp(real_now(), SHANGHAI).isoformat(),
            **data,
        }
        line = json.dumps(entry, ensure_ascii=False, default=_plain) + "\n"
        self._write(line.encode())
        self._entries.append(json.loads(line))
        return seq

    def _write(self, line: bytes) -> None:
        """The whole line on the disk, or none of it and an OSError: a disk may be full."""
        before = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            if not self._together:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, before)
            raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """One wait for the disk instead of one an entry; nobody may be answered inside."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
            os.fsync(self._file)

    def entries(self) -> tuple[Entry, ...]:
        """Everything written so far, oldest first."""
        return tuple(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def last(self) -> Entry:
        """The newest entry."""
        return self._entries[-1]

    def clear(self) -> list[Entry]:
        """Forget everything, also in the file; what was there is the caller's to let go of.

        Not waited for: after a power failure the past may be back, and nobody was promised that
        it would not. The next entry takes the emptiness to the disk with it.
        """
        if self._entries:  # an empty file is let alone: to touch it is to wait for the disk's turn
            os.ftruncate(self._file, 0)
        forgotten, self._entries = self._entries, []
        return forgotten

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
