"""A case service on a real SQLite file, stopped whatever the test did."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.cases.world import World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path / "cases.sqlite")
    await made.service.start()
    yield made
    await made.service.stop()
