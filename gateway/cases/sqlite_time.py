"""Milliseconds on SQLite before 3.42, which lacks `unixepoch('subsec')`.

On Python 3.12 and later the durable engine takes for granted that SQLite has it; Debian 12 and
others ship an older one, where the expression is NULL and every insert of the engine fails.
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, event

OLD = sqlite3.sqlite_version_info < (3, 42)
_NOW = frozenset({(), ("now",)})
_SUBSEC = frozenset({("subsec",), ("now", "subsec"), ("subsecond",)})


def unixepoch(*words: Any) -> float | int | None:
    """Seconds since 1970, with their fraction when asked for; NULL for other words."""
    if words in _SUBSEC:
        return round(time.time(), 3)
    return int(time.time()) if words in _NOW else None


def teach_old_sqlite() -> None:
    """Every SQLite connection opened from now on knows it; nothing to do where SQLite is newer."""
    if OLD and not event.contains(Engine, "connect", _taught):
        event.listen(Engine, "connect", _taught)


def _taught(connection: Any, _: Any) -> None:
    create = getattr(connection, "create_function", None)
    if create is not None:  # not a PostgreSQL connection
        create("unixepoch", -1, unixepoch)
