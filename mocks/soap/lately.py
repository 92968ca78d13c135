"""What was worked out lately, kept for the next who asks for exactly the same."""

from collections.abc import Callable
from typing import Generic, TypeVar

_MOST, _LONGEST = 256, 16_384
K = TypeVar("K")
V = TypeVar("V")


class Lately(Generic[K, V]):
    """Values by what they were made of; a full shelf is emptied, long ones are not kept."""

    def __init__(self) -> None:
        self._kept: dict[K, V] = {}

    def of(self, key: K, length: int, make: Callable[[], V]) -> V:
        """The value kept, or made now; what `make` raises is raised, and nothing kept."""
        if (kept := self._kept.get(key)) is not None:
            return kept
        made = make()
        if length <= _LONGEST:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = made
        return made

    def __len__(self) -> int:
        return len(self._kept)
