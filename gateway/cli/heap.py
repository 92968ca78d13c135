"""What a process that stays makes at its start, it keeps: the garbage collector's part in that."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

ALLOCATED = 20_000
_OLDER = (20, 50)  # searches among the young before one among the older, and the oldest


@contextmanager
def growing() -> Iterator[None]:
    """Inside, nobody searches for garbage; afterwards, nobody searches what was made inside.

    Modules, contracts and the graph are some hundred thousand objects that live as long as the
    process: to walk them again and again finds nothing, at start and while requests wait. What a
    request makes ends with it, without any search; so a search begins after ALLOCATED more objects
    were made than given back, not after the seven hundred Python begins with.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
        gc.set_threshold(ALLOCATED, *_OLDER)
    finally:
        gc.enable()
