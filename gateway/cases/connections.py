"""Asynchronous connections of SQLAlchemy, without its sessions.

Cases are rows, not mapped objects. SQLAlchemy's package for asyncio imports sessions and the mapper
at its head all the same: six megabytes nothing here works with.
"""

from gateway.imports import named_only

with (
    named_only("sqlalchemy.ext.asyncio.scoping", "async_scoped_session"),
    named_only(
        "sqlalchemy.ext.asyncio.session",
        *("AsyncAttrs", "AsyncSession", "AsyncSessionTransaction", "async_object_session"),
        *("async_session", "async_sessionmaker", "close_all_sessions"),
    ),
):
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

__all__ = ["AsyncConnection", "AsyncEngine", "create_async_engine"]
