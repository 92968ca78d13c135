"""What SQLAlchemy compiled for one store, it need not compile again for the next one.

It keeps what it compiled with each engine; a case service has seven, and every test one of its own.
What statements are compiled to depends on the kind of driver and server, not on which store it is.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine

Key = tuple[Dialect, *tuple[Hashable, ...]]


class Statements(dict[tuple[Hashable, ...], Any]):
    """Compiled statements of all engines whose drivers are of one kind, to servers of one version.

    SQLAlchemy asks by the engine's dialect and the statement.
    """

    def get(self, key: Key, default: Any = None) -> Any:  # type: ignore[override]
        """What this statement was compiled to for such an engine."""
        return super().get(_kind(key), default)

    def __setitem__(self, key: Key, compiled: Any) -> None:  # type: ignore[override]
        super().__setitem__(_kind(key), compiled)


def _kind(key: Key) -> tuple[Hashable, ...]:
    dialect, *statement = key
    return (type(dialect).__qualname__, getattr(dialect, "server_version_info", None), *statement)


@contextmanager
def compiled_once() -> Iterator[Statements]:
    """All connections share what is compiled."""
    statements = Statements()

    def share(connection: Connection) -> None:
        if connection.get_execution_options().get("compiled_cache") is not statements:
            connection.execution_options(compiled_cache=statements)
            connection.engine.update_execution_options(compiled_cache=statements)

    event.listen(Engine, "engine_connect", share)
    try:
        yield statements
    finally:
        event.remove(Engine, "engine_connect", share)
