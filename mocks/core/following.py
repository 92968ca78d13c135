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
from mocks.core.ledger import Entry, Ledger


class Followed(Ledger):
    """A ledger another process writes, read as it grows."""

    _read = 0  # so many bytes of it

    def _open(self) -> int:
        return os.open(self.path, os.O_CREAT | os.O_RDONLY, 0o644)

    def news(self) -> tuple[bool, list[Entry]]:
        """Whether it was begun anew, and the entries since the last look, oldest first."""
        size = os.fstat(self._file).st_size
        if size == self._read:
            return False, []
        anew = size < self._read
        if anew:
            self._read = 0
        found = os.pread(self._file, size - self._read, self._read)
        whole = found[: found.rfind(b"\n") + 1]  # the last line may be half written
        self._read += len(whole)
        return anew, [orjson.loads(line) for line in whole.splitlines()]

    def from_the_beginning(self) -> None:
        """The next look sees all of it."""
        self._read = 0

    def append(self, kind: str, *, at: datetime, **data: Any) -> int:
        """NotOurs."""
        raise NotOurs(kind)


class FollowedDesk(Desk):
    """The filings of a followed ledger. Whatever would change one is NotOurs."""

    _ledger: Followed

    def catch_up(self) -> bool:
        """Know all that is written by now; True."""
        anew, entries = self._ledger.news()
        if anew:
            self._forget()
        for entry in entries:
            self._apply(entry)
        return True

    def tick(self) -> list[Change]:
        """NotOurs: every act begins with it, and what is due is decided by who writes."""
        raise NotOurs("tick")

    def reset(self) -> None:
        """Read anew what there is."""
        self._forget()
        self._ledger.from_the_beginning()
