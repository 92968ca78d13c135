"""What a department has begun and not ended: a reset ends it all, undone."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from mocks.faults.carried import until_gone
from mocks.faults.line import Line, lent_line
from mocks.journal.noting import forgets


class Forgotten(Exception):
    """What was under way is of no use any more: everything was forgotten meanwhile."""


@dataclass(slots=True, kw_only=True, eq=False)
class _One:
    task: asyncio.Task[object]
    line: Line | None
    cancelling: int
    forgotten: bool = False


class UnderWay:
    """The calls not yet answered to their last byte, and the tellings not yet heard."""

    def __init__(self) -> None:
        self._all: set[_One] = set()

    @contextmanager
    def counted(self, line: Line | None = None) -> Iterator[None]:
        """Forgotten is raised where something is awaited inside, when all is forgotten."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - inside a running loop only
        one = _One(task=task, line=line, cancelling=task.cancelling())
        self._all.add(one)
        try:
            yield
        except asyncio.CancelledError:
            if one.forgotten and task.uncancel() <= one.cancelling:
                raise Forgotten from None
            raise
        finally:
            self._all.discard(one)

    def forget(self) -> None:
        """Whatever is under way does nothing more; its connection ends."""
        for one in tuple(self._all):
            one.forgotten = True
            if one.line is not None:
                one.line.drop()
            one.task.cancel()  # it does not take its next step, however near that is

    async def call(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a call answered, unless all is forgotten before it is."""
        try:
            with self.counted(lent_line(scope)):
                await app(scope, receive, send)
        except Forgotten:
            forgets()
            await until_gone(receive)  # the server must not think that we forgot to answer
