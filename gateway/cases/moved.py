"""A store that was copied elsewhere is not used again: its cases go on there, and only there.

The mark is written before the first row is copied, so that a crash leaves one usable store or none,
never two that file the same cases.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.connections import AsyncConnection
from gateway.cases.errors import StoreMoved

COPYING, MOVED = "copying_to", "moved_to"
_fact = tables.fact


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a store's cases go on, without a password; `ended`: whether all of it is there."""

    to: str
    ended: bool


async def moved(connection: AsyncConnection) -> Moved | None:
    """Where the cases of this store go on; None when it is here."""
    query = sa.select(_fact).where(_fact.c.name.in_([COPYING, MOVED]))
    row = (await connection.execute(query)).first()
    return None if row is None else Moved(to=row.value, ended=row.name == MOVED)


async def check_not_moved(connection: AsyncConnection) -> None:
    """StoreMoved when this store's cases go on in another one, or may do so."""
    found = await moved(connection)
    if found is None:
        return
    if found.ended:
        raise StoreMoved(f"the cases of this store go on in {found.to}: point store.url there")
    raise StoreMoved(
        f"a copy of this store to {found.to} was begun and did not end: make it again "
        f"(onething db copy --to {found.to})"
    )


async def mark(connection: AsyncConnection, name: str, to: str) -> None:
    """From here on no gateway starts on this store, and none writes to it."""
    await unmark(connection)
    await connection.execute(_fact.insert().values(name=name, value=to[:200]))


async def unmark(connection: AsyncConnection) -> bool:
    """Gateways may start here again; whether they could not before."""
    gone = await connection.execute(_fact.delete().where(_fact.c.name.in_([COPYING, MOVED])))
    return gone.rowcount > 0
