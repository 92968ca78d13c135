"""What becomes of what departments said, or did not: readings, remembered, or the last known."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
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
_reading_of: Final[Callable[[tuple[Any, Provenance, None]], Reading]] = partial(
    tuple.__new__, Reading
)


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
        self._of_records = freshness.lives(progress=False)
        self._of_progress = freshness.lives(progress=True)
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
            self._memory.put(key, nothing, now, 0, 0, flight.mark)
        register = flight.way.register
        if register is not None and shareable(register):
            self._outdated(of_number(key.department, key.key))

    def stale(self, key: Key, told: Problem, now: float) -> Reading:
        """The last known value, stale, where there is one, and why there is no newer one."""
        last = self._memory.known(key, now=now)
        if last is None or last.provenance is None:
            return Reading(value=None, problem=told)
        return Reading(last.value, replace(last.provenance, stale=True), told)

    def settle(
        self, flight: Flight, reply: Mapping[str, Any], as_of: datetime, now: float
    ) -> dict[Key, Reading]:
        """What a reply says of the keys of a call, remembered."""
        way, put, own = flight.way, self._memory.put, flight.way.own
        there, absent = self._of_progress if way.progress else self._of_records
        told: dict[Key, Reading] = {}
        for key in flight.wanted:
            department, source, _, number, _ = key
            value, record_id = reply.get(number, _MISSING), None
            if value.__class__ is dict:  # as most are
                record_id = value.get(own)
            elif value is _MISSING or isinstance(value, AdapterError):
                told[key] = self._without(key, flight, value)
                continue
            try:
                if record_id.__class__ is not str:
                    record_id = way.record_id(number, value)
                origin = Provenance(department, source, as_of, False, record_id)
                reading = _reading_of((value, origin, None))
                fresh_s, known_s = there if value else absent
                put(key, reading, now, fresh_s, known_s, flight.mark)
            except Exception as bug:
                # The rim where adapters end: what no reading can be made of is its row's trouble.
                log.error("federation.adapter_bug", department=department, **where(bug))
                reading = self.failed(key, AdapterError(department, type(bug).__name__))
            told[key] = reading
        return told

    def _without(self, key: Key, flight: Flight, error: Any) -> Reading:
        """What a reply says of a key that holds no value of it."""
        if error is _MISSING:
            error = ContractBroken(key.department, "a key is missing from the reply")
        if isinstance(error, Refused):
            self.refused(key, flight)
        return self.failed(key, error)

    def adopted(self, found: Mapping[Key, Reading], flight: Flight) -> Mapping[Key, Reading]:
        """What another process learnt and may, at its age, still stand for a new answer.

        What is older becomes the last known, unless this process knows later news.
        """
        today, now, fresh = self._now(), flight.loop.time(), {}
        there, absent = self._of_progress if flight.way.progress else self._of_records
        for key, reading in found.items():
            last = self._memory.known(key, now=now)
            age = age_s(reading, today)
            # As old as what is known: that very reading, which may have been forgotten since.
            if last is not None and age_s(last, today) <= age:
                continue
            fresh_s, known_s = there if reading.value else absent
            self._memory.put(key, reading, now, fresh_s - age, known_s - age, flight.mark)
            if age < fresh_s:
                fresh[key] = reading
        return fresh
