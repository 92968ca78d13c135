"""Request nodes to XML text: compiled once, run per call without building a tree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from adapters.mapping.compile import Scope
from adapters.mapping.convert import EMPTY, NIL, TO_KIND, MappingError, to_text
from adapters.mapping.request import Document, Group, Leaf, Many, Node, rows_of
from adapters.shape import Choice, Kind, Shape
from adapters.soap.forms import SOAP_ENCODING
from adapters.soap.xml import XML_NAMESPACE, escape

XSI = "http://www.w3.org/2001/XMLSchema-instance"

Write = Callable[[Scope, list[str], list[str]], bool]
"""Appends text, and keys of missing required values; says whether a value was there."""


@dataclass(slots=True)
class Prefixes:
    """Namespace prefixes of one document, as they are met; inner documents name `encoding`.

    `arrays` (types of arrays and of their items) is given for rpc/encoded, where every value
    says its type.
    """

    encoding: str = "utf-8"
    known: dict[str, str] = field(default_factory=lambda: {XSI: "xsi"})
    arrays: Mapping[str, str] | None = None

    def name(self, tag: str) -> str:
        """The prefixed name of a Clark name."""
        if not tag.startswith("{"):
            return tag
        space, _, plain = tag[1:].partition("}")
        if space == XML_NAMESPACE:
            return f"xml:{plain}"
        prefix = self.known.setdefault(space, f"n{len(self.known)}")
        return f"{prefix}:{plain}"

    def opened(self, shape: Shape) -> str:
        """The prefixed name of an element, and its type where the encoding wants it said."""
        name, kind = self.name(shape.tag), shape.type_tag
        if self.arrays is None or not kind:
            return name
        item = self.arrays.get(kind)
        if item is None:
            return f'{name} xsi:type="{self.name(kind)}"'
        encoding = self.name(f"{{{SOAP_ENCODING}}}Array").partition(":")[0]
        entries = f'{encoding}:arrayType="{self.name(item)}[]"'
        return f'{name} xsi:type="{encoding}:Array" {entries}'

    def declarations(self) -> str:
        """The xmlns attributes for everything met so far."""
        return "".join(f" xmlns:{p}={quoteattr(space)}" for space, p in self.known.items())


def writer(node: Node, prefixes: Prefixes) -> Write:
    """The function that writes `node`."""
    if isinstance(node, Leaf):
        return _leaf(node, prefixes)
    if isinstance(node, Document):
        return _document(node, prefixes)
    if isinstance(node, Many):
        return _many(node, prefixes)
    return _group(node, prefixes)


def lexical(kind: Kind, key: str) -> Callable[[Any], str]:
    """A value as the contract's type writes it, escaped."""
    convert = TO_KIND.get(kind) if kind is not Kind.TEXT else None

    def write(value: Any) -> str:
        try:
            return escape(to_text(convert(value) if convert else value))
        except ValueError as error:
            raise MappingError(f"{key} {error}") from None

    return write


def _leaf(leaf: Leaf, prefixes: Prefixes) -> Write:
    name = prefixes.name(leaf.shape.tag)
    text = lexical(kind_of(leaf.shape), leaf.key)
    opened = prefixes.opened(leaf.shape)
    start, end, void, nil = f"<{opened}>", f"</{name}>", f"<{name}/>", f'<{name} xsi:nil="true"/>'
    compute, required, key, there = leaf.compute, leaf.shape.required, leaf.key, not leaf.constant

    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        value = compute(scope)
        if value is None:
            if required:
                missing.append(key)
            return False
        if value is NIL or value is EMPTY:
            out.append(nil if value is NIL else void)
            return False
        for one in value if isinstance(value, list | tuple) else (value,):
            out.extend((start, text(one), end))
        return there

    return write


def kind_of(shape: Shape) -> Kind:
    """The kind of an element's own text."""
    if shape.kind is not Kind.GROUP:
        return shape.kind
    own = shape.member(".")
    return own.kind if own else Kind.TEXT


def _attribute(leaf: Leaf, prefixes: Prefixes) -> Write:
    name, text = prefixes.name(leaf.shape.tag), lexical(leaf.shape.kind, leaf.key)
    compute, there = leaf.compute, not leaf.constant
    required, key = leaf.shape.required, leaf.key

    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        value = compute(scope)
        if value is None:
            if required:
                missing.append(key)
            return False
        out.append(f' {name}="{"" if value is EMPTY else text(value)}"')
        return there and value is not EMPTY

    return write


