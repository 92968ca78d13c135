"""The journals of all departments, read where they lie; no department notices.

What is kept here of them is bounded: where records stand, what was found for the last questions,
and the lines shown last. Bodies stay where they are. Not safe across threads.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import Any

from mocks.journal.entry import Entry
from mocks.journal.matching import Matcher
from mocks.journal.ring import Ring
from mocks.journal.search import Search
from mocks.journal.spine import Spine

_SEARCHES = 8
_LINES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What matched: how many, of how many that are kept, and the newest, oldest first."""

    count: int
    kept: int
    entries: list[Entry]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Every process's ring, by its name: `market`, and its readers `market.1`, `market.2` …"""

    rings: Mapping[str, Ring]
    _searches: list[Search] = field(default_factory=list)
    _lines: OrderedDict[tuple[str, int], dict[str, Any]] = field(default_factory=OrderedDict)

    def entries(self, department: str | None = None) -> list[Entry]:
        """What is remembered, in order of arrival."""
        return list(self.newest(department))[::-1]

    def newest(self, department: str | None = None) -> Iterator[Entry]:
        """What is remembered, the newest first, each read when it is asked for."""
        return _by_time((spine, spine.newest()) for spine in self._looked_at(department))

    def find(self, matcher: Matcher, limit: int) -> Found:
        """The newest that match. The same question again looks at what came since."""
        spines = self._looked_at(matcher.line.get("department"))
        search = self._search(matcher)
        search.look(spines)
        found = _by_time((spine, search.newest(spine.worker)) for spine in spines)
        newest = list(islice(found, limit))[::-1]
        return Found(count=search.count, kept=sum(map(len, spines)), entries=newest)

    def one(self, id_: str) -> Entry | None:
        """The request of this id; None when there is none, or it has given way."""
        worker, _, position = id_.rpartition("-")
        if worker not in self._spines or not (position.isascii() and position.isdigit()):
            return None
        self._spines[worker].look()
        return self._spines[worker].read(int(position))

    def line(self, entry: Entry) -> dict[str, Any]:
        """An entry without what is long, worked out once when it is over."""
        key = (entry.worker, entry.id)
        if (known := self._lines.get(key)) is not None:
            self._lines.move_to_end(key)
            return known
        line = entry.line()
        if entry.outcome.duration_s is not None:
            self._lines[key] = line
            if len(self._lines) > _LINES:
                self._lines.popitem(last=False)
        return line

    @cached_property
    def _spines(self) -> dict[str, Spine]:
        return {worker: Spine(worker, ring) for worker, ring in self.rings.items()}

    def _looked_at(self, department: str | None) -> list[Spine]:
        spines = [one for one in self._spines.values() if department in (None, one.department)]
        for spine in spines:
            spine.look()
        return spines

    def _search(self, matcher: Matcher) -> Search:
        """The search for the same as before, or a new one; the last few are remembered."""
        same = (one for one in self._searches if one.matcher == matcher)
        search = next(same, None) or Search(matcher)
        self._searches[:] = [one for one in self._searches if one is not search][1 - _SEARCHES :]
        self._searches.append(search)
        return search


def _by_time(sources: Iterable[tuple[Spine, Iterator[int]]]) -> Iterator[Entry]:
    """The entries at these positions, the newest first."""
    each = [_read(spine.read, positions) for spine, positions in sources]
    return merge(*each, key=_arrival, reverse=True)


def _read(read: Callable[[int], Entry | None], positions: Iterator[int]) -> Iterator[Entry]:
    return (entry for position in positions if (entry := read(position)) is not None)


def _arrival(entry: Entry) -> float:
    return entry.received.real_at
