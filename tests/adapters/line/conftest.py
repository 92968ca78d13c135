"""Lines are tried on both loops a gateway may run on."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The standard library's loop, and the one uvicorn takes."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
