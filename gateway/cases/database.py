"""The database: one file or one URL for cases and engine, opened safely or not at all."""

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.cases.connections import AsyncConnection, AsyncEngine, create_async_engine
from gateway.cases.errors import StatementRefused, StoreInUse, StoreUnavailable
from gateway.cases.sqlite_line import SqliteLine
from gateway.cases.sqlite_time import teach_old_sqlite
from gateway.execution.time_left import time_left

BUSY_MS = 30_000
WRITERS = 8  # connections that write at once, on PostgreSQL; SQLite has one
_CONNECT_S = 2  # a database that is down says so within this
_VANISHED = {
    "tcp_user_timeout": "10000",  # ms
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}
# Who stands still in a transaction keeps its rows from everybody: the server ends it after this.
IDLE_S = 5.0
SPARE_S = 0.3  # of the time whoever asked waits, kept to answer in
FLOOR_S = 0.1  # that a writer has at least: a store nobody else writes to needs no more
# A full disk, a lost connection, a deadlock and a time-out are none of these: they pass.
_REFUSALS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


class Database:
    """Read and write transactions, each bounded in time.

    On SQLite one process owns the file, a second is refused with StoreInUse, and writes go one
    after another. On PostgreSQL rows are locked: whoever writes to a case locks it first.
    """

    def __init__(self, url: str, *, budget: float = IDLE_S) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._budget = budget
        self._lock: IO[str] | None = None
        self._writing = asyncio.Semaphore(1 if self.is_sqlite else WRITERS)
        self._reader: AsyncEngine | None = None
        self._writer: AsyncEngine | None = None

    @property
    def sync_url(self) -> str:
        """The URL for synchronous use: migrations and the engine."""
        name = "sqlite" if self.is_sqlite else "postgresql+psycopg"
        url = self.url if self.is_sqlite else noticing(self.url)
        return url.set(drivername=name).render_as_string(hide_password=False)

    def open(self) -> None:
        """Take the file for this process and set the journal up; StoreInUse when it is taken."""
        if self.is_sqlite:
            teach_old_sqlite()
            self._take()
            _prepare(self.path)
        url = self.url.set(drivername=_DRIVERS[self.url.get_backend_name()])
        if self.is_sqlite:
            self._reader = _sqlite(url, self.path, writes=False)
            self._writer = _sqlite(url, self.path, writes=True, pool_size=1, max_overflow=0)
        else:
            self._reader, self._writer = _pool(url, self._budget), _pool(url, self._budget)
            for engine in (self._reader, self._writer):
                event.listen(engine.sync_engine, "checkin", self._given_back)

    @property
    def path(self) -> Path:
        """The SQLite file."""
        if not self.url.database:
            raise StoreUnavailable("a store needs a file: sqlite:///path")
        return Path(self.url.database)

    async def close(self) -> None:
        """Give everything back; idempotent."""
        engines, self._reader, self._writer = (self._reader, self._writer), None, None
        for engine in engines:
            if engine is not None:
                await engine.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _given_back(self, connection: Any, record: ConnectionPoolEntry) -> None:
        """Close what was in use when the store was closed: its pool is nobody's any more."""
        if self._reader is None and connection is not None:
            record.invalidate()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent look."""
        async with self._guarded(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of it is committed on the way out, or nothing."""
        async with self._guarded(self._writer, self._writing) as connection:
            yield connection

    @asynccontextmanager
    async def _guarded(
        self, engine: AsyncEngine | None, room: asyncio.Semaphore | None = None
    ) -> AsyncIterator[AsyncConnection]:
        if engine is None:
            raise StoreUnavailable("the store is closed")
        end = asyncio.get_running_loop().time() + self._budget
        try:
            if room is None:
                async with asyncio.timeout_at(end), engine.begin() as connection:
                    yield connection
                return
            async with asyncio.timeout_at(_begun_by(end)) as limit, room, engine.begin() as made:
                limit.reschedule(end)
                yield made
        except (SQLAlchemyError, sqlite3.Error, TimeoutError) as error:
            if _refused(error):
                raise StatementRefused(type(error).__name__) from None
            raise StoreUnavailable(type(error).__name__) from error

    def _take(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = Path(f"{self.path}.lock").open("w")  # noqa: SIM115 — held as long as the store
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise StoreInUse(
                f"{self.path} is in use by another gateway process: stop it, or use PostgreSQL "
                "for several processes"
            ) from error
        self._lock = lock


def _begun_by(end: float) -> float:
    """Until when a writer waits for its turn: no longer than there is time to say that it had none.

    Once it has begun it may end later: then whoever asks again is told what came of it.
    """
    left = time_left()
    if left is None:
        return end
    return min(end, asyncio.get_running_loop().time() + max(FLOOR_S, left - SPARE_S))


def _refused(error: Exception) -> bool:
    """Whether the database was there and would not have the statement."""
    if isinstance(error, DBAPIError):
        return isinstance(error, _REFUSALS) and not error.connection_invalidated
    return isinstance(error, StatementError)


def _pool(url: URL, idle_s: float) -> AsyncEngine:
    """Connections to PostgreSQL. One that broke is noticed before it is used, not by its user."""
    return create_async_engine(
        noticing(url),
        hide_parameters=True,  # they are people's answers, and errors are logged
        pool_size=WRITERS,
        max_overflow=0,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        # Asking for a type we do not use would cost a round trip a connection, and a reader
        # cancelled in it would leave the connection open.
        use_native_hstore=False,
        connect_args={
            "connect_timeout": _CONNECT_S,
            "options": ended_after(url, "idle_in_transaction_session", idle_s),
        },
    )


def noticing(url: URL) -> URL:
    """The same, so that a server that vanished without a word is given up within seconds.

    Otherwise the network's own patience holds, which is a quarter of an hour.
    """
    return url.update_query_dict({n: v for n, v in _VANISHED.items() if n not in url.query})


def ended_after(url: URL, what: str, seconds: float) -> str:
    """What the URL asks PostgreSQL for, and that the server ends what lasts longer than this.

    `what`: the setting's name without `_timeout`.
    """
    asked = url.query.get("options", "")
    ours = f"-c {what}_timeout={seconds * 1000:.0f}"
    return " ".join([*([asked] if isinstance(asked, str) else asked), ours]).strip()


def _prepare(path: Path) -> None:
    """Write-ahead journal, once and persistent, before anyone else opens the file."""
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000)
    try:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()
    finally:
        connection.close()


def _sqlite(url: URL, path: Path, *, writes: bool, **pool: int) -> AsyncEngine:
    """Connections to the file. Who writes begins with the lock: nothing after that waits."""

    async def connect() -> Any:
        return await SqliteLine(str(path), writes=writes, busy_s=BUSY_MS / 1000).opened()

    engine = create_async_engine(url, hide_parameters=True, async_creator=connect, **pool)
    _begins(engine, "BEGIN IMMEDIATE" if writes else "BEGIN")
    return engine


def _begins(engine: AsyncEngine, begin: str) -> None:
    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)
