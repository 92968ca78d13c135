"""A request as one function: its fixed pieces are bytes made once, its values stand between them.

What a message looks like is said by the writers of its nodes (write.py); this gives the same bytes
or declines, and then they write it. It declines whatever is out of the ordinary: a value that is
missing, nil, empty or refused. Into the text go names made up here; everything else is a
constant beside it.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from adapters.mapping.compile import Scope
from adapters.mapping.convert import EMPTY, NIL, TO_KIND
from adapters.mapping.request import Document, Group, Leaf, Many, Node
from adapters.mapping.sources import Ask
from adapters.shape import Kind
from adapters.soap.write import Prefixes, carried, kind_of, lexical, within_one
from adapters.soap.xml import escape, stands

Made = Callable[[Ask], bytes]
Piece = str | Node | Callable[[], str]
"""Fixed text, a node of the request, or what makes a text of its own for every call."""

# a text's bytes are those of its pieces, and ASCII is ASCII
_PIECEWISE = re.compile(r"utf-8|ascii|gb2312|gbk|gb18030|big5|iso8859-\d+|cp125\d")


class Unusual(Exception):
    """Something for which the function has no place."""


class NotCovered(Exception):
    """A request whose parts come and go by more than their own values."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """The variable that holds a value's bytes."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What was drawn for a node."""

    pieces: tuple[str | _Slot, ...]
    there: str  # an expression: whether something besides constants is in it
    sure: bool  # it always leaves something in the message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a node stands."""

    prefixes: Prefixes
    scope: str = "scope"
    depth: int = 0  # documents carried in texts around it
    lost: list[str] | None = None  # of a group that may be left out: says that a value is missing

    def text(self, fixed: str) -> str:
        """Markup as it stands at this depth."""
        return _escaped(fixed, self.depth)


def template(pieces: Sequence[Piece], prefixes: Prefixes) -> Made | None:
    """The function that writes these pieces; None where they are written one by one.

    It raises Unusual, or what a value raises. `prefixes` are those the nodes' writers have met.
    """
    if not _PIECEWISE.fullmatch(codecs.lookup(prefixes.encoding).name):
        return None
    draft = _Draft(prefixes.encoding)
    try:
        parts = [draft.piece(piece, prefixes) for piece in pieces]
    except NotCovered:
        return None
    return draft.made([one for part in parts for one in part.pieces])


