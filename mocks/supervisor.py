"""The parent of the departments: starts them, notices when one is gone, stops them all.

A department that was killed stays down until it is asked back: that is what a bad day looks like.
"""

import asyncio
import secrets
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mocks.bond import Unheard
from mocks.child import Child, LedgerSpoiled, Worker
from mocks.core.clock import write_atomically
from mocks.core.kit import ALONE
from mocks.ports import is_free

_ENDED_OVER_ITS_LEDGER = 1  # its exit code


class NotStarted(Exception):
    """A department that could not be started, and its last words."""


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """The departments of one state folder, each of so many processes as `workers` says."""

    state: Path
    host: str
    ports: Mapping[str, int]
    callback_base: str | None = None
    workers: int = 1
    children: dict[str, Child] = field(default_factory=dict)
    spoiled: dict[str, LedgerSpoiled] = field(default_factory=dict)  # by department that is down
    written_in: dict[str, LedgerSpoiled] = field(default_factory=dict)  # by one that is up

    async def start_all(self, admin_port: int) -> None:
        """Start every department at once; ports.json is written when they listen.

        One whose ledger was spoiled stays down beside the others (`spoiled`). NotStarted when any
        other does not start, or none does.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "ports.json").unlink(missing_ok=True)
        for department, port in self.ports.items():
            more = 0 if department in ALONE else self.workers - 1
            readers = [Worker() for _ in range(more)]
            self.children[department] = Child(department=department, port=port, readers=readers)
        await asyncio.gather(*(self._start_or_note(child) for child in self.children.values()))
        if len(self.spoiled) == len(self.children):
            department = next(iter(self.spoiled))
            raise NotStarted(f"{department} ended with {_ENDED_OVER_ITS_LEDGER}")
        self._admin_port = admin_port
        self._write_ports()

    async def start(self, department: str) -> None:
        """Start one department again; nothing happens when it is up."""
        child = self.children[department]
        await child.desk.heard("status")  # its line tells of one that was killed this moment
        if not child.desk.up:
            await child.end()  # readers that have not noticed yet
            await self._start(child)
            self._write_ports()

    async def stop(self, department: str) -> None:
        """Stop one department; nothing happens when it is down."""
        await self.children[department].end()

    async def stop_all(self) -> None:
        """Stop every department; ports.json told where they were."""
        await asyncio.gather(*(child.end() for child in self.children.values()))
        (self.state / "ports.json").unlink(missing_ok=True)

    def url(self, department: str) -> str:
        """Where a department listens."""
        return f"http://{self.host}:{self.ports[department]}"

    async def report(self) -> dict[str, Any]:
        """Every department with its address, and when the next thing of any of them is due."""
        found = await asyncio.gather(*(self._status(child) for child in self.children.values()))
        departments = dict(zip(self.children, found, strict=True))
        dues = [entry["nextDueAt"] for entry in found if entry["nextDueAt"]]
        return {"departments": departments, "nextDueAt": min(dues, default=None)}

    async def measures(self) -> dict[str, Mapping[str, Any] | None]:
        """What each department counted; None for one that is down or silent."""
        found = await asyncio.gather(*(child.measures() for child in self.children.values()))
        return dict(zip(self.children, found, strict=True))

    async def reset(self) -> None:
        """Empty every desk and every journal, those of departments that are down too."""
        await asyncio.gather(*(self._empty(child) for child in self.children.values()))

    async def forget(self, department: str | None = None) -> None:
        """Empty the journal of a department, or of all."""
        named = [self.children[department]] if department else self.children.values()
        for child in named:
            await child.forget()

    async def _empty(self, child: Child) -> None:
        await child.reset()
        if not child.desk.up:
            (self.state / "ledger" / f"{child.department}.jsonl").unlink(missing_ok=True)
            self.spoiled.pop(child.department, None)

    async def _status(self, child: Child) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "url": self.url(child.department),
            "pid": child.desk.pid,
            "up": child.desk.up,
            "filings": None,
            "nextDueAt": None,
            "struck": {},
            "rules": [],
            "callbacks": None,
        }
        if child.readers:
            entry["readers"] = [one.pid for one in child.readers if one.up]
            await self._look_at_readers(child)
        told = await child.desk.heard("status") or {"listens": False}
        return {**entry, "up": told.pop("listens"), **told}

    async def _look_at_readers(self, child: Child) -> None:
        """Note a ledger somebody wrote in under way: its readers leave every answer to the desk."""
        told = await asyncio.gather(*(one.heard("status") for one in child.readers))
        spoiled = [one["spoiled"] for one in told if one and "spoiled" in one]
        self.written_in.pop(child.department, None)
        if spoiled and child.desk.up:
            path, wrong, mend = (spoiled[0][name] for name in ("path", "wrong", "mend"))
            on = f"{child.department} answers from what it knows, by one process, until then"
            broken = LedgerSpoiled(path=path, wrong=wrong, mend=f"{mend}; {on}")
            self.written_in[child.department] = broken

    async def _start_or_note(self, child: Child) -> None:
        with suppress(LedgerSpoiled):  # which is noted: others serve on
            await self._start(child)

    async def _start(self, child: Child) -> None:
        key = secrets.token_hex(16)
        with ExitStack() as inherited:
            pairs = [socket.socketpair() for _ in child.readers]
            for end in (end for pair in pairs for end in pair):
                inherited.enter_context(end)
            lent = [str(lends.fileno()) for lends, _ in pairs]
            more = ["--port", str(child.port), *(["--lends", ",".join(lent)] if lent else [])]
            if self.callback_base:
                more += ["--callback-base", self.callback_base]
            command = self._command("department", child, key)
            await child.desk.begin([*command, *more], [lends.fileno() for lends, _ in pairs])
            for reader, (_, takes) in zip(child.readers, pairs, strict=True):
                command = self._command("reader", child, key)
                await reader.begin([*command, "--takes", str(takes.fileno())], [takes.fileno()])
        await self._listen(child)

    async def _listen(self, child: Child) -> None:
        self.spoiled.pop(child.department, None)
        try:
            await asyncio.gather(*(worker.listens() for worker in child.workers))
        except LedgerSpoiled as broken:
            await child.desk.ended()
            await child.end()
            self.spoiled[child.department] = broken
            raise
        except Unheard:
            await child.end()
            process = child.desk.process
            ended = process and process.returncode
            raise NotStarted(f"{child.department} ended with {ended}") from None
        except TimeoutError:
            where = self.url(child.department)
            raise NotStarted(f"{child.department} does not listen at {where}") from None

    def _command(self, what: str, child: Child, key: str) -> list[str]:
        command = [sys.executable, "-m", "mocks.process", what, child.department, "--key", key]
        return [*command, "--state", str(self.state), "--host", self.host]

    def _write_ports(self) -> None:
        listed: dict[str, Any] = {
            "admin": {"url": f"http://{self.host}:{self._admin_port}", "pid": None}
        }
        for name, child in self.children.items():
            listed[name] = {"url": self.url(name), "pid": child.desk.pid}
        write_atomically(self.state / "ports.json", listed)

    _admin_port: int = 0


def refuse_taken(host: str, ports: Sequence[int]) -> None:
    """NotStarted with every port somebody else listens on."""
    taken = [port for port in ports if not is_free(host, port)]
    if taken:
        listed = ", ".join(map(str, taken))
        raise NotStarted(f"taken: port {listed} — stop what listens there, or --port-base 9100")
