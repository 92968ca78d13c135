"""What ties a department's process to its parent: a line to be asked on, and memory both see.

The line is a pair of sockets the child inherits: no port, nothing a fault on order can strike, and
its end tells either side that the other is gone. A question is one JSON line, `{"id": 1, "ask":
"reset"}`, an answer another, `{"id": 1, "answer": {…}}`.
"""

import asyncio
import json
import os
import signal
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from itertools import islice
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from mocks.core.kit import Kit
from mocks.core.ledger import BrokenLedger
from mocks.faults.line import Lent
from mocks.journal.noting import Noting
from mocks.journal.ring import Ring
from mocks.journal.tally import Tally

_LINE_CAP = 8 * 1024 * 1024

_FIRST = 1  # the number of the first question
_AT_ONCE = 2_000  # filings counted before others have their turn

Act = Callable[[], dict[str, Any] | Awaitable[dict[str, Any]]]
"""What is done when the parent asks, and what it is told."""


class Unheard(Exception):
    """A department that did not answer its parent in time, or is gone."""


class HungUp(Unheard):
    """A department whose end of the line is closed: it is about to be gone."""


@dataclass(slots=True, kw_only=True)
class Bond:
    """The child's side."""

    line: socket.socket
    ring: Ring
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def inherited(cls, line: int, memory: int) -> "Bond":
        """From the descriptors the parent named."""
        ring = Ring(memory)
        os.close(memory)
        return cls(line=socket.socket(fileno=line), ring=ring)

    def noting(self, app: ASGIApp, kit: Kit) -> Noting:
        """The application, its requests noted and counted."""
        return Noting(app, self.ring, kit.clock, self.tally)

    def leave(self, broken: BrokenLedger) -> None:
        """Say why this process ends before it served: the answer to the first question."""
        answer = {"id": _FIRST, "answer": {"listens": False, "spoiled": _told(broken)}}
        with suppress(OSError):  # the parent is gone
            self.line.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")

    async def obey(self, acts: Mapping[str, Act]) -> None:
        """Answer the parent until it is gone; then end this process."""
        reader, writer = await asyncio.open_connection(sock=self.line, limit=_LINE_CAP)
        with suppress(ConnectionError):  # gone while it was answered
            while line := await reader.readline():
                asked = json.loads(line)
                done = acts[asked["ask"]]()
                told = await done if isawaitable(done) else done
                answer = {"id": asked["id"], "answer": told}
                writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        os.kill(os.getpid(), signal.SIGTERM)

    def acts(self, kit: Kit, server: uvicorn.Server) -> Mapping[str, Act]:
        """What the parent may ask."""

        def status() -> dict[str, Any]:
            spoiled = _caught_up(kit)
            due = kit.desk.next_due()
            return {
                **spoiled,
                "listens": server.started,
                "filings": kit.desk.count,
                "nextDueAt": due.isoformat() if due else None,
                "struck": kit.faults.struck,
                "rules": kit.faults.by_rule,
                "callbacks": kit.tellings.told(),
            }

        async def measures() -> dict[str, Any]:
            statuses = await counted(filed.status for filed in kit.desk.filings())
            return {
                **self.tally.told(),
                "filings": statuses,
                "struck": kit.faults.struck,
                "callbacks": kit.tellings.told(),
            }

        def reset() -> dict[str, Any]:
            kit.reset()
            for connection in tuple(server.server_state.connections):
                if isinstance(connection, Lent):
                    connection.forget()
            self.ring.clear()
            return {}

        def forget() -> dict[str, Any]:
            self.ring.clear()
            return {}

        return {"status": status, "reset": reset, "forget": forget, "measures": measures}


def _caught_up(kit: Kit) -> dict[str, Any]:
    """What is to be told of it: a ledger somebody wrote in while this process read on."""
    try:
        kit.desk.catch_up()
    except OSError:
        pass  # a full disk: what is due waits
    except BrokenLedger as broken:
        return {"spoiled": _told(broken)}
    return {}


def _told(broken: BrokenLedger) -> dict[str, str]:
    return {"path": str(broken.path), "wrong": broken.wrong, "mend": broken.mend}


async def counted(statuses: Iterable[str]) -> Counter[str]:
    """How often each occurs; callers are served in between."""
    found: Counter[str] = Counter()
    each = iter(statuses)
    while some := list(islice(each, _AT_ONCE)):
        found.update(some)
        await asyncio.sleep(0)
    return found


@dataclass(slots=True, kw_only=True)
class Line:
    """The parent's side of one child's life."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _asked: int = _FIRST - 1
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, what: str, *, within_s: float) -> dict[str, Any]:
        """The child's answer; Unheard when none comes in time."""
        try:
            async with asyncio.timeout(within_s), self._busy:
                return await self._answer(what)
        except TimeoutError as silent:
            raise Unheard(what) from silent
        except OSError as gone:
            raise HungUp(what) from gone

    async def _answer(self, what: str) -> dict[str, Any]:
        self._asked += 1
        self.writer.write(json.dumps({"id": self._asked, "ask": what}).encode() + b"\n")
        await self.writer.drain()
        while line := await self.reader.readline():
            told = json.loads(line)
            if told["id"] == self._asked:  # an earlier one came too late for whoever asked
                answer: dict[str, Any] = told["answer"]
                return answer
        raise HungUp(what)

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


async def lines() -> tuple[Line, socket.socket]:
    """A new line: the parent's side, and the socket a child is to inherit."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours, limit=_LINE_CAP)
    return Line(reader=reader, writer=writer), theirs
