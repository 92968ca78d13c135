"""Runs the migrations of the case store, and only those; the engine migrates its own tables.

A migration that older gateways can live with says so: `bearable_since = "0003"` in its module is
the oldest revision that can. The last one that ran is asked; one that says nothing is borne by
nobody, whatever an earlier one said.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context

from gateway.cases import tables
from gateway.cases.migrate import BEARABLE


def run() -> None:
    """Migrate on the connection handed over by `gateway.cases.migrate`."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        version_table=f"{tables.PREFIX}version",
        include_object=lambda _object, name, *_: bool(name and name.startswith(tables.PREFIX)),
        on_version_apply=_say_bearable,
    )
    with context.begin_transaction():
        context.run_migrations()


def _say_bearable(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """Write down what the migration that just ran says of older code."""
    fact = tables.fact
    if not sa.inspect(ctx.connection).has_table(fact.name):
        return
    ctx.connection.execute(fact.delete().where(fact.c.name == BEARABLE))
    since = getattr(step.up_revision.module, BEARABLE, None) if step.is_upgrade else None
    if since is not None:
        ctx.connection.execute(fact.insert().values(name=BEARABLE, value=since))


run()
