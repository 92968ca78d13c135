"""The tables: made once by whoever comes first, as declared, and never half."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from gateway.cases import tables
from gateway.cases.errors import StoreTooNew
from gateway.cases.migrate import Migrated, migrate, revisions
from gateway.cases.upgrade import newest, scripts
from tests.forked import forked, pipe
from tests.gateway.cases.migrating import migrating

REVISIONS = [s.revision for s in ScriptDirectory.from_config(scripts()).walk_revisions()][::-1]
_OWN = {"applicant_ref": "person:1", "one_thing": "open_shop", "version": "1", "revision": 0}
DRAFT = {**_OWN, "updated_at": "2026-09-07"}
CASE = {**_OWN, "id": "case", "state": "done", "submitted_at": "2026-09-07", "body": b"{}"}
_SCRIPT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{after}", None, None
{says}

def upgrade() -> None:
    op.add_column("ot_case", sa.Column("{revision}", sa.String(8)))
    {then}


def downgrade() -> None:
    op.drop_column("ot_case", "{revision}")
"""


def nothing() -> None:
    """No engine has tables here."""


def later(
    folder: Path, revision: str, *, after: str | None = None, says: str = "", then: str = "pass"
) -> Path:
    """The folder with a migration of a newer gateway in it."""
    folder.mkdir(exist_ok=True)
    script = _SCRIPT.format(revision=revision, after=after or newest(), says=says, then=then)
    (folder / f"{revision}.py").write_text(script, encoding="utf-8")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store, as migrations address it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/cases.sqlite"
    found = make_url(request.getfixturevalue("postgres_url"))
    return found.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    made = sa.create_engine(url, poolclass=sa.NullPool)
    yield made
    made.dispose()


# -- several at once ------------------------------------------------------------------------------


def test_processes_that_start_at_once_on_an_empty_database_all_find_it_brought_up(
    postgres_url: str,
) -> None:
    url = postgres_url.replace("postgresql:", "postgresql+psycopg:")
    lines = [pipe() for _ in range(3)]
    processes = [forked(migrating, url, given) for _, given in lines]
    for line, _ in lines:
        assert line.recv() == "ready"

    for line, _ in lines:
        line.send("go")
    told = [line.recv() for line, _ in lines]
    for process in processes:
        process.join(20)

    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert sorted(map(str, told)) == [newest(), newest(), "None"]


def test_who_comes_second_waits_until_the_first_is_through_with_everything(
    postgres_url: str,
) -> None:
    url = postgres_url.replace("postgresql:", "postgresql+psycopg:")
    at_the_engines, go_on, order = threading.Event(), threading.Event(), list[str]()

    def engines_tables() -> None:
        at_the_engines.set()
        go_on.wait(10)
        order.append("first")

    with ThreadPoolExecutor() as pool:
        first = pool.submit(migrate, url, engines_tables)
        assert at_the_engines.wait(10)
        second = pool.submit(migrate, url, lambda: order.append("second"))
        assert wait([second], timeout=1.0).done == set()
        go_on.set()

    assert (first.result().before, second.result().before) == (None, newest())
    assert order == ["first", "second"]


# -- newer tables ---------------------------------------------------------------------------------


def test_tables_of_a_newer_gateway_are_refused_with_a_sentence(url: str, tmp_path: Path) -> None:
    migrate(url, nothing, later(tmp_path / "later", "later"))

    with pytest.raises(StoreTooNew, match="is at version later, which this gateway does not know"):
        migrate(url, nothing)


def test_newer_tables_that_older_gateways_can_live_with_are_borne(url: str, tmp_path: Path) -> None:
    says = f'bearable_since = "{newest()}"'
    newer = later(tmp_path / "later", "later", says=says)
    migrate(url, nothing, newer)

    assert migrate(url, nothing) == Migrated(before="later", after="later")
    assert migrate(url, nothing, newer) == Migrated(before="later", after="later")


def test_what_is_borne_only_by_a_version_this_gateway_does_not_know_is_refused(
    url: str, tmp_path: Path
) -> None:
    newer = later(tmp_path / "later", "later")
    later(newer, "latest", after="later", says='bearable_since = "later"')
    migrate(url, nothing, newer)

    with pytest.raises(StoreTooNew, match="is at version latest"):
        migrate(url, nothing)


def test_a_migration_that_says_nothing_takes_back_what_an_earlier_one_said(
    url: str, tmp_path: Path
) -> None:
    newer = later(tmp_path / "later", "later", says=f'bearable_since = "{newest()}"')
    migrate(url, nothing, newer)
    later(newer, "latest", after="later")
    migrate(url, nothing, newer)

    with pytest.raises(StoreTooNew, match="is at version latest"):
        migrate(url, nothing)


# -- the tables themselves ------------------------------------------------------------------------


def test_a_migration_that_breaks_off_leaves_the_tables_as_they_were(
    url: str, engine: sa.Engine, tmp_path: Path
) -> None:
    broken = later(tmp_path / "later", "later", then="raise RuntimeError('no room left')")

    with pytest.raises(RuntimeError):
        migrate(url, nothing, broken)

    assert [t for t in sa.inspect(engine).get_table_names() if t.startswith(tables.PREFIX)] == []
    assert migrate(url, nothing) == Migrated(before=None, after=newest())


def test_every_migration_is_in_a_file_named_by_its_revision() -> None:
    assert sorted(revisions()) == REVISIONS


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_migration_goes_up_from_an_empty_store_and_down_again(
    url: str, engine: sa.Engine, revision: str
) -> None:
    config = scripts()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        up = sa.inspect(connection).get_table_names()
        command.downgrade(config, "base")
        down = sa.inspect(connection).get_table_names()
        command.upgrade(config, "head")

    assert "ot_case" in up
    assert [name for name in down if name != "ot_version"] == []


@pytest.mark.parametrize("came_back", [False, True])
def test_open_drafts_of_a_store_that_came_back_earlier_are_doubted(
    url: str, engine: sa.Engine, came_back: bool
) -> None:
    config, draft = scripts(), tables.draft.c
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(tables.case.insert().values(**CASE, restored=came_back))
        for name, submitted in (("open", False), ("submitted", True)):
            connection.execute(tables.draft.insert().values(**DRAFT, id=name, submitted=submitted))

        command.upgrade(config, "0004")
        rows = connection.execute(sa.select(draft.id, draft.restored).order_by(draft.id)).all()

    assert [tuple(row) for row in rows] == [("open", came_back), ("submitted", False)]


def test_migrated_tables_are_the_declared_ones(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    migrate(url, nothing)
    migrated = described(engine)
    with engine.begin() as connection:
        for name in migrated:
            connection.execute(sa.text(f"DROP TABLE {name}"))
        tables.metadata.create_all(connection)

    declared = described(engine)

    assert set(declared) == set(tables.metadata.tables)
    for name, table in declared.items():
        assert migrated[name] == table, name


def described(engine: sa.Engine) -> dict[str, Any]:
    """Columns, keys and indexes of every table of ours. What a column is filled with when rows
    are there before it belongs to the migration alone.
    """
    look = sa.inspect(engine)
    names = [n for n in look.get_table_names() if n.startswith(tables.PREFIX) and n != "ot_version"]
    return {
        name: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in look.get_columns(name)},
            "key": look.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(c["column_names"] for c in look.get_unique_constraints(name)),
            "indexes": {
                i["name"]: (i["column_names"], i["unique"]) for i in look.get_indexes(name)
            },
        }
        for name in names
    }
