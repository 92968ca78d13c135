"""Random schemas: objects, interfaces, unions, enums, odd scalars, arguments of every kind."""

from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDefaultInput,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    Undefined,
)

SCALARS = (GraphQLString, GraphQLInt, GraphQLFloat, GraphQLBoolean, GraphQLID)


class Colour(Enum):
    """Enum members as internal values."""

    RED = "red"
    GREEN = "green"
    BLUE = 3


def _odd(value: Any) -> Any:
    if value == "raise":
        raise ValueError("this cannot be written")
    return (
        {"none": None, "undefined": Undefined}.get(value, value)
        if isinstance(value, str)
        else value
    )


def _parsed(value: Any) -> Any:
    if value == "bad":
        raise ValueError("not such a value")
    return value


@dataclass(slots=True)
class Made:
    """A schema and what its values have to know of it."""

    schema: GraphQLSchema
    reads: set[int] = field(default_factory=set)  # fields that are read, by the field's identity


class Types:
    """The types of one schema in the making."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.colour = GraphQLEnumType("Colour", Colour)
        self.size = GraphQLEnumType("Size", {"S": 1, "M": "m", "L": None, "XL": True})
        self.odd = GraphQLScalarType("Odd", coerce_output_value=_odd, coerce_input_value=_parsed)
        names = [f"T{n}" for n in range(chance.randint(2, 4))]
        self.interfaces = [
            GraphQLInterfaceType(f"I{n}", self._interface_fields(n))
            for n in range(chance.randint(1, 2))
        ]
        self.objects = [self._object(name) for name in names]
        self.unions = [
            GraphQLUnionType(f"U{n}", chance.sample(self.objects, chance.randint(1, len(names))))
            for n in range(chance.randint(1, 2))
        ]
        self.input = GraphQLInputObjectType("In", self._input_fields)

    def _interface_fields(self, number: int) -> Any:
        return lambda: {
            f"i{number}": GraphQLField(GraphQLString),
            "id": GraphQLField(GraphQLNonNull(GraphQLID)),
            "peers": GraphQLField(GraphQLList(self.objects[0])),
        }

    def _object(self, name: str) -> GraphQLObjectType:
        chosen = [one for one in self.interfaces if self.chance.random() < 0.6]
        seed = self.chance.random()
        return GraphQLObjectType(name, lambda: self.fields(Random(seed), chosen), chosen)

    def fields(
        self, chance: Random, interfaces: list[GraphQLInterfaceType]
    ) -> dict[str, GraphQLField]:
        """Those of the interfaces and some of its own."""
        found: dict[str, GraphQLField] = {}
        for interface in interfaces:
            for name, given in interface.fields.items():
                found[name] = GraphQLField(given.type, args=self.arguments(chance, optional=True))
        for number in range(chance.randint(3, 6)):
            name = f"f{number}"
            found[name] = GraphQLField(self.output(chance), args=self.arguments(chance))
        return found

    def output(self, chance: Random, depth: int = 0) -> Any:
        """Any output type."""
        kind: Any
        if depth < 2 and chance.random() < 0.25:
            kind = GraphQLList(self.output(chance, depth + 1))
        else:
            leaves = (*SCALARS, self.colour, self.size, self.odd)
            composites = (*self.objects, *self.interfaces, *self.unions)
            kind = chance.choice(leaves if chance.random() < 0.5 else composites)
        return GraphQLNonNull(kind) if chance.random() < 0.35 else kind

    def arguments(self, chance: Random, *, optional: bool = False) -> dict[str, GraphQLArgument]:
        """Mostly none."""
        if chance.random() < 0.6:
            return {}
        found = {}
        for number in range(chance.randint(1, 3)):
            kind = self.input_type(chance)
            default: Any = None
            if chance.random() < 0.3:
                default = self._default(kind)
            if isinstance(kind, GraphQLNonNull) and optional and default is None:
                kind = kind.of_type
            out = f"out_{number}" if chance.random() < 0.2 else None
            found[f"a{number}"] = GraphQLArgument(kind, default=default, out_name=out)
        return found

    def input_type(self, chance: Random) -> Any:
        """Any input type."""
        kind: Any = chance.choice((*SCALARS, self.colour, self.size, self.odd, self.input))
        if chance.random() < 0.25:
            kind = GraphQLList(GraphQLNonNull(kind) if chance.random() < 0.3 else kind)
        return GraphQLNonNull(kind) if chance.random() < 0.3 else kind

    def _default(self, kind: Any) -> GraphQLDefaultInput | None:
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        known: dict[Any, Any] = {
            GraphQLString: "text", GraphQLInt: 7, GraphQLFloat: 1.5, GraphQLBoolean: True,
            GraphQLID: "id", self.colour: "RED", self.size: "M", self.odd: "x",
            self.input: {"text": "given"},
        }  # fmt: skip
        if isinstance(bare, GraphQLList):
            return GraphQLDefaultInput(value=[])
        return GraphQLDefaultInput(value=known[bare])

    def _input_fields(self) -> dict[str, GraphQLInputField]:
        return {
            "text": GraphQLInputField(GraphQLNonNull(GraphQLString)),
            "number": GraphQLInputField(GraphQLInt, default=GraphQLDefaultInput(value=5)),
            "colours": GraphQLInputField(GraphQLList(GraphQLNonNull(self.colour))),
            "inner": GraphQLInputField(self.input, out_name="deeper"),
        }


def random_schema(chance: Random) -> GraphQLSchema:
    """A schema with a query and a mutation type; no resolvers yet."""
    types = Types(chance)
    return GraphQLSchema(
        query=GraphQLObjectType("Query", types.fields(chance, [])),
        mutation=GraphQLObjectType("Mutation", types.fields(chance, [])),
        types=types.objects,
    )
