"""Operations in the gateway: compiled at their second run, equal to the first, bounded."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema

from gateway.execution.documents import Document, Documents
from gateway.execution.executor import Executor
from gateway.execution.limits import Limits
from gateway.execution.operations import Operations
from schema.domain.department import DepartmentInfo
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Provenance, Reading
from schema.graph.build import build_schema
from schema.graph.federation import federated
from schema.graph.ports import Context, Viewer
from tests.schema.graph.conftest import (
    CASE,
    DRAFT,
    NOON,
    SHOP,
    FakeApplications,
    FakeBundles,
    FakeCatalogue,
    FakeClerks,
    FakeDepartments,
    FakeReads,
    done,
    text,
)
from tests.schema.graph.shipped import shipped_infos

FOLDER = Path(__file__).parents[2] / "gateway" / "demo" / "operations"
RECORDED = {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.graphql")}
GIVEN = {"clientRequestId": "r1"}
VARIABLES: dict[str, dict[str, Any]] = {
    "case": {"uscc": "U1", "personRef": "P1", "certNo": "C1", "parcelNo": "L1"},
    "case_board": {"id": CASE.id},
    "materials_to_bring": {"id": SHOP.id, "answers": {"kind": "dine_in", "seats": 12}},
    "one_thing": {"id": SHOP.id},
    "permits_on_the_parcel": {"uscc": "U1"},
    "projects_behind_a_licence": {"uscc": "U1"},
    "projects_on_a_parcel": {"parcelNo": "L1"},
    "reduction": {"id": SHOP.id},
    "registers": {"uscc": "U1", "address": "Haifeng Road 1"},
    "save_draft": {"input": {"draft": DRAFT.id, "answers": {"seats": 3}, **GIVEN}},
    "start_application": {"input": {"oneThing": SHOP.id, **GIVEN}},
    "submit_application": {"input": {"draft": DRAFT.id, **GIVEN}},
}
VALUES = {
    "text": "t", "integer": 3, "decimal": Decimal("1.50"), "boolean": True,
    "date": date(2026, 11, 26), "datetime": NOON,
}  # fmt: skip


@pytest.fixture(scope="module")
def infos() -> list[DepartmentInfo]:
    return shipped_infos()


@pytest.fixture(scope="module")
def graph(infos: list[DepartmentInfo]) -> GraphQLSchema:
    return federated(build_schema(infos), infos)


class Registers(FakeReads):
    """Every department has every record, but one never answers."""

    def __init__(self, infos: list[DepartmentInfo], silent: str) -> None:
        super().__init__()
        self._registers = {(i.id, r.id): r for i in infos for r in i.registers}
        self._silent = silent

    def record(self, department: str, register: str, lookup: str, key: str) -> Any:
        if department == self._silent:
            unreached = Problem(code=ProblemCode.DEPARTMENT_UNREACHABLE, text=text("away"), path=())
            return done(Reading(value=None, problem=unreached))
        found = self._registers[department, register]
        record = {field.name: VALUES[field.kind] for field in found.fields}
        many = any(way.many for way in found.lookups if way.name == lookup)
        provenance = Provenance(department=department, source=register, as_of=NOON)
        return done(Reading(value=[record] * 3 if many else record, provenance=provenance))


def context(infos: list[DepartmentInfo], name: str, silent: str = "") -> Context:
    applications = FakeApplications()
    applications.outcome = CASE if name == "submit_application" else DRAFT
    applications.bundle = "signed"
    return Context(
        viewer=Viewer(subject="enterprise:U1", roles=frozenset({"enterprise"}), claims={}),
        language="zh",
        now=NOON,
        catalogue=FakeCatalogue(),
        departments=FakeDepartments(),
        applications=applications,
        reads=Registers(infos, silent),
        bundles=FakeBundles(),
        clerks=FakeClerks(),
    )


@pytest.mark.parametrize("silent", ["", "police", "planning"])
@pytest.mark.parametrize("name", sorted(RECORDED))
async def test_a_recorded_operation_is_answered_alike_by_graphql_core_and_compiled(
    name: str, silent: str, graph: GraphQLSchema, infos: list[DepartmentInfo]
) -> None:
    executor, query = Executor(graph), RECORDED[name]
    variables = VARIABLES.get(name, {})

    answers = [
        await executor.execute(query, variables, None, context(infos, name, silent), trace_id="t")
        for _ in range(3)
    ]

    by_reference, first, second = answers
    assert str(first) == str(second) == str(by_reference)
    assert by_reference["data"] is not None
    assert "errors" not in by_reference
    assert executor._operations.fields > 0


def ready(graph: GraphQLSchema, query: str) -> Document:
    return Documents(graph, Limits()).get(query)


def test_only_a_second_run_is_worth_compiling(
    graph: GraphQLSchema, infos: list[DepartmentInfo]
) -> None:
    operations = Operations(graph, hide_suggestions=True)
    document = ready(graph, "{ oneThings { id version } }")

    kept = []
    for _ in range(3):
        operations.run(document, None, context(infos, ""), {})
        kept.append(operations.fields)

    assert kept == [0, 3, 3]


def test_operations_that_have_not_run_for_longest_give_their_memory_back(
    graph: GraphQLSchema, infos: list[DepartmentInfo]
) -> None:
    operations = Operations(graph, hide_suggestions=True, most_fields=5)
    documents = [ready(graph, f"{{ a{n}: oneThings {{ id version }} }}") for n in range(3)]

    for document in documents * 2:
        for _ in range(2):
            operations.run(document, None, context(infos, ""), {})
        assert operations.fields <= 5

    compiled = [found.fields for one in documents for found in one.compiled.values() if found]
    assert compiled == [0, 0, 3]


def test_introspection_is_answered(graph: GraphQLSchema, infos: list[DepartmentInfo]) -> None:
    operations = Operations(graph, hide_suggestions=True)
    document = ready(graph, "{ __schema { queryType { name } } }")

    answers = [operations.run(document, None, context(infos, ""), {}) for _ in range(3)]

    assert [getattr(one, "data", None) for one in answers] == [
        {"__schema": {"queryType": {"name": "Query"}}}
    ] * 3
    assert operations.fields == 0
