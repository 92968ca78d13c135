"""Values a JSON Schema allows: whole records, an end to recursion, keys echoed where they fit."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from mocks.anything.echo import Keys, with_keys
from mocks.anything.json_flat import Flattened, as_schema
from mocks.anything.json_schemas import EXAMPLES, Schema
from mocks.anything.json_strings import number, texts
from mocks.anything.pattern import text_of
from mocks.anything.refusal import Unmakeable
from mocks.anything.words import is_moment, is_more, moment_ms

_DEEP = 24
_PLENTY = 1500
_ROWS = 2
_TRIES = 12
_ROUNDS = 6  # of all branches: a value may satisfy two of them, and only one is allowed
_ORDER = ("object", "array", "string", "integer", "number", "boolean", "null")
_TELLING: dict[str, str] = {
    "properties": "object", "required": "object", "additionalProperties": "object",
    "patternProperties": "object", "minProperties": "object", "items": "array",
    "prefixItems": "array", "minItems": "array", "maxItems": "array", "contains": "array",
    "patterns": "string", "minLength": "string", "maxLength": "string", "format": "string",
    "minimum": "number", "maximum": "number", "exclusiveMinimum": "number",
    "exclusiveMaximum": "number", "multipleOf": "number",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Making:
    """One value being made; `attempt` 0 makes all of it, the last ones only what must be."""

    flattened: Flattened
    draw: Random
    today: date
    keys: Keys
    attempt: int = 0
    wanted: frozenset[str] = frozenset()  # of two branches the one with these names is made
    _made: int = 0
    _within: list[int] = field(default_factory=list)

    def value(self, schema: Schema, name: str = "") -> Any:
        """A value the schema allows; Unmakeable if none is found."""
        flat = self.flattened.of(schema)
        self._made += 1
        if len(self._within) > _DEEP:
            raise Unmakeable(f"{name} has no end")
        self._within.append(id(flat))
        try:
            return self._tried(schema, flat, name)
        finally:
            self._within.pop()

    def _tried(self, schema: Schema, flat: dict[str, Any], name: str) -> Any:
        """The first that holds; only what is not sure by construction is tried."""
        if not flat.keys() & _UNSURE:
            return next(self._offers(flat, name))
        for made, _ in zip(self._offers(flat, name), range(_TRIES * 4), strict=False):
            if self.flattened.bundle.allows(schema, made):
                return made
        raise Unmakeable(f"{name or 'the value'}: nothing found that holds")

    def _offers(self, flat: dict[str, Any], name: str) -> Iterator[Any]:
        for example in flat.get(EXAMPLES, ()) if not self.attempt else ():
            yield with_keys(example, self.keys, name)
            yield example
        if "const" in flat:
            yield flat["const"]
        elif "enum" in flat:
            yield from self._listed(flat, name)
        elif flat.get("choices"):
            yield from self._branches(flat, name)
        else:
            conditional = flat.keys() & {"if", "not"}
            for _ in range(_TRIES if conditional else 1):
                yield from self._by_type(flat, name)
            if "then" in flat:
                yield self.value(self._under(flat, "then", flat["if"], flat["then"]), name)
            if "else" in flat:
                yield self.value(self._under(flat, "else", flat["else"]), name)

    def _under(self, flat: dict[str, Any], what: str, *more: Schema) -> Schema:
        rest = {k: v for k, v in flat.items() if k not in ("if", "then", "else")}
        return self.flattened.joined(flat, what, as_schema(rest), *more)

    def _listed(self, flat: dict[str, Any], name: str) -> Iterator[Any]:
        values = [v for v in flat["enum"] if v is not None] or flat["enum"]
        asked = self.keys.value(name)
        yield from (v for v in values if asked is not None and str(v) == asked)
        # what says how a call went is the good news, which contracts name first
        if name.lower() in ("code", "success", "resultcode", "retcode", "returncode"):
            yield from values
        else:
            start = self.draw.randrange(len(values))
            yield from values[start:] + values[:start]

    def _branches(self, flat: dict[str, Any], name: str) -> Iterator[Any]:
        branches, _ = flat["choices"][0]
        order = list(range(len(branches)))
        if self.attempt:
            self.draw.shuffle(order)
        order.sort(key=lambda n: (branches[n] == {"type": "null"}, -self._worth(branches[n])))
        for place in order * _ROUNDS:
            try:
                yield self.value(self._branch(flat, place), name)
            except Unmakeable:
                continue

    def _worth(self, branch: Schema) -> int:
        """How many of the wanted names a branch has."""
        if not self.wanted:
            return 0
        return len(self.wanted & self.flattened.of(branch).get("properties", {}).keys())

    def _branch(self, flat: dict[str, Any], place: int) -> Schema:
        """What holds when this branch is taken; a discriminator says its name."""
        (branches, said), *others = flat["choices"]
        rest = {k: v for k, v in flat.items() if k != "choices"}
        if others:
            rest["choices"] = others
        parts: list[Schema] = [as_schema(rest), branches[place]]
        if said and said["names"][place]:
            parts.append({"properties": {said["property"]: {"const": said["names"][place]}}})
        return self.flattened.joined(flat, f"branch {place}", *parts)

    def _by_type(self, flat: dict[str, Any], name: str) -> Iterator[Any]:
        kind = self._kind(flat)
        if kind == "object":
            yield self._object(flat)
        elif kind == "array":
            yield self._array(flat, name)
        elif kind == "null":
            yield None
        elif kind == "boolean":
            yield from (False, True) if is_more(name) else (True, False)
        else:
            yield from self._scalars(flat, kind, name)

    def _kind(self, flat: dict[str, Any]) -> str:
        kinds = flat.get("type") or [k for w, k in _TELLING.items() if w in flat] or ["string"]
        kinds = [str(kind) for kind in kinds] if isinstance(kinds, list) else [str(kinds)]
        if "null" in kinds and self._within.count(self._within[-1]) > 1:
            return "null"
        return next(kind for kind in _ORDER if kind in kinds)

    def _scalars(self, flat: dict[str, Any], kind: str, name: str) -> Iterator[Any]:
        asked = self.keys.value(name)
        if asked is not None:
            yield from _read(asked, kind)
        if kind == "string":
            yield from texts(flat, name, self.draw, self.today)
            return
        if kind == "integer" and is_moment(name) and not flat.keys() & _ENDS:
            yield moment_ms(self.draw, self.today)
        for _ in range(_TRIES):
            yield number(flat, self.draw, whole=kind == "integer")

    def _lean(self) -> bool:
        again = self._within.count(self._within[-1]) > 1
        return self.attempt > 1 or again or self._made > _PLENTY

    def _object(self, flat: dict[str, Any]) -> dict[str, Any]:
        declared, required = flat.get("properties", {}), flat.get("required", [])
        least, most = flat.get("minProperties", 0), flat.get("maxProperties", 10**6)
        made: dict[str, Any] = {}
        for name in dict.fromkeys([*required, *declared]):
            wanted = name in required or len(made) < least
            left = most - len(made) - len([n for n in required if n not in made and n != name])
            if not wanted and (self._lean() or left < 1):
                continue
            try:
                made[name] = self.value(declared.get(name, self._other(flat, name)), name)
            except Unmakeable:
                if name in required:
                    raise
        self._more(flat, made, least if declared or self._lean() else max(least, min(1, most)))
        return {name: made[name] for name in [*declared, *made] if name in made}

    def _other(self, flat: dict[str, Any], name: str) -> Schema:
        found = [s for p, s in flat.get("patternProperties", {}).items() if re.search(p, name)]
        more: Schema = flat.get("additionalProperties", True)
        return self.flattened.joined(flat, f"name {name}", *found) if found else more

    def _more(self, flat: dict[str, Any], made: dict[str, Any], least: int) -> None:
        """Names nobody declared, as many as must be; for a map, one."""
        by_pattern = flat.get("patternProperties", {})
        names: Schema = flat.get("propertyNames", True)
        if not by_pattern and not isinstance(flat.get("additionalProperties"), dict):
            least = min(least, flat.get("minProperties", 0))
        for turn in range(least * 4):
            if len(made) >= least:
                return
            if by_pattern:
                name = text_of(next(iter(by_pattern)), self.draw, anchors=True)
            else:
                name = str(self.value(names, f"key{turn}")) if names is not True else f"key{turn}"
            made[name] = self.value(self._other(flat, name), name)

    def _array(self, flat: dict[str, Any], name: str) -> list[Any]:
        low, high = flat.get("minItems", 0), flat.get("maxItems", 10**6)
        first: list[Schema] = list(flat.get("prefixItems", []))
        if "contains" in flat:
            items = flat.get("items", True)
            wanted = self.flattened.joined(flat, "contains", items, flat["contains"])
            first += [wanted] * max(1, flat.get("minContains", 1))
        count = max(low, min(high, len(first) or 0), 0 if self._lean() else self._rows(flat, name))
        made: list[Any] = []
        before = self.keys.row
        for row in range(min(count, high) * (3 if flat.get("uniqueItems") else 1)):
            if len(made) >= min(count, high):
                break
            self.keys.row = before + row
            item = first[len(made)] if len(made) < len(first) else flat.get("items", True)
            try:
                self._append(made, self.value(item, name.removesuffix("s")), flat)
            except Unmakeable:
                if len(made) < low:
                    raise
                break
        self.keys.row = before
        return made

    def _append(self, made: list[Any], value: Any, flat: dict[str, Any]) -> None:
        if flat.get("uniqueItems") and any(_same(value, other) for other in made):
            return
        made.append(value)

    def _rows(self, flat: dict[str, Any], name: str) -> int:
        """As many rows as the request's keys ask for, or a few."""
        items: Schema = flat.get("items", {})
        try:
            inner = self.flattened.of(items).get("properties", {})
        except Unmakeable:
            return 0
        asked = max((self.keys.count(n) for n in (name, *inner)), default=0)
        return asked or (1 if self.attempt else _ROWS)


_ENDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_UNSURE = frozenset(
    {EXAMPLES, "choices", "not", "if", "patterns", "format", "enum", "const", "minLength",
     "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
     "contains", "uniqueItems", "propertyNames", "patternProperties", "dependentRequired",
     "dependentSchemas", "unevaluatedProperties", "minProperties", "maxProperties"}
)  # fmt: skip


def _read(text: str, kind: str) -> Iterator[Any]:
    """A request's text as a value of that kind, if it is one."""
    if kind == "string":
        yield text
        return
    try:
        value = json.loads(text)
    except ValueError:
        return
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole or (kind == "number" and isinstance(value, float)):
        yield value


def _same(one: Any, other: Any) -> bool:
    return bool(one == other and isinstance(one, bool) == isinstance(other, bool))
