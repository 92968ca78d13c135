"""What is kept outside a store and tells an older one from the one that was used last.

A backup brings the store back as it was, claims and all; a witness it does not bring back. SQLite:
a file beside the store that counts claims. PostgreSQL: the cluster's identity, its timeline, the
database's own number and that of the table of claims; they change with every restore, and with
every failover, which may lose commits.
"""

import os
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.cases import tables
from gateway.cases.connections import AsyncConnection
from gateway.cases.database import Database
from gateway.cases.store import DOUBTED, Transaction
from schema.domain.delivery_policy import Act

log = structlog.get_logger(__name__)

_MARK, _FORGOTTEN = "mark", "forgotten_claims"
_IDENTITY = sa.text(
    f"""
SELECT (SELECT system_identifier FROM pg_control_system())::text || ':' ||
       (SELECT timeline_id FROM pg_control_checkpoint())::text || ':' ||
       (SELECT oid FROM pg_database WHERE datname = current_database())::text || ':' ||
       '{tables.attempt.name}'::regclass::oid::text
"""  # noqa: S608 — a name of ours
)


class Witness(Protocol):
    """Remembers a store, outside of it."""

    async def older(self, transaction: Transaction) -> bool:
        """Whether the store is older than it was when it was last used."""
        ...

    async def remember(self, transaction: Transaction, *, doubted: bool = False) -> None:
        """Take the store as it is for the one that is used from here on.

        `doubted`: it came back from a backup. Any other backup from before is still older then.
        """
        ...

    async def same(self, transaction: Transaction) -> bool:
        """Whether it is still the store that was remembered; asked before every claim."""
        ...

    def claimed(self) -> None:
        """One more claim is committed. Never raises: what was claimed is to be sent."""
        ...

    def close(self) -> None:
        """Let go of what is held; idempotent."""
        ...


class Claims:
    """How many claims this SQLite store has seen, kept beside it. Written after the claim's commit
    and before the first byte leaves; a crash in between leaves it too low, which proves nothing
    wrong. One process has the file, so it stays the same under our hands.

    It never falls: a restore counts as a claim, and the store notes how many it has forgotten.
    Otherwise a second restore, of the same backup or of a later one, would look like no restore.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._counted = 0

    async def older(self, transaction: Transaction) -> bool:
        claims, counted = await _claims(transaction), self._read()
        if counted is None:  # it is written at the first start, when nothing is in the store
            return claims > 0 or await _has_drafts(transaction)
        return counted > claims + await _forgotten(transaction)

    async def remember(self, transaction: Transaction, *, doubted: bool = False) -> None:
        claims, forgotten = await _claims(transaction), await _forgotten(transaction)
        self._counted = claims + forgotten
        if doubted:
            self._counted = max(self._counted, self._read() or 0) + 1
            lost = str(self._counted - claims)
            await transaction.replace(tables.fact, name=_FORGOTTEN, value=lost)
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        self._write()

    async def same(self, transaction: Transaction) -> bool:
        return True

    def claimed(self) -> None:
        self._counted += 1
        try:
            self._write()
        except OSError as error:  # too low proves nothing wrong; a claim not sent is in doubt
            log.warning("store.claim_not_counted", kind=type(error).__name__, errno=error.errno)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self) -> int | None:
        """What was counted last; None when nothing readable is there."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def _write(self) -> None:
        if self._file is not None:
            os.pwrite(self._file, f"{self._counted:020d}\n".encode("ascii"), 0)


class Mark:
    """Which database this is, written into it, where a restore and a failover leave it behind."""

    def __init__(self) -> None:
        self._known: str | None = None

    async def older(self, transaction: Transaction) -> bool:
        query = sa.select(tables.fact.c.value).where(tables.fact.c.name == _MARK)
        written = (await transaction.connection.execute(query)).scalar_one_or_none()
        identity = await _identity(transaction.connection)
        if written is None or identity is None:
            return False
        # Earlier versions wrote the mark without the table's number.
        return identity != written and not identity.startswith(f"{written}:")

    async def remember(self, transaction: Transaction, *, doubted: bool = False) -> None:
        self._known = await _identity(transaction.connection)
        if self._known is not None:
            await transaction.replace(tables.fact, name=_MARK, value=self._known)

    async def same(self, transaction: Transaction) -> bool:
        if self._known is None:
            return True
        return str((await transaction.connection.execute(_IDENTITY)).scalar_one()) == self._known

    def claimed(self) -> None:
        return

    def close(self) -> None:
        return


def witness_of(database: Database) -> Witness:
    """What tells whether this store is older than it was."""
    return Claims(Path(f"{database.path}.claims")) if database.is_sqlite else Mark()


async def _claims(transaction: Transaction) -> int:
    """Attempts that were claimed, without what people told and what was only doubted."""
    tried = tables.attempt.c
    real = (tried.act != Act.TOLD.value) & (tried.executor != DOUBTED)
    query = sa.select(sa.func.count()).select_from(tables.attempt).where(real)
    return int((await transaction.connection.execute(query)).scalar_one())


async def _forgotten(transaction: Transaction) -> int:
    """Claims counted beside the store that are not in it: backups had forgotten them."""
    query = sa.select(tables.fact.c.value).where(tables.fact.c.name == _FORGOTTEN)
    return int((await transaction.connection.execute(query)).scalar_one_or_none() or 0)


async def _has_drafts(transaction: Transaction) -> bool:
    """Whether there is any, submitted or not."""
    query = sa.select(sa.exists(sa.select(tables.draft.c.id)))
    return bool((await transaction.connection.execute(query)).scalar_one())


async def _identity(connection: AsyncConnection) -> str | None:
    """What changes when a database is restored; None where we may not ask."""
    try:
        async with connection.begin_nested():
            return str((await connection.execute(_IDENTITY)).scalar_one())
    except SQLAlchemyError as error:
        log.warning("store.identity_unknown", kind=type(error).__name__)
        return None
