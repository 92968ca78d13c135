"""Rows that have trouble of their own, where an answer tells them apart from the others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.errors import AdapterError
from adapters.outcome import Settled

AGAINST = "against-the-contract"
"""Under this name a row carries how it breaks the contract, while the rest of its page is sound."""
MOST_APART = 1_000  # rows looked at one by one


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


def steps_of(each: str | None) -> tuple[str, ...]:
    """The names on the way to the rows of a page."""
    return tuple(each.replace("[]", "").split(".")) if each else ()


def against(body: Any, steps: Sequence[str], complaint: Callable[[Any], str | None]) -> bool:
    """Mark the rows of a JSON page that break the contract; whether all else in it is sound."""
    holder = body
    for step in steps[:-1]:
        holder = holder.get(step) if isinstance(holder, dict) else None
    rows = holder.get(steps[-1]) if isinstance(holder, dict) and steps else None
    if not isinstance(rows, list) or len(rows) > MOST_APART:
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


def _alone(
    body: Any, holder: dict[str, Any], name: str, row: Any, complaint: Callable[[Any], str | None]
) -> str | None:
    """What is wrong with the page if this is its only row."""
    rows, holder[name] = holder[name], [row]
    try:
        return complaint(body)
    finally:
        holder[name] = rows
