"""What several operations ask of one way in the same turn of the loop leaves as one call.

Only where the contract takes several keys at once and gives one record for each: long lists of
strangers might together exceed what one reply may weigh.
"""

from collections.abc import Callable, Iterator, Sequence

from gateway.federation.flights import Asked
from gateway.federation.memory import Key
from gateway.federation.ways import Way


class Gathering:
    """Waits for the end of the turn, and hands over what came, so many keys at once."""

    def __init__(self, leave: Callable[[Way, Sequence[Asked]], object]) -> None:
        self._leave = leave
        self._by_way: dict[Way, list[Asked]] = {}

    def add(self, way: Way, asked: Asked) -> None:
        """This leaves with what others ask of the same way until the turn is over."""
        gathered = self._by_way.get(way)
        if gathered is None:
            self._by_way[way] = [asked]
            asked.waiter.loop.call_soon(self._end, way)
        else:
            gathered.append(asked)

    def _end(self, way: Way) -> None:
        for together in _filled(self._by_way.pop(way), way.batch):
            self._leave(way, together)


def _filled(gathered: Sequence[Asked], most: int) -> Iterator[Sequence[Asked]]:
    """In their order, so many keys at once; nobody's keys are parted, and equal ones count once."""
    together: list[Asked] = []
    keys: set[Key] = set()
    for asked in gathered:
        if together and len(keys.union(asked.keys)) > most:
            yield together
            together, keys = [], set()
        together.append(asked)
        keys.update(asked.keys)
    yield together
