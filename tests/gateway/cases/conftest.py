"""A case service on a real SQLite file or a real PostgreSQL, stopped whatever the test did."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.gateway.cases.world import World, make_world
from tests.postgres import Cluster, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A server of our own, for all tests of the session."""
    with cluster() as made:
        yield made


@pytest.fixture
def postgres_url(postgres: Cluster) -> str:
    """An empty database."""
    return postgres.create(f"t{uuid4().hex}")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path / "cases.sqlite")
    await made.service.start()
    yield made
    await made.service.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
async def on_either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """The same world on both stores."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    made = make_world(tmp_path / "cases.sqlite", store_url=url)
    await made.service.start()
    yield made
    await made.service.stop()
