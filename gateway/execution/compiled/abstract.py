"""Interfaces and unions: which object type a value is, asked as graphql-core asks."""

from collections.abc import Awaitable, Mapping
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    default_type_resolver,
)
from graphql.pyutils import inspect, is_awaitable

from gateway.execution.compiled.complete import Shape
from gateway.execution.compiled.state import Field, Place, State, field_place, info_at


def abstract(kind: GraphQLAbstractType, shapes: Mapping[str, Shape]) -> Shape:
    """The shape of the object type a value turns out to be; `shapes` by the type's name."""
    ask = kind.resolve_type or default_type_resolver

    def complete(state: State, field: Field, value: Any, place: Place) -> Any:
        name: Any = ask(value, info_at(state, field, field_place(place)), kind)
        if is_awaitable(name):
            return _once_known(name, state, field, value, place)
        return _shape(kind, shapes, name, state, field, value)(state, field, value, place)

    async def _once_known(
        name: Awaitable[Any], state: State, field: Field, value: Any, place: Place
    ) -> Any:
        shape = _shape(kind, shapes, await name, state, field, value)
        found = shape(state, field, value, place)
        return found if found.__class__ is dict else await found

    return complete


def _shape(
    kind: GraphQLAbstractType,
    shapes: Mapping[str, Shape],
    name: Any,
    state: State,
    field: Field,
    value: Any,
) -> Shape:
    known = shapes.get(name) if isinstance(name, str) else None
    if known is None:
        raise GraphQLError(_why(kind, name, state, field, value), field.nodes[:])
    return known


def _why(kind: GraphQLAbstractType, name: Any, state: State, field: Field, value: Any) -> str:
    """What is wrong with the answer, in graphql-core's words."""
    where = f"'{field.parent}.{field.name}'"
    if name is None:
        return (
            f"Abstract type '{kind}' must resolve to an Object type at runtime for field {where}."
            f" Either the '{kind}' type should provide a 'resolve_type' function or each possible"
            " type should provide an 'is_type_of' function."
        )
    if not isinstance(name, str):
        return (
            f"Abstract type '{kind}' must resolve to an Object type at runtime for field {where}"
            f" with value {inspect(value)}, received '{inspect(name)}',"
            " which is not a valid Object type name."
        )
    found = state.schema.get_type(name)
    if found is None:
        return (
            f"Abstract type '{kind}' was resolved to a type '{name}'"
            " that does not exist inside the schema."
        )
    if not isinstance(found, GraphQLObjectType):
        return f"Abstract type '{kind}' was resolved to a non-object type '{name}'."
    return f"Runtime Object type '{found}' is not a possible type for '{kind}'."
