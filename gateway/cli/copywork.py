"""`onething db copy`: a store into another; every failure says which of the two, and what to do."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from gateway.cases.copying import Copying, Tell
from gateway.cases.errors import (
    CopyInDoubt,
    NotCopied,
    StoreError,
    StoreInUse,
    StoreTooNew,
    StoreUnavailable,
)
from gateway.cases.preflight import StoreUnusable, bare, database_at, reason
from gateway.cli.loading import load_filed
from gateway.cli.output import MISUSED, Speaker, Stop, coloured
from gateway.cli.serving import advice
from gateway.cli.storework import at_the_store
from gateway.settings import Settings
from gateway.settings_addresses import without_password

_TO = "--to"
_AN_ADDRESS = "name one: postgresql://host/name or sqlite:///path"
_AGAIN = "set that right and run it again; nothing was copied, the store is in use as before"
_COMPARED = "when both answer, run the same command again: what is there is compared"
_BROKEN_OFF = (
    "see that both answer and have room, then run it again; nothing was copied. If a gateway says "
    "that its cases go on there: onething db take-back --copy-was-never-used"
)
_REFUSED = {
    StoreInUse: "stop the gateway that has it, then run it again",
    StoreTooNew: "a newer gateway worked on one of the two: copy with the onething of that one",
}


def copied(speaker: Speaker, settings: Settings, to: str, *, as_json: bool) -> None:
    """Copy, with progress; say how many rows of each table are there."""
    with at_the_store():
        source = database_at(settings.store_url).url
    target = _target(to)
    if _is_same(source, target):
        raise Stop(["--to is the store itself"], next_step="name an empty one", code=MISUSED)
    filed = load_filed(settings)
    copying = Copying(
        settings.store_url,
        to,
        filed.catalogue,
        filed.calendar,
        lease_s=settings.executors.lease_s,
    )
    with _between(source, target), _telling(speaker) as tell:
        made = asyncio.run(copying.run(tell))
    if as_json:
        speaker.json({one.table: one.rows for one in made})
        return
    rows = [(one.table, f"{one.rows:,}", coloured(("equal", "green"))) for one in made]
    speaker.table("copied", ("table", "rows", "read back"), rows)
    speaker.say(f"next: set store.url to {without_password(to)}; uploaded documents stay where")
    speaker.say("they are (materials.folder). This store starts no gateway any more.")


def _target(to: str) -> URL:
    """Where to; Stop when nothing can be copied there."""
    shown = without_password(to)
    try:
        url = make_url(to)
    except (ArgumentError, ValueError):
        url = URL.create("none")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise Stop([f"--to {shown}: not a store"], next_step=_AN_ADDRESS, code=MISUSED)
    if not url.database:
        what = "file" if url.get_backend_name() == "sqlite" else "database"
        raise Stop([f"--to {shown}: it names no {what}"], next_step=_AN_ADDRESS, code=MISUSED)
    if any("password" in name.lower() for name in url.query):
        advice = "leave it out, and put it into ~/.pgpass or PGPASSWORD"
        raise Stop([f"--to {shown}: a password in its query"], next_step=advice, code=MISUSED)
    return url


def _is_same(one: URL, other: URL) -> bool:
    """Whether both addresses lead to one store, however they are spelt."""
    if one.get_backend_name() != other.get_backend_name():
        return False
    if one.get_backend_name() == "sqlite":
        return _is_same_file(Path(one.database or ""), Path(other.database or ""))
    return _place(one) == _place(other)


def _place(url: URL) -> tuple[object, ...]:
    """Which database of which server, as far as an address tells."""
    told = {"host": url.host, "port": url.port or 5432, **url.query}
    return told["host"], str(told["port"]), url.database


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.resolve() == other.resolve() or (other.exists() and one.samefile(other))
    except (OSError, RuntimeError):  # not there, not ours to look at, or links in a ring
        return False


@contextmanager
def _between(source: URL, target: URL) -> Iterator[None]:
    """Turn what either of the two refuses into a Stop about that one."""
    try:
        yield
    except CopyInDoubt as error:
        raise Stop([str(error)], next_step=_COMPARED) from error
    except NotCopied as error:
        raise Stop([_told(error, target)], next_step=_AGAIN) from error
    except StoreUnavailable as error:
        named = _named(error, source, target)
        if named is None:
            why = reason(error.__cause__ or error)
            what = f"from {bare(source)} to {bare(target)}: {why}"
            raise Stop([f"the copy broke off, {what}"], next_step=_BROKEN_OFF) from error
        key = _TO if named.url == bare(target) else "store.url"
        raise Stop([str(named)], next_step=advice(named, key)) from error
    except StoreError as error:
        raise Stop([str(error)], next_step=_REFUSED.get(type(error), _AGAIN)) from error


def _told(error: NotCopied, target: URL) -> str:
    """What it says, and what the target said, where that is why."""
    if not isinstance(error.__cause__, SQLAlchemyError):
        return str(error)
    why = reason(error.__cause__)
    told = str(error) if why in str(error) else f"{error}: {why}"
    return f"{bare(target).render_as_string()}: {told}"


def _named(error: StoreUnavailable, source: URL, target: URL) -> StoreUnusable | None:
    """The one of the two it is about; None when nobody can tell."""
    if isinstance(error, StoreUnusable):
        return error
    cause = error.__cause__
    driver = cause.orig if isinstance(cause, DBAPIError) else cause
    if driver is None or isinstance(driver, TimeoutError) or _kind(source) == _kind(target):
        return None
    is_file = isinstance(driver, sqlite3.Error)
    url = next(url for url in (source, target) if (_kind(url) == "sqlite") is is_file)
    return StoreUnusable(url, cause or error)


def _kind(url: URL) -> str:
    return url.get_backend_name()


@contextmanager
def _telling(speaker: Speaker) -> Iterator[Tell]:
    columns = (TextColumn("{task.description:<12}"), BarColumn(bar_width=30), MofNCompleteColumn())
    console, watched = speaker.err, speaker.err.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not watched) as bar:
        task = bar.add_task("watching whether a gateway is at work on it", total=None)

        def tell(table: str, rows: int, total: int) -> None:
            bar.update(task, description=table, completed=rows, total=total)

        yield tell
