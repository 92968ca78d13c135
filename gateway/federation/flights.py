"""Calls under way, by what they ask for: who asks for the same joins, and who gives up leaves.

A call goes on for as long as anybody waits for any of its keys, and no longer.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from adapters.errors import AdapterError
from gateway.federation.calls import Call
from gateway.federation.deadlines import Deadlines
from gateway.federation.memory import Key, Memory
from gateway.federation.parting import Parting
from gateway.federation.passage import Passage
from gateway.federation.shared import Tokens
from gateway.federation.ways import Way
from schema.domain.reading import Reading


class Waiter(Protocol):
    """Somebody who waits for keys, in a loop of its own."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop it waits in."""
        ...

    @property
    def deadline(self) -> float:
        """When it leaves at the latest; the loop's time."""
        ...

    def landed(self, key: Key, reading: Reading) -> None:
        """What it waited for."""
        ...

    def out_of_time(self) -> None:
        """Its deadline is over."""
        ...


class Asked(NamedTuple):
    """Keys one operation asks for, who waits for them, and the log of that operation."""

    keys: Sequence[Key]
    waiter: Waiter
    log: Call


class Flight:
    """One call for some keys (of one department, source and way), and who waits for which."""

    __slots__ = (
        "keys", "mark", "parting", "passage", "rows", "started", "task", "together",
        "tokens", "waiting", "way",
    )  # fmt: skip

    def __init__(
        self,
        way: Way,
        keys: Sequence[Key],
        passage: Passage,
        together: Sequence[Asked],
        started: float,
        mark: int,
        parting: Parting | None = None,
    ) -> None:
        self.way = way
        self.keys = keys
        self.passage = passage
        self.together = together
        self.started = started  # of a part: when the whole did
        self.mark = mark
        self.parting = parting  # where it is a part of one that failed
        self.rows: Mapping[str, AdapterError] | None = None  # of a reply, where each failed
        self.tokens: Tokens | None = None  # what others may be told of it with
        self.waiting: dict[Key, list[Waiter]] = {}
        self.task: asyncio.Task[None] | None = None

    def land(self, readings: Mapping[Key, Reading]) -> None:
        """Everybody who still waits has their answer."""
        waiting, self.waiting = self.waiting, {}
        for key, waiters in waiting.items():
            reading = readings[key]
            for waiter in waiters:
                waiter.landed(key, reading)


class Flights:
    """Those under way in this process; `late` is told of those whose time is over."""

    def __init__(self, memory: Memory, late: Callable[[Flight], None]) -> None:
        self._memory = memory
        self._by_key: dict[Key, Flight] = {}
        self._older: dict[Key, list[Flight]] = {}  # that others overtook, and still wait for
        self._open = Deadlines(late)
        self._ending: set[asyncio.Task[None]] = set()  # for whose end nobody waits but we

    def __iter__(self) -> Iterator[Flight]:
        return iter(self._open)

    def begin(self, flight: Flight, waiting: Mapping[Key, list[Waiter]]) -> None:
        """A call begins, and these wait for it.

        Where nobody does, nobody may join, and it goes on.
        """
        self._open.add(flight, flight.passage.end)
        flight.waiting.update(waiting)
        for key in waiting:
            if key in self._by_key:
                self._older.setdefault(key, []).append(self._by_key[key])
            self._by_key[key] = flight

    def join(self, key: Key, waiter: Waiter) -> bool:
        """Wait for the call that asks for this very key; False when there is none to be trusted.

        One that began before the value changed is not.
        """
        flight = self._by_key.get(key)
        if flight is None or not self._memory.holds(key, flight.mark):
            return False
        flight.waiting[key].append(waiter)
        flight.passage.until = max(flight.passage.until, waiter.deadline)
        return True

    def leave(self, key: Key, waiter: Waiter) -> bool:
        """Wait no longer; False where it waited for no call. The last to leave a call ends it."""
        newest = self._by_key.get(key)
        for flight in (*((newest,) if newest else ()), *self._older.get(key, ())):
            if waiter in flight.waiting.get(key, ()):
                flight.waiting[key].remove(waiter)
                if not any(flight.waiting.values()):
                    self.end(flight)
                return True
        return False

    def clear(self, flight: Flight) -> None:
        """It is over, or nobody is to join it any more."""
        self._open.discard(flight)
        for key in flight.keys:
            if self._by_key.get(key) is flight:
                del self._by_key[key]
            elif self._older:
                self._overtaken_ends(key, flight)

    def _overtaken_ends(self, key: Key, flight: Flight) -> None:
        older = [one for one in self._older.get(key, ()) if one is not flight]
        if older:
            self._older[key] = older
        else:
            self._older.pop(key, None)

    def end(self, flight: Flight) -> None:
        """Nobody waits for it any more: it is told to end."""
        self.clear(flight)
        if flight.task is not None:
            flight.task.cancel()
        self.linger(flight)

    def linger(self, flight: Flight) -> None:
        """It is no longer under way, and yet has something left to do."""
        task = flight.task
        if task is not None and not task.done():
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def ended(self) -> None:
        """Wait until those that were told to end have, and those that linger are ended."""
        self._open.clear()
        for task in self._ending:
            task.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)
