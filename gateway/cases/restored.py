"""A store that came back from a backup has forgotten what it sent since: it asks before it sends.

It is noticed by a mark kept outside the store. SQLite: a file beside the store counts claims, and a
store with fewer is an older one. PostgreSQL: the cluster's identity, its timeline and the
database's own number change with every restore, and with every failover, which may lose commits.
"""

import os
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.store import Store, Transaction

log = structlog.get_logger(__name__)

ASKED = "restored"  # a fact written by the command for restores nothing else would notice
_MARK = "mark"
_IDENTITY = """
SELECT (SELECT system_identifier FROM pg_control_system())::text || ':' ||
       (SELECT timeline_id FROM pg_control_checkpoint())::text || ':' ||
       (SELECT oid FROM pg_database WHERE datname = current_database())::text
"""


class Claims:
    """How many attempts this store has seen, kept beside it. Written after the claim's commit and
    before the first byte leaves; a crash in between leaves it too low, which proves nothing wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._counted = 0

    def read(self) -> int | None:
        """What was counted last; None when nothing readable is there."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def start(self, attempts: int) -> None:
        """Count on from what the store holds."""
        self._counted = attempts
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        self._write()

    def count(self) -> None:
        """One more claim is committed."""
        self._counted += 1
        self._write()

    def close(self) -> None:
        """Let the file go; idempotent."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self) -> None:
        if self._file is not None:
            os.pwrite(self._file, f"{self._counted:020d}\n".encode("ascii"), 0)


def claims_beside(database: Database) -> Claims | None:
    """The count beside a SQLite store."""
    return Claims(Path(f"{database.path}.claims")) if database.is_sqlite else None


async def look(store: Store, claims: Claims | None) -> bool:
    """Whether the store came back from a backup since it was last used; if so, doubt all of it.

    Called before anything is sent. Marks the store as known from here on.
    """
    async with store.write() as transaction:
        facts = await _facts(transaction)
        attempts = await _count(transaction)
        mark = None if claims is not None else await _identity(transaction.connection)
        older = _older(claims.read(), attempts) if claims else facts.get(_MARK, mark) != mark
        if older or ASKED in facts:
            await _doubt(transaction)
        if mark is not None:
            await transaction.replace(tables.fact, name=_MARK, value=mark)
        await transaction.changed(tables.fact.delete().where(tables.fact.c.name == ASKED))
        attempts = await _count(transaction)
    if claims is not None:
        claims.start(attempts)
    return bool(older or ASKED in facts)


async def doubt_from_now(transaction: Transaction) -> None:
    """The next start takes this store for one that came back from a backup."""
    await transaction.replace(tables.fact, name=ASKED, value="by command")


async def know(transaction: Transaction, claims: Claims | None) -> None:
    """Mark a store just filled: what it holds is all that was ever sent."""
    if claims is not None:
        claims.start(await _count(transaction))
        return
    mark = await _identity(transaction.connection)
    if mark is not None:
        await transaction.replace(tables.fact, name=_MARK, value=mark)


def _older(counted: int | None, attempts: int) -> bool:
    return attempts > 0 if counted is None else counted > attempts


async def _facts(transaction: Transaction) -> dict[str, str]:
    rows = (await transaction.connection.execute(sa.select(tables.fact))).all()
    return {row.name: row.value for row in rows}


async def _count(transaction: Transaction) -> int:
    query = sa.select(sa.func.count()).select_from(tables.attempt)
    return int((await transaction.connection.execute(query)).scalar_one())


async def _identity(connection: AsyncConnection) -> str | None:
    """What changes when a database is restored; None where we may not ask."""
    try:
        async with connection.begin_nested():
            return str((await connection.execute(sa.text(_IDENTITY))).scalar_one())
    except SQLAlchemyError as error:
        log.warning("store.identity_unknown", kind=type(error).__name__)
        return None


async def _doubt(transaction: Transaction) -> None:
    """Everything under way may have been sent; so may everything these cases send from here on."""
    await transaction.changed(tables.case.update().values(restored=sa.true()))
    tried, delivery = tables.attempt.c, tables.delivery.c
    latest = sa.func.coalesce(sa.func.max(tried.n), 0)
    under_way = (
        sa.select(delivery.reference, latest.label("n"))
        .outerjoin(tables.attempt, tried.reference == delivery.reference)
        .where(delivery.state == "under_way")
        .group_by(delivery.reference)
    )
    rows = (await transaction.connection.execute(under_way)).all()
    for row in rows:
        await transaction.doubt(row.reference, row.n + 1)
    log.warning("store.restored", under_way=len(rows))
