"""The parent of the departments: starts them, notices when one is gone, stops them all.

A department that was killed stays down until it is asked back: that is what a bad day looks like.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from mocks.core.clock import write_atomically

_STARTED_WITHIN_S = 20.0
_STOPPED_WITHIN_S = 3.0
_ASK_S = 2.0


class NotStarted(Exception):
    """A department that could not be started, and its last words."""


@dataclass(slots=True, kw_only=True)
class Child:
    """One department's process, when it has one."""

    department: str
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def up(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.returncode is None

    @property
    def pid(self) -> int | None:
        """Its process id while it is up."""
        return self.process.pid if self.process is not None and self.up else None


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """The departments of one state folder."""

    state: Path
    host: str
    ports: Mapping[str, int]
    callback_base: str | None = None
    children: dict[str, Child] = field(default_factory=dict)

    async def start_all(self, admin_port: int) -> None:
        """Start every department at once; ports.json is written when all of them listen."""
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "ports.json").unlink(missing_ok=True)
        for department, port in self.ports.items():
            self.children[department] = Child(department=department, port=port)
        async with httpx.AsyncClient(trust_env=False, timeout=_ASK_S) as client:
            await asyncio.gather(*(self._start(child, client) for child in self.children.values()))
        self._admin_port = admin_port
        self._write_ports()

    async def start(self, department: str) -> None:
        """Start one department again; nothing happens when it is up."""
        child = self.children[department]
        if not child.up:
            async with httpx.AsyncClient(trust_env=False, timeout=_ASK_S) as client:
                await self._start(child, client)
            self._write_ports()

    async def stop(self, department: str) -> None:
        """Stop one department; nothing happens when it is down."""
        await _end(self.children[department])

    async def stop_all(self) -> None:
        """Stop every department."""
        await asyncio.gather(*(_end(child) for child in self.children.values()))

    def url(self, department: str) -> str:
        """Where a department listens."""
        return f"http://{self.host}:{self.ports[department]}"

    async def report(self) -> dict[str, Any]:
        """Every department with its address, and when the next thing of any of them is due."""
        async with httpx.AsyncClient(trust_env=False, timeout=_ASK_S) as client:
            found = await asyncio.gather(*(self._ask(c, client) for c in self.children.values()))
        departments = dict(zip(self.children, found, strict=True))
        dues = [entry["nextDueAt"] for entry in found if entry["nextDueAt"]]
        return {"departments": departments, "nextDueAt": min(dues, default=None)}

    async def reset(self) -> None:
        """Empty every desk that is up."""
        async with httpx.AsyncClient(trust_env=False, timeout=_ASK_S) as client:
            for child in self.children.values():
                if child.up:
                    await client.post(f"{self.url(child.department)}/__admin/reset")

    async def _ask(self, child: Child, client: httpx.AsyncClient) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "url": self.url(child.department),
            "pid": child.pid,
            "up": child.up,
            "filings": None,
            "nextDueAt": None,
            "struck": {},
        }
        if child.up:
            try:
                entry.update((await client.get(f"{entry['url']}/__admin/status")).json())
            except (httpx.HTTPError, ValueError):
                entry["up"] = False
        return entry

    async def _start(self, child: Child, client: httpx.AsyncClient) -> None:
        child.process = await asyncio.create_subprocess_exec(*self._command(child))
        url = f"{self.url(child.department)}/__admin/status"
        try:
            async with asyncio.timeout(_STARTED_WITHIN_S):
                while not await _listens(url, client):
                    if not child.up:
                        raise NotStarted(
                            f"{child.department} ended with {child.process.returncode}"
                        )
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise NotStarted(f"{child.department} does not answer at {url}") from None

    def _command(self, child: Child) -> Sequence[str]:
        command = [sys.executable, "-m", "mocks", "department", child.department]
        command += ["--state", str(self.state), "--host", self.host, "--port", str(child.port)]
        if self.callback_base:
            command += ["--callback-base", self.callback_base]
        return command

    def _write_ports(self) -> None:
        listed: dict[str, Any] = {
            "admin": {"url": f"http://{self.host}:{self._admin_port}", "pid": None}
        }
        for name, child in self.children.items():
            listed[name] = {"url": self.url(name), "pid": child.pid}
        write_atomically(self.state / "ports.json", listed)

    _admin_port: int = 0


async def _listens(url: str, client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def _end(child: Child) -> None:
    process = child.process
    if process is None or process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOPPED_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def free_ports(host: str, count: int) -> list[int]:
    """Ports nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((host, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def refuse_taken(host: str, ports: Sequence[int]) -> None:
    """NotStarted with every port somebody else listens on."""
    taken = [port for port in ports if not _is_free(host, port)]
    if taken:
        listed = ", ".join(map(str, taken))
        raise NotStarted(f"taken: port {listed} — stop what listens there, or --port-base 9100")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
