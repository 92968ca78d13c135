"""Which calls an operation makes, and in which wave: held for every recorded operation."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLSchema

from gateway.execution.executor import Executor
from gateway.execution.limits import Limits
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from schema.domain.case import Case, Step, StepState
from schema.domain.department import DepartmentInfo
from schema.domain.filing import ItemStatus, Progress
from schema.domain.one_thing import OneThing
from schema.graph.build import build_schema, core
from schema.graph.federation import federated
from schema.graph.ports import Context, DepartmentHealth, DepartmentView, Page, Viewer
from tests.gateway.test_execution_operations import RECORDED, VARIABLES
from tests.gateway.test_federation_chain import Archive
from tests.schema.graph.conftest import (
    CASE,
    DRAFT,
    SHOP,
    FakeApplications,
    FakeBundles,
    FakeCatalogue,
    FakeClerks,
    department,
)
from tests.schema.graph.shipped import shipped_infos

AT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
TWICE = range(3)  # by graphql-core, compiled, and compiled again

Told = tuple[int, str, str, int]  # wave, department, operation, keys

MARKET: Told = (1, "market", "business_licence.uscc", 1)
CALLS: Mapping[str, Sequence[Told]] = {
    "case": [
        MARKET,
        (1, "health", "health_certificates.uscc", 1),
        (1, "police", "person.person_ref", 1),
        (1, "housing", "property.cert_no", 1),
        (1, "planning", "parcel.parcel_no", 1),
    ],
    "permits_on_the_parcel": [
        MARKET,
        (2, "housing", "property.cert_no", 1),
        (3, "planning", "parcel.parcel_no", 1),
        (4, "construction", "project.parcel_no", 1),
        (5, "construction", "permit.project_no", 1),
    ],
    "projects_behind_a_licence": [
        MARKET,
        (2, "housing", "property.cert_no", 1),
        (3, "planning", "parcel.parcel_no", 1),
        (4, "construction", "project.parcel_no", 1),
    ],
    "projects_on_a_parcel": [(1, "construction", "project.parcel_no", 1)],
    "registers": [
        MARKET,
        (1, "housing", "property.address", 1),
        (2, "police", "person.person_ref", 1),
        (2, "construction", "building.building_no", 1),
        (2, "planning", "parcel.parcel_no", 1),
    ],
    "where_my_cases_stand": [(1, "market", "permit.progress", 1)] * 2,  # it takes one a call
}
"""All others ask no department; what a mutation reads to fill a form in is not its own."""


class Office(Archive):
    """An archive that also knows where filings stand."""

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Any]:
        self.calls.append((f"{service}.progress", len(receipts)))
        return {r: Progress(receipt=r, status=ItemStatus.ACCEPTED, at=AT) for r in receipts}


class Town:
    """Departments that answer at once, and a gateway's way from a query to their calls."""

    def __init__(
        self, infos: Sequence[DepartmentInfo], graph: GraphQLSchema, things: Sequence[OneThing]
    ) -> None:
        self.infos = infos
        self.applications = FakeApplications()
        self._things = things
        self._executor = Executor(
            graph,
            limits=Limits(cost=20_000, aliases=60),
            extend=lambda context: context.reads.extensions(),  # type: ignore[attr-defined]  # as given below
        )

    async def calls(self, query: str, variables: Mapping[str, Any] | None = None) -> list[Told]:
        """What was asked of whom, as a developer sees it and as the departments counted it."""
        offices: Any = {info.id: Office(info) for info in self.infos}
        federation = Federation(offices.values(), now=lambda: AT)
        answer = await self.answer(federation, query, variables)
        await federation.aclose()
        assert answer.get("errors") is None, answer["errors"]
        told = [
            (call["wave"], call["department"], call["operation"], call["keys"])
            for call in answer["extensions"]["calls"]
        ]
        counted = [(id, *call) for id, office in offices.items() for call in office.calls]
        assert sorted(call[1:] for call in told) == sorted(counted)
        return told

    def answer(
        self, federation: Federation, query: str, variables: Mapping[str, Any] | None
    ) -> Coroutine[Any, Any, Any]:
        """What the graph answers."""
        reads = OperationReads(federation, scope="me", budget_s=20)
        return self._executor.execute(query, variables, None, self._context(reads), trace_id="t")

    def _context(self, reads: OperationReads) -> Context:
        health = DepartmentHealth(up=None, since=None, reason=None)
        views = [DepartmentView(info=info, health=health) for info in self.infos]

        class Plugged:
            def all(self) -> Sequence[DepartmentView]:
                return views

        return Context(
            viewer=Viewer(subject="enterprise:U1", roles=frozenset({"enterprise"})),
            language="en",
            now=AT,
            catalogue=FakeCatalogue(things=self._things),
            departments=Plugged(),
            applications=self.applications,
            clerks=FakeClerks(),
            reads=reads,
            bundles=FakeBundles(),
        )


