"""Texts made from a pattern, and whether a text matches one."""

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from mocks.anything.refusal import Unmakeable
from mocks.anything.regex import Either, Node, OneOf, Repeat, Row, parse

_TRIES = 60
_CASUAL = 3  # repetitions beyond the least
_WIDE = 1_000_000


@lru_cache(maxsize=4096)
def tree(pattern: str, *, anchors: bool) -> Node:
    """The tree of a pattern, read once."""
    return parse(pattern, anchors=anchors)


def text_of(
    pattern: str, draw: Random, low: int = 0, high: int | None = None, *, anchors: bool = False
) -> str:
    """A text that matches, between `low` and `high` characters long."""
    node = tree(pattern, anchors=anchors)
    least, room = shortest(node), _WIDE if high is None else high
    for _ in range(_TRIES):
        making = _Making(draw, need=max(0, low - least), room=max(0, room - least))
        made = making.text(node)
        if low <= len(made) <= room:
            return made
    raise Unmakeable(f"pattern {pattern!r} with {low} to {high} characters")


def shortest(node: Node) -> int:
    """How many characters a match has at least."""
    if isinstance(node, OneOf):
        return 1
    if isinstance(node, Repeat):
        return node.low * shortest(node.part) if node.low else 0
    lengths = [shortest(part) for part in node.parts]
    return sum(lengths) if isinstance(node, Row) else min(lengths)


@dataclass(slots=True)
class _Making:
    draw: Random
    need: int
    room: int

    def text(self, node: Node) -> str:
        if isinstance(node, OneOf):
            if not node.letters:
                raise Unmakeable("a class of characters nobody is in")
            return self.draw.choice(node.letters)
        if isinstance(node, Row):
            return "".join([self.text(part) for part in node.parts])
        if isinstance(node, Either):
            return self._branch(node)
        return "".join([self.text(node.part) for _ in range(self._times(node))])

    def _branch(self, node: Either) -> str:
        least = shortest(node)
        part = self.draw.choice(node.parts)
        surplus = shortest(part) - least
        if surplus > self.room:
            part, surplus = min(node.parts, key=shortest), 0
        self.need, self.room = max(0, self.need - surplus), self.room - surplus
        return self.text(part)

    def _times(self, node: Repeat) -> int:
        unit = max(1, shortest(node.part))
        most = _WIDE if node.high is None else node.high - node.low
        casual = self.draw.randint(0, min(_CASUAL, most))
        extra = min(max(casual, -(-self.need // unit)), most, self.room // unit)
        self.need, self.room = max(0, self.need - extra * unit), self.room - extra * unit
        return node.low + extra


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches a pattern of XML Schema."""
    return len(text) in _ends(tree(pattern, anchors=False), text, frozenset({0}))


def _ends(node: Node, text: str, starts: frozenset[int]) -> frozenset[int]:
    if isinstance(node, OneOf):
        return frozenset(at + 1 for at in starts if at < len(text) and node.allows(text[at]))
    if isinstance(node, Row):
        for part in node.parts:
            starts = _ends(part, text, starts)
        return starts
    if isinstance(node, Either):
        return frozenset().union(*(_ends(part, text, starts) for part in node.parts))
    return _repeated(node, text, starts)


def _repeated(node: Repeat, text: str, starts: frozenset[int]) -> frozenset[int]:
    for _ in range(node.low):
        starts = _ends(node.part, text, starts)
    seen, times = starts, node.low
    while starts and (node.high is None or times < node.high):
        starts = _ends(node.part, text, starts) - seen
        seen, times = seen | starts, times + 1
    return seen
