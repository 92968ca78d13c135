"""What a process makes at its start, it keeps: what garbage collector and malloc do about it."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ALLOCATED = 20_000
_OLDER = (20, 50)  # searches among the young before one among the older, and the oldest
_M_ARENA_MAX = -8  # of mallopt(3)


def seldom() -> None:
    """From here on, search for garbage seldom.

    A command that loads contracts makes some hundred thousand objects and is done: to walk them
    each time seven hundred more are there is a fifth of its CPU.
    """
    gc.set_threshold(ALLOCATED, *_OLDER)


@contextmanager
def growing() -> Iterator[None]:
    """Inside, nobody searches for garbage; afterwards, nobody searches what was made inside.

    Modules, contracts and the graph are some hundred thousand objects that live as long as the
    process: to walk them again and again finds nothing, at start and while requests wait. What a
    request makes ends with it, without any search; so a search begins after ALLOCATED more objects
    were made than given back, not after the seven hundred Python begins with.
    """
    gc.disable()
    _one_arena()
    try:
        yield
        _given_back()
        gc.freeze()
        seldom()
    finally:
        gc.enable()


def _one_arena() -> None:
    """Let all threads share one heap.

    glibc gives each a heap of its own so that they need not wait for one another. Ours take turns
    anyway, and the engine's two dozen would keep some megabytes that no other can have.
    """
    with suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _given_back() -> None:
    """Let the machine have the pages that contracts were in while they were read."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
