"""Cases end under the version of the catalogue they were filed under; it must still be there."""

from typing import Any

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.errors import VersionsMissing
from schema.domain.case_rules import TERMINAL
from schema.graph.ports import Catalogue

_SHOWN = 5


async def check_pinned(database: Database, catalogue: Catalogue) -> None:
    """VersionsMissing when a version is not declared any more that something unfinished needs:

    an open case, a command of an ended one that is still to be delivered, or a draft, whose text
    its owner could neither read nor submit.
    """
    async with database.read() as connection:
        cases = (await connection.execute(_cases())).all()
        drafts = (await connection.execute(_drafts())).all()
    named = [*_gone(cases, catalogue, "cases"), *_gone(drafts, catalogue, "drafts")]
    if named:
        raise VersionsMissing(
            "open cases were filed under versions that are not declared any more, or drafts begun: "
            f"{', '.join(named[:_SHOWN])}: put their files back beside the new ones"
        )


def _cases() -> sa.Select[Any]:
    case, delivery = tables.case.c, tables.delivery.c
    undelivered = sa.select(delivery.case_id).where(delivery.state != "done")
    ended = case.state.in_([state.value for state in TERMINAL])
    return _versions(tables.case, sa.or_(~ended, case.id.in_(undelivered)))


def _drafts() -> sa.Select[Any]:
    return _versions(tables.draft, tables.draft.c.submitted.is_(False))


def _versions(table: sa.Table, which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    version = (table.c.one_thing, table.c.version)
    return sa.select(*version, sa.func.count().label("many")).where(which).group_by(*version)


def _gone(rows: Any, catalogue: Catalogue, what: str) -> list[str]:
    return [
        f"{row.one_thing} {row.version} ({row.many} {what})"
        for row in rows
        if catalogue.find(row.one_thing, row.version) is None
    ]
