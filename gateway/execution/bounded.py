"""What is kept up to so many entries and bytes, the least recently used leaving first."""

from collections import OrderedDict
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Kept = TypeVar("Kept")


class Bounded(Generic[Asked, Kept]):
    """Entries with a weight in bytes each; one heavier than an eighth of all is not taken."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._entries: OrderedDict[Asked, tuple[Kept, int]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, asked: Asked) -> Kept | None:
        """What is kept under this; it was used just now."""
        entry = self._entries.get(asked)
        if entry is None:
            return None
        self._entries.move_to_end(asked)
        return entry[0]

    def keep(self, asked: Asked, kept: Kept, weight: int) -> None:
        """Keep it in place of what was there."""
        self.drop(asked)
        if weight > self._most_bytes // 8:
            return
        self._entries[asked] = (kept, weight)
        self.bytes += weight
        while len(self._entries) > self._most or self.bytes > self._most_bytes:
            self.bytes -= self._entries.popitem(last=False)[1][1]

    def drop(self, asked: Asked) -> None:
        """Keep it no longer."""
        entry = self._entries.pop(asked, None)
        if entry is not None:
            self.bytes -= entry[1]

    def clear(self) -> None:
        """Keep nothing."""
        self._entries.clear()
        self.bytes = 0
