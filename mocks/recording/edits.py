"""Pieces of a text that are to be others; everything between them stays as it is."""

from collections.abc import Iterable
from typing import NamedTuple

MASK = "***"


class Edit(NamedTuple):
    """What stands from `start` to `end` is to be `instead`."""

    start: int
    end: int
    instead: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all of them made; one within another is not, and one that reaches out is cut.

    What is cut is masked as a whole: nothing an edit covers stays.
    """
    made: list[str] = []
    at = 0
    for start, end, instead in sorted(edits, key=lambda one: (one.start, -one.end)):
        if end <= at:
            continue
        made.append(text[at:start] if start >= at else "")
        made.append(instead if start >= at else MASK)
        at = end
    made.append(text[at:])
    return "".join(made)
