"""The store as an outsider reads it: plain SQL, read only, whatever the database."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

Rows = Sequence[Mapping[str, Any]]


def reader(store_url: str) -> Engine:
    """Connections that can only read."""
    url = make_url(store_url)
    if url.get_backend_name() == "sqlite":
        at = f"sqlite:///file:{url.database}?mode=ro&uri=true"
        return sa.create_engine(at, poolclass=sa.NullPool)
    read_only = {"options": "-c default_transaction_read_only=on", "connect_timeout": 2}
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"), poolclass=sa.NullPool, connect_args=read_only
    )


def rows(engine: Engine, query: str, **values: Any) -> Rows:
    """What a query finds."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(query), values).mappings()]


def engine_table(engine: Engine) -> str:
    """Where the durable engine keeps its commands."""
    return "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"


def integrity(engine: Engine) -> str:
    """What the database says of its own file, `ok` when nothing; PostgreSQL says so by itself."""
    if engine.dialect.name != "sqlite":
        return "ok"
    return "; ".join(str(row["integrity_check"]) for row in rows(engine, "PRAGMA integrity_check"))
