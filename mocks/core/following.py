"""A desk that only looks: what another process's desk wrote down, as far as it is written.

A filing is in the ledger before anybody is told of it, so whoever looks there first knows at least
what its caller may have heard.
"""

import os
from datetime import datetime
from typing import Any

import orjson

from mocks.core.deed import NotOurs
from mocks.core.desk import Desk
from mocks.core.filed import Change
from mocks.core.ledger import BrokenLedger, Entry, Ledger


class Followed(Ledger):
    """A ledger another process writes, read as it grows.

    One that somebody wrote in is `broken` until it is another: then all of it is read again.
    """

    _read = 0  # so many bytes of it
    _lines = 0  # which are so many lines
    broken: BrokenLedger | None = None
    _broken_as = (0, 0)  # its size then, and when it was written

    def _open(self) -> int:
        return os.open(self.path, os.O_CREAT | os.O_RDONLY, 0o644)

    def news(self) -> tuple[bool, list[tuple[int, Entry]]]:
        """Whether it was begun anew, and the entries since the last look with their lines.

        BrokenLedger for a line that is no entry.
        """
        size = os.fstat(self._file).st_size
        if size == self._read and self.broken is None:
            return False, []
        anew = size < self._read or self._put_right()
        if anew:
            self.from_the_beginning()
        found = os.pread(self._file, size - self._read, self._read)
        whole = found[: found.rfind(b"\n") + 1]  # the last line may be half written
        begins = self._lines + 1
        lines = list(enumerate(whole.splitlines(), start=begins))
        self._read, self._lines = self._read + len(whole), self._lines + len(lines)
        return anew, [(number, self._entry(number, line)) for number, line in lines]

    def breaks(self, broken: BrokenLedger) -> None:
        """Read on only when it is another."""
        status = os.fstat(self._file)
        self.broken, self._broken_as = broken, (status.st_size, status.st_mtime_ns)

    def _put_right(self) -> bool:
        """Whether it was broken, and is another by now; raises what it was broken by if not."""
        if self.broken is None:
            return False
        status = os.fstat(self._file)
        if (status.st_size, status.st_mtime_ns) == self._broken_as:
            raise self.broken
        return True

    def _entry(self, number: int, line: bytes) -> Entry:
        try:
            entry: Entry = orjson.loads(line)
        except ValueError as wrong:
            raise BrokenLedger(self.path, number, str(wrong)) from None
        return entry

    def from_the_beginning(self) -> None:
        """The next look sees all of it."""
        self._read, self._lines, self.broken = 0, 0, None

    def append(self, kind: str, *, at: datetime, **data: Any) -> int:
        """NotOurs."""
        raise NotOurs(kind)


class FollowedDesk(Desk):
    """The filings of a followed ledger. Whatever would change one is NotOurs."""

    _ledger: Followed

    def catch_up(self) -> bool:
        """Know all that is written by now; True. BrokenLedger where somebody wrote in it."""
        try:
            anew, entries = self._ledger.news()
            if anew:
                self._forget()
            for line, entry in entries:
                self._take_up(line, entry)
        except BrokenLedger as broken:
            self._ledger.breaks(broken)
            raise
        return True

    @property
    def broken(self) -> BrokenLedger | None:
        """What somebody wrote in the ledger, as long as it stands there."""
        return self._ledger.broken

    def tick(self) -> list[Change]:
        """NotOurs: every act begins with it, and what is due is decided by who writes."""
        raise NotOurs("tick")

    def reset(self) -> None:
        """Read anew what there is."""
        self._forget()
        self._ledger.from_the_beginning()
