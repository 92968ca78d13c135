"""Lines are tried on both loops a gateway may run on."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

from adapters.line import trust


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The standard library's loop, and the one uvicorn takes."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def authorities_read_anew() -> None:
    """Each test has authorities of its own, perhaps in the file where another had its."""
    trust._speaking.cache_clear()
