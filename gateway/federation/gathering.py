"""What several operations ask of one way in the same turn of the loop leaves as one call.

Only where the contract takes several keys at once and gives one record for each: long lists of
strangers might together exceed what one reply may weigh.

On the server's loop a turn is that of one request, so that each leaves when it is ready; where the
department has no calls to spare, it is that of all requests that are there.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from gateway.federation.flights import Asked, Waiter
from gateway.federation.memory import Key
from gateway.federation.scarcity import Scarcity
from gateway.federation.wariness import Wariness
from gateway.federation.ways import Way

_Lane: TypeAlias = Way | tuple[Way, frozenset[str]]  # of everybody, or for these numbers alone


class Gathering:
    """Waits for the end of the turn, and hands over what came, so many keys at once."""

    def __init__(
        self,
        leave: Callable[[Way, Sequence[Asked]], object],
        wariness: Wariness,
        scarcity: Scarcity,
    ) -> None:
        self._leave = leave
        self._wariness = wariness
        self._scarcity = scarcity
        self._together: dict[_Lane, list[Asked]] = {}
        self._gone: set[tuple[Key, Waiter]] = set()  # since they were added

    def add(self, way: Way, asked: Asked, lane: _Lane | None = None) -> None:
        """This leaves with what others ask of the same way until the turn is over.

        With those of its lane alone, where it is in one.
        """
        if lane is None:
            if self._wariness.awake:
                self._add_warily(way, asked)
                return
            lane = way
        gathered = self._together.get(lane)
        if gathered is None:
            self._together[lane] = [asked]
            loop = asked.waiter.loop
            scarce = self._scarcity.of(way.gate, loop.time())
            (_after_messages(loop) if scarce else loop.call_soon)(self._end, lane, way)
        else:
            gathered.append(asked)

    def left(self, key: Key, waiter: Waiter) -> None:
        """Perhaps this waits here; it does so no longer."""
        if self._together:
            self._gone.add((key, waiter))

    def _add_warily(self, way: Way, asked: Asked) -> None:
        """Each suspected number leaves by itself; who is not trusted, with their like."""
        wary, keys = self._wariness, asked.keys
        wary.let_go(asked.waiter.loop.time())
        lane: _Lane = way
        if not wary.trusts(way, keys[0]):
            lane = way, frozenset([key.key for key in keys])
        else:
            for key in filter(wary.suspects, asked.keys):
                self.add(way, asked._replace(keys=[key]), (way, frozenset((key.key,))))
            keys = [key for key in keys if not wary.suspects(key)]
        if keys:
            self.add(way, asked._replace(keys=keys), lane)

    def _end(self, lane: _Lane, way: Way) -> None:
        gathered = self._together.pop(lane)
        if self._gone:
            gathered = self._waiting(gathered)
        if len(gathered) == 1 or sum([len(asked.keys) for asked in gathered]) <= way.batch:
            if gathered:
                self._leave(way, gathered)
            return
        for together in _filled(gathered, way.batch):
            self._leave(way, together)

    def _waiting(self, gathered: Sequence[Asked]) -> list[Asked]:
        """Those who have not left, with what they still wait for."""
        gone = self._gone
        still = [
            asked._replace(keys=[key for key in asked.keys if (key, asked.waiter) not in gone])
            for asked in gathered
        ]
        if not self._together:
            self._gone = set()
        return [asked for asked in still if asked.keys]


def _after_messages(loop: asyncio.AbstractEventLoop) -> Callable[..., Any]:
    """When all requests that are there have asked: on most loops, any turn."""
    later: Callable[..., Any] = getattr(loop, "call_after_messages", loop.call_soon)
    return later


def _filled(gathered: Sequence[Asked], most: int) -> Sequence[Sequence[Asked]]:
    """In their order, so many numbers at once, each of them once.

    One operation's keys are parted only where another asks for the same number before it.
    """
    calls: list[list[Asked]] = []
    place: dict[str, int] = {}  # in which call a number is
    room = 0
    for asked in gathered:
        new = {key.key for key in asked.keys if key.key not in place}
        if len(new) > room:
            calls.append([])
            room = most
        room -= len(new)
        place.update(dict.fromkeys(new, len(calls) - 1))
        for number, keys in _by_call(asked.keys, place).items():
            calls[number].append(asked._replace(keys=keys))
    return calls


def _by_call(keys: Sequence[Key], place: dict[str, int]) -> dict[int, list[Key]]:
    found: dict[int, list[Key]] = {}
    for key in keys:
        found.setdefault(place[key.key], []).append(key)
    return found
