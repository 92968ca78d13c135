"""The server's event loop: what one request makes ready is done before the next is looked at.

A loop reads all requests that are there, and then takes every task they woke one step on, and
again. Who came together is answered together, when the work of all is done; asks again together;
and so it stays, where each could have been answered as its own work was done. `promptly` begins a
request and takes the steps of this one, down to where it waits.

Where there is no time to spare nobody gains by that, and keys that leave together are cheaper
(ADR 0020): from four fifths of a core on it does nothing until there is half a core again.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, Final, TypeVarTuple

import uvloop

_Args = TypeVarTuple("_Args")

_STEPS: Final = 16  # of what one message woke; a query takes nine until its calls have left
_AT_MOST_S: Final = 0.003  # for all that came at once, until what was ready before has its turn
_WINDOW_S: Final = 0.1  # over which it is measured how much of a core is used
_FULL: Final = 0.8
_SPARE: Final = 0.5


class PromptLoop(uvloop.Loop):
    """uvloop's loop, with a queue of its own for what a request makes ready."""

    def __init__(
        self,
        now: Callable[[], float] = time.perf_counter,
        used: Callable[[], float] = time.thread_time,
    ) -> None:
        super().__init__()
        self._soon: deque[_Soon] = deque()  # empty but for while a request begins
        self._until = 0.0  # of those that came at once; 0: none came since all had their turn
        self._now, self._cpu = now, used
        self._full = False
        self._measured, self._used = now(), used()

    def promptly(self, begin: Callable[[*_Args], object], *args: *_Args) -> None:
        """Call this, and all that it makes ready, as far as that goes.

        Only this where time is short, and inside of a task.
        """
        now = self._now()
        if now - self._measured > _WINDOW_S:
            self._measure(now)
        if not self._until:
            self._until = now + _AT_MOST_S
            super().call_soon(self._all_had_their_turn)
        busy = asyncio.current_task(self) is not None or "call_soon" in self.__dict__
        if self._full or busy or now > self._until:
            begin(*args)
            return
        # On the instance, only meanwhile: else every call of anybody's would go through Python.
        self.__dict__["call_soon"] = self._keep
        try:
            begin(*args)
            self._settle()
        finally:
            del self.__dict__["call_soon"]
            while self._soon:
                super().call_soon(self._soon.popleft().run)

    def call_after_messages(
        self, callback: Callable[[*_Args], object], *args: *_Args
    ) -> asyncio.Handle:
        """Call it when all messages that are there by now have been read."""
        return super().call_soon(callback, *args)

    def _keep(
        self, callback: Callable[[*_Args], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """As call_soon: in the order they came."""
        soon = _Soon(callback, args, self, copy_context() if context is None else context)
        self._soon.append(soon)
        return soon

    def _settle(self) -> None:
        """Call what is ready, and what that makes ready, as far as there is time for it."""
        soon = self._soon
        for _ in range(_STEPS):
            for _ in range(len(soon)):
                try:
                    soon.popleft().run()
                except (SystemExit, KeyboardInterrupt) as end:
                    # A transport would take it for a failure of its own.
                    super().call_soon(_raise, end)
                if self._now() > self._until:
                    return
            if not soon:
                return

    def _all_had_their_turn(self) -> None:
        self._until = 0.0

    def _measure(self, now: float) -> None:
        used = self._cpu()
        share = (used - self._used) / (now - self._measured)
        self._full = share > (_SPARE if self._full else _FULL)
        self._measured, self._used = now, used


class _Soon(asyncio.Handle):
    """A handle without what only a loop in debug mode wants."""

    __slots__ = ()

    def __init__(
        self,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context,
    ) -> None:
        self._callback, self._args, self._loop, self._context = callback, args, loop, context
        self._cancelled = False
        self._repr = self._source_traceback = None

    def run(self) -> None:
        """Call it, unless it was cancelled; its failure is the loop's exception handler's."""
        if not self._cancelled:
            self._run()


def _raise(end: BaseException) -> None:
    raise end
