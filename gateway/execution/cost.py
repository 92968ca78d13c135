"""What an operation costs: its fields, times the lists they stand in, plus department calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from schema.graph.fields import PER_ENTRY, Cost, PerEntry

USUAL = 10  # how long a list is where nothing says so
MOST = 100  # the longest page a client may ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one field of one type costs."""

    weight: int
    size: int
    page: int | None  # the default of its `first`, where it has one
    type_name: str
    per_entry: PerEntry | None = None


Prices = Mapping[tuple[str, str], Price]


def prices(schema: GraphQLSchema) -> Prices:
    """The price of every field of the graph, read once."""
    return {
        (kind.name, name): _price(kind.name, field)
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in kind.fields.items()
    }


def _price(parent: str, field: GraphQLField) -> Price:
    declared = field.extensions.get("strawberry-definition")
    told = next((d for d in getattr(declared, "directives", ()) if isinstance(d, Cost)), Cost())
    first = field.args.get("first")
    listed = _is_list(field.type) and not parent.startswith("__")
    return Price(
        weight=told.weight or 1,
        size=(told.size or USUAL) if listed else 1,
        page=None if first is None else _default(first),
        type_name=get_named_type(field.type).name,
        per_entry=field.extensions.get(PER_ENTRY),
    )


def _default(first: GraphQLArgument) -> int:
    """How long a page is when the client does not say."""
    told = first.default.value if first.default else first.default_value
    if first.default and isinstance(first.default.literal, IntValueNode):
        told = int(first.default.literal.value)
    return told if isinstance(told, int) else USUAL


def _is_list(kind: Any) -> bool:
    if isinstance(kind, GraphQLNonNull):
        return _is_list(kind.of_type)
    return isinstance(kind, GraphQLList)


def _default_lengths(document: DocumentNode) -> Mapping[str, int]:
    """How long the lists are that variables stand for when they are not given."""
    found: dict[str, int] = {}
    for node in document.definitions:
        for one in getattr(node, "variable_definitions", None) or ():
            if isinstance(one.default_value, ListValueNode):
                name = one.variable.name.value
                found[name] = max(found.get(name, 1), len(one.default_value.values))
    return found


class Costing:
    """The cost of a document's operations; a fragment is worked out once."""

    def __init__(
        self, document: DocumentNode, prices: Prices, variables: Mapping[str, Any] | None = None
    ) -> None:
        self._prices = prices
        self._variables = variables
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._lengths = _default_lengths(document)
        self._known: dict[str, int] = {}
        self.by_variable = False  # a page size is a variable: the cost depends on its value

    def operation(self, node: OperationDefinitionNode, root: str) -> int:
        """What running this operation costs at most."""
        return self._set(node.selection_set, root)

    def _set(self, selections: SelectionSetNode | None, parent: str) -> int:
        if selections is None:
            return 0
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += self._field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                total += self._fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                named = node.type_condition
                total += self._set(node.selection_set, named.name.value if named else parent)
        return total

    def _field(self, node: FieldNode, parent: str) -> int:
        price = self._prices.get((parent, node.name.value))
        if price is None:
            return 1 + self._set(node.selection_set, "")
        if price.per_entry is not None:
            below = price.per_entry.weight + self._set(node.selection_set, price.type_name)
            return 1 + self._entries(node, price.per_entry.argument) * below
        size = price.size if price.page is None else self._page(node, price.page) * price.size
        return price.weight + size * self._set(node.selection_set, price.type_name)

    def _fragment(self, name: str) -> int:
        node = self._fragments.get(name)
        if node is None:
            return 0
        kind = node.type_condition.name.value
        if name not in self._known:
            self._known[name] = self._set(node.selection_set, kind)
        return self._known[name]

    def _entries(self, node: FieldNode, name: str) -> int:
        """How many entries a list argument has; what is no list is one, as GraphQL has it."""
        given = next((a.value for a in node.arguments or () if a.name.value == name), None)
        if isinstance(given, ListValueNode):
            return len(given.values)
        if not isinstance(given, VariableNode):
            return 1
        self.by_variable = True
        if given.name.value not in (self._variables or {}):
            return self._lengths.get(given.name.value, 1)
        told = (self._variables or {})[given.name.value]
        return len(told) if isinstance(told, list) else 1

    def _page(self, node: FieldNode, default: int) -> int:
        for argument in node.arguments or ():
            if argument.name.value == "first":
                return self._asked(argument.value, default)
        return default

    def _asked(self, value: ValueNode, default: int) -> int:
        if isinstance(value, IntValueNode):
            return min(int(value.value[:9]), MOST) if not value.value.startswith("-") else 1
        if not isinstance(value, VariableNode):
            return default
        self.by_variable = True
        if self._variables is None:
            return 1
        given = self._variables.get(value.name.value, MOST)
        return max(1, min(given, MOST)) if isinstance(given, int) else MOST
