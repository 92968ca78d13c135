"""Offices that are closed again when a test is over."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mocks.scenarios.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Opens a department, with scenarios in force; each in a folder of its own."""
    opened: list[Office] = []

    def open_(department: str, *active: str, **told: Any) -> Office:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(Office(folder, department, *active, **told))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()
