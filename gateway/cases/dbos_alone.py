"""DBOS, without what it imports at its head and nothing here works with: sessions and the mapper
of SQLAlchemy, since it is handed connections, and psycopg, of which SQLite needs none.
"""

from gateway.imports import named_only, postponed

with (
    postponed("psycopg", "psycopg.errors"),  # nine megabytes
    named_only("sqlalchemy.orm", "Session", "sessionmaker"),
):
    from dbos import (
        DBOS,
        DBOSClient,
        DBOSConfig,
        DBOSPortableJSONSerializer,
        EnqueueOptions,
        WorkflowStatus,
    )
    from dbos._queue import Queue, queue_worker_thread

__all__ = [
    "DBOS",
    "DBOSClient",
    "DBOSConfig",
    "DBOSPortableJSONSerializer",
    "EnqueueOptions",
    "Queue",
    "WorkflowStatus",
    "queue_worker_thread",
]
