"""What an operation gives: its selection as shapes, and as the schema its data must satisfy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from adapters.graphql.contract import Found
from adapters.graphql.variables import SCALARS
from adapters.shape import Kind, Shape

_JSON: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    Kind.DECIMAL: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
}


@dataclass(slots=True)
class Selected:
    """One entry of an answer's object: its type, and which concrete types surely have it."""

    key: str
    name: str
    type: Any
    parents: frozenset[str]  # every concrete type the object may be
    among: frozenset[str] = frozenset()
    sets: list[SelectionSetNode] = field(default_factory=list)
    members: tuple["Selected", ...] = ()

    @property
    def always(self) -> bool:
        """Whether the entry is there whatever the object is."""
        return self.among == self.parents


class Selection:
    """Reads the selections of one operation."""

    def __init__(self, schema: GraphQLSchema, found: Found) -> None:
        self._schema, self._fragments = schema, found.fragments
        root = schema.get_root_type(found.node.operation)
        self.members = () if root is None else self._members(root, [found.node.selection_set])

    def shape(self) -> Shape:
        """The shape of `data`."""
        return _group("data", self.members, required=True)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of `data`: types, nulls, lists and entries exactly as the SDL has them."""
        return _object(self.members, nullable=False)

    def _members(
        self, parent: GraphQLCompositeType, sets: Iterable[SelectionSetNode]
    ) -> tuple[Selected, ...]:
        everything = self._possible(parent)
        gathered: dict[str, Selected] = {}
        for selections in sets:
            for node, here, among, sure in self._fields(selections, parent, everything, sure=True):
                key = node.alias.value if node.alias else node.name.value
                declared = self._schema.get_field(here, node.name.value)
                if declared is None:
                    continue  # validation has said so
                known = gathered.setdefault(
                    key, Selected(key, node.name.value, declared.type, everything)
                )
                known.among |= among if sure else frozenset()
                known.sets.extend([node.selection_set] if node.selection_set else [])
        for entry in gathered.values():
            named = get_named_type(entry.type)
            if is_composite_type(named):
                entry.members = self._members(named, entry.sets)
        return tuple(gathered.values())

    def _fields(
        self,
        selections: SelectionSetNode,
        here: GraphQLCompositeType,
        among: frozenset[str],
        *,
        sure: bool,
    ) -> Iterator[tuple[FieldNode, GraphQLCompositeType, frozenset[str], bool]]:
        """Every field of a selection set, fragments opened: where it stands and who has it."""
        for node in selections.selections:
            certain = sure and not node.directives  # @include and @skip
            if isinstance(node, FieldNode):
                yield node, here, among, certain
                continue
            inside, condition = self._opened(node)
            type_ = here
            if condition is not None:
                named = self._schema.type_map[condition]
                type_ = named if is_composite_type(named) else here
            yield from self._fields(inside, type_, among & self._possible(type_), sure=certain)

    def _opened(self, node: SelectionNode) -> tuple[SelectionSetNode, str | None]:
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments[node.name.value]
            return fragment.selection_set, fragment.type_condition.name.value
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            return node.selection_set, condition.name.value if condition else None
        raise TypeError(type(node).__name__)

    def _possible(self, kind: GraphQLCompositeType) -> frozenset[str]:
        if isinstance(kind, GraphQLObjectType):
            return frozenset({kind.name})
        return frozenset(one.name for one in self._schema.get_possible_types(kind))


def _unwrapped(kind: Any) -> tuple[Any, bool]:
    """The type without its "never null", and whether null is allowed."""
    return (kind.of_type, False) if isinstance(kind, GraphQLNonNull) else (kind, True)


def _group(name: str, members: tuple[Selected, ...], *, required: bool, **more: Any) -> Shape:
    inside = {entry.key: _shape(entry) for entry in members}
    return Shape(
        name=name, tag=name, kind=Kind.GROUP, required=required, members=lambda: inside, **more
    )


def _shape(entry: Selected) -> Shape:
    inner, nullable = _unwrapped(entry.type)
    repeated = isinstance(inner, GraphQLList)
    if entry.members:
        more = {"repeated": repeated, "nillable": nullable}
        return _group(entry.key, entry.members, required=entry.always, **more)
    item = _unwrapped(inner.of_type)[0] if isinstance(inner, GraphQLList) else inner
    kind = _kind(item)
    return Shape(
        name=entry.key,
        tag=entry.key,
        kind=kind,
        required=entry.always,
        repeated=repeated,
        nillable=nullable,
        enum=_enum(entry, item),
        open=kind is Kind.ANY,
    )


def _kind(item: Any) -> Kind:
    if isinstance(item, GraphQLEnumType):
        return Kind.TEXT
    return SCALARS.get(getattr(item, "name", ""), Kind.ANY)


def _enum(entry: Selected, item: Any) -> tuple[str, ...]:
    if entry.name == "__typename":
        return tuple(sorted(entry.parents))
    return tuple(item.values) if isinstance(item, GraphQLEnumType) else ()


def _object(members: tuple[Selected, ...], *, nullable: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": ["object", "null"] if nullable else "object",
        "properties": {entry.key: _value(entry.type, entry) for entry in members},
        "required": [entry.key for entry in members if entry.always],
    }
    told = next((entry for entry in members if entry.name == "__typename" and entry.always), None)
    if told is not None:
        schema["allOf"] = [_when(told.key, name, members) for name in sorted(told.parents)]
    return schema


def _when(key: str, name: str, members: tuple[Selected, ...]) -> dict[str, Any]:
    """What an object that says it is a `name` must have besides."""
    return {
        "if": {"properties": {key: {"const": name}}, "required": [key], "type": "object"},
        "then": {"required": [entry.key for entry in members if name in entry.among]},
    }


def _value(kind: Any, entry: Selected) -> dict[str, Any]:
    inner, nullable = _unwrapped(kind)
    if isinstance(inner, GraphQLList):
        return {
            "type": ["array", "null"] if nullable else "array",
            "items": _value(inner.of_type, entry),
        }
    if entry.members:
        return _object(entry.members, nullable=nullable)
    names = _enum(entry, inner)
    if names:
        return {"enum": [*names, None] if nullable else list(names)}
    schema = dict(_JSON.get(_kind(inner), {}))
    if not schema:
        return {} if nullable else {"not": {"type": "null"}}
    return {**schema, "type": [schema["type"], "null"]} if nullable else schema
