"""What a JSON schema demands of a value besides its kind."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.mapping.convert import to_text
from adapters.shape import Facets

_COUNTS = {"minLength": "least_length", "maxLength": "most_length"}
_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
}
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "int32": {"minimum": Decimal(-(2**31)), "maximum": Decimal(2**31 - 1)},
    "int64": {"minimum": Decimal(-(2**63)), "maximum": Decimal(2**63 - 1)},
    "uuid": {"patterns": (re.compile(r"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),)},
    "email": {"patterns": (re.compile(r"\A[^@\s]+@[^@\s]+\Z"),)},
}


def facets_of(nodes: list[Mapping[str, Any]]) -> Facets:
    """The demands of schemas that all hold at once."""
    found: dict[str, Any] = {}
    patterns: list[re.Pattern[str]] = []
    for node in nodes:
        known = dict(_FORMATS.get(str(node.get("format")), {}))
        patterns.extend(known.pop("patterns", ()))
        found.update({**known, **_counted(node), **_bounded(node), **_fixed(node)})
        patterns.extend(_pattern(node.get("pattern")))
    return Facets(**found, patterns=tuple(patterns))


def _counted(node: Mapping[str, Any]) -> dict[str, int]:
    return {ours: node[word] for word, ours in _COUNTS.items() if isinstance(node.get(word), int)}


def _bounded(node: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        ours: Decimal(str(node[word])) for word, ours in _BOUNDS.items() if _number(node.get(word))
    }
    step = node.get("multipleOf")
    if _number(step):
        places = Decimal(str(step)).normalize().as_tuple().exponent
        if isinstance(places, int):
            found["fraction_digits"] = max(0, -places)
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fixed(node: Mapping[str, Any]) -> dict[str, str]:
    return {"fixed": to_text(node["const"])} if node.get("const") is not None else {}


def _pattern(text: object) -> list[re.Pattern[str]]:
    try:
        return [re.compile(text)] if isinstance(text, str) else []
    except re.error:
        return []  # JavaScript's, not Python's: the department will say
