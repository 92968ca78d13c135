"""Calls at the moment they are due, not at the next whole millisecond.

A loop's own timers wait for whole milliseconds, counted from wherever it last looked at its clock:
a reply due after 20 ms leaves up to two later, and later still the more connections there are.
"""

import asyncio
import ctypes
import heapq
import os
import struct
import time
from collections.abc import Callable
from itertools import count
from typing import Final

_MONOTONIC: Final = 1  # of clock_gettime(2); what time.perf_counter reads on Linux
_FLAGS: Final = os.O_NONBLOCK | os.O_CLOEXEC
_ABSOLUTE: Final = 1


class Alarm:
    """One timer of the kernel for a loop, set for what is due first."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._timer = self._libc.timerfd_create(_MONOTONIC, _FLAGS)
        if self._timer < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._loop = loop
        loop.add_reader(self._timer, self._rung)

    def at(self, moment: float, call: Callable[[], None]) -> None:
        """Call it then: a time of time.perf_counter()."""
        heapq.heappush(self._due, (moment, next(self._order), call))
        if self._due[0][0] == moment:
            self._set(moment)

    def close(self) -> None:
        """Nothing is called any more."""
        self._loop.remove_reader(self._timer)
        os.close(self._timer)

    def _set(self, moment: float) -> None:
        seconds, rest = divmod(max(1, int(moment * 1e9)), 10**9)
        told = struct.pack("llll", 0, 0, seconds, rest)
        if self._libc.timerfd_settime(self._timer, _ABSOLUTE, told, None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def _rung(self) -> None:
        os.read(self._timer, 8)
        while self._due and self._due[0][0] <= time.perf_counter():
            heapq.heappop(self._due)[2]()
        if self._due:
            self._set(self._due[0][0])
