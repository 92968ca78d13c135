"""Bring the tables to the version this code needs, at start and never on a request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import tables
from gateway.cases.errors import StoreTooNew

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_LOCK = 0x6F6E6574  # several processes may start at once on an empty database
_TRY_LOCK = sa.text("SELECT pg_try_advisory_lock(:key)")
_AGAIN_S = 0.1
_VERSION = f"{tables.PREFIX}version"
# What the last migration says of itself (`bearable_since`): the oldest revision that can live with
# the tables as it left them. Nothing, where it says nothing.
BEARABLE = "bearable_since"


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which version of the tables to which; None before there were any."""

    before: str | None
    after: str | None


def migrate(url: str, others: Callable[[], None], further: Path | None = None) -> Migrated:
    """Run what is missing, ours and the `others'` (the engine's), one process at a time. Blocking.

    All of ours or, whatever happens meanwhile, nothing. `further` is a folder of migrations that
    come after ours. StoreTooNew when a newer gateway has changed the tables in a way this one
    cannot live with.
    """
    engine = _engine(url)
    try:
        with _alone(engine):
            with engine.begin() as connection:
                before = _revisions(connection)
                _ours(connection, further)
                after = _revisions(connection)
            others()
        return Migrated(before=max(before, default=None), after=max(after, default=None))
    finally:
        engine.dispose()


def _engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        # The driver by itself commits every table as it is made: a process killed in between would
        # leave a store on which none can start.
        sa.event.listen(engine, "connect", _begin_nothing)
        sa.event.listen(engine, "begin", _begin)
    return engine


def _begin_nothing(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    """Hold the advisory lock of the whole database; on SQLite the file's lock is held already."""
    if engine.dialect.name != "postgresql":
        yield
        return
    # Held by the session, given back also when we die; an open transaction would hold up indexes
    # that are built concurrently.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Waiting inside a statement holds a snapshot, and indexes built concurrently wait for it.
        while not connection.execute(_TRY_LOCK, {"key": _LOCK}).scalar_one():
            threading.Event().wait(_AGAIN_S)
        yield


def _ours(connection: Connection, further: Path | None) -> None:
    known = revisions(further)
    there = _revisions(connection)
    if newer := there - known:
        _bear(connection, newer, known)
    elif there != {max(known)}:
        from gateway.cases.upgrade import upgrade  # brings Alembic, which tables at hand never need

        upgrade(connection, further)


def revisions(further: Path | None = None) -> set[str]:
    """The revisions this code knows: the first word of the name of each migration's file."""
    folders = [_VERSIONS, *([further] if further else [])]
    return {path.stem.partition("_")[0] for folder in folders for path in folder.glob("[!_]*.py")}


def _revisions(connection: Connection) -> set[str]:
    if not sa.inspect(connection).has_table(_VERSION):
        return set()
    rows = connection.execute(sa.text(f"SELECT version_num FROM {_VERSION}"))  # noqa: S608
    return {row.version_num for row in rows}


def _bear(connection: Connection, newer: set[str], known: set[str]) -> None:
    """Go on with newer tables, where their migration said that this is safe."""
    query = sa.select(tables.fact.c.value).where(tables.fact.c.name == BEARABLE)
    since = connection.execute(query).scalar_one_or_none()
    if since not in known:
        raise StoreTooNew(
            f"the store is at version {', '.join(sorted(newer))}, which this gateway does not "
            "know: start the newer gateway, or restore a backup from before it"
        )
