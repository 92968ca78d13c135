"""When the engine looks at its queues: as soon as there is something in one, seldom otherwise.

DBOS looks at each queue at a fixed pace, in a thread of its own, and has no other way. So it is
told to listen to none, and its own worker runs here, with a gate in place of its stop event: it
looks when the gate says so. What is relied on beside its documentation (tests/gateway/cases/
test_dispatch.py shows all of it):

- `queue_worker_thread(stop_event, dbos, queue)` claims and starts what there is room for each time
  `stop_event.wait` returns False, and returns once it returns True;
- what is to be claimed is a row of `workflow_status` that is ENQUEUED; one that is DELAYED becomes
  so within a second of its time.
"""

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from threading import Event, Thread
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.cases.database import ended_after
from gateway.cases.dbos_alone import DBOS, Queue, queue_worker_thread
from gateway.cases.supervision import Supervision

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0  # for what others put there, and what was asleep
_SOON_S = 0.05  # after a command ended: others may have waited for its place
_END_S = 10.0
_CONNECT_S = 2
_LOOK_S = 10

# Both conditions on the state: the first is that of the index, to the letter.
_WAITING = """
SELECT queue_name, 0 AS asleep FROM {table}
WHERE status IN ('ENQUEUED', 'PENDING') AND status = 'ENQUEUED' GROUP BY queue_name
UNION ALL
SELECT queue_name, 1 AS asleep FROM {table}
WHERE status = 'DELAYED' AND delay_until_epoch_ms <= :now GROUP BY queue_name
"""


class _Gate(Event):
    """A worker's stop event: waiting for it ends when there may be something to do."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted = Event()

    def look(self) -> None:
        """Let the worker look; once more if it is looking just now."""
        self._wanted.set()

    def end(self) -> None:
        """Let the worker go."""
        self.set()
        self._wanted.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether the worker is to end; returns when it is to do anything, however long that is."""
        self._wanted.wait()
        self._wanted.clear()
        return self.is_set()


def watching(url: str) -> sa.Engine:
    """What the queues are looked at with; no look takes longer than the network or `_LOOK_S`."""
    made, bounds = sa.make_url(url), dict[str, Any]()
    if made.get_backend_name() != "sqlite":
        options = ended_after(made, "statement", _LOOK_S)
        bounds = {"connect_timeout": _CONNECT_S, "options": options}
    return sa.create_engine(
        url, hide_parameters=True, pool_size=1, isolation_level="AUTOCOMMIT", connect_args=bounds
    )


def _work(gate: _Gate, dbos: DBOS, queue: Queue) -> None:
    """A worker's life. Its first look is for what an earlier one was told of, and died over."""
    gate.look()
    queue_worker_thread(gate, dbos, queue)


class Dispatch:
    """The engine's workers, and one who watches for what nobody told them of."""

    def __init__(
        self,
        url: str,
        *,
        every_s: float = LOOK_EVERY_S,
        supervision: Supervision | None = None,
    ) -> None:
        sqlite = sa.make_url(url).get_backend_name() == "sqlite"
        self._engine = watching(url)
        table = "workflow_status" if sqlite else "dbos.workflow_status"
        self._waiting = sa.text(_WAITING.format(table=table))
        self._every_s = every_s
        self._supervision = supervision or Supervision()
        self._gates: dict[str, _Gate] = {}
        self._threads: list[Thread] = []
        self._stirred, self._ended = Event(), Event()

    def begin(self, dbos: DBOS, queues: Sequence[Queue]) -> None:
        """Look after these queues; the engine is launched, and listens to none of them."""
        for queue in queues:
            queue.database_backed_queue = False  # what it declares holds for this process's life
            gate = self._gates[queue.name] = _Gate()
            self._start(f"queue-{queue.name}", partial(_work, gate, dbos, queue))
        self._start("queues", self._watch)

    def _start(self, name: str, work: Callable[[], None]) -> None:
        kept = partial(self._supervision.keep_thread, name, work, self._ended)
        thread = Thread(target=kept, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def wake(self, queues: Collection[str]) -> None:
        """Something was committed to these queues."""
        for name in queues:
            gate = self._gates.get(name)
            if gate is not None:
                gate.look()

    def freed(self) -> None:
        """A command ended: something may have waited for its place."""
        self._stirred.set()

    def end(self) -> None:
        """Look no more. Blocking: a worker may be handing a command to the event loop."""
        self._ended.set()
        self._stirred.set()
        for gate in self._gates.values():
            gate.end()
        end = time.monotonic() + _END_S  # for all of them
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._engine.dispose()

    def _watch(self) -> None:
        while not self._ended.is_set():
            asleep = self._look()
            if self._stirred.wait(_SOON_S if asleep else self._every_s):
                self._stirred.clear()
                self._ended.wait(_SOON_S)  # with whatever else ends in a moment

    def _look(self) -> bool:
        """Wake whoever has something to do; whether something is about to be woken."""
        now = int(time.time() * 1000)
        try:
            with self._engine.connect() as connection:
                found = connection.execute(self._waiting, {"now": now}).all()
        # The store is away, or no file is left to reach it by; what waits is there afterwards, and
        # nobody looks for it if this thread ends.
        except Exception as error:
            tell = log.debug if isinstance(error, SQLAlchemyError) else log.warning
            tell("dispatch.failed", kind=type(error).__name__)
            return False
        self.wake({row.queue_name for row in found if not row.asleep})
        return any(row.asleep for row in found)
