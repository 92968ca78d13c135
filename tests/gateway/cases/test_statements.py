"""What is compiled once for all stores of a test run: for stores of one kind, and for no other."""

import sqlalchemy as sa

from tests.gateway.cases.statements import Statements, compiled_once

ONE: sa.Select[int] = sa.select(sa.literal_column("1", sa.Integer))


def asked(address: str) -> None:
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        assert connection.execute(ONE).scalar_one() == 1
    engine.dispose()


def test_a_second_store_of_a_kind_compiles_nothing() -> None:
    with compiled_once() as statements:
        asked("sqlite://")
        made = dict(statements)
        asked("sqlite://")

    assert len(made) == 1
    assert dict(statements) == made


def test_another_kind_of_driver_and_another_version_of_the_server_have_their_own() -> None:
    statements, sqlite, other = (
        Statements(),
        *(sa.create_engine(address).dialect for address in ("sqlite://", "postgresql+psycopg://")),
    )
    statements[(sqlite, "statement")] = compiled = object()

    assert statements.get((sa.create_engine("sqlite://").dialect, "statement")) is compiled
    assert statements.get((other, "statement")) is None
    sqlite.server_version_info = (99,)
    assert statements.get((sqlite, "statement")) is None
