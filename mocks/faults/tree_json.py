"""A JSON reply as a tree."""

import json
import re
from collections.abc import Iterator
from typing import Any

from mocks.faults.tree import Branch, Leaf

_RAW = "\ue000raw\ue000"  # a private character: no reply of ours has it
_QUOTED = re.compile(f'"{_RAW}([^"]*)"')


class JsonLeaf:
    """One scalar inside an object or a list."""

    def __init__(self, holder: Any, key: Any, place: str) -> None:
        self._holder, self._key, self.place = holder, key, place
        self.name = place.rpartition("/")[2]
        value = holder[key]
        self.number = isinstance(value, int | float) and not isinstance(value, bool)
        self.text = value if isinstance(value, str) else json.dumps(value)

    def put(self, text: str) -> None:
        self._holder[self._key] = f"{_RAW}{text}" if self.number else text

    def put_raw(self, text: str) -> None:
        self._holder[self._key] = f"{_RAW}{text}"

    def put_other_type(self) -> None:
        self._holder[self._key] = "many" if self.number else [self._holder[self._key]]

    def put_null(self) -> None:
        self._holder[self._key] = None


class JsonBranch:
    """One object."""

    def __init__(self, value: dict[str, Any], depth: int, place: str) -> None:
        self._value, self.depth, self.place = value, depth, place

    def drop_first(self) -> None:
        del self._value[next(iter(self._value))]

    def add(self, name: str, text: str) -> None:
        self._value[name] = text


class JsonTree:
    """A JSON document. Raises ValueError for bytes that are none."""

    def __init__(self, body: bytes, charset: str) -> None:
        self._charset = charset
        self.root: Any = [json.loads(body.decode(charset))]

    def leaves(self) -> list[Leaf]:
        return list(_leaves(self.root, ""))

    def branches(self) -> list[Branch]:
        return sorted(_branches(self.root, 0, ""), key=lambda branch: branch.depth)

    def empty_lists(self) -> None:
        for entries in _lists(self.root[0]):
            entries.clear()

    def repeat_records(self) -> None:
        for entries in list(_lists(self.root[0])):
            entries[:] = [entry for entry in entries for _ in range(2)]

    def empty(self) -> None:
        self.root[0] = {}

    def rename_root(self) -> None:
        self.root[0] = [self.root[0]]

    def rename_members(self) -> None:
        if isinstance(self.root[0], dict):
            self.root[0] = {f"{name}Result": value for name, value in self.root[0].items()}

    def content(self) -> bytes:
        return self.written(self.root[0]).encode(self._charset)

    def twice(self) -> bytes:
        """The document with each key twice, first the true value, then another."""
        return _twice(self.root[0]).encode(self._charset)

    @staticmethod
    def written(value: Any) -> str:
        """The text of a value; what was put raw stands there as it is."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _QUOTED.sub(lambda found: found[1], text) if _RAW in text else text


def _inside(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)


def _at(place: str, key: Any) -> str:
    return f"{place}/{key}" if isinstance(key, str) else place


def _leaves(node: Any, place: str) -> Iterator[JsonLeaf]:
    for key, value in _inside(node):
        if isinstance(value, dict | list):
            yield from _leaves(value, _at(place, key))
        elif value is not None:
            yield JsonLeaf(node, key, _at(place, key))


def _branches(node: Any, depth: int, place: str) -> Iterator[JsonBranch]:
    if isinstance(node, dict) and node:
        yield JsonBranch(node, depth, place)
    for key, value in _inside(node):
        yield from _branches(value, depth + 1, _at(place, key))


def _lists(node: Any) -> Iterator[list[Any]]:
    for _, value in _inside(node):
        yield from _lists(value)
    if isinstance(node, list):
        yield node


def _twice(node: Any) -> str:
    if isinstance(node, list):
        return f"[{','.join(map(_twice, node))}]"
    if not isinstance(node, dict):
        return json.dumps(node, ensure_ascii=False)
    pairs = [f"{json.dumps(k, ensure_ascii=False)}:{_twice(v)}" for k, v in node.items()]
    again = [f"{json.dumps(k, ensure_ascii=False)}:{_other(v)}" for k, v in node.items()]
    return f"{{{','.join(pairs + again)}}}"


def _other(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(f"{value}0", ensure_ascii=False)
    if isinstance(value, bool) or value is None:
        return json.dumps(not value)
    return json.dumps(value + 1) if isinstance(value, int | float) else json.dumps(None)
