"""Runs the migrations of the case store, and only those; the engine migrates its own tables."""

from alembic import context

from gateway.cases import tables


def run() -> None:
    """Migrate on the connection handed over by `gateway.cases.migrate`."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        version_table=f"{tables.PREFIX}version",
        include_object=lambda _object, name, *_: bool(name and name.startswith(tables.PREFIX)),
    )
    with context.begin_transaction():
        context.run_migrations()


run()
