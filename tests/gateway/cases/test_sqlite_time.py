"""The engine's clock expression, on whatever SQLite this Python was built with."""

import time
from pathlib import Path

import sqlalchemy as sa

from gateway.cases.sqlite_time import teach_old_sqlite, unixepoch


def test_the_engines_default_of_milliseconds_is_never_null(tmp_path: Path) -> None:
    teach_old_sqlite()
    engine = sa.create_engine(f"sqlite:///{tmp_path}/t.sqlite", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE t (n INTEGER, at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000))"
        )
        connection.exec_driver_sql("INSERT INTO t (n) VALUES (1)")
        at = connection.exec_driver_sql("SELECT at FROM t").scalar_one()

    assert abs(at / 1000 - time.time()) < 5


def test_what_is_not_now_is_null_as_sqlite_says() -> None:
    assert unixepoch("yesterday") is None
    assert isinstance(unixepoch(), int)
