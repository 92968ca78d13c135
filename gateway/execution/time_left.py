"""How long whoever asked still waits: said where an operation begins, asked where work waits."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def ending_at(end: float) -> Iterator[None]:
    """Tasks made in this block are answered at `end`, the loop's time, whatever came of them."""
    token = _ends_at.set(end)
    try:
        yield
    finally:
        _ends_at.reset(token)


def time_left() -> float | None:
    """Seconds until whoever asked is answered; None where nobody waits, or no more."""
    end = _ends_at.get()
    left = end - asyncio.get_running_loop().time() if end is not None else 0.0
    return left if left > 0 else None
