"""JSON in and out: readers of validated replies, builders of request bodies."""

from collections.abc import Callable
from typing import Any

from adapters.mapping.compile import Scope
from adapters.mapping.convert import (
    EMPTY,
    NIL,
    MappingError,
    to_boolean,
    to_decimal,
    to_integer,
    to_text,
)
from adapters.mapping.request import Document, Group, Leaf, Many, Node, rows_of
from adapters.shape import Kind, Shape

Read = Callable[[Any], Any]
MISSING = object()
_LEAST, _MOST = -(2**63), 2**64 - 1  # what is written as a number, and read as one by others
Build = Callable[[Scope, list[str]], tuple[Any, bool]]
"""A value or MISSING, and whether something besides constants was there."""


class JsonTree:
    """Reads objects and lists; null and absent are both None."""

    def value(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """The value at the end of the path."""
        if any(step.repeated for step in steps[:-1]):
            found = self.values(shape, steps)
            return lambda node: next(iter(found(node)), None)
        names = [step.tag for step in steps]

        def walk(node: Any) -> Any:
            for name in names:
                if not isinstance(node, dict):
                    return None
                node = node.get(name)
            return node

        return walk

    def straight(self, steps: tuple[Shape, ...]) -> tuple[str, ...] | None:
        """The names on the way, where no list is passed through."""
        if any(step.repeated for step in steps[:-1]):
            return None
        return tuple(step.tag for step in steps)

    def child(self, node: str, tag: str) -> str:
        """The member of an object."""
        return f"{node}.get({tag!r}) if isinstance({node}, dict) else None"

    def value_of(self, into: str, node: str, tag: str) -> tuple[str, ...]:
        """The member, whatever it is."""
        return (f"{into} = {self.child(node, tag)}",)

    def values(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """All values at the end of the path that are there."""
        rows = self.rows(shape, steps)
        return lambda node: [value for value in rows(node) if value is not None]

    def rows(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """All nodes at the end of the path, through every list on the way."""
        names = [step.tag for step in steps]

        def walk(node: Any) -> list[Any]:
            here = _flat([node])
            for name in names:
                here = _flat([n.get(name) for n in here if isinstance(n, dict)])
            return here

        return walk


def _flat(nodes: list[Any]) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        if isinstance(node, list):
            found.extend(node)
        elif node is not None:
            found.append(node)
    return found


def _number(value: Any) -> int | float:
    number = to_decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


_NATIVE: dict[Kind, Callable[[Any], Any]] = {
    Kind.INTEGER: to_integer,
    Kind.DECIMAL: _number,
    Kind.BOOLEAN: to_boolean,
    Kind.TEXT: to_text,
    Kind.DATE: to_text,
    Kind.DATETIME: to_text,
}


def builder(node: Node) -> Build:
    """The function that builds the JSON value of `node`."""
    if isinstance(node, Leaf):
        return _leaf(node)
    if isinstance(node, Many):
        return _many(node)
    if isinstance(node, Document):
        raise TypeError("XML documents belong to SOAP")
    return _group(node)


def native(kind: Kind, key: str) -> Callable[[Any], Any]:
    """A value as JSON has it for this kind."""
    convert = _NATIVE.get(kind)

    def write(value: Any) -> Any:
        if value is NIL or value is EMPTY:
            return None if value is NIL else ""
        try:
            made = _plain(value) if convert is None else convert(value)
        except ValueError as error:
            raise MappingError(f"{key} {error}") from None
        if made.__class__ is int and not _LEAST <= made <= _MOST:
            raise MappingError(f"{key} is a number of more than 64 bits")
        return made

    return write


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | bool | int | float) else to_text(value)


def _leaf(leaf: Leaf) -> Build:
    compute, value_of = leaf.compute, valued(leaf)
    return lambda scope, missing: value_of(compute(scope), missing)


def valued(leaf: Leaf) -> Callable[[Any, list[str]], tuple[Any, bool]]:
    """What a computed value is in the message, and whether it is more than a constant."""
    write, there = native(leaf.shape.kind, leaf.key), not leaf.constant
    shape, key = leaf.shape, leaf.key

    def value_of(value: Any, missing: list[str]) -> tuple[Any, bool]:
        if value is None:
            if shape.required:
                missing.append(key)
            return MISSING, False
        if isinstance(value, list | tuple):
            return [write(one) for one in value], there and bool(value)
        one = write(value)
        return ([one] if shape.repeated and value is not NIL else one), there and value is not NIL

    return value_of


def _group(group: Group) -> Build:
    if group.text is not None:
        return _rows(group, _leaf(group.text))
    members = [(member.shape.tag, builder(member)) for member in group.members]

    def once(scope: Scope, missing: list[str]) -> tuple[Any, bool]:
        made: dict[str, Any] = {}
        there = False
        for name, build in members:
            value, found = build(scope, missing)
            there |= found
            if value is not MISSING:
                made[name] = value
        return made, there

    return _rows(group, once)


def _rows(group: Group, once: Build) -> Build:
    droppable = not group.shape.required and not group.constant and group.each is None
    when, shape = group.when, group.shape

    def build(scope: Scope, missing: list[str]) -> tuple[Any, bool]:
        if when is not None and when(scope) in (None, False):
            return MISSING, False
        if group.each is not None:
            rows = [once(one, missing)[0] for one in rows_of(group, scope)]
            return (rows, bool(rows)) if rows or shape.required else (MISSING, False)
        lost = len(missing)
        made, there = once(scope, missing)
        if droppable and not there:
            del missing[lost:]
            return MISSING, False
        return ([made] if shape.repeated else made), there

    return build


def _many(many: Many) -> Build:
    entries = [builder(entry) for entry in many.entries]

    def build(scope: Scope, missing: list[str]) -> tuple[Any, bool]:
        found: list[Any] = []
        there = False
        for entry in entries:
            value, present = entry(scope, missing)
            there |= present
            if isinstance(value, list):
                found.extend(value)
            elif value is not MISSING:
                found.append(value)
        return (found, there) if found or many.shape.required else (MISSING, False)

    return build
