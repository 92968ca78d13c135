"""The journals of all departments, read where they lie; no department notices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mocks.journal.entry import Entry
from mocks.journal.record import unpacked
from mocks.journal.ring import Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Every department's ring."""

    rings: Mapping[str, Ring]

    def entries(self, department: str | None = None) -> list[Entry]:
        """What is remembered, in order of arrival."""
        names = [department] if department else list(self.rings)
        found = [entry for name in names for entry in self._of(name)]
        found.sort(key=lambda entry: entry.received.real_at)
        return found

    def _of(self, department: str) -> Iterator[Entry]:
        ring = self.rings.get(department)
        for position, payload in ring.records() if ring else ():
            yield _entry(department, position, payload)


@lru_cache(maxsize=4096)  # what was worked out for one question serves the next
def _entry(department: str, position: int, payload: bytes) -> Entry:
    outcome, received = unpacked(payload)
    return Entry(id=position, department=department, received=received, outcome=outcome)
