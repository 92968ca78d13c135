"""A request id chosen by the client: asked twice, answered once and the same."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.cases import codec, tables
from gateway.cases.errors import RequestConflict, RequestUnreadable
from gateway.cases.store import Store, Transaction
from schema.domain.formats import UNWRITABLE

_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks for what, under which id."""

    subject: str
    request_id: str
    operation: str
    digest: str

    def readable(self) -> None:
        """RequestUnreadable when its id is none."""
        if UNWRITABLE.search(self.request_id):
            raise RequestUnreadable(self.operation)


def request(subject: str, request_id: str, operation: str, **body: Any) -> Request:
    """The request with the digest of its content."""
    return Request(
        subject=subject,
        # Ids of any length are kept in a column of one size.
        request_id=request_id if 0 < len(request_id) <= _LONGEST else codec.digest(request_id),
        operation=operation,
        digest=codec.digest([operation, body]),
    )


def _find(asked: Request) -> sa.Select[Any]:
    table = tables.request.c
    query = sa.select(table.operation, table.digest, table.result)
    return query.where(table.subject == asked.subject, table.request_id == asked.request_id)


def _same(asked: Request, row: Any) -> str:
    if row.digest != asked.digest or row.operation != asked.operation:
        raise RequestConflict(row.result)
    return str(row.result)


async def known(store: Store, asked: Request) -> str | None:
    """What the same request led to; RequestConflict when the id was used for another one.

    RequestUnreadable when it is no id.
    """
    asked.readable()
    rows = await store.rows(_find(asked))
    return _same(asked, rows[0]) if rows else None


async def remember(transaction: Transaction, asked: Request, result: str) -> str | None:
    """Take the id for this result. The result of whoever was first, when it was not us."""
    mine = await transaction.insert_once(
        tables.request,
        subject=asked.subject,
        request_id=asked.request_id,
        operation=asked.operation,
        digest=asked.digest,
        result=result,
    )
    if mine:
        return None
    row = (await transaction.connection.execute(_find(asked))).first()
    return _same(asked, row) if row is not None else None
