"""Schemas of OpenAPI 2.0, 3.0 and 3.1 in one dialect: JSON Schema 2020-12 without identities."""

from typing import Any

from adapters.rest.reading import nodes

_WORDS = frozenset(
    (
        *("type", "properties", "required", "enum", "const", "items", "allOf", "anyOf", "oneOf"),
        *("not", "nullable", "minLength", "maxLength", "pattern", "minimum", "maximum", "format"),
        *("minItems", "maxItems", "uniqueItems", "additionalProperties"),
    )
)


def modernise(root: dict[str, Any], *, before_31: bool) -> None:
    """Turn older words into 2020-12, in place; what stands beside a $ref counts as well."""
    _nameless(root)
    for node in nodes(root):
        if before_31:
            _older(node)
        if isinstance(node.get("$ref"), str) and _WORDS & node.keys():
            node["allOf"] = [{"$ref": node.pop("$ref")}, *node.get("allOf", [])]


def _nameless(root: dict[str, Any]) -> None:
    """Drop identities: they move references, and a language by its URL would be asked for there.

    They go from data too, since a reference may point into it.
    """
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        for word in ("$id", "$schema"):
            if isinstance(node, dict) and isinstance(node.get(word), str):
                del node[word]
        inside = node.values() if isinstance(node, dict) else node
        waiting.extend(part for part in inside if isinstance(part, dict | list))


def _older(node: dict[str, Any]) -> None:
    nullable = [node.pop(word) for word in ("nullable", "x-nullable") if _boolean(node, word)]
    if True in nullable:
        _nullable(node)
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if _boolean(node, exclusive) and node.pop(exclusive) and bound in node:
            node[exclusive] = node.pop(bound)


def _boolean(node: dict[str, Any], word: str) -> bool:
    return isinstance(node.get(word), bool)


def _nullable(node: dict[str, Any]) -> None:
    if isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
        if isinstance(node.get("enum"), list) and None not in node["enum"]:
            node["enum"] = [*node["enum"], None]
        return
    inner = dict(node)
    node.clear()
    node["anyOf"] = [inner, {"type": "null"}]
