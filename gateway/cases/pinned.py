"""Cases end under the version of the catalogue they were filed under; it must still be there."""

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.database import Database
from gateway.cases.errors import VersionsMissing
from schema.domain.case_rules import TERMINAL
from schema.graph.ports import Catalogue

_SHOWN = 5


async def check_pinned(database: Database, catalogue: Catalogue) -> None:
    """VersionsMissing when an open case needs a version that is not declared any more."""
    table = tables.case.c
    query = (
        sa.select(table.one_thing, table.version, sa.func.count().label("cases"))
        .where(table.state.not_in([state.value for state in TERMINAL]))
        .group_by(table.one_thing, table.version)
    )
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    gone = [row for row in rows if catalogue.find(row.one_thing, row.version) is None]
    if gone:
        named = ", ".join(f"{r.one_thing} {r.version} ({r.cases} cases)" for r in gone[:_SHOWN])
        raise VersionsMissing(
            f"open cases were filed under versions that are not declared any more: {named}: "
            "put their files back beside the new ones"
        )
