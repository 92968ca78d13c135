"""The variables of an operation, prepared as far as they do not change between executions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    VariableDefinitionNode,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource

# What graphql-core's own scalars take as it is, when it is exactly of this class.
_AS_IT_IS: Final[Mapping[Any, type]] = {
    GraphQLString.coerce_input_value: str,
    GraphQLID.coerce_input_value: str,
    GraphQLBoolean.coerce_input_value: bool,
    GraphQLInt.coerce_input_value: int,
}
_LEAST, _MOST = -2147483648, 2147483647  # of an Int
_source_of: Final[Callable[[tuple[GraphQLVariableSignature, Any]], VariableValueSource]] = partial(
    tuple.__new__, VariableValueSource
)
_Part: TypeAlias = tuple[str, GraphQLVariableSignature, type, bool]  # name, kind, may be absent


class Declared:
    """The variables an operation declares."""

    __slots__ = ("_kinds", "_names", "_parts", "_signatures")

    def __init__(self, schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode]) -> None:
        parts = [_part(schema, node) for node in nodes]
        known = [part for part in parts if part is not None]
        self._parts = known if len(known) == len(parts) else None
        self._names = [name for name, _, _, _ in known]
        self._signatures = [signature for _, signature, _, _ in known]
        # Of what is given where nothing is left out; a number has to be looked at.
        self._kinds = None if int in (kinds := [kind for _, _, kind, _ in known]) else kinds

    def quickly(self, given: Mapping[str, Any]) -> VariableValues | None:
        """Their values, where each is of the very class its type takes; None: the long way."""
        values = [*map(given.get, self._names)]
        if self._parts is None or [*map(type, values)] != self._kinds:
            return self._one_by_one(given)
        sources = map(_source_of, zip(self._signatures, values, strict=True))
        return VariableValues(
            dict(zip(self._names, sources, strict=True)),
            dict(zip(self._names, values, strict=True)),
        )

    def _one_by_one(self, given: Mapping[str, Any]) -> VariableValues | None:
        if self._parts is None:
            return None
        sources, coerced = {}, {}
        for name, signature, kind, optional in self._parts:
            value = given.get(name, Undefined)
            if value.__class__ is kind:
                if kind is int and isinstance(value, int) and not _LEAST <= value <= _MOST:
                    return None
                coerced[name] = value
            elif value is not Undefined or not optional:
                return None
            sources[name] = _source_of((signature, value))
        return VariableValues(sources, coerced)


def _part(schema: GraphQLSchema, node: VariableDefinitionNode) -> _Part | None:
    """What a variable of graphql-core's own scalars is made of; None for any other."""
    signature = get_variable_signature(schema, node)
    if isinstance(signature, GraphQLError) or node.default_value is not None:
        return None
    required = isinstance(signature.type, GraphQLNonNull)
    bare = signature.type.of_type if isinstance(signature.type, GraphQLNonNull) else signature.type
    kind = _AS_IT_IS.get(bare.coerce_input_value) if isinstance(bare, GraphQLScalarType) else None
    return None if kind is None else (signature.name, signature, kind, not required)
