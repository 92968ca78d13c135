"""Places in a message: its single values, its keys, and the part of a reply that is a record."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.drafting.vocabulary import IDENTIFIES, REPORTS, TECHNICAL
from adapters.drafting.wording import alike, tokens
from adapters.mapping.parse import BARE
from adapters.shape import Kind, Shape

_DEEP = 6  # groups below which nothing is looked for; contracts may contain themselves
_STEP = re.compile(r"[^\s|'.\[\]]+")
_NO_START = re.compile(r"-?\d+(\.\d+)?|true|false|request|concat|join|first")
_MOST = 400  # places of one message that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One value of a message. `optional`: the contract allows the value to be absent."""

    path: tuple[str, ...]
    shape: Shape
    optional: bool
    repeated: tuple[str, ...] | None = None  # the repeated part it lies in, or is

    @property
    def name(self) -> str:
        """Its own name; of an element's text, the element's."""
        return self.path[-1] if self.path else self.shape.name

    @property
    def technical(self) -> bool:
        """Whether it is about the message and not about what is asked."""
        words = {word for step in self.path for word in (*tokens(step), "".join(tokens(step)))}
        return bool(words & TECHNICAL)

    @property
    def identifies(self) -> bool:
        """Whether its name is that of a number or a reference."""
        words = tokens(self.name)
        return bool(words) and any(self._ends(words[-1], end) for end in IDENTIFIES)

    @staticmethod
    def _ends(word: str, end: str) -> bool:
        word = word.removesuffix("s")
        return word == end or (len(end) > 1 and word.endswith(end))

    @property
    def reports(self) -> bool:
        """Whether it says how a call went, rather than what was found."""
        words = [word for word in tokens(self.name) if word not in ("db", "resp", "response")]
        return bool(words) and all(word in REPORTS for word in words)


def values(shape: Shape, *, through_lists: bool = False) -> list[Place]:
    """The single values of a message, in its order; in lists only when asked for."""
    found: list[Place] = []
    for place in _walk(shape, (), optional=False, lists=through_lists, within=None):
        found.append(place)
        if len(found) == _MOST:
            break
    return found


def _walk(
    shape: Shape,
    path: tuple[str, ...],
    *,
    optional: bool,
    lists: bool,
    within: tuple[str, ...] | None,
) -> Iterator[Place]:
    if len(path) > _DEEP:
        return
    for name, member in shape.members().items():
        if name == ".":
            yield Place(path=path, shape=member, optional=optional, repeated=within)
            continue
        here = (*path, name)
        inside = within if not member.repeated else here
        if member.repeated and (not lists or within is not None):
            continue
        absent = optional or not member.required or member.nillable
        if member.kind is not Kind.GROUP:
            yield Place(path=here, shape=member, optional=absent, repeated=inside)
        else:
            yield from _walk(member, here, optional=absent, lists=lists, within=inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The part of a reply that is a record; `rows`: it may be there several times."""

    path: tuple[str, ...]
    shape: Shape
    rows: bool
    optional: bool
    key: Place | None  # where it repeats the key that was asked; its path starts at the record
    bare: bool = False  # the reply itself is the list

    @property
    def each(self) -> str | None:
        """The path of its rows, as a manifest writes it; None where it is there once."""
        return ".".join((BARE, *self.path) if self.bare else self.path) if self.rows else None


def recorded(reply: Shape, key: str | None) -> Recorded | None:
    """The part of a reply most like a record, best one that holds the key; None without any."""
    if reply.kind is not Kind.GROUP:
        return None
    found = [
        (score, -at, one)
        for at, (one, depth) in enumerate(_groups(reply, key))
        if (score := _score(one, depth)) is not None
    ]
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def _groups(reply: Shape, key: str | None) -> Iterator[tuple[Recorded, int]]:
    waiting: list[tuple[tuple[str, ...], Shape, bool, bool]] = [((), reply, reply.repeated, False)]
    for _ in range(_MOST):
        if not waiting:
            return
        path, shape, rows, optional = waiting.pop(0)
        one = Recorded(
            path=path,
            shape=shape,
            rows=rows,
            optional=optional,
            key=_holds(shape, key),
            bare=reply.repeated,
        )
        yield one, len(path)
        if len(path) > 3:
            continue
        for name, member in shape.members().items():
            if member.kind is Kind.GROUP and not (rows and member.repeated):
                absent = optional or not member.required or member.nillable
                waiting.append(((*path, name), member, rows or member.repeated, absent))


def _holds(shape: Shape, key: str | None) -> Place | None:
    if key is None:
        return None
    return next((p for p in telling(shape) if alike(p.name, key) and _plain(p)), None)


def _plain(place: Place) -> bool:
    return len(place.path) == 1 and place.shape.kind in (Kind.TEXT, Kind.INTEGER)


def telling(shape: Shape) -> list[Place]:
    """The values of a record that have a kind."""
    return [place for place in values(shape) if place.shape.kind is not Kind.ANY]


def _score(one: Recorded, depth: int) -> tuple[int, int] | None:
    """How much like a record it is: best with the key and near the top, else rows of values."""
    own = [place for place in telling(one.shape) if len(place.path) <= 1 and not place.reports]
    if one.key is not None and len(telling(one.shape)) > 1:
        return 1, -depth
    return (0, 10 * one.rows + min(len(own), 10) - 3 * depth) if own else None


def sayable(path: tuple[str, ...], *, rooted: bool) -> bool:
    """Whether the mapping language has words for a path; `rooted`: it stands without a dot."""
    if rooted and path and _NO_START.fullmatch(path[0]):
        return False
    return all(_STEP.fullmatch(step) and step.isprintable() for step in path)
