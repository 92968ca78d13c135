"""The server's event loop: what one request makes ready is done before the next is looked at.

A loop reads all requests that are there, and then takes every task they woke one step on, and
again. Who came together is answered together, when the work of all is done; asks again together;
and so it stays, where each could have been answered as its own work was done. `settle`, called at
the end of `data_received`, takes the steps of this one request, down to where it waits.

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
_AT_MOST_S: Final = 0.003  # until other messages have their turn
_WINDOW_S: Final = 0.1  # over which it is measured how much of a core is used
_FULL: Final = 0.8
_SPARE: Final = 0.5


class PromptLoop(uvloop.Loop):
    """uvloop's loop, with a queue of its own for what is to be called soon."""

    def __init__(
        self,
        now: Callable[[], float] = time.perf_counter,
        used: Callable[[], float] = time.thread_time,
    ) -> None:
        super().__init__()
        self._soon: deque[_Soon] = deque()
        self._turn_is_due = False
        self._steps = False  # is taking steps just now
        self._full = False
        self._now, self._cpu = now, used
        self._measured, self._used = now(), used()

    def call_soon(
        self, callback: Callable[[*_Args], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """As of any loop: in the order they came."""
        if not self._turn_is_due:
            super().call_soon(self._turn)  # raises where the loop is closed
            self._turn_is_due = True
        soon = _Soon(callback, args, self, copy_context() if context is None else context)
        self._soon.append(soon)
        return soon

    def call_after_messages(self, callback: Callable[..., Any], *args: Any) -> asyncio.Handle:
        """Call it when all messages that are there by now have been read."""
        return super().call_soon(callback, *args)

    def settle(self) -> None:
        """Take what is ready as far as it goes; nothing inside a step, or when time is short."""
        if self._steps or not self._soon:
            return
        now = self._now()
        if now - self._measured > _WINDOW_S:
            self._measure(now)
        if self._full:
            return
        until = now + _AT_MOST_S
        for _ in range(_STEPS):
            self._step()
            if not self._soon or self._now() > until:
                return

    def close(self) -> None:
        """As of any loop; what was to be called soon is not."""
        super().close()
        self._soon.clear()
        self._turn_is_due = False

    def _turn(self) -> None:
        self._turn_is_due = False
        try:
            self._step()
        finally:
            if self._soon and not self._turn_is_due:
                super().call_soon(self._turn)
                self._turn_is_due = True

    def _step(self) -> None:
        """Call what is ready by now, and not what that makes ready."""
        soon = self._soon
        self._steps = True
        try:
            for _ in range(len(soon)):
                soon.popleft().run()
        except (SystemExit, KeyboardInterrupt) as end:
            # A transport would take it for a failure of its own.
            super().call_soon(_raise, end)
        finally:
            self._steps = False

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
