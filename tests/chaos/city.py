"""The departments of a run: real mocks as processes, a clock that runs, bad days on order."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import orjson

from gateway.demo.mock_admin import tls
from gateway.demo.processes import Running, running, until
from schema.domain.calendar import SHANGHAI
from tests.chaos.plan import RunFolder

OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # a Monday
DAY_S = 86_400
_START_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Departments that are up."""

    admin: str
    departments: Mapping[str, str]
    process: Running

    async def run_clock(self, day_s: float) -> None:
        """Let a day pass every `day_s` real seconds, from the opening on."""
        await self._ask("POST", "clock", {"now": OPENING.isoformat(), "rate": DAY_S / day_s})

    async def stop_clock(self) -> None:
        """Let it stand still where it is."""
        now = (await self._ask("GET", "clock"))["now"]
        await self._ask("POST", "clock", {"now": now, "rate": 0})

    async def order(self, rules: Mapping[str, Any]) -> None:
        """Let departments misbehave by these rules."""
        await self._ask("PUT", "faults", rules)

    async def struck(self) -> Mapping[str, Mapping[str, int]]:
        """How often each kind of fault struck each department."""
        return await self._ask("GET", "faults/struck")

    async def people(self) -> Mapping[str, Any]:
        """Who lives here."""
        return await self._ask("GET", "demo")

    async def _ask(self, method: str, what: str, body: object = None) -> dict[str, Any]:
        async with httpx.AsyncClient(trust_env=False, verify=tls(), timeout=20.0) as client:
            answer = await client.request(method, f"{self.admin}/__admin/{what}", json=body)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


@asynccontextmanager
async def city(
    folder: RunFolder, callbacks: str, departments: Sequence[str]
) -> AsyncIterator[City]:
    """These departments, up; they call back to `callbacks`."""
    folder.mocks.mkdir(parents=True, exist_ok=True)
    arguments = ["mocks", "serve", "--state", str(folder.mocks), "--port-base", "0"]
    arguments += ["--callback-base", callbacks, "--only", ",".join(departments)]
    async with running("mocks", arguments, folder.path / "mocks.log") as mocks:
        ports = folder.mocks / "ports.json"
        there = lambda: asyncio.to_thread(ports.exists)  # noqa: E731 - a fact to wait for
        await until("mocks", there, within_s=_START_S, watching=[mocks])
        places = {name: told["url"] for name, told in orjson.loads(ports.read_bytes()).items()}
        admin = places.pop("admin")
        up = lambda: _answers(f"{admin}/__admin/clock")  # noqa: E731 - a fact to wait for
        await until("the mocks' controls", up, within_s=_START_S, watching=[mocks])
        yield City(admin=admin, departments=places, process=mocks)


async def _answers(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False, verify=tls(), timeout=2.0) as client:
        try:
            return (await client.get(url)).is_success
        except httpx.HTTPError:
            return False
