"""Calls from their beginning to what everybody who waits for them is told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from adapters.errors import AdapterError, OutcomeUnknown, Refused
from gateway.execution.bugs import where
from gateway.federation.calls import DEADLINE, Call
from gateway.federation.flights import Asked, Flight, Flights, Waiter
from gateway.federation.gate import LEAST_S, fails
from gateway.federation.gathering import Gathering
from gateway.federation.memory import Key, Memory
from gateway.federation.parting import MOST, Parting, at_work, parts_of, silent, spoils
from gateway.federation.scarcity import Scarcity
from gateway.federation.settling import Settling
from gateway.federation.shared import SharedMemory
from gateway.federation.wariness import Wariness
from gateway.federation.ways import Way
from schema.domain.department import Register
from schema.domain.problem import Problem
from schema.domain.reading import Reading

log = structlog.get_logger(__name__)

_Landing = tuple[Mapping[Key, Reading], str]  # readings, and the outcome for the log
_GOING_ON = ("pending", "ok")  # what a log may say before a call, or another of them, has landed


class Dispatch:
    """Gathers, begins, lands and parts the calls of one event loop.

    `told` are what other processes are being told of what changed: it is to be there before this
    process looks for what they know.
    """

    def __init__(
        self,
        memory: Memory,
        settling: Settling,
        shared: SharedMemory | None,
        now: Callable[[], datetime],
        told: set[asyncio.Task[bool]],
    ) -> None:
        self._memory = memory
        self._settling = settling
        self._shared = shared
        self._now = now
        self._told = told
        self._wariness = Wariness()
        self._scarcity = Scarcity()
        self._gathering = Gathering(self._begin, self._wariness, self._scarcity)
        self.flights = Flights(memory, self._too_late)

    def ask(self, way: Way, keys: Sequence[Key], waiter: Waiter, call: Call, now: float) -> None:
        """One call for these keys; the waiter will be told.

        At once, with the last known values, where no call may leave, or where the one that leaves
        is a probe that most likely fails: it goes on behind the waiter's back.
        """
        gate = way.gate
        if not gate.unhindered(gate.reads, now) and (told := self._at_once(way, keys, waiter, now)):
            call.outcome = told.code.value
            for key in keys:
                waiter.landed(key, self._settling.stale(key, told, now))
            return
        asked = Asked(keys, waiter, call)
        if way.gathers:
            self._gathering.add(way, asked)
        else:
            self._begin(way, (asked,))

    def _at_once(self, way: Way, keys: Sequence[Key], waiter: Waiter, now: float) -> Problem | None:
        """What is told without waiting, where no call may leave, or a probe does; else None."""
        gate = way.gate
        shut = gate.shut(gate.reads, now)
        if shut is None and gate.reads.doubtful(now):
            self.flights.begin(self._flight(way, keys, (), waiter.loop), {})
            shut = gate.down(gate.reads, now)
        return None if shut is None else gate.problem(shut)

    def leave(self, key: Key, waiter: Waiter) -> None:
        """Somebody waits for this no longer."""
        if not self.flights.leave(key, waiter):
            self._gathering.left(key, waiter)

    async def aclose(self) -> None:
        """End every call still under way, what is gathered as well."""
        await asyncio.sleep(0)
        for flight in self.flights:
            self._abandon(flight, "abandoned")
        await self.flights.ended()

    def _begin(self, way: Way, together: Sequence[Asked]) -> None:
        """One call for what all of these asked for."""
        waiting: dict[Key, list[Waiter]] = {}
        latest = 0.0
        for keys, waiter, _ in together:
            if waiter.deadline > latest:
                latest = waiter.deadline
            for key in keys:
                if key in waiting:
                    waiting[key].append(waiter)
                else:
                    waiting[key] = [waiter]
        flight = self._flight(way, list(waiting), together, together[0].waiter.loop)
        flight.passage.until = min(flight.passage.end, latest)
        self.flights.begin(flight, waiting)

    def _flight(
        self,
        way: Way,
        keys: Sequence[Key],
        together: Sequence[Asked],
        loop: asyncio.AbstractEventLoop,
    ) -> Flight:
        now = loop.time()
        self._scarcity.called(way.gate, now)
        passage = way.gate.reading(now + way.timeout_s, loop)
        flight = Flight(way, keys, passage, together, now, self._memory.mark)
        flight.task = loop.create_task(self._fly(flight))
        return flight

    def _too_late(self, flight: Flight) -> None:
        self._abandon(flight, "no answer in time")

    def _abandon(self, flight: Flight, why: str) -> None:
        """End a call before its answer; who waits for it is told."""
        error = OutcomeUnknown(flight.keys[0].department, why)
        told = {key: self._settling.failed(key, error) for key in flight.waiting}
        self._land(flight, told, error.code)
        self.flights.end(flight)

    def _land(self, flight: Flight, readings: Mapping[Key, Reading], outcome: str) -> None:
        ms = (flight.passage.loop.time() - flight.started) * 1000
        for asked in flight.together:
            told = asked.log
            if told.outcome != DEADLINE:
                told.ms = ms
            if told.outcome in _GOING_ON:
                told.outcome = outcome
        self.flights.clear(flight)
        flight.land(readings)

    async def _fly(self, flight: Flight) -> None:
        if self._shared is None or flight.way.register is None:
            landing = await self._asked(flight, flight.keys)
            if landing is not None:
                self._land(flight, *landing)
            return
        fresh = await self._shared_with(flight, self._shared, flight.way.register)
        left = [key for key in flight.keys if key not in fresh]
        landing = await self._asked(flight, left) if left else ({}, "shared")
        if landing is None:
            flight.together = [one for one in flight.together if fresh.keys() >= set(one.keys)]
            self._land(flight, fresh, "shared")
            return
        self._land(flight, {**fresh, **landing[0]}, landing[1])
        if flight.tokens is not None:
            self.flights.linger(flight)
            await self._shared.put(landing[0], flight.tokens)

    async def _shared_with(
        self, flight: Flight, shared: SharedMemory, register: Register
    ) -> Mapping[Key, Reading]:
        """What other processes know of it; nothing of a part, for which that was looked up."""
        if flight.parting is not None:
            return {}
        if self._told:
            await asyncio.wait(self._told)
        found, flight.tokens = await shared.get(flight.keys, register)
        return self._settling.adopted(found, flight)

    async def _asked(self, flight: Flight, keys: Sequence[Key]) -> _Landing | None:
        """What came of it; None where its keys are asked for again, in parts."""
        way, name = flight.way, keys[0].department
        wanted = [keys[0].key] if len(keys) == 1 else list(dict.fromkeys([k.key for k in keys]))

        async def send(budget: float) -> Mapping[str, Any]:
            for asked in flight.together:
                asked.log.made = True
            if way.progress:
                said: Any = await way.department.progress(wanted, way.source, budget=budget)
            else:
                said = await way.department.read(way.source, way.name, wanted, budget=budget)
            return _answered(flight, said)

        try:
            reply = await way.gate.call(flight.passage, send)
        except AdapterError as error:
            return self._failed(flight, keys, error)
        except asyncio.CancelledError:
            self._wariness.given_up(flight, keys)
            raise
        # The rim where adapters end: a bug in one of them is that department's trouble alone.
        except Exception as bug:
            log.error("federation.adapter_bug", department=name, **where(bug))
            return self._failed(flight, keys, AdapterError(name, type(bug).__name__))
        as_of, now = self._now(), flight.passage.loop.time()
        if self._wariness.awake or flight.parting is not None:
            self._wariness.answered(flight, keys, now)
        return self._settling.settle(keys, flight, reply, as_of, now), "ok"

    # -- calls that failed ------------------------------------------------------------------

    def _failed(self, flight: Flight, keys: Sequence[Key], error: AdapterError) -> _Landing | None:
        """Nothing came of a call: what is told of its keys, or None where they are asked apart."""
        several = len({key.key for key in keys}) > 1
        rows = _rows(flight, error)
        if several and not rows and self._parted(flight, keys, error):
            return None
        self._wariness.failed(flight, keys, error)
        told = flight.way.gate.problem(error)
        log.info(
            "federation.call_failed",
            department=keys[0].department,
            source=keys[0].source,
            code=told.code.value,
            kind=type(error).__name__,
        )
        if isinstance(error, Refused):
            if several:
                return {key: self._settling.withheld(key, error) for key in keys}, told.code.value
            for key in keys:
                self._settling.refused(key, flight)
        settle = self._settling.failed
        return {key: settle(key, rows.get(key.key, error)) for key in keys}, told.code.value

    def _parted(self, flight: Flight, keys: Sequence[Key], error: AdapterError) -> bool:
        """Whether those of these keys that are still waited for are asked for again, in parts."""
        numbers = list(dict.fromkeys([key.key for key in keys if flight.waiting.get(key)]))
        count = self._parts(flight, len(numbers), error)
        if not count:
            return False
        parting = flight.parting or Parting(len(numbers))
        waiting = {key: flight.waiting.pop(key, []) for key in keys}
        self.flights.clear(flight)
        for part in parts_of(numbers, count):
            self._part(flight, set(part), waiting, parting)
        return True

    def _parts(self, flight: Flight, numbers: int, error: AdapterError) -> int:
        """In how many parts; none where it would be of no use, or too much for the department.

        Where it is at work, operations that would each have asked for themselves may do so now;
        else, and for the keys of one alone, the budget of second attempts is to bear it.
        """
        gate, now = flight.way.gate, flight.passage.loop.time()
        if not numbers or not spoils(error) or silent(error):
            return 0
        if flight.passage.until - now < LEAST_S or gate.shut(gate.reads, now):
            return 0
        if self._wariness.rests(flight.way):
            return 0
        wanted = min(MOST, numbers)
        if at_work(error) and len(flight.together) > 1:
            self._wariness.parted(flight, wanted)
            return wanted
        return gate.retries.parts(wanted)

    def _part(
        self, of: Flight, numbers: set[str], waiting: Mapping[Key, list[Waiter]], parting: Parting
    ) -> None:
        """Everybody who waited for these waits for a call for these alone."""
        loop = of.passage.loop
        theirs = [
            asked._replace(keys=[key for key in asked.keys if key.key in numbers])
            for asked in of.together
        ]
        together = [asked for asked in theirs if asked.keys]
        wanted = {key: who for key, who in waiting.items() if who and key.key in numbers}
        passage = of.way.gate.part(loop.time() + of.way.timeout_s, loop)
        passage.until = min(passage.end, of.passage.until)
        part = Flight(
            of.way, list(wanted), passage, together, of.started, self._memory.mark, parting
        )
        part.tokens = of.tokens
        part.task = loop.create_task(self._fly(part))
        self.flights.begin(part, wanted)


def _answered(flight: Flight, reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reply; raises where each of its rows says that the department is not at work."""
    first = next(iter(reply.values()), None)
    if isinstance(first, AdapterError) and all(
        isinstance(row, AdapterError) and fails(row) for row in reply.values()
    ):
        flight.rows = reply
        raise first
    return reply


def _rows(flight: Flight, error: AdapterError) -> Mapping[str, AdapterError]:
    """What each row of its reply said, where the call failed with that; none otherwise."""
    rows = flight.rows or {}
    return rows if error in rows.values() else {}
