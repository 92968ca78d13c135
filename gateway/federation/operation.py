"""The department reads of one operation: sent in waves, under one deadline, never raising."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from adapters.errors import AdapterError, NotCalled, OutcomeUnknown
from gateway.federation.calls import Call
from gateway.federation.changed import scope
from gateway.federation.memory import Key, key_of
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
        self.loop = asyncio.get_running_loop()
        self.deadline = self.loop.time() + budget_s
        self._asked: dict[Key, asyncio.Future[Reading] | Reading] = {}
        self._also: dict[Key, list[asyncio.Future[Reading]]] = {}  # of who asked for it again
        self._due = 0  # answers that are to come
        self._wave: dict[_Group, list[Key]] = {}
        self._number = 1  # of the wave that gathers
        self._quiet = 0
        self._spared: dict[_Group, Call] = {}  # what this wave need not ask
        self.calls: list[Call] = []

    def record(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        """Ask for one key; the same key asked twice is one read."""
        return self._awaitable(self.look_up(department, register, lookup, key))

    def progress(self, department: str, service: str, receipt: str) -> Awaitable[Reading]:
        """Ask where a filing stands; the value is a Progress."""
        return self._awaitable(self.look_up(department, service, PROGRESS, receipt))

    def look_up(
        self, department: str, register: str, lookup: str, key: str
    ) -> Reading | Awaitable[Reading]:
        """As `record`; what was said in the last seconds is given as it is."""
        wanted = key_of((department, register, lookup, key, self._scope))
        known = self._asked.get(wanted)
        if known is not None:
            return known if _known(known) else self._again(wanted)
        group = (department, register, lookup)
        federation, wave = self._federation, self._wave
        if wanted in federation.remembered:
            fresh = federation.fresh(wanted, self.loop.time())
            if fresh is not None:
                self._asked[wanted] = fresh
                self._spare(group)
                return fresh
        future: asyncio.Future[Reading] = self.loop.create_future()
        self._asked[wanted] = future
        if not wave:
            self._quiet = 0
            self.loop.call_soon(self._tick, 0)
        if group in wave:
            wave[group].append(wanted)
        else:
            wave[group] = [wanted]
        return future

    def extensions(self) -> Mapping[str, Any]:
        """What a developer may see of it."""
        return {"calls": [call.as_json() for call in self.calls]}

    def remembered(self) -> tuple[Callable[[], bool], int] | None:
        """What says whether all that was read still stands, and about how many bytes that is.

        None where a department was asked.
        """
        if not self.calls or any(call.outcome != "cached" for call in self.calls):
            return None
        known = [(key, found) for key, found in self._asked.items() if isinstance(found, Reading)]
        if len(known) < len(self._asked):  # some joined another's call
            return None
        federation = self._federation
        return partial(federation.stand, known), sum(map(federation.weight, self._asked))

    def close(self) -> None:
        """Nobody reads on: what is still under way for this operation alone is ended."""
        if self._due or self._wave:  # else all it asked for has come
            self._give_up("given up")

    def landed(self, key: Key, reading: Reading) -> None:
        """What a department said to a call this operation waits for."""
        if self._also:
            for again in self._also.pop(key, ()):
                if not again.done():
                    again.set_result(reading)
        asked = self._asked[key]
        if isinstance(asked, Reading):
            return
        if not asked.done():
            asked.set_result(reading)
        elif asked.cancelled():  # who asks yet has it
            self._asked[key] = reading
        else:
            return
        self._due = due = self._due - 1
        if not due:
            self._federation.waiting.discard(self)

    def out_of_time(self) -> None:
        """Its deadline is over: who waits is told what is known."""
        now = self.loop.time()
        for call in self.calls:
            call.out_of_time(now)
        self._give_up(_LATE)

    def _awaitable(self, found: Reading | Awaitable[Reading]) -> Awaitable[Reading]:
        if not isinstance(found, Reading):
            return found
        future: asyncio.Future[Reading] = self.loop.create_future()
        future.set_result(found)
        return future

    def _again(self, key: Key) -> Awaitable[Reading]:
        """A future of one's own: who is cancelled does not cancel who asked for the same."""
        future: asyncio.Future[Reading] = self.loop.create_future()
        self._also.setdefault(key, []).append(future)
        return future

    def _tick(self, seen: int) -> None:
        """Wait until the resolvers that are ready have all asked what they will ask."""
        asked = len(self._asked)
        self._quiet = self._quiet + 1 if asked == seen else 0
        if self._quiet < QUIET:
            self.loop.call_soon(self._tick, asked)
        else:
            self._leave()

    def _leave(self) -> None:
        wave, self._wave = self._wave, {}
        if not wave:
            return
        federation, now = self._federation, self.loop.time()
        federation.waiting.add(self, self.deadline)
        self._due += sum(map(len, wave.values()))
        remembered, under_way = federation.remembered, federation.under_way
        for group, keys in wave.items():
            if remembered.isdisjoint(keys) and under_way.isdisjoint(keys):
                self._send(group, keys, now)
            elif missing := self._missing(group, keys, now):
                self._send(group, missing, now)
        self._spared.clear()
        self._number += 1

    def _missing(self, group: _Group, keys: Sequence[Key], now: float) -> Sequence[Key]:
        """Those that are not known by now, and that nobody asks for already."""
        missing, federation = [], self._federation
        for key in keys:
            fresh = federation.fresh(key, now)
            if fresh is None and not federation.join(key, self):
                missing.append(key)
                continue
            self._spare(group)
            if fresh is not None:
                self.landed(key, fresh)
        return missing

    def _send(self, group: _Group, keys: Sequence[Key], now: float) -> None:
        way = self._federation.ways[group]
        if way is None or now >= self.deadline:
            for key in keys:
                self.landed(key, self._unasked(key))
            return
        department, source, name = group
        for chunk in (keys,) if len(keys) <= way.batch else _chunks(keys, way.batch):
            call = Call(department, source, name, len(chunk), self._number, now)
            self.calls.append(call)
            self._federation.ask(way, chunk, self, call, now)

    def _give_up(self, why: str) -> None:
        gathered = {key for keys in self._wave.values() for key in keys}
        for key, asked in self._asked.items():
            if not _known(asked):  # one whose reader was cancelled is waited for until now
                self._federation.leave(key, self)
                reading = self._unasked(key) if key in gathered else self._failed(key, why)
                self.landed(key, reading)
        self._wave.clear()
        self._due = 0
        self._federation.waiting.discard(self)

    def _unasked(self, key: Key) -> Reading:
        """What others took so long for is not this department's silence."""
        return self._told(key, NotCalled(key.department, _LATE, code=ProblemCode.OUT_OF_TIME))

    def _failed(self, key: Key, why: str) -> Reading:
        return self._told(key, OutcomeUnknown(key.department, why))

    def _told(self, key: Key, error: AdapterError) -> Reading:
        if self._federation.ways[key[:3]] is None:
            return Reading(value=None, problem=_not_plugged_in(key.department))
        return self._federation.failed(key, error)

    def _spare(self, group: _Group) -> None:
        call = self._spared.get(group)
        if call is None:
            department, source, name = group
            call = Call(department, source, name, 0, self._number, 0.0, outcome="cached")
            self._spared[group] = call
            self.calls.append(call)
        call.keys += 1


def _known(asked: asyncio.Future[Reading] | Reading) -> bool:
    """Whether there is an answer; who waited for it may have been cancelled before there was."""
    return isinstance(asked, Reading) or (asked.done() and not asked.cancelled())


def _chunks(keys: Sequence[Key], most: int) -> list[Sequence[Key]]:
    return [keys[start : start + most] for start in range(0, len(keys), most)]


def _not_plugged_in(department: str) -> Problem:
    return Problem(
        code=ProblemCode.DEPARTMENT_UNREACHABLE,
        text=Text(
            zh=f"“{department}”的系统尚未接入。",
            en=f"The system of {department} is not plugged in.",
        ),
    )
