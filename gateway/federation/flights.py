"""Calls under way, by what they ask for: who asks for the same joins, and who gives up leaves.

A call goes on for as long as anybody waits for any of its keys, and no longer.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from adapters.errors import AdapterError
from gateway.federation.calls import Call
from gateway.federation.deadlines import Deadlines
from gateway.federation.gate import fails
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
        """What it waited for; what it knows already, or waits for no longer, it ignores."""
        ...

    def out_of_time(self) -> None:
        """Its deadline is over."""
        ...


class Asked(NamedTuple):
    """Keys one operation asks for, who waits for them, and the log of that operation."""

    keys: Sequence[Key]
    waiter: Waiter
    log: Call


class Flight(Passage, kw_only=True, eq=False):
    """One call for some keys (of one department, source and way), and who waits for which."""

    way: Way
    keys: Sequence[Key]
    wanted: Sequence[Key]  # of them, those the department is asked for
    together: Sequence[Asked]
    started: float  # of a part: when the whole did
    mark: int
    parting: Parting | None = None  # where it is a part of one that failed
    known: Mapping[Key, Reading] = {}  # the rest, from other processes
    rows: Mapping[str, Any] = {}  # of a reply, where each failed
    tokens: Tokens | None = None  # what others may be told of it with
    task: asyncio.Task[Any] | None = None
    # Who asked for one of its keys while it was under way.
    joined: list[tuple[Key, Waiter]] = msgspec.field(default_factory=list)
    who: dict[Key, list[Waiter]] | None = None  # is waiting for which; see `waiting`

    def waiting(self) -> dict[Key, list[Waiter]]:
        """Who waits for which key, without those who left.

        Made when somebody leaves, or looks: most calls have landed before.
        """
        if self.who is None:
            self.who = {key: [] for key in self.keys}
            for keys, waiter, _ in self.together:
                for key in keys:
                    self.who[key].append(waiter)
            for key, waiter in self.joined:
                self.who[key].append(waiter)
        return self.who

    def join(self, key: Key, waiter: Waiter) -> None:
        """This one waits for that key as well."""
        self.joined.append((key, waiter))
        if self.who is not None:
            self.who[key].append(waiter)
        self.until = max(self.until, waiter.deadline)

    async def send(self, budget: float) -> Mapping[str, Any]:
        """What the department says to one attempt.

        Raises where each row of its reply says that it is not at work.
        """
        way, wanted = self.way, self.wanted
        numbers = [wanted[0].key] if len(wanted) == 1 else [*dict.fromkeys([k.key for k in wanted])]
        for _, _, log in self.together:
            log.made = True
        reply: Mapping[str, Any]
        if way.progress:
            reply = await way.department.progress(numbers, way.source, budget=budget)
        else:
            reply = await way.department.read(way.source, way.name, numbers, budget=budget)
        if isinstance(next(iter(reply.values()), None), AdapterError):
            self._refuse_silence(reply)
        return reply

    def _refuse_silence(self, reply: Mapping[str, Any]) -> None:
        rows = reply.values()
        if all(isinstance(row, AdapterError) and fails(row) for row in rows):
            self.rows = reply
            raise next(iter(rows))


class Flights:
    """Those under way in this process; `late` is told of those whose time is over."""

    def __init__(self, memory: Memory, late: Callable[[Flight], None]) -> None:
        self._memory = memory
        self._by_key: dict[Key, Flight] = {}
        self.keys: Final = self._by_key.keys()  # as they are at any time
        self._older: dict[Key, list[Flight]] = {}  # that others overtook, and still wait for
        self._open = Deadlines(late)
        self._ending: set[asyncio.Task[Any]] = set()  # for whose end nobody waits but we

    def __iter__(self) -> Iterator[Flight]:
        return iter(self._open)

    def begin(self, flight: Flight, flying: Coroutine[Any, Any, object]) -> None:
        """A call begins. Where nobody waits for it, nobody may join, and it goes on."""
        flight.task = flight.loop.create_task(flying)
        self._open.add(flight, flight.end)
        by_key = self._by_key
        for key in flight.keys if flight.together else ():
            if key in by_key:
                self._older.setdefault(key, []).append(by_key[key])
            by_key[key] = flight

    def join(self, key: Key, waiter: Waiter) -> bool:
        """Wait for the call that asks for this very key; False when there is none to be trusted.

        One that began before the value changed is not.
        """
        flight = self._by_key.get(key)
        if flight is None or not self._memory.holds(key, flight.mark):
            return False
        flight.join(key, waiter)
        return True

    def leave(self, key: Key, waiter: Waiter) -> bool:
        """Wait no longer; False where it waited for no call. The last to leave a call ends it."""
        newest = self._by_key.get(key)
        for flight in (*((newest,) if newest else ()), *self._older.get(key, ())):
            waiting = flight.waiting()
            if waiter in waiting.get(key, ()):
                waiting[key].remove(waiter)
                if not any(waiting.values()):
                    self.end(flight)
                return True
        return False

    def clear(self, flight: Flight) -> None:
        """It is over, or nobody is to join it any more."""
        self._open.discard(flight)
        by_key = self._by_key
        for key in flight.keys:
            if by_key.get(key) is flight:
                del by_key[key]
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
