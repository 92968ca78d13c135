"""Processes that begin with everything imported: forked from a server that imported it once.

What is shown of them is how they end and what they leave behind; that a program can be started from
nothing is shown elsewhere. Each is a process of its own, in a session of its own.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

_IMPORTED = ("tests.gateway.cases.crashing", "tests.gateway.cases.migrating")


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def forked(target: Callable[..., object], *arguments: Any) -> ForkServerProcess:
    """A process that has begun to carry this out."""
    process = _server().Process(target=_apart, args=(target, *arguments))
    process.start()
    return process


def pipe() -> Any:
    """Two ends of a line: one to keep, one to give to a process."""
    return _server().Pipe()


def _apart(target: Callable[..., object], *arguments: Any) -> None:
    os.setsid()
    target(*arguments)


async def ended(process: ForkServerProcess, within_s: float) -> int | None:
    """Its exit code, negative for the signal that killed it; None when it went on."""
    await asyncio.to_thread(process.join, within_s)
    return process.exitcode
