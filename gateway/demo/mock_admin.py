"""The mocks' own controls: their clock, their state, their demo people."""

import ssl
from datetime import datetime
from functools import cache
from typing import Any

import httpx

from gateway.demo.failure import DemoFailed

_WITHIN_S = 10.0


class MockAdmin:
    """Speaks to the admin port of `onething mocks`; keeps no connection, so any loop may use it."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def state(self) -> dict[str, Any]:
        """Departments with url, pid, up, filings, and when something is due next."""
        return await self._send("GET", "/__admin/state")

    async def demo(self) -> dict[str, Any]:
        """The people and places the invented city guarantees."""
        return await self._send("GET", "/__admin/demo")

    async def now(self) -> datetime:
        """The city's time."""
        return datetime.fromisoformat((await self._send("GET", "/__admin/clock"))["now"])

    async def set_clock(self, moment: datetime) -> datetime:
        """Let it be `moment`."""
        return await self._move({"now": moment.isoformat()})

    async def advance(self, **by: float) -> datetime:
        """Let `working_days`, `hours` or `seconds` pass."""
        return await self._move({"advance": by})

    async def start(self, department: str) -> None:
        """Bring a department back that was stopped or killed."""
        await self._send("POST", f"/__admin/departments/{department}/start")

    async def faults(self, rules: dict[str, Any]) -> None:
        """Let departments misbehave by these rules; {} lets them behave again."""
        await self._send("PUT", "/__admin/faults", rules)

    async def _move(self, body: dict[str, Any]) -> datetime:
        answer = await self._send("POST", "/__admin/clock", body)
        return datetime.fromisoformat(answer["now"])

    async def _send(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        where = f"{self.url}{path}"
        try:
            async with httpx.AsyncClient(
                trust_env=False, timeout=_WITHIN_S, verify=tls()
            ) as client:
                answer = await client.request(method, where, json=body)
        except httpx.HTTPError as error:
            raise DemoFailed(
                [f"{where}: no answer ({error!r})"], "look at the mocks' log"
            ) from error
        if answer.is_error:
            failure = f"{where}: {answer.status_code} {answer.text[:200]}"
            raise DemoFailed([failure], "look at the mocks' log")
        told: dict[str, Any] = answer.json()
        return told


@cache
def tls() -> ssl.SSLContext:
    """Whom a client trusts; made once, as making it takes longer than an answer on loopback."""
    return ssl.create_default_context()
