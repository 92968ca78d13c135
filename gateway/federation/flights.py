"""Calls under way, by what they ask for: who asks for the same joins, and who gives up leaves.

A call goes on for as long as anybody waits for any of its keys, and no longer.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from gateway.federation.calls import Call
from gateway.federation.gate import Passage
from gateway.federation.memory import Key, Memory
from schema.domain.reading import Reading


class Waiter(Protocol):
    """Somebody who waits for keys."""

    @property
    def deadline(self) -> float:
        """When it leaves at the latest; the loop's time."""
        ...

    def landed(self, key: Key, reading: Reading) -> None:
        """What it waited for."""
        ...


class Flight:
    """One call for some keys (of one department, source and way), and who waits for which."""

    __slots__ = ("keys", "log", "mark", "passage", "started", "task", "timer", "waiting")

    def __init__(
        self, keys: Sequence[Key], passage: Passage, log: Call, *, started: float, mark: int
    ) -> None:
        self.keys = keys
        self.passage = passage
        self.log = log
        self.started = started
        self.mark = mark
        self.waiting: dict[Key, list[Waiter]] = {}
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None

    def land(self, readings: Mapping[Key, Reading]) -> None:
        """Everybody who still waits has their answer."""
        waiting, self.waiting = self.waiting, {}
        for key, waiters in waiting.items():
            for waiter in waiters:
                waiter.landed(key, readings[key])

    def cancel(self) -> None:
        """End the call."""
        if self.task is not None:
            self.task.cancel()


class Flights:
    """Those under way in this process."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._by_key: dict[Key, Flight] = {}
        self._all: set[Flight] = set()

    def __iter__(self) -> Iterator[Flight]:
        return iter(list(self._all))

    def begin(self, flight: Flight, waiter: Waiter | None) -> None:
        """A call begins; without a waiter nobody waits for it, nobody may join, and it goes on."""
        self._all.add(flight)
        if waiter is None:
            return
        for key in flight.keys:
            flight.waiting[key] = [waiter]
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

    def leave(self, key: Key, waiter: Waiter) -> None:
        """Wait no longer. The last to leave a call ends it."""
        flight = self._by_key.get(key)
        if flight is None or waiter not in flight.waiting.get(key, ()):
            return
        flight.waiting[key].remove(waiter)
        if not any(flight.waiting.values()):
            self.clear(flight)
            flight.cancel()

    def clear(self, flight: Flight) -> None:
        """It is over, or nobody is to join it any more."""
        if flight.timer is not None:
            flight.timer.cancel()
        for key in flight.keys:
            if self._by_key.get(key) is flight:
                del self._by_key[key]

    def ended(self, flight: Flight) -> None:
        """Its task is done."""
        self._all.discard(flight)
