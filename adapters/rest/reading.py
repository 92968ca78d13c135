"""The files of an OpenAPI document as plain trees: JSON or YAML, bounded, without references
between their parts that would make a small file a huge tree."""

import codecs
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from adapters.documents import BadContract, Documents

_DEPTH = 100
_NODES = 400_000
_ALIASES, _MERGED = 2_000, 500
_DIGITS = 400  # of one number

# what stands below these is data, whatever it looks like
_DATA = ("example", "examples", "default", "enum", "const", "callbacks", "links")
# the keys of these are names somebody chose, not words of the language
_NAMED = (
    *("properties", "patternProperties", "definitions", "$defs", "dependentSchemas"),
    *("schemas", "responses", "parameters", "requestBodies", "headers", "pathItems"),
    *("paths", "webhooks", "content", "x-files"),
)


class BadDocument(BadContract):
    """An OpenAPI document that cannot be used; the sentence says why."""


def read_tree(documents: Documents, path: Path) -> dict[str, Any]:
    """The object in this file; BadContract says what is wrong with it."""
    text = _text(documents.read(path), path.name)
    try:
        root = _parsed(text)
    except RecursionError:
        raise BadDocument(f"{path.name} is nested more than {_DEPTH} deep") from None
    except (ValueError, yaml.YAMLError) as error:
        if isinstance(error, BadContract):
            raise BadDocument(f"{path.name} {error}") from None
        raise BadDocument(f"{path.name} cannot be read: {str(error)[:300]}") from None
    try:
        tree = _Plainly().made(root, 0)
    except BadContract as error:
        raise BadDocument(f"{path.name} {error}") from None
    if not isinstance(tree, dict):
        raise BadDocument(f"{path.name} is no object but {str(tree)[:40]!r}")
    return tree


def nodes(root: Any) -> Iterator[dict[str, Any]]:
    """Every object of the language below `root`, not the data in it; each may be changed."""
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        node, named = waiting.pop()
        if isinstance(node, list):
            waiting.extend((inside, False) for inside in node)
        elif isinstance(node, dict):
            if named:
                waiting.extend((inside, False) for inside in node.values())
                continue
            yield node
            waiting.extend((v, k in _NAMED) for k, v in node.items() if k not in _DATA)


def _text(data: bytes, name: str) -> str:
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise BadDocument(f"{name} is not in UTF-8 — save it in UTF-8") from None
    if "\0" in text:
        raise BadDocument(f"{name} is binary, neither JSON nor YAML")
    start = text.lstrip()[:200].lower()
    if start.startswith("<"):
        what = "an HTML page" if "<html" in start or "<!doctype html" in start else "XML"
        raise BadDocument(f"{name} is {what}, neither JSON nor YAML")
    return text.removeprefix(codecs.BOM_UTF8.decode())


def _parsed(text: str) -> Any:
    if sum(text.count(mark) for mark in ",[{\n") > _NODES:
        raise BadContract("holds more than a contract has")
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if text.startswith("{"):
                raise ValueError(f"it is no JSON: {error}") from None
    _events(text)
    return yaml.load(text, Loader=_Yaml)  # noqa: S506 — safe


def _events(text: str) -> None:
    """Nothing when the YAML is flat and small enough to be made at all."""
    depth = aliases = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Yaml)):
        aliases += isinstance(event, yaml.AliasEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEPTH:
            raise BadContract(f"is nested more than {_DEPTH} deep")
        if count > _NODES or aliases > _ALIASES:
            raise BadContract("holds more than a contract has")


class _Yaml(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where built
    """YAML as OpenAPI means it: dates stay texts, and only true and false are truth values."""

    def flatten_mapping(self, node: Any) -> None:
        """Merge keys (<<) written out, as long as they stay few."""
        super().flatten_mapping(node)
        if len(node.value) > _MERGED:
            raise BadContract("merges more with << than a contract has")


_TAGS = (":timestamp", ":bool")
_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(_TAGS)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


class _Plainly:
    """Copies a tree: what was one part in two places becomes two, counted."""

    def __init__(self) -> None:
        self._nodes = 0

    def made(self, node: Any, depth: int) -> Any:
        self._nodes += 1
        if depth > _DEPTH:
            raise BadContract(f"is nested more than {_DEPTH} deep")
        if self._nodes > _NODES:
            raise BadContract("unfolds to more than a contract has")
        if isinstance(node, dict):
            return {_key(k): self.made(v, depth + 1) for k, v in node.items()}
        if isinstance(node, list):
            return [self.made(inside, depth + 1) for inside in node]
        return _scalar(node)


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    if key is None or isinstance(key, str | int | float):
        return "null" if key is None else str(key)
    raise BadContract("has a key that is no text")


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int) and value.bit_length() < _DIGITS * 3:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise BadContract(f"holds a {type(value).__name__} that JSON cannot carry")
