"""What works without end is begun anew when it dies, later each time, and who asks is told."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from threading import Event

import structlog

from gateway.metrics import Metrics

log = structlog.get_logger(__name__)

DIED = "onething_workers_died_total"
FIRST_S, LONGEST_S = 1.0, 60.0  # until it is begun anew, doubled with each death in a row
END_S = 15.0  # for all workers told to end; longer than the watch in a thread of its own may take


@dataclass(frozen=True, slots=True)
class _Death:
    at: float
    pause_s: float

    @property
    def over_at(self) -> float:
        """Once it is begun anew it is to live for as long again before it counts as mended."""
        return self.at + 2 * self.pause_s


async def ended(tasks: Collection["asyncio.Task[None]"]) -> Sequence[str]:
    """Tell these to end, and wait for it; the names of those that do not."""
    for task in tasks:
        task.cancel()
    left = (await asyncio.wait(tasks, timeout=END_S))[1] if tasks else set()
    names = sorted(task.get_name() for task in left)
    if names:
        log.error("worker.did_not_end", workers=names)
    return names


class Supervision:
    """Keeps the workers of one process, tasks and threads alike. For any thread."""

    def __init__(
        self, metrics: Metrics | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._metrics = metrics or Metrics()
        self._now = now
        self._deaths: dict[str, _Death] = {}

    def down(self) -> Sequence[str]:
        """Who died, and has not been at work again for long enough."""
        now = self._now()
        return sorted(name for name, death in self._deaths.copy().items() if now < death.over_at)

    async def keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Work until cancelled; who returns died as well."""
        while True:
            kind = "returned"
            try:
                await work()
            except asyncio.CancelledError:
                kind = "cancelled"  # by nobody who wants it to end, or see below
            except Exception as error:  # the rim of a worker: it is begun anew
                kind = type(error).__name__
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise asyncio.CancelledError  # whatever it made of being told to end
            await asyncio.sleep(self._died(name, kind))

    def keep_thread(self, name: str, work: Callable[[], None], ended: Event) -> None:
        """The same in a thread of its own, until ended; blocking."""
        while not ended.is_set():
            kind = "returned"
            try:
                work()
            except BaseException as error:  # the rim of a thread: nothing is to end it but `ended`
                kind = type(error).__name__
            if not ended.is_set():
                ended.wait(self._died(name, kind))

    def _died(self, name: str, kind: str) -> float:
        """Seconds until it is begun anew."""
        last, now = self._deaths.get(name), self._now()
        again = last is not None and now < last.over_at
        pause_s = min(LONGEST_S, 2 * last.pause_s) if last is not None and again else FIRST_S
        self._deaths[name] = _Death(now, pause_s)
        self._metrics.count(DIED, worker=name)
        log.error("worker.died", worker=name, kind=kind, again_in_s=pause_s)
        return pause_s
