"""The graph of one set of departments; several may live in one process."""

from collections.abc import Sequence
from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from schema.domain.department import DepartmentInfo
from schema.graph.applications import DraftType, find_draft
from schema.graph.cases import CaseConnectionType, CaseType, find_case, list_cases
from schema.graph.departments import DepartmentType, all_departments, one_department
from schema.graph.fields import Info, computed, plain
from schema.graph.masking import Mask, mask_unless_owned
from schema.graph.mutations import Mutation
from schema.graph.one_things import OneThingType, all_one_things, find_one_thing
from schema.graph.ports import Viewer
from schema.graph.problems import ProblemInterface
from schema.graph.registers import RegisterTypes
from schema.graph.scalars import SCALARS
from schema.graph.waiting import WaitingConnectionType, list_waiting


def _viewer(info: Info) -> Viewer:
    return info.context.viewer


def _roles(parent: strawberry.Parent[Viewer]) -> Sequence[str]:
    return sorted(parent.roles)


@strawberry.type(name="Viewer", description="Who asks, as their token says.")
class ViewerType:
    """Source: `schema.graph.ports.Viewer`."""

    subject: str = plain("Who owns the cases this viewer sees.")
    roles: list[str] = computed(_roles, "What they may be.", size=3)
    acting_for: str | None = plain("For whom they act, where they do.")
    department: str | None = plain("The department they belong to, where they do.")


_FIXED: dict[str, tuple[Any, Any]] = {
    "viewer": (ViewerType, computed(_viewer, "Who asks.")),
    "one_things": (list[OneThingType], computed(all_one_things, "The one things on offer.")),
    "one_thing": (OneThingType | None, computed(find_one_thing, "One one thing.")),
    "departments": (
        list[DepartmentType],
        computed(all_departments, "The departments plugged in.", size=8),
    ),
    "department": (DepartmentType | None, computed(one_department, "One department.")),
    "draft": (DraftType | None, computed(find_draft, "A draft of yours.")),
    "case": (CaseType | None, computed(find_case, "A case of yours.")),
    "cases": (CaseConnectionType, computed(list_cases, "Your cases, newest first.")),
    "waiting": (
        WaitingConnectionType,
        computed(list_waiting, "For clerks: who waits, the most urgent first; else empty."),
    ),
}


def build_schema(
    departments: Sequence[DepartmentInfo], mask: Mask = mask_unless_owned
) -> strawberry.Schema:
    """The graph over these departments' registers.

    Raises ValueError when two registers, or a register and the graph itself, share a name.
    """
    registers = RegisterTypes(departments, mask).query_fields()
    taken = sorted(set(registers) & set(_FIXED))
    if taken:
        raise ValueError(f"registers with names of the graph itself: {', '.join(taken)}")
    return strawberry.Schema(
        query=_query({**_FIXED, **registers}),
        mutation=Mutation,
        types=[ProblemInterface],
        config=StrawberryConfig(default_resolver=read, sort_schema=True, scalar_map=SCALARS),
    )


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema underneath, which executes; Strawberry declares it."""
    return schema._schema  # noqa: SLF001  # Strawberry has no public name for it


def read(source: Any, name: str) -> Any:
    """A plain field of a domain object, or of a record by its key."""
    return source.get(name) if isinstance(source, dict) else getattr(source, name)


def _query(fields: dict[str, tuple[Any, Any]]) -> type:
    body = {name: field for name, (_, field) in fields.items()}
    annotations = {name: annotation for name, (annotation, _) in fields.items()}
    cls = type("Query", (), {"__module__": __name__, "__annotations__": annotations, **body})
    return strawberry.type(cls, name="Query", description="What can be read.")
