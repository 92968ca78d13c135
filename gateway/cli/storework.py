"""What `onething db` does to a store; every failure is a Stop with a next step."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gateway.cases.copying import Copying, Tell
from gateway.cases.database import Database
from gateway.cases.engine import DbosEngine
from gateway.cases.errors import NotCopied, StoreError
from gateway.cases.migrate import Migrated, migrate
from gateway.cases.moved import mark_kept
from gateway.cases.preflight import answering
from gateway.cases.restored import doubt_from_now
from gateway.cases.store import Store
from gateway.cli.loading import load_declared
from gateway.cli.output import MISUSED, Speaker, Stop, coloured
from gateway.cli.serving import NEXT_STEP
from gateway.settings import Settings
from gateway.settings_safety import without_password

_NOT_COPIED = "nothing was copied, and the store is in use as before"


@contextmanager
def at_the_store() -> Iterator[None]:
    """Turn what the store refuses into a Stop."""
    try:
        yield
    except NotCopied as error:
        raise Stop([str(error)], next_step=_NOT_COPIED) from error
    except StoreError as error:
        raise Stop([str(error)], next_step=NEXT_STEP.get(type(error))) from error


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
    declared = load_declared(settings)
    database = Database(settings.store_url)
    engine = DbosEngine(database.sync_url, executor="db")
    async with answering(database):
        migrated = await asyncio.to_thread(migrate, database.sync_url, engine.migrate)
        yield Store(database, engine, declared.catalogue, declared.calendar), migrated


def copied(speaker: Speaker, settings: Settings, to: str, *, as_json: bool) -> None:
    """Copy, with progress; say how many rows of each table are there."""
    _refuse_target(settings, to)
    declared = load_declared(settings)
    copying = Copying(
        settings.store_url,
        to,
        declared.catalogue,
        declared.calendar,
        lease_s=settings.executors.lease_s,
    )
    with at_the_store(), _telling(speaker) as tell:
        made = asyncio.run(copying.run(tell))
    if as_json:
        speaker.json({one.table: one.rows for one in made})
        return
    rows = [(one.table, f"{one.rows:,}", coloured(("equal", "green"))) for one in made]
    speaker.table("copied", ("table", "rows", "read back"), rows)
    speaker.say(f"next: set store.url to {without_password(to)}; uploaded documents stay where")
    speaker.say("they are (materials.folder). This store starts no gateway any more.")


def _refuse_target(settings: Settings, to: str) -> None:
    try:
        name = make_url(to).get_backend_name()
    except ArgumentError:
        name = ""
    if name not in ("sqlite", "postgresql"):
        shown = without_password(to)
        raise Stop(
            [f"--to {shown}: not a store"],
            next_step="name one: postgresql://host/name or sqlite:///path",
            code=MISUSED,
        )
    if make_url(to) == make_url(settings.store_url):
        raise Stop(["--to is the store itself"], next_step="name an empty one", code=MISUSED)


@contextmanager
def _telling(speaker: Speaker) -> Iterator[Tell]:
    columns = (TextColumn("{task.description:<12}"), BarColumn(bar_width=30), MofNCompleteColumn())
    with Progress(*columns, console=speaker.err, transient=True) as bar:
        task = bar.add_task("watching whether a gateway is at work on it", total=None)

        def tell(table: str, rows: int, total: int) -> None:
            bar.update(task, description=table, completed=rows, total=total)

        yield tell


def taken_back(speaker: Speaker, settings: Settings) -> None:
    """Let gateways start here again."""

    async def run() -> bool:
        async with _opened(settings) as (store, _), store.write() as transaction:
            return await mark_kept(transaction)

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
    if not make_url(settings.store_url).get_backend_name().startswith("sqlite"):
        speaker.say("next: restart every gateway on this store")
