"""The parent of the departments: starts them, notices when one is gone, stops them all.

A department that was killed stays down until it is asked back: that is what a bad day looks like.
"""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mocks.bond import HungUp, Line, Unheard, lines
from mocks.core.clock import write_atomically
from mocks.journal.ring import Ring, shared_memory
from mocks.ports import is_free

_STARTED_WITHIN_S = 60.0  # eight interpreters begin at once, on a busy machine of two cores too
_STOPPED_WITHIN_S = 3.0
_ASK_S = 2.0


class NotStarted(Exception):
    """A department that could not be started, and its last words."""


@dataclass(slots=True, kw_only=True)
class Child:
    """One department's process, when it has one, and what it noted, which outlives it."""

    department: str
    port: int
    memory: int = field(default_factory=shared_memory)
    process: asyncio.subprocess.Process | None = None
    line: Line | None = None
    ring: Ring = field(init=False)

    def __post_init__(self) -> None:
        self.ring = Ring(self.memory)

    @property
    def up(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.returncode is None

    @property
    def pid(self) -> int | None:
        """Its process id while it is up."""
        return self.process.pid if self.process is not None and self.up else None

    async def ask(self, what: str, *, within_s: float = _ASK_S) -> dict[str, Any]:
        """Its answer; Unheard when it is down or silent."""
        if self.line is None or self.process is None or not self.up:
            raise Unheard(what)
        try:
            return await self.line.ask(what, within_s=within_s)
        except HungUp:
            # Its line ends a moment before its port does: it is not down before it is gone.
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self.process.wait()
            raise


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
        await asyncio.gather(*(self._start(child) for child in self.children.values()))
        self._admin_port = admin_port
        self._write_ports()

    async def start(self, department: str) -> None:
        """Start one department again; nothing happens when it is up."""
        child = self.children[department]
        await _heard(child, "status")  # its line tells of one that was killed this moment
        if not child.up:
            await self._start(child)
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
        found = await asyncio.gather(*(self._status(child) for child in self.children.values()))
        departments = dict(zip(self.children, found, strict=True))
        dues = [entry["nextDueAt"] for entry in found if entry["nextDueAt"]]
        return {"departments": departments, "nextDueAt": min(dues, default=None)}

    async def measures(self) -> dict[str, dict[str, Any] | None]:
        """What each department counted; None for one that is down or silent."""
        found = await asyncio.gather(
            *(_heard(child, "measures") for child in self.children.values())
        )
        return dict(zip(self.children, found, strict=True))

    async def reset(self) -> None:
        """Empty every desk and every journal, those of departments that are down too."""
        await asyncio.gather(*(self._empty(child) for child in self.children.values()))

    async def forget(self, department: str | None = None) -> None:
        """Empty the journal of a department, or of all."""
        named = [self.children[department]] if department else self.children.values()
        for child in named:
            if await _heard(child, "forget") is None:
                child.ring.clear()

    async def _empty(self, child: Child) -> None:
        if await _heard(child, "reset") is not None:
            return
        if child.up:
            raise Unheard(f"{child.department} is up and does not answer")
        child.ring.clear()
        (self.state / "ledger" / f"{child.department}.jsonl").unlink(missing_ok=True)

    async def _status(self, child: Child) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "url": self.url(child.department),
            "pid": child.pid,
            "up": child.up,
            "filings": None,
            "nextDueAt": None,
            "struck": {},
        }
        told = await _heard(child, "status") or {"listens": False}
        return {**entry, "up": told.pop("listens"), **told}

    async def _start(self, child: Child) -> None:
        child.line, theirs = await lines()
        with theirs:
            child.process = await asyncio.create_subprocess_exec(
                *self._command(child, theirs.fileno()),
                pass_fds=(theirs.fileno(), child.memory),
            )
        try:
            async with asyncio.timeout(_STARTED_WITHIN_S):
                while not await _listens(child):  # noqa: ASYNC110 - it has to be asked
                    await asyncio.sleep(0.03)
        except Unheard:
            await _end(child)
            ended = child.process.returncode
            raise NotStarted(f"{child.department} ended with {ended}") from None
        except TimeoutError:
            where = self.url(child.department)
            raise NotStarted(f"{child.department} does not listen at {where}") from None

    def _command(self, child: Child, line: int) -> Sequence[str]:
        command = [sys.executable, "-m", "mocks", "department", child.department]
        command += ["--state", str(self.state), "--host", self.host, "--port", str(child.port)]
        command += ["--line", str(line), "--memory", str(child.memory)]
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


async def _listens(child: Child) -> bool:
    return bool((await child.ask("status", within_s=_STARTED_WITHIN_S))["listens"])


async def _heard(child: Child, what: str) -> dict[str, Any] | None:
    try:
        return await child.ask(what)
    except Unheard:
        return None


async def _end(child: Child) -> None:
    process = child.process
    if child.line is not None:
        child.line.close()
    if process is None or process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOPPED_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def refuse_taken(host: str, ports: Sequence[int]) -> None:
    """NotStarted with every port somebody else listens on."""
    taken = [port for port in ports if not is_free(host, port)]
    if taken:
        listed = ", ".join(map(str, taken))
        raise NotStarted(f"taken: port {listed} — stop what listens there, or --port-base 9100")