@pytest.fixture(scope="module")
def shipped() -> Town:
    infos = shipped_infos()
    return Town(infos, federated(build_schema(infos), infos), [SHOP])


@pytest.mark.parametrize("name", sorted(RECORDED))
async def test_a_recorded_operation_makes_its_calls_and_no_other(name: str, shipped: Town) -> None:
    shipped.applications.outcome = CASE if name == "submit_application" else DRAFT

    for _ in TWICE:
        calls = await shipped.calls(RECORDED[name], VARIABLES.get(name))

        assert sorted(calls) == sorted(CALLS.get(name, []))


async def test_what_is_not_selected_is_not_asked(shipped: Town) -> None:
    query = """query ($no: String!, $not: Boolean = false) {
      businessLicence(uscc: $no) { value { enterpriseName premises @include(if: $not) { value {
        certNo } } } }
      property(certNo: $no) @include(if: $not) { value { area } }
      parcel(parcelNo: $no) @skip(if: true) { value { area } } }"""

    for _ in TWICE:
        assert await shipped.calls(query, {"no": "A"}) == [MARKET]


async def test_the_same_question_twice_is_one_key(shipped: Town) -> None:
    query = """query ($no: String!) {
      a: businessLicence(uscc: $no) { value { premises { value { area } } } }
      b: businessLicence(uscc: $no) { value { premises { value { use } } } } }"""

    for _ in TWICE:
        calls = await shipped.calls(query, {"no": "A"})
        assert calls == [MARKET, (2, "housing", "property.cert_no", 1)]


async def test_fifty_licences_and_what_they_lead_to_are_cut_by_the_contracts(shipped: Town) -> None:
    """One department takes fifty keys a call, one takes twenty."""
    query = """query ($all: [_Any!]!) { _entities(representations: $all) { ... on BusinessLicence {
      legalRep { value { personRef } } premises { value { area } } } } }"""
    fifty = [{"__typename": "BusinessLicence", "uscc": str(number)} for number in range(50)]

    for _ in TWICE:
        calls = await shipped.calls(query, {"all": fifty})

        assert calls == [
            (1, "market", "business_licence.uscc", 50),
            (2, "police", "person.person_ref", 1),  # one and the same
            (2, "housing", "property.cert_no", 20),
            (2, "housing", "property.cert_no", 20),
            (2, "housing", "property.cert_no", 10),
        ]


@pytest.mark.parametrize("name", ["case", "projects_behind_a_licence", "registers"])
async def test_what_was_said_lately_is_answered_without_a_turn_of_the_loop(
    name: str, shipped: Town
) -> None:
    offices: Any = [Office(info) for info in shipped.infos]
    federation = Federation(offices, now=lambda: AT)
    asked = (federation, RECORDED[name], VARIABLES[name])
    known = await shipped.answer(*asked)

    for _ in TWICE:
        with pytest.raises(StopIteration) as ended:
            shipped.answer(*asked).send(None)
        answer = ended.value.value
        assert answer["data"] == known["data"]
        calls = [(call["wave"], call["outcome"]) for call in answer["extensions"]["calls"]]
        assert calls == [(1, "cached")] * len(CALLS[name])
    await federation.aclose()


FIVE = ("market", "housing", "health", "construction", "police")


def case(number: int) -> Case:
    """A case with a filing at each of the five."""
    steps = tuple(
        Step(item=name, department=name, state=StepState.ACCEPTED, receipt=f"{name}-{number}")
        for name in FIVE
    )
    return replace(CASE, id=f"3101042026112600{number:02d}", steps=steps)


async def test_fifty_cases_at_five_departments_are_five_calls_where_contracts_allow() -> None:
    infos = [replace(department(name), progress_batch=50) for name in FIVE]
    items = tuple(replace(SHOP.items[0], id=name, department=name, edges=()) for name in FIVE)
    town = Town(infos, core(build_schema(infos)), [replace(SHOP, items=items, variants=())])

    async def cases(viewer: Viewer, *, first: int, **rest: Any) -> Page:
        return Page(cases=tuple(case(number) for number in range(first)), cursor=None)

    town.applications.cases = cases  # type: ignore[method-assign]
    query = "{ cases(first: 50) { nodes { id steps { live { value { status } } } } } }"

    for _ in TWICE:
        assert await town.calls(query) == [(1, name, "permit.progress", 50) for name in FIVE]
