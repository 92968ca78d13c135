"""Rows that have trouble of their own, where an answer tells them apart from the others."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from adapters.errors import AdapterError
from adapters.outcome import Settled

AGAINST = "against-the-contract"
"""Under this name a row carries how it breaks the contract, while the rest of its page is sound."""
MOST_APART = 1_000  # rows looked at one by one
_MOST_BYTES = 10_000_000  # of all that stands around the rows, each time one is looked at
_TOO_FEW = re.compile(r"at [^:;]+: minItems \(\d+\)")  # as is said of a page without its rows


class FailedRow(dict[str, Any]):
    """A row that stands for one key's failure; what the department gave of it is still in it."""

    __slots__ = ("key", "verdict")

    def __init__(self, given: Mapping[str, Any], key: str, verdict: Settled | AdapterError) -> None:
        super().__init__(given)
        self.key = key
        self.verdict = verdict


def breaks(row: Any) -> str | None:
    """How a row breaks the contract by itself; None: it does not."""
    said = row.get(AGAINST) if hasattr(row, "get") else None
    return None if said is None else str(said)


def too_many(rows: int, around: int) -> bool:
    """Whether so many rows are not looked at one by one, each with all the bytes around them."""
    return rows > MOST_APART or rows * around > _MOST_BYTES


def steps_of(each: str | None) -> tuple[str, ...]:
    """The names on the way to the rows of a page."""
    return tuple(each.replace("[]", "").split(".")) if each else ()


def against(body: Any, steps: Sequence[str], complaint: Callable[[Any], str | None]) -> bool:
    """Mark the rows of a JSON page that break the contract; whether all else in it is sound."""
    holder = body
    for step in steps[:-1]:
        holder = holder.get(step) if isinstance(holder, dict) else None
    rows = holder.get(steps[-1]) if isinstance(holder, dict) and steps else None
    if not isinstance(rows, list) or not _apart(body, holder, steps[-1], complaint):
        return False
    told = [_alone(body, holder, steps[-1], row, complaint) for row in rows]
    good = [row for row, said in zip(rows, told, strict=True) if said is None]
    holder[steps[-1]] = good
    sound = complaint(body) is None
    holder[steps[-1]] = rows
    marked = [(row, said) for row, said in zip(rows, told, strict=True) if said is not None]
    if not sound or not all(isinstance(row, dict) for row, _ in marked):
        return False
    for row, said in marked:
        row[AGAINST] = said
    return True


def _apart(
    body: Any, holder: dict[str, Any], name: str, complaint: Callable[[Any], str | None]
) -> bool:
    """Whether a page without its rows is little enough to be looked at with each of them, and
    nothing is held against it but that they are missing.
    """
    rows, holder[name] = holder[name], []
    try:
        if too_many(len(rows), len(orjson.dumps(body))):
            return False
        said = complaint(body)
        return said is None or _TOO_FEW.fullmatch(said) is not None
    finally:
        holder[name] = rows


def _alone(
    body: Any, holder: dict[str, Any], name: str, row: Any, complaint: Callable[[Any], str | None]
) -> str | None:
    """What is wrong with the page if this is its only row."""
    rows, holder[name] = holder[name], [row]
    try:
        return complaint(body)
    finally:
        holder[name] = rows
