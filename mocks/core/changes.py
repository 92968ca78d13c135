"""Whether files of a folder may have changed, told by the kernel: nothing is looked at for nothing.

What was written before a question came is known to whoever asks here then: the kernel has queued
it when the writer goes on. Where it tells nothing (another system, too many who ask), and once a
second in any case (a file another machine wrote), the files themselves are to be looked at.
"""

import ctypes
import math
import os
import select
import struct
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from mocks.core.turn import OncePerTurn

_EVENTS = 0x2 | 0x4 | 0x8 | 0xFC0  # written, changed, closed; moved, made, deleted
_GONE = 0x400 | 0x800 | 0x2000 | 0x8000  # the folder, or the watch of it
_EVENT = struct.Struct("iIII")  # watch, what, cookie, length of the name behind it
_DOUBT_S = 1.0


class Changes:
    """Called, a number that is another one as soon as something may have changed."""

    def __init__(self, folder: Path, now_s: Callable[[], float] = time.monotonic) -> None:
        self._number = 0
        self._each_turn = OncePerTurn(self._doubt)
        self._now_s, self._until = now_s, -math.inf
        self._queue = _watch(folder)
        self._waits = select.poll()
        if self._queue is not None:
            self._waits.register(self._queue, select.POLLIN)
            weakref.finalize(self, os.close, self._queue)

    def __call__(self) -> int:
        """The number."""
        if self._queue is None:
            self._each_turn()
        elif self._waits.poll(0):
            self._number += 1
            if _is_gone(os.read(self._queue, 65_536)):
                self._queue = None  # closed when this is no more
        elif self._now_s() > self._until:
            self._doubt()
        return self._number

    def _doubt(self) -> bool:
        self._until = self._now_s() + _DOUBT_S
        self._number += 1
        return True

    def once(self, ask: Callable[[], bool]) -> Callable[[], bool]:
        """The question, asked again only when something may have changed."""
        seen, known = -1, False

        def asked() -> bool:
            nonlocal seen, known
            if (number := self()) != seen:
                seen, known = number, ask()
            return known

        return asked


def _is_gone(told: bytes) -> bool:
    """Whether nothing will be told any more."""
    at = what = 0
    while at < len(told):
        _, event, _, length = _EVENT.unpack_from(told, at)
        what |= event
        at += _EVENT.size + length
    return bool(what & _GONE)


def _watch(folder: Path) -> int | None:
    """A descriptor on which the kernel tells; None where it does not."""
    system = ctypes.CDLL(None, use_errno=True)
    if not hasattr(system, "inotify_init1"):
        return None
    queue: int = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if queue < 0:
        return None
    if system.inotify_add_watch(queue, os.fsencode(folder), _EVENTS) < 0:
        os.close(queue)
        return None
    return queue
