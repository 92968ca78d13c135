"""The town of the demo: departments and gateway as processes of their own, up and ready."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from gateway.demo.failure import DemoFailed
from gateway.demo.mock_admin import MockAdmin, tls
from gateway.demo.ports import free_port, taken_ports
from gateway.demo.processes import Running, running, until

DEPARTMENTS = 8
DEFAULT_PORT_BASE = 8100
DEFAULT_PORT = 8000
_START_S = 40.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the town listens; a base of 0 lets the mocks take free ports."""

    base: int
    gateway: int

    @classmethod
    def chosen(cls, base: int, gateway: int | None) -> "Ports":
        """These ports; DemoFailed with the way out when somebody else has one of them."""
        if gateway is None:
            gateway = DEFAULT_PORT if base == DEFAULT_PORT_BASE else base and base + 9
        wanted = [gateway] if gateway else []
        wanted += range(base, base + DEPARTMENTS + 1) if base else []
        taken = taken_ports(wanted)
        if taken:
            raise DemoFailed(
                [f"port {port} is taken" for port in taken],
                "stop what listens there, or take others: onething demo --port-base 9100",
            )
        return cls(base=base, gateway=gateway or free_port())


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Everything up: where it listens, and what must keep running."""

    gateway: str
    admin: MockAdmin
    state: Path
    overrides: Mapping[str, Any]
    processes: tuple[Running, ...]


@asynccontextmanager
async def town(
    state: Path,
    ports: Ports,
    opening: datetime | None,
    tell: Tell,
    *,
    own_key: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[Town]:
    """Start the departments, set their clock, start the gateway; stop everything at the end.

    With `own_key` the key for dev tokens lives in `state` too, not in the usual dev folder;
    `settings` are further ones of the gateway.
    """
    gateway = f"http://127.0.0.1:{ports.gateway}"
    told = state / "mocks"
    told.mkdir(parents=True, exist_ok=True)
    arguments = ["mocks", "serve", "--state", str(told), "--port-base", str(ports.base)]
    arguments += ["--callback-base", gateway]
    tell("启动模拟部门 starting eight departments")
    async with running("mocks", arguments, state / "mocks.log") as mocks:
        addresses = await _addresses(told / "ports.json", mocks)
        admin = MockAdmin(addresses["admin"])
        await until("mocks", lambda: _all_up(admin), within_s=_START_S, watching=[mocks])
        if opening is not None:
            await admin.set_clock(opening)
        usual = _overrides(state, ports, addresses, own_key=own_key)
        overrides = {**usual, **(settings or {})}
        tell("启动网关 starting the gateway")
        serve = ["gateway", "serve", "--profile", "dev", *_flags(overrides)]
        async with running("gateway", serve, state / "gateway.log") as process:
            ready = lambda: _ready(f"{gateway}/readyz")  # noqa: E731 - a fact to wait for
            await until("gateway", ready, within_s=_START_S, watching=[process, mocks])
            yield Town(
                gateway=gateway,
                admin=admin,
                state=state,
                overrides=overrides,
                processes=(mocks, process),
            )


async def _addresses(path: Path, mocks: Running) -> dict[str, str]:
    """Where everything of the mocks listens, once they have said so."""
    found: dict[str, str] = {}

    async def said() -> bool:
        found.update(await asyncio.to_thread(_listed, path))
        return bool(found)

    await until("mocks", said, within_s=_START_S, watching=[mocks])
    return found


def _listed(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return {name: entry["url"] for name, entry in orjson.loads(path.read_bytes()).items()}


async def _all_up(admin: MockAdmin) -> bool:
    try:
        state = await admin.state()
    except DemoFailed:
        return False
    return all(department["up"] for department in state["departments"].values())


async def _ready(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False, verify=tls(), timeout=2.0) as client:
        try:
            return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def _overrides(
    state: Path, ports: Ports, addresses: Mapping[str, str], *, own_key: bool
) -> dict[str, Any]:
    departments = {name: url for name, url in addresses.items() if name != "admin"}
    key = {"dev_folder": str(state.resolve())} if own_key else {}
    return {
        **key,
        "server.port": ports.gateway,
        "store.url": f"sqlite:///{state.resolve()}/onething.sqlite",
        "materials.folder": str(state.resolve() / "materials"),
        "clock.follow": f"{addresses['admin']}/__admin/clock",
        "polling.every_s": 0.25,
        **{f"departments.{name}.url": url for name, url in departments.items()},
    }


def _flags(overrides: Mapping[str, Any]) -> list[str]:
    return [part for key, value in overrides.items() for part in ("--set", f"{key}={value}")]
