"""JSON and YAML documents of a folder, and what references in them point at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote

import yaml

from mocks.anything.folder import Folder
from mocks.anything.refusal import Refused

_DEPTH = 100  # the parser made in C has no end of its own but the stack's
_PLENTY = 500_000  # nodes; aliases in aliases grow beyond any memory


@dataclass(frozen=True, slots=True)
class Place:
    """A node: the file, and the steps to it."""

    file: str
    steps: tuple[str, ...] = ()

    def below(self, step: object) -> "Place":
        """A node inside of this one."""
        return Place(self.file, (*self.steps, str(step)))

    def __str__(self) -> str:
        """For a sentence."""
        return f"{self.file}#/{'/'.join(self.steps)}"


class _Loader(yaml.CSafeLoader):
    """Dates stay text, as they are in JSON."""


_Loader.yaml_implicit_resolvers = {
    key: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(slots=True)
class Tree:
    """The documents, read when first referred to."""

    folder: Folder
    read: dict[str, Any] = field(default_factory=dict)

    def document(self, name: str) -> Any:
        """A whole document."""
        if name not in self.read:
            try:
                content = self.folder.bytes_of(name)
                _shallow(content, name)
                made = yaml.load(content, _Loader)  # noqa: S506 - a safe one
            except (yaml.YAMLError, ValueError) as broken:
                said = " ".join(str(broken).split())
                raise Refused(f"{name}: is neither JSON nor YAML: {said} — correct it") from broken
            self.read[name] = _plain(made, name, [0])
        return self.read[name]

    def place(self, reference: str, base: Place) -> Place:
        """Where a reference at `base` leads."""
        file, _, pointer = reference.partition("#")
        name = self.folder.named(file, base.file) if file else base.file
        steps = [unquote(step) for step in pointer.split("/")[1:]]
        return Place(name, tuple(s.replace("~1", "/").replace("~0", "~") for s in steps))

    def at(self, place: Place) -> Any:
        """The node at a place."""
        node = self.document(place.file)
        for step in place.steps:
            if isinstance(node, list) and step.isdecimal() and int(step) < len(node):
                node = node[int(step)]
            elif isinstance(node, dict) and step in node:
                node = node[step]
            else:
                raise Refused(f"{place}: is referred to and not there — add it")
        return node

    def resolved(self, node: Any, place: Place) -> tuple[Any, Place]:
        """The node itself, or what its `$ref` leads to, with its place."""
        for _ in range(64):
            if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
                return node, place
            place = self.place(node["$ref"], place)
            node = self.at(place)
        raise Refused(f"{place}: refers to itself in a circle — break it")


def _shallow(content: bytes, name: str) -> None:
    """Nothing for a document that can be made without running out of stack."""
    depth = 0
    for event in yaml.parse(content, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            raise Refused(f"{name}: is nested more than {_DEPTH} deep — make it flatter")


def _plain(node: Any, name: str, count: list[int]) -> Any:
    """Keys as text, and an end to aliases of aliases."""
    count[0] += 1
    if count[0] > _PLENTY:
        raise Refused(f"{name}: has more than {_PLENTY} nodes — split it, or use fewer aliases")
    if isinstance(node, dict):
        return {_key(key): _plain(value, name, count) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value, name, count) for value in node]
    return node.isoformat() if isinstance(node, date | datetime) else node


def _key(key: Any) -> str:
    return {True: "true", False: "false"}[key] if isinstance(key, bool) else str(key)
