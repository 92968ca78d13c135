"""Much in parts of a size."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The things in order, at most `size` at a time."""
    size = max(1, size)
    return (things[start : start + size] for start in range(0, len(things), size))
