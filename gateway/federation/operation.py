"""The department reads of one operation: sent in waves, under one deadline, never raising."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final

from adapters.errors import OutcomeUnknown
from gateway.federation.calls import Call
from gateway.federation.changed import scope
from gateway.federation.memory import Key
from gateway.federation.service import Federation
from gateway.federation.ways import PROGRESS
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Reading
from schema.domain.text import Text
from schema.graph.ports import Viewer

QUIET: Final = 2  # turns of the loop without a new read before a wave leaves

_LATE: Final = "out of the operation's time"

_Group = tuple[str, str, str]


def scope_of(viewer: Viewer) -> str:
    """Whose eyes an answer is for; nothing is remembered across scopes."""
    return scope(viewer.subject, viewer.acting_for)


class OperationReads:
    """Gathers reads while resolvers still run, then sends them in as few calls as can be."""

    def __init__(self, federation: Federation, *, scope: str, budget_s: float = 2.0) -> None:
        self._federation = federation
        self._scope = scope
        self._loop = asyncio.get_running_loop()
        self.deadline = self._loop.time() + budget_s
        self._asked: dict[Key, asyncio.Future[Reading]] = {}
        self._wave: list[Key] = []
        self._quiet = 0
        self._timer: asyncio.TimerHandle | None = None
        self._open: set[Key] = set()
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

    def close(self) -> None:
        """Nobody reads on: what is still under way for this operation alone is ended."""
        self._wave.clear()
        self._give_up("given up")

    def landed(self, key: Key, reading: Reading) -> None:
        """What a department said to a call this operation waits for."""
        self._open.discard(key)
        future = self._asked[key]
        if not future.done():  # who waited may have been cancelled
            future.set_result(reading)
        if not self._open and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _read(self, key: Key) -> asyncio.Future[Reading]:
        known = self._asked.get(key)
        if known is not None:
            return known
        future: asyncio.Future[Reading] = self._loop.create_future()
        self._asked[key] = future
        self._open.add(key)
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
        if not wave:
            return
        if self._timer is None:
            self._timer = self._loop.call_at(self.deadline, self._out_of_time)
        groups: dict[_Group, list[Key]] = defaultdict(list)
        for key in wave:
            groups[key[:3]].append(key)
        for group, keys in groups.items():
            self._send(group, keys)

    def _send(self, group: _Group, keys: Sequence[Key]) -> None:
        now = self._loop.time()
        missing = [key for key in keys if not self._at_hand(key, now)]
        if len(keys) > len(missing):
            self._call(group, len(keys) - len(missing)).outcome = "cached"
        if now >= self.deadline or self._federation.info(group[0]) is None:
            for key in missing:
                self.landed(key, self._failed(key, _LATE))
            return
        batch = self._federation.batch(*group)
        for start in range(0, len(missing), batch):
            chunk = missing[start : start + batch]
            self._federation.ask(chunk, self, self._call(group, len(chunk)))

    def _at_hand(self, key: Key, now: float) -> bool:
        fresh = self._federation.fresh(key, now)
        if fresh is not None:
            self.landed(key, fresh)
            return True
        return self._federation.join(key, self)

    def _out_of_time(self) -> None:
        self._timer = None
        for call in self.calls:
            if call.outcome == "pending":
                call.outcome = "deadline"
        self._give_up(_LATE)

    def _give_up(self, why: str) -> None:
        for key in list(self._open):
            self._federation.leave(key, self)
            self.landed(key, self._failed(key, why))

    def _failed(self, key: Key, why: str) -> Reading:
        if self._federation.info(key.department) is None:
            return Reading(value=None, problem=_not_plugged_in(key.department))
        return self._federation.failed(key, OutcomeUnknown(key.department, why))

    def _call(self, group: _Group, keys: int) -> Call:
        call = Call(department=group[0], operation=f"{group[1]}.{group[2]}", keys=keys)
        self.calls.append(call)
        return call


def _not_plugged_in(department: str) -> Problem:
    return Problem(
        code=ProblemCode.DEPARTMENT_UNREACHABLE,
        text=Text(
            zh=f"“{department}”的系统尚未接入。",
            en=f"The system of {department} is not plugged in.",
        ),
    )
