"""Processes that begin with everything imported: forked from a server that imported it once.

What is shown of them is how they end and what they leave behind; that a program can be started from
nothing is shown elsewhere. Each is a process of its own, in a session of its own.
"""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

_IMPORTED = (
    "tests.gateway.cases.crashing",
    "tests.gateway.cases.migrating",
    "tests.chaos.gateway_process",
    "tests.chaos.driver",
    "tests.chaos.checker",
)
_LOOK_EVERY_S = 0.02
_GRACE_S = 8.0


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def forked(
    target: Callable[..., int | None], *arguments: Any, log: Path | None = None
) -> ForkServerProcess:
    """A process that has begun to carry this out; what it says goes to the log.

    It does not outlive the tests: whoever starts it need not see it off.
    """
    process = _server().Process(target=_apart, args=(log, target, *arguments), daemon=True)
    process.start()
    return process


def pipe() -> Any:
    """Two ends of a line: one to keep, one to give to a process."""
    return _server().Pipe()


def _apart(log: Path | None, target: Callable[..., int | None], *arguments: Any) -> None:
    os.setsid()
    if log is not None:
        with log.open("ab") as output:
            for said in (1, 2):
                os.dup2(output.fileno(), said)
    sys.exit(target(*arguments))


async def ended(process: ForkServerProcess, within_s: float) -> int | None:
    """Its exit code, negative for the signal that killed it; None when it went on."""
    await asyncio.to_thread(process.join, within_s)
    return process.exitcode


@dataclass(slots=True)
class Forked:
    """One such process, watched as asyncio lets one watch those it starts."""

    _process: ForkServerProcess

    @classmethod
    def begun(
        cls, main: Callable[[Sequence[str]], int | None], words: Sequence[str], log: Path
    ) -> "Forked":
        """A program that has begun, with these words after its name."""
        return cls(forked(main, list(words), log=log))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for the signal that killed it; None while it is there."""
        return self._process.exitcode

    async def wait(self) -> int:
        """Its exit code, once it is gone."""
        while (code := self.returncode) is None:  # noqa: ASYNC110 - two may wait, one may be told
            await asyncio.sleep(_LOOK_EVERY_S)
        return code

    async def end(self) -> None:
        """Tell it to end; kill it when it does not."""
        self._process.terminate()
        try:
            async with asyncio.timeout(_GRACE_S):
                await self.wait()
        except TimeoutError:
            self._process.kill()
            await self.wait()
