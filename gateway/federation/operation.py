"""The department reads of one operation: sent in waves, under one deadline, never raising."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from adapters.errors import AdapterError, OutcomeUnknown
from gateway.federation.calls import Call
from gateway.federation.memory import Key
from gateway.federation.service import PROGRESS, Federation, Flight
from schema.domain.department import DepartmentInfo
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Reading
from schema.domain.text import Text
from schema.graph.ports import Viewer

QUIET: Final = 2  # turns of the loop without a new read before a wave leaves

_Group = tuple[str, str, str]


def scope_of(viewer: Viewer) -> str:
    """Whose eyes an answer is for; nothing is remembered across scopes."""
    return f"{viewer.subject}|{viewer.acting_for or ''}"


class OperationReads:
    """Gathers reads while resolvers still run, then sends them in as few calls as can be."""

    def __init__(self, federation: Federation, *, scope: str, budget_s: float = 2.0) -> None:
        self._federation = federation
        self._scope = scope
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + budget_s
        self._asked: dict[Key, Flight] = {}
        self._wave: list[Key] = []
        self._quiet = 0
        self._timer: asyncio.TimerHandle | None = None
        self._open = 0
        self.calls: list[Call] = []

    def record(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        """Ask for one key; the same key asked twice is one read."""
        return self._read(Key(department, register, lookup, key, self._scope))

    def progress(self, department: str, service: str, receipt: str) -> Awaitable[Reading]:
        """Ask where a filing stands; the value is a Progress."""
        return self._read(Key(department, service, PROGRESS, receipt, self._scope))

    def extensions(self) -> Mapping[str, Any]:
        """What a developer may see of it."""
        return {"calls": [call.as_json() for call in self.calls]}

    def _read(self, key: Key) -> Flight:
        known = self._asked.get(key)
        if known is not None:
            return known
        future: Flight = self._loop.create_future()
        self._asked[key] = future
        self._open += 1
        if not self._wave:
            self._quiet = 0
            self._loop.call_soon(self._tick, 0)
        self._wave.append(key)
        return future

    def _tick(self, seen: int) -> None:
        """Wait until the resolvers that are ready have all asked what they will ask."""
        asked = len(self._wave)
        self._quiet = self._quiet + 1 if asked == seen else 0
        if self._quiet < QUIET:
            self._loop.call_soon(self._tick, asked)
        else:
            self._leave()

    def _leave(self) -> None:
        wave, self._wave = self._wave, []
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._out_of_time)
        groups: dict[_Group, list[Key]] = defaultdict(list)
        for key in wave:
            groups[key[:3]].append(key)
        for group, keys in groups.items():
            self._send(group, keys)

    def _send(self, group: _Group, keys: Sequence[Key]) -> None:
        info = self._federation.info(group[0])
        if info is None:
            for key in keys:
                self._settle(key, Reading(value=None, problem=_not_plugged_in(group[0])))
            return
        missing = [key for key in keys if not self._at_hand(key)]
        batch = batch_of(info, group[1], group[2])
        rest = iter(missing)
        while chunk := list(islice(rest, batch)):
            call = self._call(group, len(chunk))
            flights = self._federation.ask(chunk, deadline=self._deadline, call=call)
            for key, flight in zip(chunk, flights, strict=True):
                self._join(key, flight)
        self._log_saved(group, len(keys) - len(missing))

    def _at_hand(self, key: Key) -> bool:
        fresh = self._federation.fresh(key)
        if fresh is not None:
            self._settle(key, fresh)
            return True
        flight = self._federation.flight(key)
        if flight is not None:
            self._join(key, flight)
            return True
        return False

    def _join(self, key: Key, flight: Flight) -> None:
        flight.add_done_callback(lambda landed: self._landed(key, landed))

    def _landed(self, key: Key, flight: Flight) -> None:
        if flight.cancelled():
            error: AdapterError = OutcomeUnknown(key.department, "abandoned")
            self._settle(key, self._federation.failed(key, error))
        else:
            self._settle(key, flight.result())

    def _settle(self, key: Key, reading: Reading) -> None:
        future = self._asked[key]
        if future.done():
            return
        future.set_result(reading)
        self._open -= 1
        if not self._open and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _out_of_time(self) -> None:
        self._timer = None
        for call in self.calls:
            if call.outcome == "pending":
                call.outcome = "deadline"
        late = [key for key, future in self._asked.items() if not future.done()]
        for key in late:
            error = OutcomeUnknown(key.department, "out of the operation's time")
            self._settle(key, self._federation.failed(key, error))

    def _call(self, group: _Group, keys: int) -> Call:
        call = Call(department=group[0], operation=f"{group[1]}.{group[2]}", keys=keys)
        self.calls.append(call)
        return call

    def _log_saved(self, group: _Group, keys: int) -> None:
        if keys:
            self._call(group, keys).outcome = "cached"


def batch_of(info: DepartmentInfo, source: str, way: str) -> int:
    """How many keys one call may carry."""
    if way == PROGRESS:
        return max(1, info.progress_batch)
    lookups = (
        lookup
        for register in info.registers
        if register.id == source
        for lookup in register.lookups
        if lookup.name == way
    )
    return max(1, next((lookup.batch for lookup in lookups), 1))


def _not_plugged_in(department: str) -> Problem:
    return Problem(
        code=ProblemCode.DEPARTMENT_UNREACHABLE,
        text=Text(
            zh=f"“{department}”的系统尚未接入。",
            en=f"The system of {department} is not plugged in.",
        ),
    )
