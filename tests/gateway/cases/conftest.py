"""A case service on a real SQLite file or a real PostgreSQL, stopped whatever the test did."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from gateway.cases.engine import DbosEngine
from gateway.cases.migrate import migrate
from tests.gateway.cases.statements import compiled_once
from tests.gateway.cases.world import World, make_world
from tests.postgres import Cluster, cluster


@pytest.fixture(scope="package", autouse=True)
def _compiled_once() -> Iterator[None]:
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A server of our own, for all tests of the session."""
    with cluster() as made:
        _untidied(made)
        yield made


def _untidied(made: Cluster) -> None:
    """It sweeps no database: there are hundreds, and none lives longer than a test."""
    with psycopg.connect(made.url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def postgres_url(postgres: Cluster) -> str:
    """An empty database."""
    return postgres.create(f"t{uuid4().hex}")


def _with_tables(url: str) -> None:
    """Bring an empty store up; that a service does so itself is shown where it starts on one."""
    migrate(url, DbosEngine(url, executor="nobody").migrate)


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that nobody has worked on, to be copied."""
    path = tmp_path_factory.mktemp("store") / "cases.sqlite"
    _with_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: Cluster) -> Callable[[], str]:
    """Makes databases that nobody has worked on; gives their addresses."""
    model = f"t{uuid4().hex}"
    _with_tables(postgres.create(model).replace("postgresql:", "postgresql+psycopg:"))
    return lambda: postgres.create(f"t{uuid4().hex}", like=model)


@pytest.fixture
async def world(tmp_path: Path, sqlite_with_tables: Path) -> AsyncIterator[World]:
    path = tmp_path / "cases.sqlite"
    shutil.copyfile(sqlite_with_tables, path)
    made = make_world(path)
    await made.service.start()
    yield made
    await made.service.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
async def on_either(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_with_tables: Path
) -> AsyncIterator[World]:
    """The same world on both stores."""
    path, url = tmp_path / "cases.sqlite", None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_with_tables")()
    else:
        shutil.copyfile(sqlite_with_tables, path)
    made = make_world(path, store_url=url)
    await made.service.start()
    yield made
    await made.service.stop()
