"""With whose keys calls failed that others' were in: for a while theirs leave alone.

A way whose calls fail in every part gathers nothing until one of them is answered, and one whose
parts cost more calls than gathering saves gathers nothing for a while.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from adapters.errors import AdapterError
from gateway.federation.flights import Flight
from gateway.federation.memory import Key, Tag, of_people
from gateway.federation.parting import spoils
from gateway.federation.ways import Way

LIFE_S: Final = 60.0
MOST: Final = 1_000  # numbers and people under suspicion; the oldest leave first
LENT: Final = 12  # calls that parts may cost more than gathering saves
SAVED: Final = 64  # calls gathering saved that are remembered, to be set against parts


class Wariness:
    """Who leaves alone; `awake` says whether there is anything to look at."""

    def __init__(self) -> None:
        self.awake = False
        self._resting: set[Way] = set()
        self._apart: dict[Way, float] = {}  # until when operations leave apart
        self._saved: dict[Way, int] = {}  # calls, less those of parts, since any came apart
        self._counted_until = 0.0
        self._until: OrderedDict[Tag, float] = OrderedDict()

    def let_go(self, now: float) -> None:
        """Whose time is over, is trusted again."""
        until = self._until
        while until and next(iter(until.values())) <= now:
            until.popitem(last=False)
        for way in [way for way, end in self._apart.items() if end <= now]:
            del self._apart[way]
        if self._counted_until <= now:
            self._saved.clear()
        self._look()

    def suspects(self, key: Key) -> bool:
        """Whether this number is to be asked for in a call of its own, whoever asks."""
        return _number(key) in self._until

    def trusts(self, way: Way, key: Key) -> bool:
        """Whether who asks for this may be in one call with others."""
        if way in self._resting or way in self._apart:
            return False
        return _people(key) not in self._until

    def rests(self, way: Way) -> bool:
        """Whether calls of this way are not parted, as every part failed."""
        return way in self._resting

    def parted(self, flight: Flight, parts: int) -> None:
        """A call the department was at work on is sent again in parts; no budget bears them.

        Its operations would each have asked for themselves: where parts cost more than that, they
        do so for a while.
        """
        way, until = flight.way, flight.loop.time() + LIFE_S
        self._counted_until = until
        self._saved.setdefault(way, 0)
        if flight.parting is None:
            self._save(flight)
        self._saved[way] -= parts
        if self._saved[way] < -LENT:
            self._apart[way] = until
            self._saved[way] = 0
        self.awake = True

    def failed(self, flight: Flight, error: AdapterError) -> None:
        """A call failed, and is not parted."""
        if not spoils(error):
            return
        parting, keys, now = flight.parting, flight.wanted, flight.loop.time()
        numbers = {key.key for key in keys}
        if len(numbers) > 1:
            self._suspect(keys, now)
        elif parting is not None and parting.answered:
            self._convict(keys, now)
        elif _number(keys[0]) in self._until:
            self._suspect(keys, now)
        if parting is not None and not parting.answered:
            parting.left -= len(numbers)
            if len(numbers) == 1:
                parting.failed.append(keys)
            if not parting.left:
                self._resting.add(flight.way)
                self.awake = True

    def given_up(self, flight: Flight) -> None:
        """Nobody waits any longer; after a while without a word, one key may be why."""
        if len(flight.together) > 1 and flight.silent_s >= flight.way.gate.patience_s:
            self._suspect(flight.wanted, flight.loop.time())

    def answered(self, flight: Flight, now: float) -> None:
        """The department answered: what failed beside these keys, failed by itself."""
        self._resting.discard(flight.way)
        for key in flight.wanted:
            self._until.pop(_number(key), None)
        parting = flight.parting
        if parting is None and flight.way in self._saved:
            self._save(flight)
        self._look()
        if parting is not None:
            parting.answered = True
            while parting.failed:
                self._convict(parting.failed.pop(), now)

    def _save(self, flight: Flight) -> None:
        """As many calls as operations are in this one, but for itself, did not leave."""
        less = max(0, len(flight.together) - 1)
        self._saved[flight.way] = min(SAVED, self._saved[flight.way] + less)

    def _look(self) -> None:
        self.awake = bool(self._until or self._resting or self._apart or self._saved)

    def _suspect(self, keys: Iterable[Key], now: float) -> None:
        """One of these may be why a call failed; each leaves alone until it is answered."""
        for key in keys:
            self._note(_number(key), now)

    def _convict(self, keys: Iterable[Key], now: float) -> None:
        """These failed where others that were asked for with them did not.

        Who asks for them is not trusted with other keys either.
        """
        for key in keys:
            self._note(_number(key), now)
            self._note(_people(key), now)

    def _note(self, tag: Tag, now: float) -> None:
        self.awake = True
        self._until[tag] = now + LIFE_S
        self._until.move_to_end(tag)
        if len(self._until) > MOST:
            self._until.popitem(last=False)


def _number(key: Key) -> Tag:
    return key[:4]  # whoever asks for it


def _people(key: Key) -> Tag:
    return of_people(key.department, key.scope)
