"""How a graph type names its fields: read from the domain object as they are, or computed.

A domain object (or a record) is itself the source of its graph type, so a `plain` field is one
attribute read. Nothing is copied and no type of the graph is ever instantiated for data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.enum import has_enum_definition

from schema.graph.ports import Context

Info: TypeAlias = strawberry.Info[Context, None]


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="What a field costs when the gateway adds up an operation before running it: "
    "1 unless a weight is given, times the entries of the lists around it (10 unless a size is).",
)
class Cost:
    """Read back by the gateway's limits; published, so that clients can reckon too."""

    # In the order of the alphabet: printed both sorted and as declared, it must be one text.
    size: int | None = strawberry.directive_field(name="size", default=strawberry.UNSET)
    weight: int | None = strawberry.directive_field(name="weight", default=strawberry.UNSET)


PER_ENTRY: Final = "onething-per-entry"  # where a field of the graph underneath keeps a PerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PerEntry:
    """A field that costs `weight` and what is chosen below it, for each entry of an argument."""

    argument: str
    weight: int


def plain(description: str, *, name: str | None = None, size: int | None = None) -> Any:
    """A field that is an attribute of its source under the same Python name."""
    return strawberry.field(description=description, name=name, directives=_cost(1, size))


def computed(
    resolver: Callable[..., Any],
    description: str,
    *,
    name: str | None = None,
    weight: int = 1,
    size: int | None = None,
    graphql_type: Any | None = None,
) -> Any:
    """A field that a function works out from its source.

    `weight`: what it costs; `size`: how long its list usually is, where that is not ten.
    """
    return strawberry.field(
        resolver=resolver,
        description=description,
        name=name,
        directives=_cost(weight, size),
        graphql_type=graphql_type,
    )


def published(enum: type[Enum], description: str, texts: Mapping[str, str]) -> None:
    """Give a domain enum its place in the graph. A test finds a value without a sentence."""
    strawberry.enum(enum, description=description)
    if not has_enum_definition(enum):
        raise TypeError(f"{enum.__name__} did not become a graph enum")
    for value in enum.__strawberry_definition__.values:
        value.description = texts.get(value.name)


def _cost(weight: int, size: int | None) -> tuple[Cost, ...]:
    """Only what differs from the rule (a field weighs 1, a list has ten entries) is declared."""
    if weight == 1 and size is None:
        return ()
    return (
        Cost(
            weight=strawberry.UNSET if weight == 1 else weight,
            size=strawberry.UNSET if size is None else size,
        ),
    )