class _Draft:
    """The statements, and the constants they name."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._numbers = count()
        self._indent = " "
        self._body: list[str] = []
        self._constants: dict[str, Any] = {"Scope": Scope, "Unusual": Unusual}

    def made(self, pieces: Iterable[str | _Slot]) -> Made:
        """The function, whole."""
        begin = ["def write(ask):", " scope = Scope(ask)"]
        text = "\n".join([*begin, *self._body, f" return {self._joined(pieces)}\n"])
        space = dict(self._constants)
        exec(compile(text, "<request>", "exec"), space)  # noqa: S102 — our own text, see above
        write: Made = space["write"]
        return write

    def piece(self, piece: Piece, prefixes: Prefixes) -> _Part:
        """One piece of the whole."""
        if isinstance(piece, str):
            return _Part(pieces=(piece,), there="False", sure=True)
        if isinstance(piece, Leaf | Group | Many | Document):
            return self._node(piece, _Place(prefixes=prefixes))
        told = self._variable()
        self._line(f"{told} = {self._constant(piece)}().encode({self._encoding!r})")
        return _Part(pieces=(_Slot(told),), there="False", sure=True)

    def _node(self, node: Node, at: _Place) -> _Part:
        if isinstance(node, Leaf):
            name, opened = at.prefixes.name(node.shape.tag), at.prefixes.opened(node.shape)
            return self._value(node, kind_of(node.shape), (f"<{opened}>", f"</{name}>"), at)
        if isinstance(node, Document):
            return self._document(node, at)
        if isinstance(node, Many):
            return self._many(node, at)
        return self._group(node, at)

    def _value(self, leaf: Leaf, kind: Kind, around: tuple[str, str], at: _Place) -> _Part:
        start, end = (at.text(one) for one in around)
        value, there = self._variable(), not leaf.constant
        self._line(f"{value} = {self._constant(leaf.compute)}({at.scope})")
        if leaf.shape.repeated:
            start, end, written = "", "", self._each(leaf, kind, value, (start, end), at.depth)
        else:
            written = self._written(leaf, kind, value, at.depth)
        if leaf.shape.required and at.lost is None:
            self._line(f"{value} = {written}")
            return _Part(pieces=(start, _Slot(value), end), there=str(there), sure=True)
        made, absent = self._variable(), f"{value} is None"
        whole = self._joined((start, _Slot(f"({written})"), end))
        self._line(f"{made} = b'' if {absent} else {whole}")
        if leaf.shape.required and at.lost is not None:
            at.lost.append(absent)
        said = f"{value} is not None" if there else "False"
        return _Part(pieces=(_Slot(made),), there=said, sure=False)

    def _written(self, leaf: Leaf, kind: Kind, value: str, depth: int) -> str:
        """An expression: the value's bytes. Letters and digits have nothing to be escaped."""
        write = self._constant(_writer(leaf, kind, depth, self._encoding))
        if kind is not Kind.TEXT and kind in TO_KIND:
            return f"{write}({value})"
        plain = f"{value}.__class__ is str and {value}.isascii() and {value}.isalnum()"
        return f"{value}.encode() if {plain} else {write}({value})"

    def _each(self, leaf: Leaf, kind: Kind, value: str, around: tuple[str, str], depth: int) -> str:
        """An expression: the bytes of one value or of many, each with its tags."""
        write = _writer(leaf, kind, depth, self._encoding)
        start, end = (one.encode(self._encoding) for one in around)

        def each(value: Any) -> bytes:
            if not isinstance(value, list | tuple):
                return b"".join((start, write(value), end))
            return b"".join([piece for one in value for piece in (start, write(one), end)])

        return f"{self._constant(each)}({value})"

    def _document(self, document: Document, at: _Place) -> _Part:
        name = at.prefixes.name(document.shape.tag)
        _, inner, declared = carried(document, at.prefixes)
        below = replace(at, prefixes=inner, depth=at.depth + 1)
        root = self._node(document.root, below)
        bare = f"<{inner.name(document.root.shape.tag)}"
        first, rest = root.pieces[0], root.pieces[1:]
        if not isinstance(first, str) or not first.startswith(below.text(bare)):
            raise NotCovered
        opened = below.text(declared) + first.removeprefix(below.text(bare))
        inside = (at.text(f"<{name}>") + opened, *rest, at.text(f"</{name}>"))
        return _Part(pieces=inside, there=root.there, sure=True)

    def _many(self, many: Many, at: _Place) -> _Part:
        parts = [self._node(entry, at) for entry in many.entries]
        sure = any(part.sure for part in parts)
        if many.shape.required and not sure:
            raise NotCovered
        return _Part(pieces=_pieces(parts), there=_any(parts), sure=sure)

    def _group(self, group: Group, at: _Place) -> _Part:
        mapped = {member.shape.name for member in group.members}
        split = any(not within_one(choice, mapped) for choice in group.shape.choices())
        if group.when is not None or split:
            raise NotCovered
        if group.each is not None:
            return self._rows(group, at)
        droppable = not group.shape.required and not group.constant
        return self._perhaps(group, at) if droppable else self._once(group, at)

    def _once(self, group: Group, at: _Place) -> _Part:
        name, opened = at.prefixes.name(group.shape.tag), at.prefixes.opened(group.shape)
        named = [m for m in group.members if isinstance(m, Leaf) and m.shape.name.startswith("@")]
        attributes = [self._attribute(leaf, at) for leaf in named]
        parts = [self._node(member, at) for member in group.members if member not in named]
        if group.text is not None:
            own = replace(group.text, shape=replace(group.text.shape, required=True))
            parts.append(self._value(own, own.shape.kind, ("", ""), at))
        start, end = at.text(f"<{opened}"), at.text(f"</{name}>")
        pieces = (start, *_pieces(attributes), at.text(">"), *_pieces(parts), end)
        return _Part(pieces=pieces, there=_any([*attributes, *parts]), sure=True)

    def _attribute(self, leaf: Leaf, at: _Place) -> _Part:
        start = f' {at.prefixes.name(leaf.shape.tag)}="'
        return self._value(leaf, leaf.shape.kind, (start, '"'), at)

    def _perhaps(self, group: Group, at: _Place) -> _Part:
        """A group that is left out, with what it lacks, where only constants would fill it."""
        lost: list[str] = []
        inside = self._once(group, replace(at, lost=lost))
        there, made = self._variable(), self._variable()
        self._line(f"{there} = {inside.there}")
        if lost:
            self._line(f"if {there} and ({' or '.join(lost)}): raise Unusual")
        self._line(f"{made} = {self._joined(inside.pieces)} if {there} else b''")
        return _Part(pieces=(_Slot(made),), there=there, sure=False)

    def _rows(self, group: Group, at: _Place) -> _Part:
        """A group that stands once a row; that there is no row is out of the ordinary."""
        rows, row, scope = self._variable(), self._variable(), self._variable()
        self._line(f"{rows} = []")
        self._line(f"for {row} in {self._constant(group.each)}(ask):")
        self._indent += " "
        self._line(f"{scope} = Scope(ask, None, {row})")
        inside = self._once(group, replace(at, scope=scope, lost=None))
        self._line(f"{rows}.append({self._joined(inside.pieces)})")
        self._indent = self._indent[1:]
        self._line(f"if not {rows}: raise Unusual")
        self._line(f"{rows} = b''.join({rows})")
        return _Part(pieces=(_Slot(rows),), there="True", sure=True)

    def _joined(self, pieces: Iterable[str | _Slot]) -> str:
        """An expression: the bytes of all pieces, one behind the other."""
        names: list[str] = []
        fixed = ""
        for piece in pieces:
            if isinstance(piece, str):
                fixed += piece
                continue
            names += [self._constant(fixed.encode(self._encoding))] if fixed else []
            names.append(piece.name)
            fixed = ""
        names += [self._constant(fixed.encode(self._encoding))] if fixed else []
        return names[0] if len(names) == 1 else f"b''.join(({', '.join(names)},))"

    def _line(self, text: str) -> None:
        self._body.append(self._indent + text)

    def _variable(self) -> str:
        return f"v{next(self._numbers)}"

    def _constant(self, value: Any) -> str:
        name = f"k{next(self._numbers)}"
        self._constants[name] = value
        return name


def _writer(leaf: Leaf, kind: Kind, depth: int, encoding: str) -> Callable[[Any], bytes]:
    """The bytes of any value that stands once."""
    text, as_it_is = lexical(kind, leaf.key), kind is Kind.TEXT or kind not in TO_KIND

    def write(value: Any) -> bytes:
        if as_it_is and value.__class__ is str and stands(value):
            return value.encode(encoding)
        if value is None or value is NIL or value is EMPTY or isinstance(value, list | tuple):
            raise Unusual
        return _escaped(text(value), depth).encode(encoding)

    return write


def _escaped(text: str, times: int) -> str:
    for _ in range(times):
        text = escape(text)
    return text


def _pieces(parts: Iterable[_Part]) -> tuple[str | _Slot, ...]:
    return tuple(piece for part in parts for piece in part.pieces)


def _any(parts: Iterable[_Part]) -> str:
    """An expression: whether one of them has something besides constants."""
    said = {part.there: None for part in parts if part.there != "False"}
    return " or ".join(said) or "False"
