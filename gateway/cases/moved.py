"""A store that was copied elsewhere is not used again: its cases go on there, and only there.

The mark is written before the first row is copied, so that a crash leaves one usable store or none,
never two that file the same cases.
"""

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.errors import StoreMoved
from gateway.cases.store import Transaction

_MOVED = "moved_to"


async def check_not_moved(database: Database) -> None:
    """StoreMoved when this store's cases go on in another one."""
    to = await moved_to(database)
    if to is not None:
        raise StoreMoved(f"the cases of this store go on in {to}: point store.url there")


async def moved_to(database: Database) -> str | None:
    """Where this store was copied to, without its password; None when it was not."""
    query = sa.select(tables.fact.c.value).where(tables.fact.c.name == _MOVED)
    async with database.read() as connection:
        found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def mark_moved(transaction: Transaction, to: str) -> None:
    """From here on no gateway starts on this store."""
    await transaction.replace(tables.fact, name=_MOVED, value=to[:200])


async def mark_kept(transaction: Transaction) -> bool:
    """Gateways may start here again; whether they could not before."""
    table = tables.fact
    return await transaction.changed(table.delete().where(table.c.name == _MOVED))
