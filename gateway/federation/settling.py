"""What becomes of what departments said, or did not: readings, remembered, or the last known."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import structlog

from adapters.errors import AdapterError, ContractBroken, Refused
from gateway.execution.bugs import where
from gateway.federation.flights import Flight
from gateway.federation.freshness import Freshness, age_s
from gateway.federation.gate import Gate
from gateway.federation.memory import Key, Memory, Tag, of_number
from gateway.federation.shared import shareable
from schema.domain.problem import Problem
from schema.domain.reading import Provenance, Reading

log = structlog.get_logger(__name__)

_MISSING: Final[Any] = object()


class Settling:
    """Makes readings, and keeps them for as long as they may stand for new ones.

    `outdated` is told what other processes may not be shown any more.
    """

    def __init__(
        self,
        memory: Memory,
        freshness: Freshness,
        gates: Mapping[str, Gate],
        now: Callable[[], datetime],
        outdated: Callable[[Tag], None],
    ) -> None:
        self._memory = memory
        self._freshness = freshness
        self._gates = gates
        self._now = now
        self._outdated = outdated

    def failed(self, key: Key, error: AdapterError) -> Reading:
        """The reading of a failure: the last known value, stale, where there is one."""
        now = asyncio.get_running_loop().time()
        return self.stale(key, self._gates[key.department].problem(error), now)

    def withheld(self, key: Key, error: AdapterError) -> Reading:
        """The reading of a key that may be the one that was refused: nothing of it is shown."""
        return Reading(value=None, problem=self._gates[key.department].problem(error))

    def refused(self, key: Key, flight: Flight) -> None:
        """A refusal is an answer: what was known before the call began stands no more.

        Nor is it found by who shares what was learnt.
        """
        now = asyncio.get_running_loop().time()
        if self._memory.known(key, now=now) is not None:
            nothing = Reading(value=None)
            self._memory.put(key, nothing, now=now, fresh_s=0, known_s=0, mark=flight.mark)
        register = flight.way.register
        if register is not None and shareable(register):
            self._outdated(of_number(key.department, key.key))

    def stale(self, key: Key, told: Problem, now: float) -> Reading:
        """The last known value, stale, where there is one, and why there is no newer one."""
        last = self._memory.known(key, now=now)
        if last is None or last.provenance is None:
            return Reading(value=None, problem=told)
        return Reading(
            value=last.value, provenance=replace(last.provenance, stale=True), problem=told
        )

    def settle(
        self, key: Key, flight: Flight, reply: Mapping[str, Any], as_of: datetime, now: float
    ) -> Reading:
        """What a reply says of a key, remembered."""
        value = reply.get(key.key, _MISSING)
        if value is _MISSING:
            value = ContractBroken(key.department, "a key is missing from the reply")
        if isinstance(value, AdapterError):
            if isinstance(value, Refused):
                self.refused(key, flight)
            return self.failed(key, value)
        try:
            record_id = flight.way.record_id(key.key, value)
            origin = Provenance(
                department=key.department, source=key.source, as_of=as_of, record_id=record_id
            )
            reading = Reading(value=value, provenance=origin)
            self._remember(key, reading, flight, now)
        # The rim where adapters end: what no reading can be made of is this row's trouble alone.
        except Exception as bug:
            log.error("federation.adapter_bug", department=key.department, **where(bug))
            return self.failed(key, AdapterError(key.department, type(bug).__name__))
        return reading

    def adopted(self, found: Mapping[Key, Reading], flight: Flight) -> Mapping[Key, Reading]:
        """What another process learnt and may, at its age, still stand for a new answer.

        What is older becomes the last known, unless this process knows later news.
        """
        today, now, fresh = self._now(), flight.passage.loop.time(), {}
        for key, reading in found.items():
            last = self._memory.known(key, now=now)
            age = age_s(reading, today)
            # As old as what is known: that very reading, which may have been forgotten since.
            if last is not None and age_s(last, today) <= age:
                continue
            if self._remember(key, reading, flight, now, age=age):
                fresh[key] = reading
        return fresh

    def _remember(
        self, key: Key, reading: Reading, flight: Flight, now: float, *, age: float = 0.0
    ) -> bool:
        """Keep it for what is left of its time; whether it may stand for a new answer."""
        fresh_s, known_s = self._freshness.lives(reading, progress=flight.way.progress)
        self._memory.put(
            key,
            reading,
            now=now,
            fresh_s=fresh_s - age,
            known_s=known_s - age,
            mark=flight.mark,
        )
        return age < fresh_s
