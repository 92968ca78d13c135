"""Requests of a form known already, read without being parsed.

A client writes the same envelope again and again; a few values in it are other ones each time. The
form of a request that was accepted is kept: its bytes around those values. Who sends the same bytes
with other values is accepted too, as long as each value is one its place may hold; what is said is
what was said then, with these values.

A form is kept once it was tried: the same bytes with an example in every place, read the long way,
said those examples and else the same. What has no known form is read the long way, and so are
values with markup, references or characters that are not foreseen.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

_MOST, _LONGEST, _RAREST = 8, 16_384, 1024
_CHARSETS = frozenset({"utf-8", "gb18030"})  # in which < and > are never part of another character
_AROUND = ((b">", b"<"), (b"&gt;", b"&lt;"))  # in a document; in one that is written into a text

K = TypeVar("K")
Make = Callable[[Sequence[str]], Any]
Read = Callable[[bytes], tuple[K, Any]]
"""What a request asks for and says, read the long way; raises what it is refused with."""


class Varies:
    """What may stand in one place: valid by the contract, without markup; and an example."""

    __slots__ = ("allows", "example", "group", "pattern", "plain")

    def __init__(self, pattern: str, example: str) -> None:
        self.pattern = re.compile(pattern)
        self.allows = self.pattern.fullmatch
        self.example = example
        self.plain = pattern.isascii() and "[^" not in pattern  # it can be held to bytes
        self.group = f"({pattern})".encode() if self.plain else b"([^<>&]*)"


@dataclass(slots=True)
class Form(Generic[K]):
    """A request without its values: what stands before the first, and behind each."""

    kind: K
    charset: str
    before: bytes
    places: Sequence[tuple[Varies, bytes]]
    make: Make
    rest: re.Pattern[bytes] = field(init=False)  # with a group for each value
    charsets: Sequence[str] = field(init=False)  # of the values
    more: Sequence[tuple[int, Varies]] = field(init=False)  # values no pattern of bytes holds

    def __post_init__(self) -> None:
        rest = b"".join(place.group + re.escape(behind) for place, behind in self.places)
        self.rest = re.compile(rest)
        self.charsets = ["ascii" if place.plain else self.charset for place, _ in self.places]
        numbered = enumerate(place for place, _ in self.places)
        self.more = [(number, place) for number, place in numbered if not place.plain]

    def said(self, content: bytes) -> Any:
        """What a request says; None when it is not of this form."""
        if not content.startswith(self.before):
            return None
        if (found := self.rest.fullmatch(content, len(self.before))) is None:
            return None
        try:
            values = list(map(bytes.decode, found.groups(), self.charsets))
        except UnicodeDecodeError:
            return None
        for number, place in self.more:
            if place.allows(values[number]) is None:
                return None
        return self.make(values)

    def tried(self, read: "Read[K]") -> bool:
        """Whether examples in all places are read as what they are, and nothing else is."""
        examples = [place.example for place, _ in self.places]
        pairs = zip(examples, self.places, strict=True)
        told = b"".join(example.encode(self.charset) + behind for example, (_, behind) in pairs)
        try:
            kind, said = read(self.before + told)
        except Exception:  # whatever it is refused with: it is no form then
            return False
        return kind == self.kind and said == self.make(examples)


@dataclass(slots=True)
class _Shelf(Generic[K]):
    """The forms of requests that say alike how they are sent; the one used last comes first."""

    forms: list[Form[K]] = field(default_factory=list)
    misses: int = 0
    patience: int = 1

    def is_due(self) -> bool:
        """Whether to look for a form again: who never comes in the same is tried ever rarer."""
        self.misses += 1
        if self.misses < self.patience:
            return False
        self.misses, self.patience = 0, min(2 * self.patience, _RAREST)
        return True


class Forms(Generic[K]):
    """The forms met lately, by how requests say they are sent."""

    def __init__(self) -> None:
        self._shelves: dict[object, _Shelf[K]] = {}

    def find(self, sent: object, content: bytes) -> tuple[K, Any] | None:
        """What a request asks for and says; None when its form is not known."""
        if (shelf := self._shelves.get(sent)) is None:
            return None
        for place, form in enumerate(shelf.forms):
            if (said := form.said(content)) is not None:
                if place:
                    shelf.forms.insert(0, shelf.forms.pop(place))
                return form.kind, said
        return None

    def learn(
        self,
        sent: object,
        content: bytes,
        charset: str,
        varies: Mapping[str, Varies],
        heard: tuple[K, Any],
        read: "Read[K]",
    ) -> None:
        """Keep the form of a request that was read the long way, when it has one."""
        if not varies or len(content) > _LONGEST:
            return
        shelf = self._shelves.setdefault(sent, _Shelf())
        if not shelf.is_due():
            return
        form = formed(content, charset.lower(), varies, heard)
        if form is not None and form.tried(read):
            shelf.forms.insert(0, form)
            del shelf.forms[_MOST:]


def formed(
    content: bytes, charset: str, varies: Mapping[str, Varies], heard: tuple[K, Any]
) -> Form[K] | None:
    """The form of a request: None when a value of it has no place of its own, or is not allowed."""
    kind, said = heard
    values: list[tuple[Varies, str]] = []
    tree = _marked(said, "", varies, values)
    spots = [_spot(content, charset, *value) for value in values]
    if charset not in _CHARSETS or not spots or None in spots:
        return None
    order = sorted((spot, number) for number, spot in enumerate(spots) if spot is not None)
    begins = [begin for (begin, _), _ in order[1:]] + [len(content)]
    places = [
        (values[number][0], content[end:begin])
        for ((_, end), number), begin in zip(order, begins, strict=True)
    ]
    ranks = {number: rank for rank, (_, number) in enumerate(order)}
    return Form(kind, charset, content[: order[0][0][0]], places, _maker(tree, ranks))


class _Value(int):
    """Which value stands here."""


def _marked(
    said: Any, name: str, varies: Mapping[str, Varies], values: list[tuple[Varies, str]]
) -> Any:
    """What is said, with marks where values vary; the entries of a list bear its name."""
    if isinstance(said, dict):
        return {key: _marked(one, key, varies, values) for key, one in said.items()}
    if isinstance(said, list | tuple):
        return type(said)([_marked(one, name, varies, values) for one in said])
    if name not in varies or not isinstance(said, str):
        return said
    values.append((varies[name], said))
    return _Value(len(values) - 1)


def _spot(content: bytes, charset: str, place: Varies, value: str) -> tuple[int, int] | None:
    """Where a value begins and ends, when it stands in one place only."""
    if place.allows(value) is None or value == place.example:  # which would not show a change
        return None
    told = value.encode(charset, "replace")
    found = [(before, before + told + behind) for before, behind in _AROUND]
    if sum(content.count(whole) for _, whole in found) != 1:
        return None
    before, whole = next(one for one in found if one[1] in content)
    begin = content.index(whole) + len(before)
    return begin, begin + len(told)


def _maker(tree: Any, ranks: Mapping[int, int]) -> Make:
    """What makes the same of values in the order they stand in: one expression, compiled once."""
    fixed: list[Any] = []
    told = _expression(tree, ranks, fixed)
    # made of brackets, numbers and these two names: what was sent stands in `fixed`, as values
    make: Make = eval(f"lambda values: {told}", {"fixed": fixed})  # noqa: S307
    return make


def _expression(tree: Any, ranks: Mapping[int, int], fixed: list[Any]) -> str:
    if isinstance(tree, _Value):
        return f"values[{ranks[tree]}]"
    if isinstance(tree, dict):
        fixed.extend(tree)
        first = len(fixed) - len(tree)
        inner = [_expression(one, ranks, fixed) for one in tree.values()]
        pairs = [f"fixed[{first + number}]: {one}" for number, one in enumerate(inner)]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(tree, list | tuple):
        told = "".join(_expression(one, ranks, fixed) + ", " for one in tree)
        return f"[{told}]" if isinstance(tree, list) else f"({told})"
    fixed.append(tree)
    return f"fixed[{len(fixed) - 1}]"
