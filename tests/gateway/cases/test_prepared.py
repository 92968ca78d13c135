"""What the engine inserts is what DBOS would insert, statement for statement compiled once."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.cases.engine import DbosEngine
from gateway.cases.migrate import migrate

TABLES = ("workflow_status", "workflow_input")
BY_THE_MOMENT = {"created_at", "updated_at", "creator_xid", "delay_until_epoch_ms"}
DELAYS = (0.0, 60.0, 0.0)


@pytest.fixture
def store(tmp_path: Path) -> sa.Engine:
    url = f"sqlite:///{tmp_path / 'engine.sqlite'}"
    migrate(url, DbosEngine(url, executor="nobody").migrate)
    return sa.create_engine(url)


def inserted(store: sa.Engine, *, as_dbos_does: bool) -> list[dict[str, Any]]:
    """The rows of three commands; they are taken back."""
    engine = DbosEngine(str(store.url), executor="one")
    engine.connect()
    if as_dbos_does:
        del vars(engine._client._sys_db)["_execute_prepared"]  # type: ignore[union-attr]
    rows: list[dict[str, Any]] = []
    with store.connect() as connection:
        for tick, delay in enumerate(DELAYS):
            engine.enqueue_in(connection, "q", "c:A:file:1", tick, delay)
            engine.enqueue_in(connection, "q", "c:A:file:1", tick, delay)  # told twice, it is once
        for table in TABLES:
            found = connection.execute(sa.text(f"SELECT * FROM {table}")).mappings()  # noqa: S608
            rows += [dict(row) for row in found]
        connection.rollback()
    engine._client.destroy()  # type: ignore[union-attr]
    return rows


def test_the_rows_are_those_of_dbos(store: sa.Engine) -> None:
    ours = inserted(store, as_dbos_does=False)
    theirs = inserted(store, as_dbos_does=True)

    assert len(ours) == len(TABLES) * len(DELAYS)
    for one, other in zip(ours, theirs, strict=True):
        assert {k: v for k, v in one.items() if k not in BY_THE_MOMENT} == {
            k: v for k, v in other.items() if k not in BY_THE_MOMENT
        }
        assert {k: v is None for k, v in one.items()} == {k: v is None for k, v in other.items()}


def test_each_insert_is_built_once(store: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, built = DbosEngine(str(store.url), executor="one"), 0
    engine.connect()
    dialect: Any = engine._client._sys_db.dialect  # type: ignore[union-attr]
    insert = dialect.insert

    def counted(table: Any) -> Any:
        nonlocal built
        built += 1
        return insert(table)

    monkeypatch.setattr(dialect, "insert", counted)
    with store.connect() as connection:
        for tick in range(5):
            engine.enqueue_in(connection, "q", "c:A:file:1", tick, 0.0)
    engine._client.destroy()  # type: ignore[union-attr]

    assert built == len(TABLES)
