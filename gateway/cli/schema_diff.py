"""Two printed schemas compared: what breaks a client, what may surprise one, what is safe."""

from dataclasses import dataclass

from graphql import (
    GraphQLError,
    GraphQLSchema,
    build_schema,
    lexicographic_sort_schema,
    print_schema,
)

from gateway.cli.output import Stop
from schema.graph import changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed between a committed schema and the one the code builds."""

    same: bool
    breaking: tuple[str, ...]
    dangerous: tuple[str, ...]


def compare(committed: str, built: str, *, name: str) -> Difference:
    """How `built` differs from `committed`; Stop when the committed text is no schema."""
    try:
        old = build_schema(committed)
    except GraphQLError as error:
        at = error.locations[0].line if error.locations else 1
        raise Stop([f"{name}:{at}: {error.message}"], next_step=f"repair {name}") from error
    new = build_schema(built)
    found = changes.compare(old, new)
    return Difference(
        same=_canonical(old) == _canonical(new),
        breaking=found.breaking,
        dangerous=found.dangerous,
    )


def _canonical(schema: GraphQLSchema) -> str:
    return print_schema(lexicographic_sort_schema(schema))
