"""One execution: its errors, where they happened, and what resolvers are told."""

from asyncio import Future, gather, get_running_loop, iscoroutine
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeAlias

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    located_error,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, gather_with_cancel, is_awaitable
from graphql.type.definition import GraphQLResolveInfoHelpers

from gateway.execution.compiled.arguments import NONE, Prepared

Place: TypeAlias = "tuple[Place, str | int, str | None] | None"
"""A path as plain tuples, cheaper than graphql-core's Path, with the same three parts."""


class Field:
    """A selected field of one type: what does not change from one execution to the next."""

    __slots__ = (
        "definition", "details", "field", "name", "nodes", "nonnull", "parent", "prepared", "shape",
    )  # fmt: skip

    def __init__(
        self, definition: GraphQLField, details: list[FieldDetails], parent: GraphQLObjectType
    ) -> None:
        self.definition = definition
        self.details: list[FieldDetails] = details
        self.nodes = [one.node for one in details]
        self.name = self.nodes[0].name.value
        self.parent = parent
        self.field = self
        self.nonnull = False
        self.shape: Any = None
        self.prepared = Prepared(definition, self.nodes[0]) if definition.args else NONE


class Items:
    """The entries of a list of a field, as a position that can be null or fail."""

    __slots__ = ("field", "nodes", "nonnull", "shape")

    def __init__(self, field: Field) -> None:
        self.field = field
        self.nodes = field.nodes
        self.nonnull = False
        self.shape: Any = None


Position: TypeAlias = Field | Items


class Background:
    """What runs on though nobody waits for it.

    Apart from the state of its execution, which resolvers are told of: the two would otherwise hold
    each other, and each execution be found by the garbage collector alone.
    """

    __slots__ = ("_running",)

    def __init__(self) -> None:
        self._running: set[Future[Any]] = set()

    def settle(self, values: Sequence[Any]) -> None:
        """Let these run to their end without anybody waiting; without a loop, close them."""
        awaitables: list[Awaitable[Any]] = [value for value in values if is_awaitable(value)]
        if not awaitables:
            return
        try:
            get_running_loop()
        except RuntimeError:
            for awaitable in awaitables:
                if iscoroutine(awaitable):
                    awaitable.close()
            return
        future = gather(*awaitables, return_exceptions=True)
        self._running.add(future)
        future.add_done_callback(self._running.discard)


class State:
    """What one execution carries along."""

    __slots__ = (
        "_nulled", "_told", "arguments", "background", "context", "errors", "fragments", "hide",
        "operation", "root", "schema", "variables",
    )  # fmt: skip

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        root: Any,
        context: Any,
        variables: VariableValues,
        hide: bool,
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.fragments = fragments
        self.root = root
        self.context = context
        self.variables = variables
        self.hide = hide
        self.errors: list[GraphQLError] = []
        self.arguments: dict[Field, dict[str, Any]] = {}
        self._nulled: set[Place] = set()
        self._told: tuple[Any, ...] | None = None
        self.background = Background()

    def add(self, error: GraphQLError, place: Place) -> None:
        """Keep an error, unless what it is about was already nulled by another."""
        above = place
        while above is not None:
            if above in self._nulled:
                return
            above = above[0]
        if None not in self._nulled:
            self._nulled.add(place)
            self.errors.append(error)

    def told(self) -> tuple[Any, ...]:
        """The part of the resolve info that is the same for every field."""
        if self._told is None:
            self._told = (
                self.schema, self.fragments, self.root, self.operation, self.variables,
                self.context, is_awaitable, None,
                GraphQLResolveInfoHelpers(gather=_gather, track=self.background.settle),
            )  # fmt: skip
        return self._told


def _gather(values: Sequence[Awaitable[Any]]) -> Awaitable[list[Any]]:
    return gather_with_cancel(*values)


def info_at(state: State, field: Field, place: Place) -> GraphQLResolveInfo[Any]:
    """What graphql-core would tell the resolver of this field, whole."""
    given = (
        field.name, field.nodes[:], field.definition.type, field.parent, path_of(place),
        *state.told(),
    )  # fmt: skip
    made: GraphQLResolveInfo[Any] = tuple.__new__(GraphQLResolveInfo, given)
    return made


def arguments(state: State, field: Field) -> dict[str, Any]:
    """The arguments of this field; raises GraphQLError as graphql-core does."""
    known = state.arguments.get(field)
    if known is not None:
        return known
    prepared = field.prepared
    found = prepared.quickly(state.variables)
    if found is None:
        found = get_argument_values(
            field.definition, field.nodes[0], state.variables, None, state.hide
        )
    if prepared.steady:
        state.arguments[field] = found
    return found


def renamed(arguments: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The same arguments by a function's own keywords."""
    return {names[name]: value for name, value in arguments.items()}


def fail(state: State, position: Position, error: Exception, place: Place) -> Any:
    """Keep the error and give the null for here; raise it where null may not stand."""
    located = located_error(error, position.nodes[:], _keys(place))
    if position.nonnull:
        raise located
    state.add(located, place)
    return None


def path_of(place: Place) -> Path | None:
    """The same path as graphql-core writes it."""
    if place is None:
        return None
    made: Path = tuple.__new__(Path, (path_of(place[0]), place[1], place[2]))
    return made


def field_place(place: Place) -> Place:
    """The place of the field whose list, or list of lists, an entry stands in."""
    while place is not None and isinstance(place[1], int):
        place = place[0]
    return place


def _keys(place: Place) -> list[str | int]:
    keys: list[str | int] = []
    while place is not None:
        keys.append(place[1])
        place = place[0]
    keys.reverse()
    return keys
