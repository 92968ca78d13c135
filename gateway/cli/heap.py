"""What a process that stays makes at its start, it keeps: the garbage collector's part in that."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def growing() -> Iterator[None]:
    """Inside, nobody searches for garbage; afterwards, nobody searches what was made inside.

    Modules, contracts and the graph are some hundred thousand objects that live as long as the
    process: to walk them again and again finds nothing, at start and while requests wait.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
