"""A store that came back from a backup has forgotten what it sent since: it asks before it sends.

Everything under way, and everything its cases send from here on, counts as sent once with an
unknown outcome. It is noticed by a witness outside the store; a command says so for restores that
bring the witness back too.
"""

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.store import Store, Transaction
from gateway.cases.witness import Witness

log = structlog.get_logger(__name__)

ASKED = "restored"  # a fact written by the command for restores nothing else would notice


async def look(store: Store, witness: Witness) -> bool:
    """Whether the store came back from a backup since it was last used; if so, doubt all of it.

    Called before anything is sent. Takes the store as it is now for known from here on.
    """
    async with store.write() as transaction:
        return await look_in(transaction, witness)


async def look_in(transaction: Transaction, witness: Witness) -> bool:
    """As `look`, within a transaction."""
    asked = await transaction.changed(tables.fact.delete().where(tables.fact.c.name == ASKED))
    older = asked or await witness.older(transaction)
    if older:
        await _doubt(transaction)
    await witness.remember(transaction)
    return older


async def doubt_from_now(transaction: Transaction) -> None:
    """The next start takes this store for one that came back from a backup."""
    await transaction.replace(tables.fact, name=ASKED, value="by command")


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
