"""SQLite as SQLAlchemy's asyncio drives it, with a change of threads only for what may wait.

aiosqlite hands a thread every cursor, statement, fetch and close: four changes of threads a query,
each of which costs more than the query. Here a statement and its rows are one change; and none is
made where nothing can make SQLite wait: in a transaction that has the lock, and before one begins.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Self, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], Callable[[Any, BaseException | None], None]]
_Jobs = SimpleQueue["_Job | None"]

_FIRST_ROWS = 500  # fetched along with the statement
_PRAGMAS = (
    "PRAGMA synchronous=FULL",  # a power cut must not forget a claim
    "PRAGMA foreign_keys=ON",
)
APART = "/* apart */"  # in a writer's statement that goes through a whole table
_TRY_S = 0.05  # of SQLite itself for the lock, before it is seen whether anybody waits still
_TURN_S = 0.002  # of statements without a change of threads, until others on the loop have theirs


class SqliteLine:
    """One connection, and the thread that waits for it.

    `writes`: its transactions begin with the lock of the writer, so that nothing in them waits.
    A reader's statements may take long, and are left to the thread; it has nothing to commit.
    """

    def __init__(self, path: str, *, writes: bool, busy_s: float) -> None:
        self._path, self._writes, self._busy_s = path, writes, busy_s
        self._connection: sqlite3.Connection | None = None
        self._jobs: _Jobs = SimpleQueue()
        self._under_way = 0  # in the thread: what is asked meanwhile queues up behind it
        self._turned_at = 0.0

    async def opened(self) -> Self:
        """The same, connected. Transactions begin where they are said to."""
        Thread(target=_work, args=[self._jobs], name="sqlite", daemon=True).start()
        try:
            self._connection = await self._apart(self._connect)
        except BaseException:
            self._jobs.put(None)
            raise
        return self

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=self._busy_s,
            isolation_level=None,
            check_same_thread=False,  # never two at once: see `_under_way`
        )
        for pragma in _PRAGMAS:  # here, since they read the file
            connection.execute(pragma)
        if self._writes:
            connection.execute(f"PRAGMA busy_timeout={_TRY_S * 1000:.0f}")
        return connection

    @property
    def _conn(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("no active connection")  # as SQLAlchemy knows a closed one
        return self._connection

    def cursor(self) -> "_Cursor":
        """A new cursor."""
        return _Cursor(self, self._conn.cursor())

    async def create_function(self, *args: Any, **more: Any) -> None:
        """As SQLAlchemy does with every connection."""
        self._conn.create_function(*args, **more)

    async def commit(self) -> None:
        """Durable when it returns."""
        await self._ended(self._conn.commit)

    async def rollback(self) -> None:
        """Undone when it returns; idempotent."""
        await self._ended(self._conn.rollback)

    async def close(self) -> None:
        """Close once everything asked before is done; idempotent."""
        if self._connection is not None:
            closing, self._connection = self._connection.close, None
            await self._apart(closing)
            self._jobs.put(None)

    def stop(self) -> None:
        """The same, for who cannot wait."""
        if self._connection is not None:
            self._jobs.put((self._connection.close, lambda *_: None))
            self._connection = None
        self._jobs.put(None)

    async def run(self, function: Callable[[], T], *, apart: bool = False) -> T:
        """A statement: at once where nothing can make it wait, otherwise in the thread."""
        if self._writes and not self._conn.in_transaction:
            return await self._locking(function)
        if apart or self._conn.in_transaction is not self._writes:
            return await self._apart(function)
        if asyncio.get_running_loop().time() - self._turned_at > _TURN_S:
            await asyncio.sleep(0)
            self._turned_at = asyncio.get_running_loop().time()
        return await self.light(function)

    async def _locking(self, function: Callable[[], T]) -> T:
        """What takes the lock; who is given up tries no longer, and is in nobody's way."""
        given_up = Event()
        end = time.monotonic() + self._busy_s

        def locked() -> T:
            while True:
                try:
                    return function()
                except sqlite3.OperationalError as error:
                    if not _is_busy(error) or given_up.is_set() or time.monotonic() > end:
                        raise

        try:
            return await self._apart(locked)
        except asyncio.CancelledError:
            given_up.set()
            raise

    async def light(self, function: Callable[[], T]) -> T:
        """What never waits for anything but what this connection is at."""
        return await self._apart(function) if self._under_way else function()

    async def _ended(self, function: Callable[[], None]) -> None:
        waits = self._writes and self._conn.in_transaction  # for the disk
        await (self._apart(function) if waits else self.light(function))

    async def _apart(self, function: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(found: T, error: BaseException | None) -> None:
            self._under_way -= 1
            self._turned_at = loop.time()
            if future.done():  # nobody waits any more
                return
            if error is None:
                future.set_result(found)
            else:
                future.set_exception(error)

        def settled(*came: Any) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(settle, *came)

        self._under_way += 1
        self._jobs.put((function, settled))
        return await future


class _Cursor:
    """What a statement found; its first rows came along with it."""

    def __init__(self, line: SqliteLine, cursor: sqlite3.Cursor) -> None:
        self._line, self._cursor = line, cursor
        self._rows: list[Any] = []
        self._more = False  # beyond those
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """As in PEP 249."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """As in PEP 249."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """As in PEP 249."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run it and fetch the first rows."""
        cursor = self._cursor
        self._rows = await self._line.run(
            lambda: cursor.execute(statement, parameters).fetchmany(_FIRST_ROWS),
            apart=APART in statement,
        )
        self._more = len(self._rows) == _FIRST_ROWS

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run it for each."""
        await self._line.run(lambda: self._cursor.executemany(statement, parameters))

    async def fetchone(self) -> Any:
        """The next row; None after the last."""
        found = await self.fetchmany(1)
        return found[0] if found else None

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """So many more rows, as far as there are."""
        wanted = self.arraysize if size is None else size
        found, self._rows = self._rows[:wanted], self._rows[wanted:]
        left = wanted - len(found)
        if self._more and left:
            found += await self._line.run(lambda: self._cursor.fetchmany(left))
        return found

    async def fetchall(self) -> Sequence[Any]:
        """All rows there are still."""
        found, self._rows = self._rows, []
        if self._more:
            found += await self._line.run(self._cursor.fetchall)
        return found

    async def close(self) -> None:
        """Done with it."""
        await self._line.light(self._cursor.close)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _work(jobs: _Jobs) -> None:
    """The thread: one job after another, until told that there are no more."""
    while (job := jobs.get()) is not None:
        function, settled = job
        try:
            found = function()
        except BaseException as error:  # it is whoever waits for it who minds
            settled(None, error)
        else:
            settled(found, None)
            del found  # may be rows about people, and the next job may be long in coming
        del job, function, settled
