"""The lines that complete one value where it stands, for the values one expects there.

Each kind of type has its lines. They take the value in a local variable and leave the finished one
in it; whatever is unexpected (an awaitable, an exception, null where it may not stand, another
class) goes to `at`, which knows every case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    GraphQLUnionType,
)

from gateway.execution.compiled.abstract import abstract
from gateway.execution.compiled.complete import (
    Members,
    Shape,
    Written,
    listed,
    nonnull,
    nullable,
    objects,
    whole_objects,
)
from gateway.execution.compiled.functions import Draft, indented
from gateway.execution.compiled.state import Field, Items

Lines: TypeAlias = list[str]
Shapes: TypeAlias = tuple[Shape, Shape]  # nullable, non-null

# What graphql-core's own scalars give back unchanged, and an exact class tells at once.
_UNEXPECTED: Final = {
    GraphQLString.coerce_output_value: "{v}.__class__ is not str",
    GraphQLID.coerce_output_value: "{v}.__class__ is not str",
    GraphQLBoolean.coerce_output_value: "{v}.__class__ is not bool",
    GraphQLInt.coerce_output_value: (
        "({v}.__class__ is not int or not -2147483648 <= {v} <= 2147483647)"
    ),
    GraphQLFloat.coerce_output_value: "({v}.__class__ is not float or {v} - {v} != 0.0)",
}


class Program(Protocol):
    """What the lines need of the program they stand in."""

    @property
    def sure(self) -> frozenset[str]:
        """The variables that have a value at every execution."""
        ...

    def leaf(self, kind: GraphQLScalarType | GraphQLEnumType) -> Shapes:
        """The shapes of a leaf type; one pair for all its fields."""
        ...

    def members(self, kind: GraphQLEnumType) -> Members:
        """What is known of an enum's members."""
        ...

    def object(self, kind: GraphQLObjectType, field: Field) -> Written:
        """The function of a field's selection on that type."""
        ...

    def list(self, items: Items, kind: GraphQLOutputType) -> Written:
        """The function that goes through a list."""
        ...

    def possible(
        self, kind: GraphQLInterfaceType | GraphQLUnionType
    ) -> Sequence[GraphQLObjectType]:
        """The object types of an abstract one."""
        ...


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: its variable, its position, the source of its place and of its key."""

    variable: str
    position: str
    place: str
    key: str

    def long_way(self) -> Lines:
        """Complete whatever it is."""
        v = self.variable
        return [
            f"{v} = at(E, {self.position}, {v}, {self.place})",
            f"if {v}.__class__ in AWAITED: w = pend(w, {self.key}, {v})",
        ]

    def inside(self, function: str, made: str) -> Lines:
        """Complete with a written function, which gives a `made` or a coroutine."""
        v = self.variable
        guarded = f"guard(E, {self.position}, {v}, {self.place})"
        return [
            f"{v} = {function}(E, {v}, {self.place})",
            f"if {v}.__class__ is not {made}: w = pend(w, {self.key}, {guarded})",
        ]


@dataclass(frozen=True, slots=True)
class Completion:
    """How values of one type are completed: in lines, and the long way."""

    lines: Callable[[Spot, bool], Lines]  # (where, may it be null)
    shapes: Shapes


def prepared(
    program: Program, draft: Draft, field: Field, kind: GraphQLOutputType
) -> tuple[Callable[[Spot], Lines], Shape, bool]:
    """The lines and the shape of any type, and whether it is non-null."""
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    required = bare is not kind
    made = _completion(program, draft, field, bare)
    return lambda spot: made.lines(spot, not required), made.shapes[required], required


def shapes_of(shape: Shape) -> Shapes:
    """A shape where null may stand, and where it may not."""
    return nullable(shape), nonnull(nullable(shape))


def _completion(
    program: Program, draft: Draft, field: Field, kind: GraphQLOutputType
) -> Completion:
    if isinstance(kind, GraphQLScalarType):
        return Completion(_scalar(draft, kind), program.leaf(kind))
    if isinstance(kind, GraphQLEnumType):
        return Completion(_enum(draft, program.members(kind)), program.leaf(kind))
    if isinstance(kind, GraphQLList):
        items = Items(field)
        return _list(draft, items, program.list(items, kind.of_type))
    if isinstance(kind, GraphQLObjectType):
        return _object(draft, kind, program.object(kind, field))
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        shapes = {
            possible.name: objects(possible, program.object(possible, field))
            for possible in program.possible(kind)
        }
        return Completion(_always_long, shapes_of(abstract(kind, shapes)))
    raise TypeError(f"{kind} is no output type")


def _scalar(draft: Draft, kind: GraphQLScalarType) -> Callable[[Spot, bool], Lines]:
    unexpected = _UNEXPECTED.get(kind.coerce_output_value)

    def exact(spot: Spot, may_be_null: bool) -> Lines:
        test = (unexpected or "").format(v=spot.variable)
        null = f" and {spot.variable} is not None" if may_be_null else ""
        return [f"if {test}{null}:", *indented(spot.long_way())]

    def coerced(spot: Spot, may_be_null: bool) -> Lines:
        v = spot.variable
        coerce, described = draft.bind(kind.coerce_output_value), draft.bind(kind)
        return [
            f"if {v}.__class__ in PLAIN:",
            f" u = {coerce}({v})",
            " if u.__class__ is not str:",
            f"  u = served(E, {spot.position}, {described}, {v}, u, {spot.place})",
            f"  if u.__class__ is Co: w = pend(w, {spot.key}, u)",
            f" {v} = u",
            f"elif {v} is not None:" if may_be_null else "else:",
            *indented(spot.long_way()),
        ]

    return exact if unexpected else coerced


def _enum(draft: Draft, members: Members) -> Callable[[Spot, bool], Lines]:
    def lines(spot: Spot, may_be_null: bool) -> Lines:
        v, known = spot.variable, draft.bind(members)
        return [
            f"u = {known}.get(id({v}))",
            f"if u is not None: {v} = u",
            f"elif {v} is not None:" if may_be_null else "else:",
            f" {v} = member(E, {spot.position}, {known}, {v}, {spot.place})",
            f" if {v}.__class__ in AWAITED: w = pend(w, {spot.key}, {v})",
        ]

    return lines


def _object(draft: Draft, kind: GraphQLObjectType, written: Written) -> Completion:
    if kind.is_type_of is not None:
        return Completion(_always_long, shapes_of(objects(kind, written)))

    def lines(spot: Spot, may_be_null: bool) -> Lines:
        v = spot.variable
        null = "" if may_be_null else f"{v} is None or "
        made = [
            f"if {v}.__class__ is not dict"
            f" and ({null}isinstance({v}, ODD) or hasattr({v}, '__await__')):",
            *indented(spot.long_way()),
            "else:",
            *indented(spot.inside(draft.bind(written), "dict")),
        ]
        return _unless_null(made, v) if may_be_null else made

    return Completion(lines, whole_objects(written))


def _list(draft: Draft, items: Items, written: Written) -> Completion:
    def lines(spot: Spot, may_be_null: bool) -> Lines:
        v = spot.variable
        return [
            f"if {v}.__class__ is list or {v}.__class__ is tuple:",
            *indented(spot.inside(draft.bind(written), "list")),
            f"elif {v} is not None:" if may_be_null else "else:",
            *indented(spot.long_way()),
        ]

    return Completion(lines, shapes_of(listed(items, written)))


def _always_long(spot: Spot, may_be_null: bool) -> Lines:
    return _unless_null(spot.long_way(), spot.variable) if may_be_null else spot.long_way()


def _unless_null(lines: Lines, variable: str) -> Lines:
    return [f"if {variable} is not None:", *indented(lines)]
