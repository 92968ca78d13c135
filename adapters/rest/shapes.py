"""The shapes of JSON messages, read from an OpenAPI document's schemas."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from adapters.documents import Documents, remembered
from adapters.mapping.convert import to_text
from adapters.rest.document import Found, OpenApi, load_openapi
from adapters.rest.facets import facets_of
from adapters.shape import Choice, Kind, Later, Shape

_KINDS = {
    "integer": Kind.INTEGER,
    "number": Kind.DECIMAL,
    "boolean": Kind.BOOLEAN,
    "string": Kind.TEXT,
    "object": Kind.GROUP,
}
_FORMATS = {"date": Kind.DATE, "date-time": Kind.DATETIME}
_MERGED = ("allOf", "anyOf", "oneOf")


def load_shapes(documents: Documents, entry: Path) -> "JsonShapes":
    """The shapes of the document in this file; BadContract says what is wrong."""
    return JsonShapes(remembered(documents, entry, load_openapi))


class JsonShapes:
    """Schemas of one document as shapes."""

    def __init__(self, document: OpenApi) -> None:
        self._document = document
        self._known: dict[str, tuple[Shape, Shape, Shape | None]] = {}

    @property
    def document(self) -> OpenApi:
        """Whose schemas they are."""
        return self._document

    def messages(self, found: Found) -> tuple[Shape, Shape, Shape | None]:
        """What an operation takes, gives, and gives when it fails; worked out once a document."""
        if found.name not in self._known:
            shapes = self.request(found), self.reply(found), self.failure(found)
            self._known[found.name] = shapes
        return self._known[found.name]

    def request(self, found: Found) -> Shape:
        """What an operation takes: path, query, header, body."""
        groups: dict[str, dict[str, Shape]] = {"path": {}, "query": {}, "header": {}}
        for parameter in found.parameters:
            if parameter["in"] in groups:
                name = str(parameter["name"])
                required = bool(parameter.get("required"))
                shape = self.shape(name, parameter.get("schema", {}), required=required)
                groups[parameter["in"]][name] = shape
        members = {place: _group(place, inside) for place, inside in groups.items()}
        if found.body is not None:
            members["body"] = self.shape("body", found.body, required=found.body_required)
        return Shape(name=found.name, tag="", kind=Kind.GROUP, members=lambda: members)

    def reply(self, found: Found) -> Shape:
        """What an operation gives when it succeeds: the members of all its 2xx bodies."""
        bodies = [schema for schema in found.successes() if schema]
        schema = bodies[0] if len(bodies) == 1 else {"anyOf": bodies} if bodies else {}
        return self.shape(found.name, schema)

    def failure(self, found: Found) -> Shape | None:
        """What an operation gives when it fails: the members of all its other bodies."""
        bodies = [s for status, s in found.responses.items() if not status.startswith("2") and s]
        return self.shape(found.name, {"anyOf": bodies}) if bodies else None

    def shape(self, name: str, schema: Mapping[str, Any], *, required: bool = True) -> Shape:
        """The shape of a value of this schema."""
        node = self._document.resolve(schema)
        kinds = self._types(node)
        if "array" in kinds:
            return self._array(name, node, required=required, nillable="null" in kinds)
        kind = self._kind(node, kinds)
        choices = tuple(self._choices(node))
        return Shape(
            name=name,
            tag=name,
            kind=kind,
            required=required,
            nillable="null" in kinds,
            enum=self._enum(node),
            facets=facets_of(list(self._whole(node))),
            read_only=any(part.get("readOnly") is True for part in self._whole(node)),
            write_only=any(part.get("writeOnly") is True for part in self._whole(node)),
            open=self._open(node) if kind is Kind.GROUP else kind is Kind.ANY,
            members=Later(partial(self._members, node)) if kind is Kind.GROUP else dict,
            choices=(lambda: choices) if choices else tuple,
        )

    def _array(
        self, name: str, node: Mapping[str, Any], *, required: bool, nillable: bool
    ) -> Shape:
        items = self._find(node, "items")
        one = self.shape(name, items if isinstance(items, Mapping) else {}, required=required)
        least, most = self._find(node, "minItems"), self._find(node, "maxItems")
        return replace(
            one,
            repeated=True,
            nillable=nillable,
            least=least if isinstance(least, int) else 0,
            most=most if isinstance(most, int) else None,
            read_only=node.get("readOnly") is True,
            write_only=node.get("writeOnly") is True,
        )

    def _whole(self, node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The schemas that surely hold: itself, its `allOf`, an alternative to null only."""
        yield node
        for part in node.get("allOf", ()):
            yield from self._whole(self._document.resolve(part))
        for word in ("anyOf", "oneOf"):
            others = [self._document.resolve(part) for part in node.get(word, ())]
            others = [part for part in others if part.get("type") != "null"]
            if len(others) == 1:
                yield from self._whole(others[0])

    def _choices(self, node: Mapping[str, Any]) -> Iterator[Choice]:
        """`oneOf` alternatives that are told apart by the members each requires."""
        for whole in self._whole(node):
            parts = [self._document.resolve(part) for part in whole.get("oneOf", ())]
            demanded = [tuple(map(str, part.get("required", ()))) for part in parts]
            if len(parts) > 1 and all(demanded):
                yield Choice(tuple(self._apart(demanded)), required=True)

    @staticmethod
    def _apart(demanded: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
        for names in demanded:
            shared = {name for other in demanded if other is not names for name in other}
            yield tuple(name for name in names if name not in shared)

    def _types(self, node: Mapping[str, Any]) -> set[str]:
        given = node.get("type")
        found = set(given) if isinstance(given, list) else {given} if given else set()
        for word in _MERGED:
            for part in node.get(word, ()):
                found |= self._types(self._document.resolve(part))
        if not found and "properties" in node:
            found = {"object"}
        return {str(kind) for kind in found}

    def _kind(self, node: Mapping[str, Any], kinds: set[str]) -> Kind:
        plain = kinds - {"null"}
        if len(plain) != 1:
            return Kind.DECIMAL if plain == {"integer", "number"} else Kind.ANY
        kind = _KINDS.get(plain.pop(), Kind.ANY)
        if kind is Kind.TEXT:
            return _FORMATS.get(str(self._find(node, "format")), Kind.TEXT)
        return kind

    def _find(self, node: Mapping[str, Any], word: str) -> Any:
        if word in node:
            return node[word]
        for merge in _MERGED:
            for part in node.get(merge, ()):
                found = self._find(self._document.resolve(part), word)
                if found is not None:
                    return found
        return None

    def _enum(self, node: Mapping[str, Any]) -> tuple[str, ...]:
        for part in self._whole(node):
            if part.get("const") is not None:
                return (to_text(part["const"]),)
            if isinstance(part.get("enum"), list):
                return tuple(to_text(v) for v in part["enum"] if v is not None)
        parts = [self._document.resolve(p) for w in _MERGED[1:] for p in node.get(w, ())]
        lists = [self._enum(part) for part in parts if part.get("type") != "null"]
        return tuple(dict.fromkeys(v for found in lists for v in found)) if all(lists) else ()

    def _open(self, node: Mapping[str, Any]) -> bool:
        extra = node.get("additionalProperties")
        if extra is True or (isinstance(extra, Mapping) and extra):
            return True
        return extra is not False and not self._named(node)

    def _named(self, node: Mapping[str, Any], depth: int = 20) -> bool:
        """Whether it names any member; schemas may contain themselves, so members stay unmade."""
        if node.get("properties"):
            return True
        parts = (part for word in _MERGED for part in node.get(word, ()))
        return depth > 0 and any(self._named(self._document.resolve(p), depth - 1) for p in parts)

    def _members(self, node: Mapping[str, Any], depth: int = 0) -> dict[str, Shape]:
        required = set(node.get("required", ()))
        found = {
            name: self.shape(name, schema, required=name in required)
            for name, schema in node.get("properties", {}).items()
        }
        for word in _MERGED:
            for part in node.get(word, ()):
                inside = self._members(self._document.resolve(part), depth + 1)
                for name, shape in inside.items():
                    found.setdefault(name, _optional(shape, word, required))
        return found


def _optional(shape: Shape, word: str, required: set[str]) -> Shape:
    """A member of one alternative is required only when the whole says so."""
    if word == "allOf" or shape.required == (shape.name in required):
        return shape
    return replace(shape, required=shape.name in required)


def _group(name: str, members: Mapping[str, Shape]) -> Shape:
    required = any(member.required for member in members.values())
    return Shape(name=name, tag=name, kind=Kind.GROUP, required=required, members=lambda: members)
