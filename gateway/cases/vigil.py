"""Beats and take-overs of one process among several, in a thread with an event loop of its own.

What a busy process does for its cases cannot delay them: a late beat looks like a death, and a late
look leaves a dead peer's commands undone.
"""

import asyncio
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

from gateway.cases.database import Database
from gateway.cases.executors import Executors
from gateway.cases.reaper import Reaper
from gateway.cases.store import Store

_END_S = 10.0  # longer than a transaction may take; the thread ends with the process anyway


@dataclass(frozen=True, slots=True)
class _Watch:
    """The task in the other thread."""

    task: "asyncio.Task[None]"
    loop: asyncio.AbstractEventLoop

    def end(self) -> None:
        with suppress(RuntimeError):  # its loop is closed: it has ended
            self.loop.call_soon_threadsafe(self.task.cancel)


class WatchEnded(Exception):
    """Nobody beats for this process any more."""


class Vigil:
    """Says that this process lives, as long as the event loop that does its work turns."""

    def __init__(self, store: Store, executor: str, *, version: str, lease_s: float) -> None:
        self._store = store
        self.executor = executor
        self._version = version
        self._lease_s = lease_s
        self._turned_at = 0.0
        self._executors = self._of(store)
        self.reaper = Reaper(store, store.engine, self._executors)

    async def begin(self) -> None:
        """Say so for the first time; StoreUnavailable when that cannot be written down."""
        await self._executors.beat()

    async def keep(self) -> None:
        """Keep it until cancelled; run by the loop that does the work."""
        if self._store.database.is_sqlite:  # one process, one writer: nobody waits for its beats
            await self.reaper.loop()
        begun: Future[_Watch] = Future()
        thread = Thread(target=self._run, args=[begun], name="vigil", daemon=True)
        thread.start()
        watch = begun.result(_END_S)  # at once, so that it is never begun and forgotten
        try:
            while True:
                self._turned_at = time.monotonic()
                await asyncio.sleep(self._executors.every_s)
                if not thread.is_alive():
                    raise WatchEnded
        finally:
            watch.end()
            await asyncio.to_thread(thread.join, _END_S)

    def _turns(self) -> bool:
        """Whether the work's loop turned within a lease; one that hangs is to be taken over."""
        return time.monotonic() - self._turned_at < self._lease_s

    def _run(self, begun: "Future[_Watch]") -> None:
        try:
            with asyncio.Runner() as runner, suppress(asyncio.CancelledError):
                runner.run(self._watch(begun))
        except BaseException as error:
            if begun.done():
                raise
            begun.set_exception(error)  # or the work's loop stands still until it gives up

    async def _watch(self, begun: "Future[_Watch]") -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 — a coroutine that runs
        self._turned_at = time.monotonic()
        begun.set_result(_Watch(task, asyncio.get_running_loop()))
        work = self._store
        database = Database(work.database.url.render_as_string(hide_password=False))
        # The engine is shared: its client is for any thread.
        store = Store(database, work.engine, work.catalogue, work.calendar)
        database.open()
        try:
            await Reaper(store, work.engine, self._of(store)).loop(self._turns)
        finally:
            await database.close()

    def _of(self, store: Store) -> Executors:
        return Executors(
            store, executor=self.executor, version=self._version, lease_s=self._lease_s
        )
