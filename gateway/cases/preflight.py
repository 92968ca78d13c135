"""Whether this gateway can work with its store: found out before anything is started."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)

from gateway.cases.database import Database
from gateway.cases.errors import StoreMoved, StoreUnavailable
from gateway.cases.migrate import migrate
from gateway.cases.moved import check_not_moved
from gateway.cases.pinned import check_pinned
from gateway.settings_addresses import without_password
from schema.graph.ports import Catalogue

_TROUBLE = (SQLAlchemyError, sqlite3.Error, OSError)
_SILENT = (OperationalError, InterfaceError, TimeoutError)
_QUOTED = re.compile(r'"[^"]*"')


class StoreUnusable(StoreUnavailable):
    """This database cannot be worked with: which, without its password, and why."""

    def __init__(self, url: URL, trouble: BaseException | str) -> None:
        self.url = bare(url)
        self.is_file = url.get_backend_name() == "sqlite"
        silent = isinstance(trouble, _SILENT) and not self.is_file
        why = trouble if isinstance(trouble, str) else reason(trouble)
        if url.password:
            why = why.replace(str(url.password), "***")
        what = "does not answer" if silent else "cannot be used"
        super().__init__(f"{self.url.render_as_string()} {what}: {why}")


async def preflight(url: str, catalogue: Catalogue) -> None:
    """Open the store, bring its tables up, look at its open cases, let it go again.

    StoreInUse, StoreTooNew, StoreMoved, VersionsMissing, or StoreUnusable when it does not
    answer.
    """
    database = database_at(url)
    async with answering(database):
        with naming(database):
            await asyncio.to_thread(migrate, database.sync_url, _nothing_else)
            async with database.read() as connection:
                await check_not_moved(connection)
            await check_pinned(database, catalogue)


def database_at(url: str) -> Database:
    """The database at this address, not opened; StoreUnavailable when it is no address."""
    try:
        return Database(url)
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable(f"{without_password(url)} is no address of a store") from error


@asynccontextmanager
async def answering(database: Database) -> AsyncIterator[None]:
    """The database, open; StoreUnusable, which names it, when it cannot be worked with."""
    try:
        _refuse_place(database)
        database.open()
        yield
    except _TROUBLE as error:
        raise StoreUnusable(database.url, error) from error
    finally:
        await database.close()


def _refuse_place(database: Database) -> None:
    """StoreUnusable where no file can be, before anything is made there."""
    if not database.is_sqlite:
        return
    path, folder = database.path, database.path.parent
    if path.is_dir():
        raise StoreUnusable(database.url, "it is a folder")
    if folder.exists() and not folder.is_dir():
        raise StoreUnusable(database.url, f"{folder} is not a folder")


@contextmanager
def naming(database: Database) -> Iterator[None]:
    """Where only this database is worked with: what does not answer is told to be this one."""
    try:
        yield
    except (StoreUnusable, StoreMoved):
        raise
    except StoreUnavailable as error:
        raise StoreUnusable(database.url, error.__cause__ or str(error)) from error


def bare(url: URL) -> URL:
    """The address without what may be secret: who, where, and which database."""
    return URL.create(
        url.get_backend_name(),
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
    )


def reason(trouble: BaseException) -> str:
    """What went wrong, in the words of who says so, without the values of any row."""
    if isinstance(trouble, DBAPIError) and trouble.orig is not None:
        said = _first_line(trouble.orig)
        return _QUOTED.sub('"…"', said) if isinstance(trouble, DataError) else said
    if isinstance(trouble, OSError) and trouble.strerror:
        where = f": {trouble.filename}" if trouble.filename else ""
        return f"{trouble.strerror}{where}"
    if isinstance(trouble, TimeoutError):
        return "no answer in time"
    return _first_line(trouble)


def _first_line(trouble: BaseException) -> str:
    """The first line of a message: what follows may tell rows."""
    return str(trouble).strip().partition("\n")[0] or type(trouble).__name__


def _nothing_else() -> None:
    """The engine brings its own tables up when it is launched."""
