"""A look at start whether each department's address answers: a connection, not one byte more.

Nothing waits for it. What is found is said in the log, in `departments` and in /healthz.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog

from adapters.errors import NotDelivered
from gateway.federation.service import Federation

log = structlog.get_logger(__name__)

PATIENCE_S = 2.0
_PORTS = {"http": 80, "https": 443}


async def knock(federation: Federation, urls: Mapping[str, str]) -> None:
    """Try every address at once; those that do not answer are down until they do."""
    await asyncio.gather(*(_knock(federation, name, url) for name, url in urls.items()))


async def _knock(federation: Federation, department: str, url: str) -> None:
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    try:
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        log.warning("department.unreachable", department=department, reason=type(error).__name__)
        federation.unreachable(NotDelivered(department, "not reachable at start"))
        return
    writer.close()
