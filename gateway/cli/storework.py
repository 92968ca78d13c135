"""What `onething db` does to a store; every failure is a Stop with a next step."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from gateway.cases.engine import DbosEngine
from gateway.cases.errors import StoreError
from gateway.cases.migrate import Migrated, migrate
from gateway.cases.moved import unmark
from gateway.cases.preflight import answering, database_at, naming
from gateway.cases.restored import doubt_from_now
from gateway.cases.store import Store
from gateway.cli.loading import load_filed
from gateway.cli.output import Speaker, Stop
from gateway.cli.serving import advice
from gateway.settings import Settings


@contextmanager
def at_the_store() -> Iterator[None]:
    """Turn what the store refuses into a Stop."""
    try:
        yield
    except StoreError as error:
        raise Stop([str(error)], next_step=advice(error)) from error


def brought_up(settings: Settings) -> Migrated:
    """Migrate, ours and the engine's tables."""

    async def run() -> Migrated:
        async with _opened(settings) as (_, migrated):
            return migrated

    with at_the_store():
        return asyncio.run(run())


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Store, Migrated]]:
    """The store of these settings, its tables up to date; a file is taken for this process."""
    filed = load_filed(settings)
    database = database_at(settings.store_url)
    engine = DbosEngine(database.sync_url, executor="db")
    async with answering(database):
        with naming(database):
            migrated = await asyncio.to_thread(migrate, database.sync_url, engine.migrate)
            yield Store(database, engine, filed.catalogue, filed.calendar), migrated


def taken_back(speaker: Speaker, settings: Settings) -> None:
    """Let gateways start here again."""

    async def run() -> bool:
        async with _opened(settings) as (store, _), store.database.write() as connection:
            return await unmark(connection)

    with at_the_store():
        was_moved = asyncio.run(run())
    speaker.say("taken back: gateways may start here" if was_moved else "it was never copied")


def doubted(speaker: Speaker, settings: Settings) -> None:
    """Take the store for one that came back from a backup."""

    async def run() -> None:
        async with _opened(settings) as (store, _), store.write() as transaction:
            await doubt_from_now(transaction)

    with at_the_store():
        asyncio.run(run())
    speaker.say("noted: the next start asks departments before it sends anything")
    if not database_at(settings.store_url).is_sqlite:
        speaker.say("next: restart every gateway on this store")
