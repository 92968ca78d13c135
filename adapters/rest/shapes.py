"""The shapes of JSON messages, read from an OpenAPI document's schemas."""

from collections.abc import Mapping
from typing import Any

from adapters.rest.document import Found, OpenApi
from adapters.shape import Kind, Shape

_KINDS = {
    "integer": Kind.INTEGER,
    "number": Kind.DECIMAL,
    "boolean": Kind.BOOLEAN,
    "string": Kind.TEXT,
    "object": Kind.GROUP,
}
_FORMATS = {"date": Kind.DATE, "date-time": Kind.DATETIME}
_MERGED = ("allOf", "anyOf", "oneOf")


class JsonShapes:
    """Schemas of one document as shapes."""

    def __init__(self, document: OpenApi) -> None:
        self._document = document

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
        bodies = [s for status, s in found.responses.items() if status.startswith("2") and s]
        schema = bodies[0] if len(bodies) == 1 else {"anyOf": bodies} if bodies else {}
        return self.shape(found.name, schema)

    def shape(self, name: str, schema: Mapping[str, Any], *, required: bool = True) -> Shape:
        """The shape of a value of this schema."""
        node = self._document.resolve(schema)
        kinds = self._types(node)
        if "array" in kinds:
            return self._array(name, node, required=required, nillable="null" in kinds)
        kind = self._kind(node, kinds)
        made: list[dict[str, Shape]] = []

        def members() -> Mapping[str, Shape]:
            if not made:
                made.append(self._members(node))
            return made[0]

        return Shape(
            name=name,
            tag=name,
            kind=kind,
            required=required,
            nillable="null" in kinds,
            enum=self._enum(node),
            open=self._open(node) if kind is Kind.GROUP else kind is Kind.ANY,
            members=members if kind is Kind.GROUP else dict,
        )

    def _array(
        self, name: str, node: Mapping[str, Any], *, required: bool, nillable: bool
    ) -> Shape:
        items = self._find(node, "items")
        one = self.shape(name, items if isinstance(items, Mapping) else {}, required=required)
        return Shape(
            name=name,
            tag=name,
            kind=one.kind,
            required=required,
            repeated=True,
            nillable=nillable,
            enum=one.enum,
            open=one.open,
            members=one.members,
        )

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
        if "const" in node:
            return (str(node["const"]),)
        values = self._find(node, "enum")
        return tuple(str(v) for v in values if v is not None) if isinstance(values, list) else ()

    def _open(self, node: Mapping[str, Any]) -> bool:
        extra = node.get("additionalProperties")
        if extra is True or (isinstance(extra, Mapping) and extra):
            return True
        return extra is not False and not self._names_members(node)

    def _names_members(self, node: Mapping[str, Any]) -> bool:
        """Whether the schema names any member; the members are not made, they may hold itself."""
        parts = (part for word in _MERGED for part in node.get(word, ()))
        return bool(node.get("properties")) or any(
            self._names_members(self._document.resolve(part)) for part in parts
        )

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
    return Shape(
        name=shape.name,
        tag=shape.tag,
        kind=shape.kind,
        required=shape.name in required,
        repeated=shape.repeated,
        nillable=shape.nillable,
        enum=shape.enum,
        open=shape.open,
        members=shape.members,
    )


def _group(name: str, members: Mapping[str, Shape]) -> Shape:
    required = any(member.required for member in members.values())
    return Shape(name=name, tag=name, kind=Kind.GROUP, required=required, members=lambda: members)
