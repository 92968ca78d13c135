"""What is read of a reply whose markup is known: its texts, column by column.

A mould (adapters/soap/mould.py) tells them; nothing else of such a reply is looked at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeAlias

from adapters.mapping.compile import UNFORESEEN, Scope, Staged
from adapters.mapping.convert import MappingError
from adapters.mapping.functions import Step
from adapters.mapping.straight import A_LIST, Line, Values

Place: TypeAlias = tuple[bool, int]
"""Whether a text is one of a row's, and which."""
Column: TypeAlias = Sequence[Any]
Rows: TypeAlias = Iterable[tuple[Any, ...]]
OUTCOME = ""
"""What a row says of itself, among the values of its fields."""
_SHARED = (str, int, bool, Decimal, date, type(None))  # may be the value of several rows


class Marked(Protocol):
    """What a cast comes from: the message with a mark in each place instead of its text."""

    marked: Any
    places: Mapping[str, Place]


class Cast(NamedTuple):
    """The texts of a reply: those that stand once, and those of its rows."""

    mould: Marked
    once: Sequence[str]
    columns: Sequence[Column]  # without rows, the texts that stand once are those of the only one
    height: int  # rows
    carefully: Callable[[], Any]  # gives the same reply, parsed and validated


class Taken(NamedTuple):
    """Where a line's values come from, and what is done to them."""

    name: str
    place: Place | None  # None: it is nowhere in these replies
    step: Callable[[Column], Column] | None


class Columns:
    """The lines of a row for all rows at once; made for one mould."""

    __slots__ = ("_names", "_once", "_pick", "_steps", "records")

    def __init__(self, taken: Sequence[Taken], others: Sequence[str]) -> None:
        self._names = tuple(one.name for one in taken)
        self._steps = [(one.name, one.step) for one in taken if one.step is not None]
        once = {one.place[1] for one in taken if one.place is not None and not one.place[0]}
        self._once = sorted(once)  # what stands once is so for every row
        self._pick = [self._at(one.place) for one in taken]
        self.records = _records(self._names, others)
        """Of each row's values, in the lines' order, what it is: by name, the others None."""

    def _at(self, place: Place | None) -> int:
        """Where a column is among those of the rows, what stands once, and nothing behind them."""
        if place is None:
            return -1
        return place[1] if place[0] else self._once.index(place[1]) - len(self._once) - 1

    def values(self, cast: Cast) -> dict[str, Column] | None:
        """Each line's values; None where one of them cannot be mapped."""
        height = cast.height
        once = [[cast.once[at]] * height for at in self._once] if self._once else ()
        there = [*cast.columns, *once, [None] * height]
        values: dict[str, Column] = dict(
            zip(self._names, map(there.__getitem__, self._pick), strict=True)
        )
        try:
            for name, step in self._steps:
                values[name] = step(values[name])
        except UNFORESEEN:
            return None
        return values


def columns(
    lines: Mapping[str, Line] | None,
    others: Sequence[str],
    rows: Callable[[Any], Sequence[Any]] | None,
    mould: Marked,
) -> Columns | None:
    """The columns these lines read; None where one reads more than a text of its row or reply.

    `others`: names without a line, for which a record has no value.
    """
    if lines is None:
        return None
    scope = Scope({}, mould.marked, None if rows is None else rows(mould.marked)[0])
    taken = []
    for name, line in lines.items():
        if line.way is None or not line.way.steps:
            return None
        mark = line.start(scope)
        if mark is not None and mark not in mould.places:
            return None
        taken.append(Taken(name, None if mark is None else mould.places[mark], _step(line)))
    return Columns(taken, others)


def _records(names: Iterable[str], others: Iterable[str]) -> Callable[[Rows], list[Values]]:
    """A dictionary for each row, at a third of what making it of pairs costs."""
    told = [name for name in names if name != OUTCOME]
    entries = [f"{name!r}: v{at}" for at, name in enumerate(told)]
    entries += [f"{name!r}: None" for name in others]
    row = ", ".join(f"v{at}" for at in range(len(told)))
    text = f"lambda rows: [{{{', '.join(entries)}}} for {row}, in rows]"
    made: Callable[[Rows], list[Values]] = eval(text, {})  # noqa: S307 — names in quotes alone
    return made


def _step(line: Line) -> Callable[[Column], Column] | None:
    """What a line makes of a column; what several rows have in common is worked out once."""
    if not line.stages and line.convert is None:
        return None
    one = _of_one(line.stages, line.convert)

    def each(column: Column) -> Column:
        if len(column) == 1:
            return [one(column[0])]
        known = {text: one(text) for text in set(column)}
        if all(isinstance(value, _SHARED) for value in known.values()):
            return [known[text] for text in column]
        return [one(text) for text in column]

    return each


def _of_one(stages: Sequence[Staged], convert: Step | None) -> Step:
    def one(text: Any) -> Any:
        value = text
        for step, sees_absence in stages:
            if value is not None or sees_absence:
                value = step(value)
        if value is None or convert is None:
            return value
        if isinstance(value, list):
            raise MappingError(A_LIST)
        return convert(value)

    return one
