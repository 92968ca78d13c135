"""A store that came back from a backup has forgotten what it sent since: it asks before it sends.

Everything under way, and everything its cases send from here on, counts as sent once with an
unknown outcome; so does what its drafts become, whose submission may be forgotten. It is noticed by
a witness outside the store; a command says so for restores that bring the witness back too.
"""

import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.sqlite_line import APART
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
    await witness.remember(transaction, doubted=older)
    return older


async def doubt_from_now(transaction: Transaction) -> None:
    """The next start takes this store for one that came back from a backup."""
    await transaction.replace(tables.fact, name=ASKED, value="by command")


async def doubt_case(transaction: Transaction, case: str) -> None:
    """All this case sends, now and later, may have been sent: its draft came with a backup."""
    await _doubt_cases(transaction, tables.case.c.id == case, tables.delivery.c.case_id == case)


async def _doubt(transaction: Transaction) -> None:
    """All that is under way may have been sent, and all these cases and drafts send from here on.

    Drafts first: who is just submitting one has committed by then, and its commands are found
    below, or finds it changed.
    """
    drafts = _whole(tables.draft.update()).where(tables.draft.c.submitted.is_(False))
    await transaction.changed(drafts.values(restored=sa.true()))
    under_way = await _doubt_cases(transaction, sa.true(), sa.true())
    log.warning("store.restored", under_way=under_way)


async def _doubt_cases(
    transaction: Transaction, cases: sa.ColumnElement[bool], deliveries: sa.ColumnElement[bool]
) -> int:
    """Doubt what these cases send later, and each of these commands under way; their number."""
    doubted = _whole(tables.case.update()).where(cases).values(restored=sa.true())
    await transaction.changed(doubted)
    tried, delivery = tables.attempt.c, tables.delivery.c
    latest = sa.func.coalesce(sa.func.max(tried.n), 0)
    under_way = (
        sa.select(delivery.reference, latest.label("n"))
        .outerjoin(tables.attempt, tried.reference == delivery.reference)
        .where(delivery.state == "under_way", deliveries)
        .group_by(delivery.reference)
    )
    rows = (await transaction.connection.execute(under_way)).all()
    for row in rows:
        await transaction.doubt(row.reference, row.n + 1)
    return len(rows)


def _whole(update: sa.Update) -> sa.Update:
    """Others are served while it goes through the table."""
    return update.prefix_with(sa.text(APART), dialect="sqlite")
