"""A mould: the markup replies have again and again, known by its text.

Between its slots the text is the same in every reply; in a slot stands what the contract allows for
certain, free of markup. Such a text is parsed to the same tree with other texts in it, and what is
valid of the one is valid of the other: nothing of it has to be parsed or validated again. Rows may
stand in any number that was seen, each with any of the elements left out that was seen without.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from adapters.mapping.cast import Cast, Place
from adapters.soap.xml import Element

_LARGEST = 8_000_000  # bytes; of more, the parser itself refuses some
_SEEN = 4_096  # numbers of rows, and of ways to leave elements out, that are remembered


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the text differs: what stands around it and belongs to it, and what it may be."""

    before: str
    form: str
    behind: str


Piece: TypeAlias = str | Slot


@dataclass(frozen=True, slots=True)
class Loose:
    """A piece that need not be there."""

    piece: Piece


def plain(piece: Piece | Loose) -> Piece:
    """The piece itself."""
    return piece.piece if isinstance(piece, Loose) else piece


def expression(pieces: Sequence[Piece | Loose]) -> str:
    """The expression for this text, a group for each of its slots."""
    return "".join(_one(piece) for piece in pieces)


def _one(piece: Piece | Loose) -> str:
    if isinstance(piece, Loose):
        return f"(?:{_one(piece.piece)})?"
    if isinstance(piece, str):
        return re.escape(piece)
    return f"{re.escape(piece.before)}({piece.form}){re.escape(piece.behind)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A text in three: before its rows, one row, behind them; a text without rows is all head."""

    head: tuple[Piece, ...]
    row: tuple[Piece | Loose, ...] = ()
    tail: tuple[Piece, ...] = ()
    gap: str = ""  # between rows, blank
    end: str = ""  # what every row ends with


def marked_text(parts: Parts) -> tuple[str, Mapping[str, Place]]:
    """A text of this mould with a mark in each slot, and where each mark is."""
    places: dict[str, Place] = {}
    texts, once, of_row = [], 0, 0
    alone = not parts.row  # then all of it is the row
    for in_row, pieces in ((alone, parts.head), (True, parts.row), (False, parts.tail)):
        for one in pieces:
            piece = plain(one)
            if isinstance(piece, str):
                texts.append(piece)
                continue
            mark = f"mark-{len(places)}-"
            places[mark] = (in_row, of_row if in_row else once)
            texts += [piece.before, mark, piece.behind]
            once, of_row = once + (not in_row), of_row + in_row
    return "".join(texts), places


@dataclass(slots=True)
class _Seen:
    """What the validator itself has found to be valid."""

    counts: set[int] = field(default_factory=set)
    left_out: set[tuple[bool, ...]] = field(default_factory=set)


class Mould:
    """A mould made of one text; which of the texts that fit it are proven, is told by and by."""

    def __init__(self, parts: Parts, marked: Element, places: Mapping[str, Place]) -> None:
        self.parts, self.marked, self.places = parts, marked, places
        self._head = re.compile(expression(parts.head))
        self._tail = re.compile(expression(parts.tail))
        gap = f"(?:{re.escape(parts.gap)})?" if parts.gap else ""
        self._row = re.compile(expression(parts.row) + gap) if parts.row else None
        self._width = self._row.groups if self._row else 0
        slots = [piece for piece in parts.row if not isinstance(piece, str)]
        slots = [
            one for one in slots if not (isinstance(one, Loose) and isinstance(one.piece, str))
        ]
        self._loose = [at for at, slot in enumerate(slots) if isinstance(slot, Loose)]
        self._seen = _Seen()

    def cast(self, text: str, carefully: Callable[[], Any]) -> Cast | None:
        """The texts in its slots, where this text fits the mould."""
        head = self._head.match(text)
        if head is None:
            return None
        once, start = head.groups(), head.end()
        if self._row is None:
            return Cast(self, (), [*zip(once)], 1, carefully) if start == len(text) else None
        end = text.rfind(self.parts.end, start) + len(self.parts.end)
        tail = self._tail.fullmatch(text, end) if end > start else None
        if tail is None:
            return None
        once += tail.groups()
        only = self._row.fullmatch(text, start, end)
        if only is not None:
            return Cast(self, once, [*zip(only.groups())], 1, carefully)
        found = self._row.split(text[start:end])
        step = self._width + 1
        if any(found[::step]):  # something stands between two rows
            return None
        columns = [found[at::step] for at in range(1, step)]
        return Cast(self, once, columns, len(found) // step, carefully)

    def proven(self, cast: Cast) -> bool:
        """Whether so many rows, and each way to leave elements out, were valid before."""
        seen = self._seen
        return cast.height in seen.counts and (
            not self._loose or self._without(cast) <= seen.left_out
        )

    def prove(self, cast: Cast) -> None:
        """The text of this cast was found to be valid by the validator."""
        if len(self._seen.counts) + len(self._seen.left_out) < _SEEN:
            self._seen.counts.add(cast.height)
            self._seen.left_out |= self._without(cast) if self._loose else set()

    def _without(self, cast: Cast) -> set[tuple[bool, ...]]:
        """The ways in which its rows leave elements out."""
        loose = [cast.columns[at] for at in self._loose]
        return set(zip(*([text is None for text in column] for column in loose), strict=True))


def fits(text: bytes) -> bool:
    """Whether a reply is of a size at which the parser refuses nothing."""
    return len(text) <= _LARGEST


def merged(one: Sequence[Piece | Loose], other: Sequence[Piece]) -> Sequence[Piece | Loose] | None:
    """A row of which both are kinds: the longer, what the shorter has not got being loose."""
    whole = [plain(piece) for piece in one]
    loose = {at for at, piece in enumerate(one) if isinstance(piece, Loose)}
    left = _left_out(whole, other)
    if left is None:
        left, whole = _left_out(other, whole), list(other)
        if left is None or loose:
            return None
    left |= loose
    if not all(_stands_alone(whole[at]) for at in left):
        return None  # half an element
    return tuple(Loose(piece) if at in left else piece for at, piece in enumerate(whole))


def _stands_alone(piece: Piece) -> bool:
    return not piece.strip() if isinstance(piece, str) else bool(piece.before)


def _left_out(longer: Sequence[Piece], shorter: Sequence[Piece]) -> set[int] | None:
    """Which pieces of the longer are not in the shorter; None where the shorter has others."""
    left, at = set(), 0
    for number, piece in enumerate(longer):
        if at < len(shorter) and shorter[at] == piece:
            at += 1
        else:
            left.add(number)
    return left if at == len(shorter) else None
