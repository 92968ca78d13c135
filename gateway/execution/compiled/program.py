"""From the selections of an operation to functions in Python, the innermost first.

One function an object type and selection, one a list. Written into their texts are names we make
up, literals by `repr`, and names that were checked to be names; all else is a constant.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    NonNullTypeNode,
    OperationType,
)
from graphql.execution.collect_fields import (
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from gateway.execution.compiled.access import Simplify
from gateway.execution.compiled.complete import Members, Written, leaf
from gateway.execution.compiled.coverage import NotCovered, Scope
from gateway.execution.compiled.functions import Codes, Draft
from gateway.execution.compiled.later import serially
from gateway.execution.compiled.source import LIST, OBJECT, draft_list, draft_object
from gateway.execution.compiled.state import Field, Items, State
from gateway.execution.compiled.values import Shapes, shapes_of

MOST_FIELDS: Final = 5_000  # written; abstract types can multiply what a document asks for

Run: TypeAlias = Callable[[State, Any], Any]


class Writer:
    """Writes the program of one operation, for one outcome of its conditions."""

    def __init__(
        self,
        schema: GraphQLSchema,
        scope: Scope,
        variables: VariableValues,
        simplify: Simplify,
        codes: Codes,
        members: Callable[[GraphQLEnumType], Members],
    ) -> None:
        self.fields = 0
        self.texts: list[str] = []
        self._schema = schema
        self._scope = scope
        self._variables = variables
        self._simplify = simplify
        self._codes = codes
        self._members = members
        self._fragments = {name: FragmentDetails(node) for name, node in scope.fragments.items()}
        self.sure = frozenset(
            node.variable.name.value
            for node in scope.operation.variable_definitions or ()
            if isinstance(node.type, NonNullTypeNode)
        )
        self._leaves: dict[str, Shapes] = {}
        self._objects: dict[tuple[str, tuple[int, ...]], Written] = {}

    def run(self) -> Run:
        """What runs the operation: from a state and a root value to the data, or a coroutine.

        Raises NotCovered for introspection, and for what would be too long.
        """
        operation = self._scope.operation
        kind = self._schema.get_root_type(operation.operation)
        if kind is None:
            raise NotCovered("the schema has no such operations")
        grouped = collect_fields(
            self._schema, self._fragments, self._variables, kind, operation
        ).grouped_field_set
        if any(found[0].node.name.value in {"__schema", "__type"} for found in grouped.values()):
            raise NotCovered("introspection")
        if operation.operation is OperationType.MUTATION:
            parts = [self._function(kind, {key: found}) for key, found in grouped.items()]
            return lambda state, source: serially(state, source, parts)
        root = self._function(kind, grouped)
        return lambda state, source: root(state, source, None)

    def leaf(self, kind: GraphQLScalarType | GraphQLEnumType) -> Shapes:
        """The shapes of a leaf type; one pair for all its fields."""
        known = self._leaves.get(kind.name)
        if known is None:
            known = self._leaves[kind.name] = shapes_of(leaf(kind))
        return known

    def members(self, kind: GraphQLEnumType) -> Members:
        """What is known of an enum's members."""
        return self._members(kind)

    def possible(
        self, kind: GraphQLInterfaceType | GraphQLUnionType
    ) -> Sequence[GraphQLObjectType]:
        """The object types of an abstract one."""
        return self._schema.get_possible_types(kind)

    def object(self, kind: GraphQLObjectType, field: Field) -> Written:
        """The function of what a field selects on that type; written once."""
        key = (kind.name, tuple(id(node) for node in field.nodes))
        known = self._objects.get(key)
        if known is not None:
            return known
        grouped = collect_subfields(
            self._schema, self._fragments, self._variables, self._scope.operation, kind,
            field.details,
        ).grouped_field_set  # fmt: skip
        function = self._objects[key] = self._function(kind, grouped)
        return function

    def list(self, items: Items, kind: GraphQLOutputType) -> Written:
        """The function that goes through a list of that type."""
        return self._finish(draft_list(self, items, kind), LIST)

    def _function(self, kind: GraphQLObjectType, grouped: GroupedFieldSet) -> Written:
        self.fields += len(grouped)
        if self.fields > MOST_FIELDS:
            raise NotCovered(f"more than {MOST_FIELDS} fields to write")
        fields = self._selected(kind, grouped)
        written = self._finish(draft_object(self, self._simplify, fields), OBJECT)
        for field in fields.values():
            field.details = []  # only for what is selected below it, which is written by now
        return written

    def _finish(self, draft: Draft, head: str) -> Written:
        self.texts.append(draft.text(head))
        return draft.finish(self._codes, head)

    def _selected(self, kind: GraphQLObjectType, grouped: GroupedFieldSet) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for key, details in grouped.items():
            definition = self._schema.get_field(kind, details[0].node.name.value)
            if definition is not None:
                found[key] = Field(definition, details, kind)
        return found
