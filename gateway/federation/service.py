"""All reads of all departments in this process: one call for what many ask at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from adapters.contract import Department
from adapters.errors import AdapterError, ContractBroken
from gateway.execution.bugs import where
from gateway.federation.calls import Call
from gateway.federation.gate import Gate
from gateway.federation.memory import Key, Memory
from gateway.federation.shared import SharedMemory
from schema.domain.department import DepartmentInfo, Register
from schema.domain.problem import Problem
from schema.domain.reading import Provenance, Reading
from schema.graph.ports import DepartmentView

log = structlog.get_logger(__name__)

PROGRESS = "progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """For how long an answer may stand for a new one, and as the last known; seconds."""

    record_s: float = 5.0
    progress_s: float = 1.0
    known_s: float = 86_400.0


Flight = asyncio.Future[Reading]


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
        self._freshness = freshness or Freshness()
        self._memory = memory or Memory()
        self._shared = shared
        self._gates = {
            name: Gate(department.info, now=now) for name, department in self._departments.items()
        }
        self._flights: dict[Key, Flight] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def views(self) -> Sequence[DepartmentView]:
        """Every department with its health."""
        return [DepartmentView(info=gate.info, health=gate.health) for gate in self._gates.values()]

    def unreachable(self, error: AdapterError) -> None:
        """A department was found down outside of a read."""
        self._gates[error.department].told_down(error)

    def info(self, department: str) -> DepartmentInfo | None:
        """What a department publishes; None when it is not plugged in."""
        gate = self._gates.get(department)
        return gate.info if gate else None

    async def aclose(self) -> None:
        """End every call still under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def fresh(self, key: Key) -> Reading | None:
        """An answer of the last seconds."""
        return self._memory.fresh(key, now=asyncio.get_running_loop().time())

    def flight(self, key: Key) -> Flight | None:
        """The call that is already asking for this very key."""
        return self._flights.get(key)

    def ask(self, keys: Sequence[Key], *, deadline: float, call: Call) -> Sequence[Flight]:
        """Start one call for these keys (of one department, source and way): a flight per key."""
        loop = asyncio.get_running_loop()
        flights = [loop.create_future() for _ in keys]
        self._flights.update(zip(keys, flights, strict=True))
        task = loop.create_task(self._fly(keys, flights, deadline, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return flights

    def failed(self, key: Key, error: AdapterError) -> Reading:
        """The reading of a failure: the last known value, stale, where there is one."""
        gate = self._gates[key.department]
        return self._stale(key, gate.problem(error))

    async def _fly(
        self, keys: Sequence[Key], flights: Sequence[Flight], deadline: float, call: Call
    ) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            readings = await self._readings(keys, deadline, call)
        except asyncio.CancelledError:
            for flight in flights:
                flight.cancel()
            raise
        finally:
            call.ms = (loop.time() - started) * 1000
            for key, flight in zip(keys, flights, strict=True):
                if self._flights.get(key) is flight:
                    del self._flights[key]
        for key, flight in zip(keys, flights, strict=True):
            if not flight.done():
                flight.set_result(readings[key])

    async def _readings(
        self, keys: Sequence[Key], deadline: float, call: Call
    ) -> Mapping[Key, Reading]:
        found = await self._from_shared(keys)
        left = [key for key in keys if key not in found]
        if not left:
            call.outcome = "shared"
            return found
        try:
            reply = await self._gates[keys[0].department].call(
                lambda budget: self._send(left, budget), deadline=deadline
            )
        except AdapterError as error:
            return {**found, **self._all_failed(left, error, call)}
        # The rim where adapters end: a bug in one of them is that department's trouble alone.
        except Exception as bug:
            log.error("federation.adapter_bug", department=keys[0].department, **where(bug))
            fault = AdapterError(keys[0].department, type(bug).__name__)
            return {**found, **self._all_failed(left, fault, call)}
        call.outcome = "ok"
        settled = {key: self._settle(key, reply) for key in left}
        await self._to_shared(settled)
        return {**found, **settled}

    def _send(self, keys: Sequence[Key], budget: float) -> Awaitable[Mapping[str, Any]]:
        first = keys[0]
        department = self._departments[first.department]
        wanted = [key.key for key in keys]
        if first.way == PROGRESS:
            return department.progress(wanted, first.source, budget=budget)
        return department.read(first.source, first.way, wanted, budget=budget)

    def _settle(self, key: Key, reply: Mapping[str, Any]) -> Reading:
        if key.key not in reply:
            error = ContractBroken(key.department, "a key is missing from the reply")
            return self.failed(key, error)
        value = reply[key.key]
        if isinstance(value, AdapterError):
            return self.failed(key, value)
        reading = Reading(value=value, provenance=self._provenance(key, value))
        self._remember(key, reading)
        return reading

    def _remember(self, key: Key, reading: Reading) -> None:
        freshness = self._freshness
        self._memory.put(
            key,
            reading,
            now=asyncio.get_running_loop().time(),
            fresh_s=freshness.progress_s if key.way == PROGRESS else freshness.record_s,
            known_s=freshness.known_s,
        )

    def _provenance(self, key: Key, value: Any) -> Provenance:
        return Provenance(
            department=key.department,
            source=key.source,
            as_of=self._now(),
            record_id=self._record_id(key, value),
        )

    def _record_id(self, key: Key, value: Any) -> str | None:
        if key.way == PROGRESS:
            return key.key
        register = self._register(key)
        if register is None or not isinstance(value, Mapping):
            return None
        own = value.get(register.key)
        return None if own is None else str(own)

    def _register(self, key: Key) -> Register | None:
        registers = self._gates[key.department].info.registers
        return next((register for register in registers if register.id == key.source), None)

    def _all_failed(
        self, keys: Sequence[Key], error: AdapterError, call: Call
    ) -> Mapping[Key, Reading]:
        told = self._gates[keys[0].department].problem(error)
        call.outcome = told.code.value
        log.info(
            "federation.call_failed",
            department=keys[0].department,
            source=keys[0].source,
            code=told.code.value,
            kind=type(error).__name__,
        )
        return {key: self._stale(key, told) for key in keys}

    def _stale(self, key: Key, told: Problem) -> Reading:
        last = self._memory.known(key, now=asyncio.get_running_loop().time())
        if last is None or last.provenance is None:
            return Reading(value=None, problem=told)
        return Reading(
            value=last.value, provenance=replace(last.provenance, stale=True), problem=told
        )

    async def _from_shared(self, keys: Sequence[Key]) -> dict[Key, Reading]:
        register = self._register(keys[0])
        if self._shared is None or register is None or keys[0].way == PROGRESS:
            return {}
        found = await asyncio.gather(*(self._shared.get(key, register) for key in keys))
        readings = {key: reading for key, reading in zip(keys, found, strict=True) if reading}
        for key, reading in readings.items():
            self._remember(key, reading)
        return readings

    async def _to_shared(self, readings: Mapping[Key, Reading]) -> None:
        if self._shared is None:
            return
        for key, reading in readings.items():
            register = self._register(key)
            if register is not None and key.way != PROGRESS:
                await self._shared.put(key, register, reading)
