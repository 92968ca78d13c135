"""The journals of all departments, read where they lie; no department notices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mocks.journal.entry import Entry
from mocks.journal.record import unpacked
from mocks.journal.ring import Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Every process's ring, by its name: `market`, and its readers `market.1`, `market.2` …"""

    rings: Mapping[str, Ring]

    def entries(self, department: str | None = None) -> list[Entry]:
        """What is remembered, in order of arrival."""
        named = [worker for worker in self.rings if department in (None, department_of(worker))]
        found = [entry for worker in named for entry in self._of(worker)]
        found.sort(key=lambda entry: entry.received.real_at)
        return found

    def _of(self, worker: str) -> Iterator[Entry]:
        for position, payload in self.rings[worker].records():
            yield _entry(worker, position, payload)


@lru_cache(maxsize=4096)  # what was worked out for one question serves the next
def _entry(worker: str, position: int, payload: bytes) -> Entry:
    outcome, received = unpacked(payload)
    return Entry(
        id=position,
        department=department_of(worker),
        worker=worker,
        received=received,
        outcome=outcome,
    )


def department_of(worker: str) -> str:
    """Whose process it is: `market` and `market.1` are market's."""
    return worker.partition(".")[0]
