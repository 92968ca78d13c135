"""What a JSON schema holds against a message: places, rules and what the contract allows.

Names stand in it only where the contract names them, and never a value: both may be somebody's.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

import jsonschema_rs
import orjson

Validator = jsonschema_rs.Draft202012Validator
WHOLE = frozenset(
    {
        *("oneOf", "anyOf", "not", "if", "contains", "dependentRequired", "dependentSchemas"),
        *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    }
)
"""Rules about a message as a whole: none of its values shows alone whether they are kept."""
_MOST = 3  # mistakes told at once
_LONGEST = 160  # characters of what is allowed
_ALLOWED = ("options", "limit", "pattern", "format", "types", "expected_value", "multiple_of")


def complaint(validator: Validator, body: Any, rules: frozenset[str] | None = None) -> str | None:
    """The first mistakes (against `rules`), each by place, rule and what is allowed; else None."""
    if validator.is_valid(body):
        return None
    told = list(islice(_told(validator, body, rules), _MOST + 1))
    more = "; and more" if len(told) > _MOST else ""
    return "; ".join(told[:_MOST]) + more or None


def _told(validator: Validator, body: Any, rules: frozenset[str] | None) -> Iterator[str]:
    for error in validator.iter_errors(body):
        way = [str(step) for step in error.schema_path]
        rule = way[-1] if way else "schema"
        if rules is not None and rule not in rules:
            continue
        allowed = _allowed(error.kind)
        yield f"at {_place(body, error.instance_path, way)}: {rule}" + (
            f" ({allowed})" if allowed else ""
        )


def _place(body: Any, steps: Sequence[str | int], way: Sequence[str]) -> str:
    """The way to the place; a member the contract does not name is a star."""
    named = {name for before, name in pairwise(way) if before == "properties"}
    shown, here = [], body
    for step in steps:
        in_list = isinstance(here, list)
        shown.append(str(step) if in_list or str(step) in named else "*")
        here = here[int(step)] if in_list else here[str(step)]
    return "/".join(shown) or "its root"


def _allowed(kind: Any) -> str:
    missing = getattr(kind, "property", None)
    if missing is not None:
        return str(missing)
    found = (getattr(kind, name) for name in _ALLOWED if hasattr(kind, name))
    value = next(found, None)
    if value is None:
        return ""
    if isinstance(value, list):
        return "allowed: " + ", ".join(_written(one) for one in value)[:_LONGEST]
    return _written(value)[:_LONGEST]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
