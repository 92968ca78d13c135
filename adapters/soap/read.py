"""Readers of validated XML: straight walks by name, compiled from the contract's shapes."""

from collections.abc import Callable
from typing import Any

from adapters.shape import Shape
from adapters.soap.xml import XSI_NIL, Element

Read = Callable[[Any], Any]


class XmlTree:
    """Reads elements and attributes; nil and absent are both None, empty is empty."""

    def value(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """The text at the end of the path, None when absent or nil."""
        if steps and steps[-1].name.startswith("@"):
            name = steps[-1].tag
            walk = _first(steps[:-1])

            def attribute(node: Element) -> str | None:
                found = walk(node)
                return None if found is None else found.get(name)

            return attribute
        walk = _first(steps)
        return lambda node: _text(walk(node))

    def straight(self, steps: tuple[Shape, ...]) -> tuple[str, ...] | None:
        """The tags on the way, where nothing repeated is passed; attributes begin with @."""
        if any(step.repeated for step in steps[:-1]):
            return None
        tags = [step.tag for step in steps]
        if steps[-1].name.startswith("@"):
            tags[-1] = f"@{tags[-1]}"
        return tuple(tags)

    def child(self, node: str, tag: str) -> str:
        """The first element of this tag."""
        return f"None if {node} is None else next({node}.iterchildren({tag!r}), None)"

    def value_of(self, into: str, node: str, tag: str) -> tuple[str, ...]:
        """The attribute, or the text of the element unless it is nil."""
        if tag.startswith("@"):
            return (f"{into} = None if {node} is None else {node}.get({tag[1:]!r})",)
        return (f"{into} = {self.child(node, tag)}", *self.told(into))

    def index(self, node: str) -> str:
        """The first element of each tag: looked at from behind, it is met last."""
        return f"{{}} if {node} is None else {{one.tag: one for one in {node}[::-1]}}"

    def told(self, into: str) -> tuple[str, ...]:
        """The text of the element unless it is nil."""
        nil = f"{into}.keys() and {into}.get({XSI_NIL!r}) in ('true', '1')"  # most have nothing
        return (f"if {into} is not None: {into} = None if {nil} else {into}.text or ''",)

    def values(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """The texts of all elements or attributes at the end of the path."""
        if steps and steps[-1].name.startswith("@"):
            name, holders = steps[-1].tag, self.rows(shape, steps[:-1])
            return lambda node: [t for row in holders(node) if (t := row.get(name)) is not None]
        rows = self.rows(shape, steps)
        return lambda node: [t for row in rows(node) if (t := _text(row)) is not None]

    def rows(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """All elements at the end of the path, through every repeated parent."""
        tags = [step.tag for step in steps]

        def walk(node: Element) -> list[Element]:
            here = [node]
            for tag in tags:
                here = [child for one in here for child in one.iterchildren(tag)]
            return here

        return walk


def _first(steps: tuple[Shape, ...]) -> Read:
    tags = [step.tag for step in steps]
    if not tags:
        return lambda node: node
    if any(step.repeated for step in steps[:-1]):
        path = "/".join(tags)
        return lambda node: node.find(path)

    def walk(node: Element) -> Element | None:
        for tag in tags:
            node = next(node.iterchildren(tag), None)
            if node is None:
                return None
        return node

    return walk


def _text(node: Element | None) -> str | None:
    if node is None or node.get(XSI_NIL) in ("true", "1"):
        return None
    return node.text or ""
