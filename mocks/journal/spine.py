"""Where the records of one process's ring stand: eight bytes a record, each met once."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from mocks.journal.entry import Entry
from mocks.journal.record import unpacked
from mocks.journal.ring import Ring


class Spine:
    """The positions of a ring's records as of the last look; `worker` is the process's name."""

    def __init__(self, worker: str, ring: Ring) -> None:
        self.worker, self.ring = worker, ring
        self.department = department_of(worker)
        self._positions: array[int] = array("Q")

    def __len__(self) -> int:
        return len(self._positions)

    def look(self) -> None:
        """Take in what is new, and let go of what gave way."""
        last = self._positions[-1] if self._positions else -1
        found = self.ring.positions(max(last, 0))
        self._positions.extend(found[bisect_right(found, last) :])
        del self._positions[: bisect_left(self._positions, self.ring.tail)]

    def after(self, position: int) -> Sequence[int]:
        """Those beyond a position, oldest first."""
        return self._positions[bisect_right(self._positions, position) :]

    def newest(self) -> Iterator[int]:
        """All of them, the newest first."""
        return reversed(self._positions)

    def entry(self, position: int, payload: bytes) -> Entry:
        """The record as an entry."""
        outcome, received = unpacked(payload)
        return Entry(
            id=position,
            department=self.department,
            worker=self.worker,
            received=received,
            outcome=outcome,
        )

    def read(self, position: int) -> Entry | None:
        """The entry at a position; None when it has given way, or none begins there."""
        at = bisect_left(self._positions, position)
        if at == len(self._positions) or self._positions[at] != position:
            return None
        payload = self.ring.payload(position)
        return None if payload is None else self.entry(position, payload)


def department_of(worker: str) -> str:
    """Whose process it is: `market` and `market.1` are market's."""
    return worker.partition(".")[0]
