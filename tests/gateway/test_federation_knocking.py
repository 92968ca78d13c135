"""A department that is down when the gateway starts is said to be down; the gateway starts."""

import asyncio
from datetime import UTC, datetime

from adapters.registry import load_departments
from adapters.wire import Endpoint
from gateway.declared import SHIPPED_DEPARTMENTS
from gateway.federation.knocking import knock
from gateway.federation.service import Federation
from gateway.settings import load_settings


async def test_address_that_refuses_is_told_and_one_that_answers_is_not() -> None:
    access = load_settings({"profile": "dev"}, environ={}).departments
    endpoints = {n: Endpoint(url=a.url, credentials=a.credentials) for n, a in access.items()}
    loaded = load_departments(SHIPPED_DEPARTMENTS, endpoints)
    federation = Federation(
        loaded.departments.values(), now=lambda: datetime(2026, 3, 2, tzinfo=UTC)
    )
    listening = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]

    await knock(
        federation, {"fire": f"http://127.0.0.1:{port}", "health": "http://127.0.0.1:1/base"}
    )

    health = {view.info.id: view.health for view in federation.views()}
    assert health["health"].up is False
    assert health["health"].reason is not None
    assert health["fire"].up is None
    listening.close()
    await listening.wait_closed()
    for department in loaded.departments.values():
        await department.aclose()
