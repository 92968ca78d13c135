"""Schemas with references and `allOf` resolved: one mapping that says all that holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mocks.anything.json_merge import merged
from mocks.anything.json_schemas import BUNDLE, EXAMPLES, Bundle, Schema
from mocks.anything.refusal import Unmakeable

_DEEP = 24


@dataclass(slots=True)
class Flattened:
    """Schemas with references and `allOf` resolved, each once for as long as the bundle lives."""

    bundle: Bundle
    _flat: dict[int, tuple[Schema, dict[str, Any]]] = field(default_factory=dict)
    _joined: dict[tuple[int, str], Schema] = field(default_factory=dict)

    def joined(self, flat: dict[str, Any], what: str, *parts: Schema) -> Schema:
        """Schemas that hold at once; the same schema for the same flat one and `what`."""
        key = (id(flat), what)
        if key not in self._joined:
            self._joined[key] = {"allOf": list(parts)}
        return self._joined[key]

    def of(self, schema: Schema) -> dict[str, Any]:
        """One mapping that says all that holds; `choices` are oneOf and anyOf."""
        kept = self._flat.get(id(schema))
        if kept is None:
            kept = self._flat[id(schema)] = (schema, self._flatten(schema, 0))
        return kept[1]

    def _flatten(self, schema: Schema, depth: int) -> dict[str, Any]:
        if schema is False or depth > _DEEP:
            raise Unmakeable("nothing is allowed here")
        if schema is True:
            return {}
        made = {k: v for k, v in schema.items() if k not in ("allOf", "$ref", *_AS_LISTS)}
        alone = not made and len(list(self._parts(schema))) == 1
        for word, name in _AS_LISTS.items():
            if word in schema:
                branches = (schema[word], schema.get("x-branches"))
                made.setdefault(name, [])
                made[name] = [*made[name], branches if name == "choices" else schema[word]]
        for part in self._parts(schema):
            inner = self._flatten(part, depth + 1)
            # the example of a part is not one of the whole
            made = merged(made, {k: v for k, v in inner.items() if alone or k != EXAMPLES})
        return made

    def _parts(self, schema: Mapping[str, Any]) -> Iterator[Schema]:
        if "$ref" in schema:
            yield self.bundle.defs[schema["$ref"].removeprefix(f"{BUNDLE}#/$defs/")]
        yield from schema.get("allOf", ())


_AS_LISTS = {"oneOf": "choices", "anyOf": "choices", "pattern": "patterns"}


def as_schema(flat: dict[str, Any]) -> Schema:
    """A flat schema as one that can be flattened again."""
    made = {k: v for k, v in flat.items() if k not in ("choices", "patterns", "x-branches")}
    parts: list[Schema] = [{"pattern": p} for p in flat.get("patterns", ())]
    parts += [{"anyOf": branches} for branches, _ in flat.get("choices", ())]
    return {"allOf": [made, *parts]} if parts else made
