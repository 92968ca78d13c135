"""Several schemas that hold at once, as one: what `allOf` and a chosen branch come to."""

from collections.abc import Callable, Mapping
from typing import Any

from mocks.anything.refusal import Unmakeable

_Flat = dict[str, Any]


def merged(one: _Flat, other: Mapping[str, Any]) -> _Flat:
    """A schema that holds where both hold; words of several kinds are kept side by side."""
    made = dict(one)
    for word, value in other.items():
        if word not in made:
            made[word] = value
        elif made[word] != value:
            rule = _RULES.get(word)
            made[word] = value if rule is None else rule(made[word], value)
    return made


def _types(one: Any, other: Any) -> Any:
    left, right = (v if isinstance(v, list) else [v] for v in (one, other))
    both = [kind for kind in left if kind in right]
    if not both and "number" in left + right and "integer" in left + right:
        both = ["integer"]
    if not both:
        raise Unmakeable(f"{one} and {other} at once")
    return both


def _enum(one: list[Any], other: list[Any]) -> list[Any]:
    both = [value for value in one if value in other]
    if not both:
        raise Unmakeable("two enumerations have nothing in common")
    return both


def _properties(one: _Flat, other: _Flat) -> _Flat:
    made = dict(one)
    for name, schema in other.items():
        made[name] = {"allOf": [made[name], schema]} if name in made else schema
    return made


def _both(one: Any, other: Any) -> Any:
    return {"allOf": [one, other]}


_RULES: dict[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _enum,
    "properties": _properties,
    "patternProperties": _properties,
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "patterns": lambda one, other: list(dict.fromkeys([*one, *other])),
    "choices": lambda one, other: [*one, *other],
    "items": _both,
    "additionalProperties": _both,
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "uniqueItems": lambda one, other: one or other,
}
