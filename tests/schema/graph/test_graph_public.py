"""What is declared public says the same to everybody: every such field, asked where nobody is."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    execute,
    get_named_type,
    is_leaf_type,
    parse,
    validate,
)

from schema.catalogue import load
from schema.domain.calendar import WorkingCalendar
from schema.domain.department import DepartmentInfo
from schema.domain.text import Language
from schema.graph.build import build_schema
from schema.graph.federation import federated
from schema.graph.public import PUBLIC
from tests.schema.graph.shipped import shipped_infos

CATALOGUE = load()
GIVEN = {  # a value for each public argument
    "department.id": '"market"',
    "oneThing.id": '"{thing}"',
    "oneThing.version": '"{version}"',
    "consent.on": '"2026-01-01"',
    "fate": "SUBMIT",
    "variant": '"{variant}"',
    "district": '"{district}"',
    "items": '["{item}"]',
}


@pytest.fixture(scope="module")
def infos() -> list[DepartmentInfo]:
    return shipped_infos()


@pytest.fixture(scope="module")
def graph(infos: list[DepartmentInfo]) -> GraphQLSchema:
    return federated(build_schema(infos), infos)


@dataclass
class Plugged:
    """Departments as they publish themselves; how they are today is not to be looked at."""

    infos: list[DepartmentInfo]

    def all(self) -> list[Any]:
        return [SimpleNamespace(info=info) for info in self.infos]


@dataclass
class NobodyAndNever:
    """A context without a viewer, a clock, reads, cases: to touch one of them is an error."""

    language: Language
    departments: Plugged
    catalogue: Any
    calendar: WorkingCalendar


def public_fields(graph: GraphQLSchema, kind: str) -> Iterator[tuple[str, GraphQLField]]:
    described = graph.type_map[kind]
    assert isinstance(described, GraphQLObjectType)
    for name in PUBLIC[kind]:
        yield name, described.fields[name]


def selection(graph: GraphQLSchema, kind: str, *, arguments: bool, seen: set[str]) -> str:
    """Every public field of a type and of all below it."""
    parts = []
    for name, field in public_fields(graph, kind):
        seen.add(f"{kind}.{name}")
        inner = get_named_type(field.type)
        below = "" if is_leaf_type(inner) else selection(
            graph, inner.name, arguments=arguments, seen=seen
        )  # fmt: skip
        parts.append(name + given(kind, name, field, arguments=arguments) + below)
    return "{ " + " ".join(parts) + " }"


def given(kind: str, name: str, field: GraphQLField, *, arguments: bool) -> str:
    """Its public arguments: those that must be there, or all."""
    chosen = [
        argument
        for argument in sorted(PUBLIC[kind][name])
        if arguments or f"{name}.{argument}" in ("oneThing.id", "department.id")
    ]
    values = [f"{a}: {GIVEN.get(f'{name}.{a}') or GIVEN[a]}" for a in chosen]
    return f"({', '.join(values)})" if values else ""


def questions(graph: GraphQLSchema, seen: set[str]) -> Iterator[str]:
    """All that is public, of each one thing, without and with the arguments it may have."""
    for arguments in (False, True):
        text = selection(graph, "Query", arguments=arguments, seen=seen)
        for thing in CATALOGUE.all():
            told = {
                "thing": thing.id,
                "version": thing.version,
                "variant": next((v.id for v in thing.variants), "none"),
                "district": next((d.code for d in thing.districts), "310104"),
                "item": thing.items[0].id,
            }
            filled = text
            for name, value in told.items():
                filled = filled.replace(f"{{{name}}}", value)
            yield filled


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_all_that_is_public_can_be_said_where_there_is_no_viewer_no_day_and_no_read(
    language: Language, graph: GraphQLSchema, infos: list[DepartmentInfo]
) -> None:
    nobody = NobodyAndNever(language, Plugged(infos), CATALOGUE, WorkingCalendar())
    seen: set[str] = set()

    for question in questions(graph, seen):
        document = parse(question)
        assert validate(graph, document) == []
        answer = execute(graph, document, context_value=nobody)
        answer = answer if not hasattr(answer, "__await__") else await answer

        assert answer.errors is None
        assert answer.data is not None

    assert seen == {f"{kind}.{name}" for kind, names in PUBLIC.items() for name in names}


def test_the_public_arguments_are_arguments_and_none_is_about_an_applicant(
    graph: GraphQLSchema,
) -> None:
    for kind in PUBLIC:
        for name, field in public_fields(graph, kind):
            assert PUBLIC[kind][name] <= field.args.keys()
            assert "answers" not in PUBLIC[kind][name]


def test_nothing_of_a_person_a_case_or_a_reading_is_public(graph: GraphQLSchema) -> None:
    private = {
        "Viewer", "Draft", "Case", "CaseConnection", "WaitingConnection", "Provenance",
        "DepartmentHealth", "Mutation", "Eligibility", "Deadline",
    }  # fmt: skip
    readings = {name for name in graph.type_map if name.endswith("Reading")}
    records = {
        get_named_type(kind.fields["value"].type).name
        for name in readings
        if isinstance(kind := graph.type_map[name], GraphQLObjectType) and "value" in kind.fields
    }

    assert private <= graph.type_map.keys()
    assert len(records) > 5
    assert PUBLIC.keys().isdisjoint(private | readings | records)
