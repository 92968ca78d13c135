"""All calls to all departments from this process: one call for what many ask at once."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from adapters.contract import Department
from adapters.errors import AdapterError
from gateway.federation.deadlines import Deadlines
from gateway.federation.dispatch import Dispatch
from gateway.federation.flights import Waiter
from gateway.federation.freshness import Freshness
from gateway.federation.gate import Gate
from gateway.federation.guarded import GuardedDepartment
from gateway.federation.memory import Key, Memory, Tag
from gateway.federation.settling import Settling
from gateway.federation.shared import SharedMemory
from gateway.federation.ways import Ways
from schema.domain.department import DepartmentInfo
from schema.domain.reading import Reading
from schema.graph.ports import DepartmentView


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
        self._memory = Memory() if memory is None else memory  # an empty one is false
        self._shared = shared
        self._tellings: set[asyncio.Task[bool]] = set()
        self._gates = {
            name: Gate(department.info, now=now) for name, department in self._departments.items()
        }
        self._settling = Settling(
            self._memory, freshness or Freshness(), self._gates, now, self._unshare
        )
        self.ways: Final = Ways(self._departments, self._gates)
        self._dispatch = Dispatch(self._memory, self._settling, shared, now, self._tellings)
        self._flights = self._dispatch.flights
        # As every operation asks them for every read, without a step in between.
        self.remembered: Final = self._memory.keys  # fresh or not
        self.under_way: Final = self._flights.keys
        self.fresh: Final = self._memory.fresh
        self.failed: Final = self._settling.failed
        self.weight: Final = self._memory.weight
        self.join: Final = self._flights.join
        self.ask: Final = self._dispatch.ask
        self.leave: Final = self._dispatch.leave
        self.waiting = Deadlines(_out_of_time)  # operations some department has not answered

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
        return all(self.fresh(key, now) is reading for key, reading in readings)

    def unreachable(self, error: AdapterError) -> None:
        """A department was found down outside of a read."""
        self._gates[error.department].told_down(error)

    def info(self, department: str) -> DepartmentInfo | None:
        """What a department publishes; None when it is not plugged in."""
        gate = self._gates.get(department)
        return gate.info if gate else None

    async def aclose(self) -> None:
        """End every call still under way."""
        self.waiting.clear()
        await self._dispatch.aclose()
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


def _out_of_time(waiter: Waiter) -> None:
    waiter.out_of_time()