def _text(leaf: Leaf) -> Write:
    text = lexical(leaf.shape.kind, leaf.key)
    compute, there, key = leaf.compute, not leaf.constant, leaf.key

    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        value = compute(scope)
        if value is None:
            missing.append(key)
            return False
        if value is not EMPTY:
            out.append(text(value))
        return there and value is not EMPTY

    return write


def _group(group: Group, prefixes: Prefixes) -> Write:
    name = prefixes.name(group.shape.tag)
    inside = [
        _attribute(m, prefixes)
        for m in group.members
        if isinstance(m, Leaf) and m.shape.name.startswith("@")
    ]
    named = [
        (m.shape.name, writer(m, prefixes))
        for m in group.members
        if not (isinstance(m, Leaf) and m.shape.name.startswith("@"))
    ]
    children = _one_branch(named, group.shape.choices(), group.key)
    if group.text is not None:
        children.append(_text(group.text))
    once = _once(f"<{prefixes.opened(group.shape)}", f"</{name}>", inside, children)
    # rows stand as they are; a group that only constants would fill is left out where it may be
    droppable = not group.shape.required and not group.constant and group.each is None
    return _occurrences(group, once, droppable=droppable)


def _one_branch(
    named: list[tuple[str, Write]], choices: tuple[Choice, ...], key: str
) -> list[Write]:
    """What writes all of them, and of a choice one branch."""
    mapped = {name for name, _ in named}
    open_choices = [choice for choice in choices if not within_one(choice, mapped)]
    if not open_choices:
        return [child for _, child in named]

    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        there, sent = False, set[str]()
        for name, child in named:
            at = len(out)
            there |= child(scope, out, missing)
            if len(out) > at:
                sent.add(name)
        for choice in open_choices:
            if not within_one(choice, sent):
                names = " or ".join("/".join(branch) for branch in choice.branches)
                raise MappingError(f"{key} has a value for more than one of {names}")
        return there

    return [write]


def within_one(choice: Choice, names: set[str]) -> bool:
    """Whether those of the names that are in the choice are in one branch of it."""
    inside = names.intersection(name for branch in choice.branches for name in branch)
    return any(inside.issubset(branch) for branch in choice.branches)


def _occurrences(group: Group, once: Write, *, droppable: bool) -> Write:
    when, required, key = group.when, group.shape.required, group.key

    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        if when is not None and when(scope) in (None, False):
            return False
        scopes = rows_of(group, scope)
        if not scopes and required:
            missing.append(key)
        at, lost, there = len(out), len(missing), False
        for one in scopes:
            there |= once(one, out, missing)
        if droppable and not there:
            del out[at:], missing[lost:]
        return there or (group.each is not None and bool(scopes))

    return write


def _once(start: str, end: str, attributes: list[Write], children: list[Write]) -> Write:
    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        out.append(start)
        there = False
        for attribute in attributes:
            there |= attribute(scope, out, missing)
        out.append(">")
        for child in children:
            there |= child(scope, out, missing)
        out.append(end)
        return there

    return write


def _many(many: Many, prefixes: Prefixes) -> Write:
    entries = [writer(entry, prefixes) for entry in many.entries]
    required, key = many.shape.required, many.key

    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        at, there = len(out), False
        for entry in entries:
            there |= entry(scope, out, missing)
        if required and len(out) == at:
            missing.append(key)
        return there

    return write


def _document(document: Document, prefixes: Prefixes) -> Write:
    name = prefixes.name(document.shape.tag)
    write_root, inner, declared = carried(document, prefixes)
    opening = f"<{inner.name(document.root.shape.tag)}"

    def write(scope: Scope, out: list[str], missing: list[str]) -> bool:
        text: list[str] = []
        there = write_root(scope, text, missing)
        whole = "".join(text).replace(opening, declared, 1)
        out.extend((f"<{name}>", escape(whole), f"</{name}>"))
        return there

    return write


def carried(document: Document, prefixes: Prefixes) -> tuple[Write, Prefixes, str]:
    """What writes the root of a carried document, its prefixes, and how it opens once declared."""
    inner = Prefixes(prefixes.encoding)
    write_root = writer(document.root, inner)
    opening = f"<{inner.name(document.root.shape.tag)}"
    declaration = f'<?xml version="1.0" encoding="{prefixes.encoding}"?>'
    return write_root, inner, f"{declaration}{opening}{inner.declarations()}"
