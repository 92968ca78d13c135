"""DBOS's inserts on SQLite, compiled once: to build and to compile one costs more than to run it.

DBOS does the same on PostgreSQL, on connections of its own. What is relied on beside its
documentation (tests/gateway/cases/test_prepared.py shows it): whatever a client inserts goes
through `_sys_db._execute_prepared(connection, name, values, build, insert_columns=True)`, and
`build()` makes one and the same statement for one name.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import sqlalchemy as sa

Build = Callable[[], Any]  # of DBOS: SQLAlchemy has no name for inserts of either dialect


class Execute(Protocol):
    """How DBOS executes an insert."""

    def __call__(
        self,
        connection: Any,
        name: str,
        values: Mapping[str, Any],
        build: Build,
        *,
        insert_columns: bool = True,
    ) -> Any: ...


class _Compiled:
    """One statement as the driver takes it."""

    def __init__(self, connection: sa.Connection, values: Mapping[str, Any], build: Build) -> None:
        dialect = connection.dialect
        made = build().compile(
            dialect=dialect,
            column_keys=list(values),
            schema_translate_map=connection.get_execution_options()["schema_translate_map"],
            render_schema_translate=True,
        )
        self._sql = str(made)
        self._places = [
            (name, made.binds[name].value, made.binds[name].type.dialect_impl(dialect))
            for name in made.positiontup
        ]
        self._processors = [kind.bind_processor(dialect) for _, _, kind in self._places]
        # What SQLAlchemy fills in itself has no place among the values: then it does all of it.
        self.whole = not made.insert_prefetch and not made.post_compile_params

    def run(self, connection: sa.Connection, values: Mapping[str, Any]) -> Any:
        """Execute it with these values."""
        given = [values.get(name, constant) for name, constant, _ in self._places]
        bound = (
            value if processor is None else processor(value)
            for value, processor in zip(given, self._processors, strict=True)
        )
        return connection.exec_driver_sql(self._sql, tuple(bound))


def compiled_once(execute: Execute) -> Execute:
    """`execute`, with each insert on SQLite compiled once for its name and columns."""
    known: dict[tuple[str, ...], _Compiled] = {}

    def run(
        connection: Any,
        name: str,
        values: Mapping[str, Any],
        build: Build,
        *,
        insert_columns: bool = True,
    ) -> Any:
        if not insert_columns or connection.dialect.name != "sqlite":
            return execute(connection, name, values, build, insert_columns=insert_columns)
        key = (name, *values)
        made = known.get(key)
        if made is None:
            made = known[key] = _Compiled(connection, values, build)
        if not made.whole:
            return execute(connection, name, values, build)
        return made.run(connection, values)

    return run
