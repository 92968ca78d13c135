"""A store of either kind with its backups, and a gateway that is started over it again."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.store import DOUBTED
from tests.gateway.cases.world import World, make_world
from tests.postgres import Cluster


class Restorable(Protocol):
    """A store as an operator sees it. Nothing works on it while a backup is put back."""

    def world(self, before: World | None = None) -> World:
        """A gateway over it; the departments are those of the one before, and remember all."""
        ...

    async def back_up(self, name: str) -> None:
        """A backup, made while the gateway runs."""
        ...

    async def put_back(self, name: str) -> None:
        """The store is the backup's again, the witness that of the store that was lost."""
        ...


@dataclass(frozen=True)
class OnSqlite:
    """A file, with the count beside it."""

    folder: Path
    name: str = "cases.sqlite"

    @property
    def path(self) -> Path:
        return self.folder / self.name

    def world(self, before: World | None = None) -> World:
        return make_world(self.path, departments=before.departments if before else None)

    async def back_up(self, name: str) -> None:
        with (
            closing(sqlite3.connect(self.path)) as source,
            closing(sqlite3.connect(self.folder / name)) as target,
        ):
            source.backup(target)

    async def put_back(self, name: str) -> None:
        _replace(self.path, self.folder / name)


def _replace(path: Path, backup: Path) -> None:
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    new = path.with_suffix(".put-back")
    shutil.copy(backup, new)
    new.replace(path)  # whoever has the old file open yet does not see the new one change


@dataclass(frozen=True)
class OnPostgres:
    """A database, dumped and restored in place."""

    folder: Path
    cluster: Cluster
    database: str
    url: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", self.cluster.create(self.database))

    def world(self, before: World | None = None) -> World:
        departments = before.departments if before else None
        return make_world(self.folder / "unused", store_url=self.url, departments=departments)

    async def back_up(self, name: str) -> None:
        await asyncio.to_thread(self.cluster.dump, self.database, self.folder / name)

    async def put_back(self, name: str) -> None:
        await asyncio.to_thread(self.cluster.restore, self.database, self.folder / name)


def running(store: Restorable, before: World | None = None) -> AbstractAsyncContextManager[World]:
    """A gateway at work on the store; see `Restorable.world`."""
    return started(store.world(before))


@asynccontextmanager
async def started(world: World) -> AsyncIterator[World]:
    """It is at work until the end of the block."""
    await world.service.start()
    try:
        yield world
    finally:
        await world.service.stop()


async def doubts(world: World) -> int:
    """Commands that count as sent though this store knows of no sending."""
    tried = tables.attempt.c
    rows = await world.service.store.rows(sa.select(tried.n).where(tried.executor == DOUBTED))
    return len(rows)
