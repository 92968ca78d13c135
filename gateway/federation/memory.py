"""What departments said lately, in this process: fresh for seconds, then the last known."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from schema.domain.reading import Reading


class Key(NamedTuple):
    """One value of one department for one viewer; nothing is shared between viewers."""

    department: str
    source: str  # register, or service for progress
    way: str  # lookup, or "progress"
    key: str
    scope: str


@dataclass(frozen=True, slots=True)
class _Entry:
    reading: Reading
    fresh_until: float
    known_until: float


class Memory:
    """At most `size` readings, the least recently used leaving first; time is an argument."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def put(
        self, key: Key, reading: Reading, *, now: float, fresh_s: float, known_s: float
    ) -> None:
        """Remember what a department said."""
        self._entries[key] = _Entry(reading, now + fresh_s, now + known_s)
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def fresh(self, key: Key, *, now: float) -> Reading | None:
        """The reading, as long as it may stand for a new one."""
        entry = self._entries.get(key)
        if entry is None or now >= entry.fresh_until:
            return None
        self._entries.move_to_end(key)
        return entry.reading

    def known(self, key: Key, *, now: float) -> Reading | None:
        """The last known reading, fresh or not."""
        entry = self._entries.get(key)
        if entry is None or now >= entry.known_until:
            return None
        return entry.reading
