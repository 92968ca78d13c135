"""What a change of the schema means to those who already use it."""

from dataclasses import dataclass

from graphql import GraphQLSchema, build_schema
from graphql.utilities import (
    BreakingChange,
    DangerousChange,
    SafeChange,
    SchemaChange,
    find_schema_changes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Every change, one sentence each, by consequence."""

    breaking: tuple[str, ...]  # an operation that worked may fail
    dangerous: tuple[str, ...]  # it still works and may mean something else
    safe: tuple[str, ...]  # nobody notices who does not look

    @property
    def is_breaking(self) -> bool:
        """Whether an operation that worked may fail."""
        return bool(self.breaking)


def compare(old: GraphQLSchema, new: GraphQLSchema) -> Changes:
    """What turns `old` into `new`."""
    found = find_schema_changes(old, new)
    return Changes(
        breaking=_of(BreakingChange, found),
        dangerous=_of(DangerousChange, found),
        safe=_of(SafeChange, found),
    )


def compare_sdl(old: str, new: str) -> Changes:
    """The same for printed schemas."""
    return compare(build_schema(old), build_schema(new))


def _of(kind: type, found: list[SchemaChange]) -> tuple[str, ...]:
    return tuple(sorted(change.description for change in found if isinstance(change, kind)))
