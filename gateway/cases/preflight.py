"""Whether this gateway can work with its store: found out before anything is started."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from gateway.cases.database import Database
from gateway.cases.errors import StoreUnavailable
from gateway.cases.migrate import migrate
from gateway.cases.moved import check_not_moved
from gateway.cases.pinned import check_pinned
from schema.graph.ports import Catalogue


async def preflight(url: str, catalogue: Catalogue) -> None:
    """Open the store, bring its tables up, look at its open cases, let it go again.

    StoreInUse, StoreTooNew, StoreMoved, VersionsMissing, or StoreUnavailable when it does not
    answer.
    """
    database = Database(url)
    async with answering(database):
        await asyncio.to_thread(migrate, database.sync_url, _nothing_else)
        async with database.read() as connection:
            await check_not_moved(connection)
        await check_pinned(database, catalogue)


@asynccontextmanager
async def answering(database: Database) -> AsyncIterator[None]:
    """The database, open; StoreUnavailable when it does not answer."""
    try:
        database.open()
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the store does not answer ({type(error).__name__})") from error
    finally:
        await database.close()


def _nothing_else() -> None:
    """The engine brings its own tables up when it is launched."""
