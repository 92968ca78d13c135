"""The declared keys, published: as a JSON Schema for editors, as a table for readers."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.manifest.key import Key, Type
from adapters.manifest.keys import TOP
from adapters.manifest.model import AUTH_KINDS
from adapters.rules import DEMANDS

Names = Mapping[Key, str]
"""Tables that stand in several places, by the name they are defined under."""

SCHEMA = "department.schema.json"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TREE = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"$ref": "#/$defs/tree"}},
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/tree"}},
    ]
}
_TYPES: Mapping[Type, Mapping[str, Any]] = {
    Type.TEXT: {"type": "string"},
    Type.LINE: {"type": "string"},
    Type.FLAG: {"type": "boolean"},
    Type.NUMBER: {"type": "number"},
    Type.WHOLE: {"type": "integer"},
    Type.WORDS: {"type": "array", "items": {"type": "string"}},
    Type.CONSTANT: {"type": ["string", "number", "boolean"]},
    Type.TREE: {"type": "object", "additionalProperties": {"$ref": "#/$defs/tree"}},
}


def json_schema() -> dict[str, Any]:
    """department.toml as JSON Schema 2020-12."""
    counted = Counter(_tables(TOP))
    again = [key for key, times in counted.items() if times > 1 and len(key.keys) > 1]
    names = {key: f"{key.name.strip('<>')}_{number}" for number, key in enumerate(again, start=1)}
    defs = {name: _table(key, names) for key, name in names.items()}
    return {
        "$schema": _DRAFT,
        "title": "department.toml",
        **_table(TOP, names),
        "allOf": [_for_protocol(protocol) for protocol in AUTH_KINDS],
        "$defs": {"tree": _TREE, **defs},
    }


def printed_schema() -> str:
    """The JSON Schema as it is committed."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"


def key_table() -> str:
    """Every key as a row of a Markdown table; what stands in several places stands once."""
    head = "| key | type | what it says | 说明 |\n|---|---|---|---|\n"
    return head + "".join(_row(place, key) for place, key in _walk(TOP, "", set()))


def rule_table() -> str:
    """Every rule as a row of a Markdown table."""
    rows = (f"| `{rule}` | {demand} |\n" for rule, demand in DEMANDS.items())
    return "| rule | what it demands |\n|---|---|\n" + "".join(rows)


def _tables(key: Key) -> Iterator[Key]:
    """Every table at and below a key, as often as it stands."""
    yield key
    for member in key.keys:
        if member.type is Type.TABLE:
            yield from _tables(member)


def _table(key: Key, defs: Names) -> dict[str, Any]:
    rest = key.rest()
    variants = [] if key.by is None else [_variant(key.by[0], *one, defs) for one in key.by[1]]
    names = [member.name for _, keys in (key.by or ("", ()))[1] for member in keys]
    further: dict[str, Any] = {name: {} for name in names}
    schema: dict[str, Any] = {
        "type": "object",
        "description": f"{key.zh}\n{key.en}",
        "properties": {
            **further,
            **{n: _schema(member, defs) for n, member in key.named().items()},
        },
        "additionalProperties": False if rest is None else _schema(rest, defs),
    }
    required = [n for n, k in key.named().items() if k.required and k.protocol is None]
    form = {"propertyNames": {"pattern": f"^(?:{rest.form})$"}} if rest and rest.form else {}
    chosen = {"oneOf": variants} if variants else {}
    return {**schema, **({"required": required} if required else {}), **form, **chosen}


def _variant(member: str, value: str, keys: tuple[Key, ...], defs: Names) -> dict[str, Any]:
    """The further keys that hold when `member` has this value."""
    return {
        "properties": {member: {"const": value}, **{key.name: _schema(key, defs) for key in keys}},
        "required": [member, *(key.name for key in keys if key.required)],
        "propertyNames": {"enum": [member, *(key.name for key in keys)]},
    }


def _schema(key: Key, defs: Names) -> dict[str, Any]:
    if key in defs:
        return {"$ref": f"#/$defs/{defs[key]}"}
    if key.type is Type.TABLE:
        return _table(key, defs)
    schema = {**_TYPES[key.type], "description": f"{key.zh}\n{key.en}"}
    if key.allowed:
        schema["enum"] = list(key.allowed)
    if key.form and not key.name.startswith("<"):
        schema["pattern"] = f"^(?:{key.form})$"
    bounds = {
        "minimum": key.least,
        "exclusiveMinimum": key.above if key.above is not None else None,
        "maximum": key.most,
    }
    return {**schema, **{word: bound for word, bound in bounds.items() if bound is not None}}


def _for_protocol(protocol: str) -> dict[str, Any]:
    """What holds for one protocol alone: its required keys, and none of the other's."""
    return {
        "if": {"properties": {"protocol": {"const": protocol}}, "required": ["protocol"]},
        "then": _of_protocol(TOP, protocol),
    }


def _of_protocol(key: Key, protocol: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    required = []
    for member in key.keys:
        inside: Any = {}
        if member.protocol not in (None, protocol):
            inside = False
        elif member.type is Type.TABLE:
            inside = _of_protocol(member, protocol)
        if member.protocol == protocol and member.required:
            required.append(member.name)
        if inside is False or inside:
            found[member.name] = inside
    rest = {name: found.pop(name) for name in list(found) if name.startswith("<")}
    made: dict[str, Any] = {"properties": found} if found else {}
    for inside in rest.values():
        known = sorted(key.named())
        others = {"additionalProperties": inside}
        made = {**made, "properties": {**dict.fromkeys(known, True), **found}, **others}
    return {**made, "required": required} if required else made


def _walk(key: Key, at: str, seen: set[Key]) -> Iterator[tuple[str, Key]]:
    """Every key with its place; what a call has in common with one before is left out."""
    further = [k for _, keys in (key.by or ("", ()))[1] for k in keys]
    is_call = "operation" in key.named()
    for member in (*key.keys, *further):
        if is_call and member in seen:
            continue
        place = f"{at}.{member.name}" if at else member.name
        yield place, member
        if (member.keys or member.by) and member not in seen:
            yield from _walk(member, place, seen)
        seen.add(member)


def _row(place: str, key: Key) -> str:
    notes = [key.en]
    if key.allowed:
        notes.append(" ".join(f"`{value}`" for value in key.allowed))
    if key.protocol:
        notes.append(f"{key.protocol.upper()} only")
    kind = f"{key.type}, required" if key.required or key.merged else str(key.type)
    shown = place.replace("|", "\\|")
    return f"| `{shown}` | {kind} | {'; '.join(notes)} | {key.zh} |\n"
