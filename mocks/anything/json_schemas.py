"""JSON Schemas of a contract, written down as 2020-12 in one bundle, whatever they came as.

OpenAPI 3.0 and Swagger 2.0 have words of their own (`nullable`, exclusive bounds as flags) and
let nothing stand beside a `$ref`. What a validator would stumble over is left out and noted.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import jsonschema_rs

from mocks.anything.documents import Place, Tree
from mocks.anything.refusal import Refused

Schema: TypeAlias = bool | dict[str, Any]
BUNDLE = "urn:contract"
EXAMPLES = "x-examples"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_ONE = frozenset(
    {"additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then",
     "unevaluatedItems", "unevaluatedProperties"}
)  # fmt: skip
_MANY = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED = frozenset({"dependentSchemas", "patternProperties", "properties"})
_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_COUNTS = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
     "minContains", "maxContains"}
)  # fmt: skip
_KEPT = frozenset({"const", "enum", "uniqueItems", "dependentRequired"})


@dataclass(slots=True)
class Bundle:
    """Schemas by number; `#/$defs/<n>` refers to one. `asked` says whose eyes they are for."""

    tree: Tree
    modern: bool  # 3.1: plain JSON Schema
    notes: list[str] = field(default_factory=list)
    defs: dict[str, Schema] = field(default_factory=dict)
    origin: dict[str, Place] = field(default_factory=dict)
    _known: dict[tuple[Place, bool], str] = field(default_factory=dict)
    _registry: jsonschema_rs.Registry | None = None
    _validators: dict[int, tuple[Schema, Any]] = field(default_factory=dict)

    def add(self, node: Any, place: Place, *, asked: bool = False) -> Schema:
        """A schema where it stands in a document; `asked`: it is for requests."""
        if not isinstance(node, dict):
            return node if isinstance(node, bool) else True
        made = self._words(node, place, asked)
        reference = node.get("$ref")
        if isinstance(reference, str):
            target = {"$ref": f"{BUNDLE}#/$defs/{self._reference(reference, place, asked)}"}
            return {"allOf": [target], **made} if self.modern and made else target
        return self._nullable(node, made)

    def _reference(self, reference: str, place: Place, asked: bool) -> str:
        where = self.tree.place(reference, place)
        key = (where, asked)
        if key not in self._known:
            name = self._known[key] = str(len(self._known))
            self.origin[name] = where
            self.defs[name] = True
            self.defs[name] = self.add(self.tree.at(where), where, asked=asked)
        return self._known[key]

    def _words(self, node: Mapping[str, Any], place: Place, asked: bool) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for word, value in node.items():
            here = place.below(word)
            if word in _ONE and isinstance(value, dict | bool):
                made[word] = self.add(value, here, asked=asked)
            elif word in _MANY and isinstance(value, list):
                made[word] = [
                    self.add(one, here.below(n), asked=asked) for n, one in enumerate(value)
                ]
            elif word in _NAMED and isinstance(value, dict):
                made[word] = {
                    str(key): self.add(one, here.below(key), asked=asked)
                    for key, one in value.items()
                }
            else:
                self._plain(made, word, value, node, here)
        if "required" in made:
            made["required"] = [n for n in made["required"] if not _hidden(node, n, asked)]
        self._discriminated(made, node)
        examples = [node["example"]] if "example" in node else node.get("examples")
        if isinstance(examples, list) and examples:
            made[EXAMPLES] = examples
        return made

    def _plain(
        self, made: dict[str, Any], word: str, value: Any, node: Mapping[str, Any], here: Place
    ) -> None:
        reader = _READ.get(word)
        if word in _KEPT:
            made[word] = value
        elif word in _COUNTS and _counts(value):
            made[word] = int(value)
        elif word in _NUMBERS:
            _number(made, word, value, node)
        elif reader is not None:
            read = reader(value)
            if read is not None:
                made[word] = read
            elif value not in ("file", True, False):
                self.notes.append(f"{here}: {value!r} is not understood and left out")

    def _discriminated(self, made: dict[str, Any], node: Mapping[str, Any]) -> None:
        """What a discriminator calls each branch: kept for making values, not for checking."""
        said = node.get("discriminator")
        branches = node.get("oneOf") or node.get("anyOf")
        if not isinstance(said, dict) or not isinstance(branches, list):
            return
        mapped = {str(v): k for k, v in (said.get("mapping") or {}).items()}
        names = []
        for branch in branches:
            reference = branch.get("$ref", "") if isinstance(branch, dict) else ""
            short = reference.rpartition("/")[2]
            names.append(mapped.get(reference) or mapped.get(short) or short)
        made["x-branches"] = {"property": said.get("propertyName", ""), "names": names}

    def _nullable(self, node: Mapping[str, Any], made: dict[str, Any]) -> Schema:
        if node.get("nullable") is not True and node.get("x-nullable") is not True:
            return made
        if isinstance(made.get("type"), str) and "enum" not in made:
            made["type"] = [made["type"], "null"]
            return made
        return {"anyOf": [made, {"type": "null"}]}

    def registry(self) -> jsonschema_rs.Registry:
        """All schemas, for validators; after this nothing is added."""
        if self._registry is None:
            whole = {"$schema": DRAFT, "$defs": self.defs}
            self._registry = jsonschema_rs.Registry([(BUNDLE, whole)])
        return self._registry

    def validator(self, schema: Schema) -> Any:
        """The validator of a schema of this bundle, formats included; made once per schema."""
        kept = self._validators.get(id(schema))
        if kept is None:
            try:
                made = jsonschema_rs.Draft202012Validator(
                    schema, validate_formats=True, registry=self.registry()
                )
            except (ValueError, jsonschema_rs.ReferencingError) as wrong:
                raise Refused(f"a schema cannot be read: {wrong} — correct it") from wrong
            kept = self._validators[id(schema)] = (schema, made)
        return kept[1]

    def allows(self, schema: Schema, value: object) -> bool:
        """Whether a value is valid."""
        return bool(self.validator(schema).is_valid(value))

    def mistakes(self, schema: Schema, value: object, where: str) -> list[str]:
        """What is wrong with a value, each with its path."""
        return [
            f"{where}{''.join(f'/{step}' for step in error.instance_path)}: {error.message}"
            for error in self.validator(schema).iter_errors(value)
        ]


def _hidden(node: Mapping[str, Any], name: str, asked: bool) -> bool:
    """Whether a required property is the server's alone: a request need not have it."""
    inner = (node.get("properties") or {}).get(name)
    return asked and isinstance(inner, dict) and inner.get("readOnly") is True


def _counts(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _number(made: dict[str, Any], word: str, value: Any, node: Mapping[str, Any]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    end = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(word)
    if end is not None and node.get(end) is True:
        made[end] = value
    elif word != "multipleOf" or value > 0:
        made[word] = value


def _type(value: Any) -> Any:
    kinds = value if isinstance(value, list) else [value]
    if kinds and all(isinstance(kind, str) and kind in _TYPES for kind in kinds):
        return value
    return None


def _required(value: Any) -> Any:
    return [str(name) for name in value] if isinstance(value, list) else None


def _pattern(value: Any) -> Any:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": value})
    except ValueError:
        return None
    return value


def _format(value: Any) -> Any:
    return value if isinstance(value, str) and re.fullmatch(r"[\w-]+", value) else None


_READ: dict[str, Callable[[Any], Any]] = {
    "type": _type,
    "required": _required,
    "pattern": _pattern,
    "format": _format,
}
