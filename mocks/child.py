"""The processes of one department as their parent has them."""

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mocks.bond import HungUp, Line, Unheard, lines
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.tally import added_up

STARTED_WITHIN_S = 60.0  # eight interpreters begin at once, on a busy machine of two cores too
_STOPPED_WITHIN_S = 3.0
_ASK_S = 2.0


class LedgerSpoiled(Unheard):
    """A department that ended over its ledger: which line of it, and how to mend it."""

    def __init__(self, *, path: str, wrong: str, mend: str) -> None:
        self.path, self.wrong, self.mend = path, wrong, mend
        super().__init__(f"{path}: {wrong} — {mend}")


@dataclass(slots=True, kw_only=True)
class Worker:
    """A process, when there is one, and what it noted, which outlives it."""

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

    async def begin(self, command: Sequence[str], lent: Sequence[int]) -> None:
        """Start it; it inherits the descriptors lent, its line and its memory."""
        self.line, theirs = await lines()
        with theirs:
            bond = ("--line", str(theirs.fileno()), "--memory", str(self.memory))
            self.process = await asyncio.create_subprocess_exec(
                *command, *bond, pass_fds=(theirs.fileno(), self.memory, *lent)
            )

    async def listens(self) -> None:
        """Wait until it serves.

        Unheard when it ended, LedgerSpoiled when that was why, TimeoutError when it takes too long.
        """
        async with asyncio.timeout(STARTED_WITHIN_S):
            while not (told := await self.ask("status", within_s=STARTED_WITHIN_S))["listens"]:
                if "spoiled" in told:
                    raise LedgerSpoiled(**told["spoiled"])
                await asyncio.sleep(0.03)

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

    async def heard(self, what: str) -> dict[str, Any] | None:
        """Its answer; None when it is down or silent."""
        try:
            return await self.ask(what)
        except Unheard:
            return None

    async def forget(self) -> None:
        """Empty its journal."""
        if await self.heard("forget") is None:
            self.ring.clear()

    async def ended(self) -> None:
        """Wait for one that is ending by itself, its last words said."""
        if self.process is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOPPED_WITHIN_S):
                    await self.process.wait()

    async def end(self) -> None:
        """Stop it; nothing happens when it is down."""
        process = self.process
        if self.line is not None:
            self.line.close()
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):  # `send_signal` would take its end from who waits
            os.kill(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOPPED_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@dataclass(slots=True, kw_only=True)
class Child:
    """One department: the process that takes filings in, and its readers."""

    department: str
    port: int
    desk: Worker = field(default_factory=Worker)
    readers: Sequence[Worker] = ()

    @property
    def workers(self) -> Sequence[Worker]:
        """All of them, the one that takes filings in first."""
        return (self.desk, *self.readers)

    def rings(self) -> Iterator[tuple[str, Ring]]:
        """The journal of each process, by its name."""
        yield self.department, self.desk.ring
        for number, reader in enumerate(self.readers, start=1):
            yield f"{self.department}.{number}", reader.ring

    async def measures(self) -> Mapping[str, Any] | None:
        """What was counted by all of them; None when the department is down or silent."""
        first, *others = await asyncio.gather(*(one.heard("measures") for one in self.workers))
        return None if first is None else added_up(first, [told for told in others if told])

    async def reset(self) -> None:
        """Empty the desk, then let the readers see it; Unheard when one is up and silent."""
        await self._empty(self.desk)
        await asyncio.gather(*map(self._empty, self.readers))

    async def _empty(self, one: Worker) -> None:
        if await one.heard("reset") is None:
            if one.up:
                raise Unheard(f"{self.department} is up and does not answer")
            one.ring.clear()

    async def forget(self) -> None:
        """Empty the journal."""
        await asyncio.gather(*(one.forget() for one in self.workers))

    async def end(self) -> None:
        """Stop all of it."""
        await asyncio.gather(*(one.end() for one in self.workers))
