"""What a long run is doing: a line now and then, on a terminal and in a file alike."""

import time
from collections.abc import Mapping

from rich.console import Console

from tests.bench.peers.progress import Progress

_EVERY_S = 5.0
WIDE = 170


def console() -> Console:
    """Where a run is told; a log has no width of its own."""
    made = Console()
    return made if made.is_terminal else Console(width=WIDE)


class NowAndThen:
    """Says what is done, every few seconds at most; `expected` is what each section takes."""

    def __init__(self, to: Console, expected: Mapping[str, float]) -> None:
        self._progress, self._to = Progress(to, expected), to
        self._said = 0.0

    def section(self, name: str) -> None:
        """From here on this is done; said at once."""
        self._progress.section(name)
        self._progress.tell("begins")
        self._said = time.monotonic()

    def __call__(self, what: str, share: float = 0.0, /) -> None:
        """What is done now, and which share of the section is behind."""
        if time.monotonic() - self._said >= _EVERY_S:
            self._progress.tell(what, share)
            self._said = time.monotonic()
