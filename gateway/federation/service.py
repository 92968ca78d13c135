"""All calls to all departments from this process: one call for what many ask at once."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from adapters.contract import Department
from adapters.errors import AdapterError, Misconfigured, OutcomeUnknown, Refused
from gateway.execution.bugs import where
from gateway.federation.calls import Call
from gateway.federation.deadlines import Deadlines
from gateway.federation.flights import Asked, Flight, Flights, Waiter
from gateway.federation.freshness import Freshness
from gateway.federation.gate import Gate, fails
from gateway.federation.gathering import Gathering
from gateway.federation.guarded import GuardedDepartment
from gateway.federation.memory import Key, Memory, Tag
from gateway.federation.settling import Settling
from gateway.federation.shared import SharedMemory
from gateway.federation.ways import Way, way_of
from schema.domain.department import DepartmentInfo
from schema.domain.reading import Reading
from schema.graph.ports import DepartmentView

log = structlog.get_logger(__name__)


class Federation:
    """Remembers, joins, batches and guards; the `reads()` of every operation go through it."""

    def __init__(
        self,
        departments: Iterable[Department],
        *,
        now: Callable[[], datetime],
        freshness: Freshness | None = None,
        memory: Memory | None = None,
        shared: SharedMemory | None = None,
    ) -> None:
        self._departments = {department.info.id: department for department in departments}
        self._now = now
        self._memory = Memory() if memory is None else memory  # an empty one is false
        self._shared = shared
        self._gates = {
            name: Gate(department.info, now=now) for name, department in self._departments.items()
        }
        self._settling = Settling(
            self._memory, freshness or Freshness(), self._gates, now, self._unshare
        )
        self._ways: dict[tuple[str, str, str], Way] = {}
        self._gathering = Gathering(self._begin)
        self._flights = Flights(self._memory, self._too_late)
        # As every operation asks them for every read, without a step in between.
        self.fresh: Final = self._memory.fresh
        self.failed: Final = self._settling.failed
        self.weight: Final = self._memory.weight
        self.join: Final = self._flights.join
        self.leave: Final = self._flights.leave
        self.waiting = Deadlines(_out_of_time)  # operations some department has not answered
        self._tellings: set[asyncio.Task[bool]] = set()

    def views(self) -> Sequence[DepartmentView]:
        """Every department with its health."""
        return [DepartmentView(info=gate.info, health=gate.health) for gate in self._gates.values()]

    def guarded(self) -> Mapping[str, Department]:
        """The departments, each behind its gate: for every road that is no query's read."""
        return {
            name: GuardedDepartment(department, self._gates[name])
            for name, department in self._departments.items()
        }

    def stand(self, readings: Sequence[tuple[Key, Reading]]) -> bool:
        """Whether each of these is what would be given now, without asking."""
        now = asyncio.get_running_loop().time()
        return all(self.fresh(key, now=now) is reading for key, reading in readings)

    def unreachable(self, error: AdapterError) -> None:
        """A department was found down outside of a read."""
        self._gates[error.department].told_down(error)

    def info(self, department: str) -> DepartmentInfo | None:
        """What a department publishes; None when it is not plugged in."""
        gate = self._gates.get(department)
        return gate.info if gate else None

    def way(self, department: str, source: str, name: str) -> Way | None:
        """A way of asking; None when the department is not plugged in."""
        way = self._ways.get((department, source, name))
        gate = self._gates.get(department)
        if way is None and gate is not None:
            way = way_of(gate, self._departments[department], source, name)
            if way.declared:
                self._ways[department, source, name] = way
        return way

    async def aclose(self) -> None:
        """End every call still under way."""
        for flight in self._flights:
            self._abandon(flight, "abandoned")
        self.waiting.clear()
        await self._flights.ended()
        await asyncio.gather(*self._tellings, return_exceptions=True)

    def forget(self, tag: Tag) -> None:
        """What bears the tag has changed: it is asked anew, here and in the other processes.

        It stays the last known value of a department that does not answer.
        """
        self._memory.forget(tag)
        self._unshare(tag)

    def _unshare(self, tag: Tag) -> None:
        """Other processes are not to find what bears this tag any more."""
        if self._shared is not None:
            telling = asyncio.get_running_loop().create_task(self._shared.forget(tag))
            self._tellings.add(telling)
            telling.add_done_callback(self._tellings.discard)

    def ask(self, way: Way, keys: Sequence[Key], waiter: Waiter, call: Call, now: float) -> None:
        """One call for these keys; the waiter will be told.

        At once, with the last known values, where no call may leave, or where the one that leaves
        is a probe that most likely fails: it goes on behind the waiter's back.
        """
        gate = way.gate
        shut = None if gate.unhindered(gate.reads, now) else gate.shut(gate.reads, now)
        if shut is None and not gate.reads.doubtful(now):
            asked = Asked(keys, waiter, call)
            if way.gathers:
                self._gathering.add(way, asked)
            else:
                self._begin(way, [asked])
            return
        if shut is None:
            self._flights.begin(self._flight(way, keys, (), waiter.loop), {})
            shut = gate.down(gate.reads, now)
        told = gate.problem(shut)
        call.outcome = told.code.value
        for key in keys:
            waiter.landed(key, self._settling.stale(key, told, now))

    def _begin(self, way: Way, together: Sequence[Asked]) -> Flight:
        """One call for what all of these asked for."""
        waiting: dict[Key, list[Waiter]] = {}
        for asked in together:
            for key in asked.keys:
                waiting.setdefault(key, []).append(asked.waiter)
        flight = self._flight(way, list(waiting), together, together[0].waiter.loop)
        latest = max(asked.waiter.deadline for asked in together)
        flight.passage.until = min(flight.passage.end, latest)
        self._flights.begin(flight, waiting)
        return flight

    def _flight(
        self,
        way: Way,
        keys: Sequence[Key],
        together: Sequence[Asked],
        loop: asyncio.AbstractEventLoop,
    ) -> Flight:
        now = loop.time()
        passage = way.gate.reading(now + way.timeout_s, loop)
        flight = Flight(way, keys, passage, together, now, self._memory.mark)
        flight.task = loop.create_task(self._fly(flight))
        return flight

    def _apart(self, flight: Flight) -> None:
        """Everybody who waits for this call waits for one of their own operation's keys instead."""
        waiting, flight.waiting = flight.waiting, {}
        self._flights.clear(flight)
        for asked in flight.together:
            keys = [key for key in asked.keys if waiting.get(key)]
            if keys:
                alone = self._begin(flight.way, [asked._replace(keys=keys)])
                alone.waiting.update({key: waiting.pop(key) for key in keys})
                alone.passage.until = min(alone.passage.end, flight.passage.until)

    def _too_late(self, flight: Flight) -> None:
        self._abandon(flight, "no answer in time")

    def _abandon(self, flight: Flight, why: str) -> None:
        """End a call before its answer; who waits for it is told."""
        error = OutcomeUnknown(flight.keys[0].department, why)
        self._land(flight, {key: self.failed(key, error) for key in flight.waiting}, error.code)
        self._flights.end(flight)

    def _land(self, flight: Flight, readings: Mapping[Key, Reading], outcome: str) -> None:
        ms = (flight.passage.loop.time() - flight.started) * 1000
        for asked in flight.together:
            asked.log.ms, asked.log.outcome = ms, outcome
        self._flights.clear(flight)
        flight.land(readings)

    async def _fly(self, flight: Flight) -> None:
        register = flight.way.register
        if self._shared is None or register is None:
            self._land(flight, *await self._asked(flight, flight.keys))
            return
        if self._tellings:  # what was forgotten here, is to be there before it is looked for
            await asyncio.wait(self._tellings)
        found, tokens = await self._shared.get(flight.keys, register)
        fresh = self._settling.adopted(found, flight)
        left = [key for key in flight.keys if key not in fresh]
        readings, outcome = await self._asked(flight, left) if left else ({}, "shared")
        self._land(flight, {**fresh, **readings}, outcome)
        if tokens is not None:
            self._flights.linger(flight)
            await self._shared.put(readings, tokens)

    async def _asked(
        self, flight: Flight, keys: Sequence[Key]
    ) -> tuple[Mapping[Key, Reading], str]:
        way, wanted = flight.way, list(dict.fromkeys([key.key for key in keys]))
        name = keys[0].department

        async def send(budget: float) -> Mapping[str, Any]:
            if way.progress:
                said = await way.department.progress(wanted, way.source, budget=budget)
                return _answered(said)
            return _answered(await way.department.read(way.source, way.name, wanted, budget=budget))

        try:
            reply = await way.gate.call(flight.passage, send)
        except AdapterError as error:
            return self._none(flight, keys, error)
        # The rim where adapters end: a bug in one of them is that department's trouble alone.
        except Exception as bug:
            log.error("federation.adapter_bug", department=name, **where(bug))
            return self._none(flight, keys, AdapterError(name, type(bug).__name__))
        as_of, now = self._now(), flight.passage.loop.time()
        return {key: self._settling.settle(key, flight, reply, as_of, now) for key in keys}, "ok"

    def _none(
        self, flight: Flight, keys: Sequence[Key], error: AdapterError
    ) -> tuple[Mapping[Key, Reading], str]:
        """Nothing came of a call: what is told of its keys.

        Where the department is at work, it may be one operation's keys that it could not bear: the
        others' do not fail with them, and are asked for apart.
        """
        several = len({key.key for key in keys}) > 1
        if several and len(flight.together) > 1 and _may_be_one_of_them(error):
            self._apart(flight)
            return {}, error.code.value
        if isinstance(error, Refused) and len(keys) == 1:  # else nobody can tell which is meant
            self._settling.refused(keys[0], flight)
        told = self._gates[keys[0].department].problem(error)
        log.info(
            "federation.call_failed",
            department=keys[0].department,
            source=keys[0].source,
            code=told.code.value,
            kind=type(error).__name__,
        )
        return {key: self.failed(key, error) for key in keys}, told.code.value


def _may_be_one_of_them(error: AdapterError) -> bool:
    """Whether it may be one key that a call failed for; not where we are not let in at all."""
    return not fails(error) and not isinstance(error, Misconfigured)


def _answered(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reply; raises where each of its rows says that the department is not at work."""
    first = next(iter(reply.values()), None)
    if isinstance(first, AdapterError) and all(
        isinstance(row, AdapterError) and fails(row) for row in reply.values()
    ):
        raise first
    return reply


def _out_of_time(waiter: Waiter) -> None:
    waiter.out_of_time()
