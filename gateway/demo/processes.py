"""Processes of our own: started as a group, watched, and gone again whatever happens."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.failure import DemoFailed

_GRACE_S = 8.0
_LAST_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A process with its log."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    def ended(self) -> DemoFailed | None:
        """Why it is no longer there, None while it is."""
        if self.process.returncode is None:
            return None
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        first = f"{self.name} ended with exit code {self.process.returncode}"
        return DemoFailed([first, *lines[-_LAST_LINES:]], f"read {self.log}")


@asynccontextmanager
async def running(name: str, arguments: Sequence[str], log: Path) -> AsyncIterator[Running]:
    """`python -m <arguments>` in a process group of its own, which ends with the block."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(name=name, process=process, log=log)
    finally:
        await asyncio.shield(_end(process))


async def _end(process: asyncio.subprocess.Process) -> None:
    _signal_group(process, signal.SIGTERM)
    with suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_S):
            await process.wait()
    # Also what the process itself left behind in its group.
    _signal_group(process, signal.SIGKILL)
    await process.wait()


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


async def until(
    what: str,
    fact: Callable[[], Awaitable[bool]],
    *,
    within_s: float,
    watching: Sequence[Running] = (),
    every_s: float = 0.05,
) -> None:
    """Return once `fact` holds; fail when it takes too long, or a watched process ends first."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not await fact():
        for process in watching:
            failure = process.ended()
            if failure is not None:
                raise failure
        if loop.time() > end:
            logs = ", ".join(str(process.log) for process in watching)
            raise DemoFailed([f"{what}: not within {within_s:g} s"], f"read {logs}")
        await asyncio.sleep(every_s)
