"""One question to the journals, asked again and again: only what is new is looked at.

What is over stays as it is, and so does whether it matches; a request that goes on is looked at
again once something came of it.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mocks.journal.glance import Glance
from mocks.journal.matching import Matcher
from mocks.journal.record import OUTCOME_SIZE, is_open
from mocks.journal.spine import Spine


@dataclass(slots=True)
class _Looked:
    """What is known of one ring."""

    last: int = -1  # everything up to it was looked at
    over: "array[int]" = field(default_factory=lambda: array("Q"))  # those that match
    goes_on: dict[int, bool] = field(default_factory=dict)  # and whether it matches so far


class Search:
    """Where the requests stand that match."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self._glance = Glance(matcher)
        self._looked: dict[str, _Looked] = {}

    def look(self, spines: Iterable[Spine]) -> None:
        """Take in what came since the last look."""
        for spine in spines:
            looked = self._looked.setdefault(spine.worker, _Looked())
            self._forget(spine, looked)
            self._see_again(spine, looked)
            self._see(spine, looked)

    @property
    def count(self) -> int:
        """How many match."""
        each = self._looked.values()
        return sum(len(one.over) + sum(one.goes_on.values()) for one in each)

    def newest(self, worker: str) -> Iterator[int]:
        """The positions of those of one ring that match, the newest first."""
        looked = self._looked[worker]
        going = [position for position, matches in looked.goes_on.items() if matches]
        return iter(_merged(looked.over, sorted(going)))

    def _forget(self, spine: Spine, looked: _Looked) -> None:
        tail = spine.ring.tail
        del looked.over[: bisect_left(looked.over, tail)]
        for position in [one for one in looked.goes_on if one < tail]:
            del looked.goes_on[position]

    def _see_again(self, spine: Spine, looked: _Looked) -> None:
        for position in list(looked.goes_on):
            beginning = spine.ring.payload(position, OUTCOME_SIZE)
            if beginning is None or not is_open(beginning):
                del looked.goes_on[position]
                if beginning is not None and self._matches(spine, position):
                    at = bisect_left(looked.over, position)
                    looked.over.insert(at, position)

    def _see(self, spine: Spine, looked: _Looked) -> None:
        for position in spine.after(looked.last):
            looked.last = position
            beginning = spine.ring.payload(position, OUTCOME_SIZE)
            if beginning is None:
                continue
            if is_open(beginning):  # asked before it is matched: what is over stays so
                looked.goes_on[position] = self._matches(spine, position)
            elif self._matches(spine, position):
                looked.over.append(position)

    def _matches(self, spine: Spine, position: int) -> bool:
        if self._glance.tells_all:
            return True
        payload = spine.ring.payload(position)
        if payload is None or not self._glance.may_match(payload):
            return False
        return self.matcher.matches(spine.entry(position, payload))


def _merged(over: Sequence[int], going: Sequence[int]) -> Iterator[int]:
    """Both from the end, the greater first."""
    at, other = len(over), len(going)
    while at or other:
        if other == 0 or (at and over[at - 1] > going[other - 1]):
            at -= 1
            yield over[at]
        else:
            other -= 1
            yield going[other]
