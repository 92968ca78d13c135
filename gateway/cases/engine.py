"""The durable engine behind its port (`engine_port`). It and `dispatch` alone know DBOS.

It runs short commands and remembers them; it does not own cases. What it stores are references.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy.engine import Connection

from gateway.cases.database import IDLE_S
from gateway.cases.dbos_alone import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    EnqueueOptions,
    Queue,
    WorkflowStatus,
)
from gateway.cases.dispatch import LOOK_EVERY_S, Dispatch
from gateway.cases.engine_port import Deliver, Running
from gateway.cases.prepared import compiled_once
from gateway.cases.probe import VERSION
from gateway.cases.supervision import Supervision

APPLICATION = "onething"
WORKFLOW = "deliver.v1"
RECOVERIES = 1000
WAKE_S = 0.01  # after a commit: who waits for it is answered first
_POOL = 4
_EXECUTE = "_execute_prepared"
_FINISH_S = 1.0  # for calls under way when told to stop
_STATES = {"ENQUEUED": "queued", "DELAYED": "asleep", "PENDING": "running"}


class DbosEngine:
    """DBOS on the database the cases live in. One per process: DBOS is a singleton."""

    _dispatching: ClassVar[Dispatch | None] = None  # and so is who looks at its queues

    def __init__(
        self,
        url: str,
        *,
        executor: str,
        version: str = VERSION,
        every_s: float = LOOK_EVERY_S,
        supervision: Supervision | None = None,
    ) -> None:
        self._url = url
        self._executor = executor
        self._version = version
        self._every_s = every_s
        self._supervision = supervision or Supervision()
        self._dispatch: Dispatch | None = None
        self._client: DBOSClient | None = None
        self._at_work: dict[asyncio.Task[object], tuple[str, int]] = {}
        self._stopping = False
        self._launched = False

    def migrate(self) -> None:
        DBOS.migrate(self._url)

    async def launch(self, deliver: Deliver, queues: Mapping[str, int]) -> None:
        self._stopping = False
        if self._client is None:
            self.connect()
        registered = await asyncio.to_thread(self._register, queues)
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._url,
            "application_version": self._version,
            "run_migrations": False,
            "executor_id": self._executor,
            "serializer": DBOSPortableJSONSerializer(),
            "console_log_level": "ERROR",
            "log_level": "ERROR",
            "sys_db_pool_size": _POOL,
            "sys_db_idle_transaction_timeout_sec": IDLE_S,
            "db_engine_kwargs": {"hide_parameters": True},  # its client takes none: references only
            "notification_listener_polling_interval_sec": 0.25,  # bounds how long a stop takes
        }
        dbos = DBOS(config=config)

        # Its steps are the claims of the attempts table, so that a re-run knows what was sent.
        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=RECOVERIES)
        async def run(reference: str, tick: int) -> str:
            self._begin(reference, tick)
            return await deliver(reference, tick)

        self._launched = True
        first = DbosEngine._dispatching is None
        if first:
            DBOS.listen_queues([])
        DBOS.launch()  # in the running loop: commands run where the departments' clients live
        if first:
            made = Dispatch(self._url, every_s=self._every_s, supervision=self._supervision)
            made.begin(dbos, registered)
            DbosEngine._dispatching = made
        self._dispatch = DbosEngine._dispatching

    def connect(self) -> None:
        self._client = DBOSClient(
            system_database_url=self._url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            system_database_pool_size=_POOL,
            sys_db_idle_transaction_timeout_sec=IDLE_S,
        )
        database = self._client._sys_db  # noqa: SLF001 — see `prepared`
        setattr(database, _EXECUTE, compiled_once(getattr(database, _EXECUTE)))

    def _begin(self, reference: str, tick: int) -> None:
        """Note the task this command runs in; when stopping, leave it for the next launch."""
        task = asyncio.current_task()
        if self._stopping or task is None:
            raise asyncio.CancelledError
        self._at_work[task] = (reference, tick)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[object]") -> None:
        self._at_work.pop(task, None)
        if self._dispatch is not None:
            self._dispatch.freed()

    def _register(self, queues: Mapping[str, int]) -> Sequence[Queue]:
        assert self._client is not None  # noqa: S101 — called by launch
        return [
            self._client.register_queue(name, worker_concurrency=concurrency)
            for name, concurrency in queues.items()
        ]

    def enqueue_in(
        self, connection: Connection, queue: str, reference: str, tick: int, delay: float
    ) -> None:
        if self._client is None:
            raise RuntimeError("the engine is not launched")
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": queue,
            "workflow_id": f"{reference}#{tick}",
            "app_version": self._version,
        }
        if delay > 0:
            options["delay_seconds"] = delay
        self._client.enqueue_in_transaction(connection, options, reference, tick)

    def wake(self, queues: Collection[str]) -> None:
        if self._dispatch is not None and queues:
            loop = asyncio.get_running_loop()
            loop.call_later(WAKE_S, self._dispatch.wake, frozenset(queues))

    async def waiting(self) -> int:
        if self._client is None:
            return 0
        rows = await self._client.list_workflows_async(
            status=list(_STATES), load_input=False, load_output=False
        )
        return len(rows)

    async def running(self, *, executors: Sequence[str] | None = None) -> Sequence[Running]:
        if self._client is None:
            return []
        rows = await self._client.list_workflows_async(
            status=["PENDING"] if executors else list(_STATES),
            executor_id=list(executors) if executors else None,
            load_input=False,
            load_output=False,
        )
        return [_running(row) for row in rows]

    def at_work(self) -> AbstractSet[tuple[str, int]]:
        return frozenset(self._at_work.copy().values())  # a copy is made in one piece

    async def cancel(self, commands: Sequence[Running]) -> None:
        if self._client is not None and commands:
            names = [f"{command.reference}#{command.tick}" for command in commands]
            await self._client.cancel_workflows_async(names)

    async def purge(self, older_than: float) -> int:
        if self._client is None:
            return 0
        done = await self._client.list_workflows_async(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=_iso(older_than),
            load_input=False,
            load_output=False,
            limit=1000,
        )
        await self._client.delete_workflows_async([row.workflow_id for row in done])
        return len(done)

    async def shutdown(self) -> None:
        if self._launched:
            await self._claim_no_more()
            await self._finish()
            await self._destroy()
        if self._client is not None:
            self._client.destroy()
            self._client = None

    async def _claim_no_more(self) -> None:
        """Leave what is queued to peers, who would wait a lease for what is claimed and dropped."""
        if self._dispatch is not None:
            await self._apart(self._dispatch.end)

    async def _destroy(self) -> None:
        await self._apart(lambda: DBOS.destroy(destroy_registry=True))
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor())  # DBOS closed the one it had put there
        self._launched, self._dispatch, DbosEngine._dispatching = False, None, None

    async def _apart(self, function: Callable[[], None]) -> None:
        """In a thread of its own: DBOS joins its threads, and those may wait for this loop."""
        with ThreadPoolExecutor(max_workers=1) as own:
            await asyncio.get_running_loop().run_in_executor(own, function)

    async def _finish(self) -> None:
        """Let calls that are being made come to their end for a moment; give up the others.

        DBOS would leave them running over a store that is being closed. What is given up is down
        as running still, and is taken up by the next launch or a peer.
        """
        self._stopping = True
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=_FINISH_S)
        left = set(self._at_work)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_FINISH_S)


def _running(row: WorkflowStatus) -> Running:
    reference, _, tick = row.workflow_id.rpartition("#")
    return Running(
        reference=reference,
        tick=int(tick) if tick.isdigit() else 0,
        state=_STATES[row.status],
        executor=row.executor_id,
        version=row.app_version,
    )


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
