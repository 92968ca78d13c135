"""A state folder belongs to one fleet at a time: two would write the same ledgers."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUse(Exception):
    """Another fleet works in this folder."""


@contextmanager
def held(state: Path) -> Iterator[None]:
    """Keep others out for as long as this lasts, or as this process does."""
    state.mkdir(parents=True, exist_ok=True)
    file = os.open(state / "lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = "stop it, or take another --state"
            raise InUse(f"another fleet works in {state} — {said}") from None
        yield
    finally:
        os.close(file)
