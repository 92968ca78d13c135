"""Inserts that mind what is there already, each made once: to make one costs more than to run it.

Values are given when they are executed.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Insert = Any  # of either dialect: SQLAlchemy has no name for both


class Upserts:
    """Those of one database."""

    def __init__(self, *, is_sqlite: bool) -> None:
        insert: Callable[[sa.Table], Insert] = sqlite.insert if is_sqlite else postgresql.insert

        @cache
        def once(table: sa.Table, *key: str) -> Insert:
            made = insert(table).on_conflict_do_nothing(index_elements=key or None)
            return made.execution_options(preserve_rowcount=True)

        @cache
        def replacing(table: sa.Table, *columns: str) -> Insert:
            keys = [column.name for column in table.primary_key]
            made = insert(table)
            others = {name: made.excluded[name] for name in columns if name not in keys}
            return made.on_conflict_do_update(index_elements=keys, set_=others)

        self.once = once
        """Insert unless the key, or any, is taken; its row count tells."""
        self.replacing = replacing
        """Insert rows of these columns, or overwrite those with the same primary key."""
