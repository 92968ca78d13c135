"""What a run is doing, and how long it will take still."""

import time
from collections.abc import Mapping
from typing import Protocol

from rich.console import Console


class Tell(Protocol):
    """Says what is done now, and which share of the section is behind."""

    def __call__(self, what: str, share: float = 0.0, /) -> None: ...


class Progress:
    """Lines with the section, what is done in it, the time that passed and the time left.

    `expected` is what each section of the run takes, in seconds, in their order. What is left is
    added up from it, not from the pace of this run: the stretches are as long as they are.
    """

    def __init__(self, console: Console, expected: Mapping[str, float]) -> None:
        self._console, self._expected = console, dict(expected)
        self._section, self._began = "", time.monotonic()

    def section(self, name: str) -> None:
        """From here on this one is measured; those before it are behind."""
        before = list(self._expected)[: list(self._expected).index(name)]
        for ended in before:
            self._expected[ended] = 0.0
        self._section = name

    def tell(self, what: str, share: float = 0.0, /) -> None:
        """One line."""
        passed, left = time.monotonic() - self._began, self.left_s(share)
        text = f"{_clock(passed)}, {_clock(left)} left · {self._section} · {what}"
        self._console.print(f"[dim]{text}[/dim]", highlight=False)

    def left_s(self, share: float) -> float:
        """What the rest of this section takes, and all after it."""
        return sum(self._expected.values()) - self._expected.get(self._section, 0.0) * share


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
