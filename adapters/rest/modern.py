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
    for node in nodes(root):
        for word in ("$id", "$schema"):  # would move references to places that are not ours
            if isinstance(node.get(word), str):
                del node[word]
        if before_31:
            _older(node)
        if isinstance(node.get("$ref"), str) and _WORDS & node.keys():
            node["allOf"] = [{"$ref": node.pop("$ref")}, *node.get("allOf", [])]


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
