"""What a database's trouble is called, and what of it may be written down."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.dispatch import watching
from gateway.cases.errors import StatementRefused, StoreError, StoreUnavailable
from gateway.cases.migrate import migrate
from gateway.telemetry import configure_logging

PERSONAL = '{"name":"沈若梅","address":"天平路188号"}'


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    sqlite = f"sqlite:///{tmp_path / 'cases.sqlite'}"
    postgresql = request.param == "postgresql"
    made = Database(request.getfixturevalue("postgres_url") if postgresql else sqlite)
    made.open()
    migrate(made.sync_url, lambda: None)
    yield made
    await made.close()


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What is logged."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging(format="json", level="info", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def saved(database: Database, table: sa.Table = tables.payload, **values: object) -> None:
    row = {"owner": "c", "item": "", "round": 0, "body": PERSONAL.encode(), **values}
    async with database.write() as connection:
        await connection.execute(table.insert().values(**row))


async def trouble(
    database: Database, table: sa.Table = tables.payload, **values: object
) -> StoreError:
    with pytest.raises(StoreError) as caught:
        await saved(database, table, **values)
    return caught.value


async def test_a_row_that_is_there_already_is_refused_and_not_called_unavailable(
    database: Database, out: io.StringIO
) -> None:
    await saved(database)

    error = await trouble(database)

    structlog.get_logger("x").error("request.failed", exc_info=error)
    assert type(error) is StatementRefused
    assert str(error) == "IntegrityError"
    assert "StatementRefused" in out.getvalue()
    assert [s for s in ("沈若梅", "\\\\xe6", "Key (", "INSERT") if s in out.getvalue()] == []


async def test_a_value_that_does_not_fit_is_refused(database: Database) -> None:
    if database.is_sqlite:
        error = await trouble(database, round=None)  # SQLite minds no lengths
    else:
        error = await trouble(database, owner="c" * 41)

    assert type(error) is StatementRefused


async def test_a_table_that_is_not_there_says_nothing_of_what_was_to_be_saved(
    database: Database, out: io.StringIO
) -> None:
    names = ("owner", "item", "round", "body")
    gone = sa.Table("gone", sa.MetaData(), *(sa.Column[str](name, sa.Text) for name in names))

    error = await trouble(database, gone, body=PERSONAL)

    structlog.get_logger("x").error("request.failed", exc_info=error)
    assert "request.failed" in out.getvalue()
    assert [s for s in ("沈若梅", "\\\\xe6", "天平路") if s in out.getvalue()] == []


async def test_a_full_disk_passes(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("a full disk is an operational error there by its class, 53")
    async with database.write() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    error = await trouble(database, body=b"x" * 1_000_000)

    assert type(error) is StoreUnavailable
    assert str(error) == "OperationalError"


async def test_what_takes_too_long_passes(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'cases.sqlite'}", budget=0.05)
    database.open()
    try:
        with pytest.raises(StoreUnavailable):
            async with database.read():
                await asyncio.Event().wait()
    finally:
        await database.close()


async def test_no_engine_of_ours_shows_parameters(database: Database) -> None:
    async with database.read() as reader, database.write() as writer:
        shown = [c.sync_connection.engine.hide_parameters for c in (reader, writer)]  # type: ignore[union-attr]

    assert shown == [True, True]


def test_a_database_that_vanished_is_noticed_within_seconds() -> None:
    asked = sa.make_url(Database("postgresql://gov@db.example/cases?keepalives_idle=60").sync_url)

    assert asked.query["tcp_user_timeout"] == "10000"
    assert asked.query["keepalives_idle"] == "60"  # who says so himself is heard


async def test_a_connection_to_postgresql_is_made_with_these_bounds(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.open()
    try:
        async with database.read() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            said = raw.driver_connection.info.get_parameters()
    finally:
        await database.close()

    assert {name: said[name] for name in ("tcp_user_timeout", "keepalives_count")} == {
        "tcp_user_timeout": "10000",
        "keepalives_count": "3",
    }


def test_who_looks_at_the_queues_waits_for_no_statement_without_end(postgres_url: str) -> None:
    url = postgres_url.replace("postgresql:", "postgresql+psycopg:")
    engine = watching(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "10s"
    engine.dispose()


async def test_a_connection_in_use_when_the_store_is_closed_is_closed_when_it_is_given_back(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)
    database.open()

    async with database.read() as connection:
        there = (await connection.get_raw_connection()).driver_connection
        await database.close()
        assert there is not None
        assert not there.closed

    assert there.closed
