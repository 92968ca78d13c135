"""Calls from their beginning to what everybody who waits for them is told."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from adapters.errors import AdapterError, OutcomeUnknown
from gateway.execution.bugs import where
from gateway.federation.calls import PENDING, Call
from gateway.federation.failing import Failing
from gateway.federation.flights import Asked, Flight, Flights, Waiter
from gateway.federation.gathering import Gathering
from gateway.federation.memory import Key, Memory
from gateway.federation.passage import READ
from gateway.federation.scarcity import Scarcity
from gateway.federation.settling import Settling
from gateway.federation.shared import SharedMemory
from gateway.federation.wariness import Wariness
from gateway.federation.ways import Way
from schema.domain.problem import Problem
from schema.domain.reading import Reading

log = structlog.get_logger(__name__)

_asked_of: Final[Callable[[tuple[Sequence[Key], Waiter, Call]], Asked]] = partial(
    tuple.__new__, Asked
)


class Dispatch:
    """Gathers, begins and lands the calls of one event loop.

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
        self._flown = self._fly if shared is None else partial(self._fly_sharing, shared)
        self._failing = Failing(memory, settling, self._wariness, self.flights, self._flown)

    def ask(self, way: Way, keys: Sequence[Key], waiter: Waiter, call: Call, now: float) -> None:
        """One call for these keys; the waiter will be told.

        At once, with the last known values, where no call may leave, or where the one that leaves
        is a probe that most likely fails: it goes on behind the waiter's back.
        """
        gate, asked = way.gate, _asked_of((keys, waiter, call))
        if gate.reads.opened_at is not None or now < gate.away_until:
            told = self._at_once(way, asked, now)
            if told is not None:
                call.outcome = told.code.value
                for key in keys:
                    waiter.landed(key, self._settling.stale(key, told, now))
                return
        if way.gathers:
            self._gathering.add(way, asked)
        else:
            self._begin(way, (asked,))

    def _at_once(self, way: Way, asked: Asked, now: float) -> Problem | None:
        """What is told without waiting, where no call may leave, or a probe does; else None."""
        gate = way.gate
        shut = gate.shut(gate.reads, now)
        if shut is None and gate.reads.doubtful(now):
            self._begin(way, (asked,), behind=True)
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

    def _begin(self, way: Way, together: Sequence[Asked], *, behind: bool = False) -> None:
        """One call for what all of these asked for; `behind` their backs, nobody waits for it."""
        first, gate = together[0], way.gate
        loop, latest, keys = first.waiter.loop, first.waiter.deadline, first.keys
        if len(together) > 1:
            latest = max([asked.waiter.deadline for asked in together])
            keys = [*dict.fromkeys([key for asked in together for key in asked.keys])]
        if behind:
            together, latest = (), math.inf
        now = loop.time()
        if gate.paced:
            self._scarcity.called(gate, now)
        end = now + way.timeout_s
        flight = Flight(
            READ,
            gate.reads,
            loop,
            end,
            end if end < latest else latest,
            way=way,
            keys=keys,
            wanted=keys,
            together=together,
            started=now,
            mark=self._memory.mark,
        )
        self.flights.begin(flight, self._flown(flight))

    def _too_late(self, flight: Flight) -> None:
        self._abandon(flight, "no answer in time")

    def _abandon(self, flight: Flight, why: str) -> None:
        """End a call before its answer; who waits for it is told."""
        error = OutcomeUnknown(flight.keys[0].department, why)
        told = {key: self._settling.failed(key, error) for key in flight.keys}
        self._land(flight, told, error.code)
        self.flights.end(flight)

    def _land(self, flight: Flight, readings: Mapping[Key, Reading], outcome: str) -> None:
        """So it ended: everybody is told, and who has left does not listen."""
        ms = (flight.loop.time() - flight.started) * 1000
        self.flights.clear(flight)
        for keys, waiter, told in flight.together:
            if told.outcome == PENDING:
                told.outcome, told.ms = outcome, ms
            else:
                told.landed(outcome, ms)
            for key in keys:
                waiter.landed(key, readings[key])
        for key, waiter in flight.joined:
            waiter.landed(key, readings[key])

    async def _fly(self, flight: Flight) -> Mapping[Key, Reading] | None:
        """From the question to what everybody is told who waits for its answer.

        Gives what came of it; None where its keys are asked for again, in parts.
        """
        try:
            reply = await flight.way.gate.call(flight, flight.send)
        except asyncio.CancelledError:
            self._wariness.given_up(flight)
            raise
        # The rim where adapters end: a bug in one of them is that department's trouble alone.
        except Exception as error:
            landing = self._failing.landing(flight, _of_adapter(flight, error))
            if landing is None:
                return None
            readings, outcome = landing
        else:
            as_of, now = self._now(), flight.loop.time()
            if self._wariness.awake or flight.parting is not None:
                self._wariness.answered(flight, now)
            readings, outcome = self._settling.settle(flight, reply, as_of, now), "ok"
        known = flight.known
        self._land(flight, {**known, **readings} if known else readings, outcome)
        return readings

    async def _fly_sharing(self, shared: SharedMemory, flight: Flight) -> None:
        """As `_fly`, where other processes may know some of it, and are told what they do not."""
        register = flight.way.register
        if register is not None and flight.parting is None:  # of a part, the whole was looked for
            if self._told:
                await asyncio.wait(self._told)
            found, flight.tokens = await shared.get(flight.keys, register)
            known = flight.known = self._settling.adopted(found, flight)
            flight.wanted = [key for key in flight.keys if key not in known]
            if not flight.wanted:
                self._land(flight, known, "shared")
                return
        readings = await self._fly(flight)
        if readings is None:
            self._land_known(flight)
        elif flight.tokens is not None:
            self.flights.linger(flight)
            await shared.put(readings, flight.tokens)

    def _land_known(self, flight: Flight) -> None:
        """The rest is asked for in parts: what other processes knew is told at once.

        For whom that is all, the call has ended.
        """
        known, together = flight.known, flight.together
        rest = [asked for asked in together if not known.keys() >= set(asked.keys)]
        flight.together = [asked for asked in together if asked not in rest]
        waiting = [*flight.joined, *((key, asked.waiter) for asked in rest for key in asked.keys)]
        flight.joined = [(key, waiter) for key, waiter in waiting if key in known]
        self._land(flight, known, "shared")


def _of_adapter(flight: Flight, error: Exception) -> AdapterError:
    """What a call failed with, as an adapter tells it; a bug is one of no particular kind."""
    if isinstance(error, AdapterError):
        return error
    department = flight.way.gate.info.id
    log.error("federation.adapter_bug", department=department, **where(error))
    return AdapterError(department, type(error).__name__)
