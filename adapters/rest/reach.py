"""What an operation or a schema refers to, directly or by others; and whether that ends."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.rest.reading import BadDocument, nodes

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_DEPTH, _WEIGHT = 50, 20_000

At = Callable[[str], Any]
"""What a local reference points at; BadDocument when it is nothing."""


def words_of(start: Any) -> set[str]:
    """Every keyword and name that stands in a schema itself, references not followed."""
    return {str(word) for node in nodes(start) for word in node}


def reached(start: Any, at: At) -> Mapping[str, Any]:
    """Every reference reachable from `start`, and what it points at."""
    found: dict[str, Any] = {}
    waiting = [start]
    while waiting:
        for node in nodes(waiting.pop()):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in found:
                found[reference] = at(reference)
                waiting.append(found[reference])
    _ended(found)
    return found


def _ended(found: Mapping[str, Any]) -> None:
    """BadDocument when a schema is, without a step into the value, made of itself."""
    known: dict[str, int] = {}

    def weight(reference: str, path: tuple[str, ...]) -> int:
        if reference in path:
            raise BadDocument(f"{reference} refers to itself in a circle")
        if len(path) > _DEPTH:
            raise BadDocument(f"{reference} is made of more than {_DEPTH} others, one in another")
        if reference not in known:
            inside = _in_place(found[reference])
            known[reference] = 1 + sum(weight(one, (*path, reference)) for one in inside)
        if known[reference] > _WEIGHT:
            raise BadDocument(f"{reference} unfolds to more than {_WEIGHT} schemas")
        return known[reference]

    for reference in found:
        weight(reference, ())


def _in_place(node: Any) -> list[str]:
    """References whose schemas judge the same value as `node`."""
    if not isinstance(node, dict):
        return []
    if isinstance(node.get("$ref"), str):
        return [node["$ref"]]
    parts = [part for word in _IN_PLACE for part in node.get(word) or ()]
    return [one for part in parts for one in _in_place(part)]
