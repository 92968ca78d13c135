"""A field's arguments, prepared as far as they do not change between executions."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeAlias

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
    IntValueNode,
    NameNode,
    NullValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    is_specified_scalar_type,
)
from graphql.execution.values import VariableValues, get_argument_values

_LITERALS: Final = (
    BooleanValueNode, EnumValueNode, FloatValueNode, IntValueNode, NullValueNode, StringValueNode,
)  # fmt: skip
_UNCHANGING: Final = (str, int, float, bool, type(None), Enum)
_Part: TypeAlias = tuple[str, Any, str | None, bool]  # name, constant or variable, non-null


class Prepared:
    """The arguments of one field node.

    `steady`: the same for every value of this field in one execution, so they are worked out once.
    A list or an object written in the document is made anew each time, as graphql-core does it:
    resolvers may change what they are given. `always`: those that are there whenever there is no
    error.
    """

    __slots__ = ("_parts", "always", "steady")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        given = {one.name.value: one.value for one in node.arguments or ()}
        self.steady = all(
            isinstance(value, VariableNode) or _simple(definition.args.get(name), value)
            for name, value in given.items()
        )
        self._parts = _parts(definition, node, given) if self.steady else None
        self.always = frozenset(
            name for name, _, variable, required in self._parts or () if required or not variable
        )

    def at_once(self, sure: frozenset[str]) -> Sequence[tuple[str, Any, str | None]] | None:
        """Each argument with its constant, or with its variable, one of those that are `sure` to
        have a value; None where one may be missing or wrong, which an execution finds out.
        """
        parts = self._parts
        if parts is None or any(part[2] is not None and part[2] not in sure for part in parts):
            return None
        return [(name, constant, variable) for name, constant, variable, _ in parts]

    def quickly(self, variables: VariableValues) -> dict[str, Any] | None:
        """The arguments, where nothing but variables has to be put in; None: the long way."""
        if self._parts is None:
            return None
        found = {}
        coerced = variables.coerced
        for name, constant, variable, required in self._parts:
            if variable is None:
                found[name] = constant
                continue
            value = coerced.get(variable)
            # A variable that is absent makes room for a default, null may not be allowed.
            if value is None and (required or variable not in coerced):
                return None
            found[name] = value
        return found


def _parts(
    definition: GraphQLField, node: FieldNode, given: Mapping[str, ValueNode]
) -> list[_Part] | None:
    """What each argument is made of, in their order; None: to be worked out every time."""
    by_variable = {n: v.name.value for n, v in given.items() if isinstance(v, VariableNode)}
    rest = {n: arg for n, arg in definition.args.items() if n not in by_variable}
    try:
        found = get_argument_values(GraphQLField(definition.type, args=rest), node)
    except GraphQLError:
        return None  # raised at every execution, where it has a path
    if not all(isinstance(value, _UNCHANGING) for value in found.values()):
        return None
    parts: list[_Part] = []
    for name, argument in definition.args.items():
        out = argument.out_name or name
        if name in by_variable or out in found:
            parts.append((out, found.get(out), by_variable.get(name), _required(argument)))
    return parts


def _required(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull)


def _simple(argument: GraphQLArgument | None, value: ValueNode) -> bool:
    """Whether a literal comes to the same immutable value whenever it is read."""
    if argument is None or not isinstance(value, _LITERALS):
        return False
    kind = argument.type.of_type if isinstance(argument.type, GraphQLNonNull) else argument.type
    return isinstance(kind, GraphQLEnumType) or (
        isinstance(kind, GraphQLScalarType) and is_specified_scalar_type(kind)
    )


NONE: Final = Prepared(GraphQLField(GraphQLString), FieldNode(name=NameNode(value="_")))
"""Of every field without arguments."""
