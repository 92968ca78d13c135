"""From a licence to the permits on its parcel: the shipped registers, and the mocks on the wire."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.demo.applicant import operation
from gateway.execution.executor import Executor
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from mocks.core.city import DEMO, City
from mocks.core.records import Permit, Project
from schema.domain.department import DepartmentInfo, Register
from schema.graph.build import build_schema, core
from schema.graph.federation import federated
from schema.graph.ports import Context, Viewer
from tests.adapters.test_departments_speak import running
from tests.schema.graph.shipped import shipped_infos

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CHAIN = ("market", "housing", "planning", "construction")
VALUES: Mapping[str, Any] = {
    "text": "x",
    "integer": 3,
    "decimal": Decimal("186.50"),
    "boolean": True,
    "date": date(2026, 1, 2),
    "datetime": AT,
}
NUMBERS = ("premises_cert_no", "parcel_no", "project_no", "permit_no")
ENTITIES = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on BusinessLicence { uscc premises { value { area parcel { value { parcelNo
    projects { values { projectNo permits { values { permitNo issuedOn } } } } } } } } } } }"""
TWO_LICENCES = """query ($first: String!, $second: String!) {
  first: businessLicence(uscc: $first) { ...chain }
  second: businessLicence(uscc: $second) { ...chain } }
fragment chain on BusinessLicenceReading { value { premises { value { parcel { value { parcelNo
  projects { values { projectNo name stage area startedOn
    permits { values { permitNo kind issuedOn validUntil } } } } } } } } } }"""
BACK = """query ($permitNo: String!) { permit(permitNo: $permitNo) { value { project { value {
  building { value { completedOn } }
  parcel { value { projects { values { projectNo } } } } } } } } }"""


def context(federation: Federation) -> Context:
    absent: Any = None
    return Context(
        viewer=Viewer(subject="person:1", roles=frozenset()), language="en", now=AT,
        catalogue=absent, departments=absent, applications=absent, bundles=absent,
        clerks=absent, reads=OperationReads(federation, scope="s", budget_s=20),
    )  # fmt: skip


class Archive:
    """A department whose every record is there; two for a look-up that lists."""

    def __init__(self, info: DepartmentInfo) -> None:
        self.info = info
        self.calls: list[tuple[str, int]] = []

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.calls.append((f"{register}.{lookup}", len(keys)))
        declared = next(r for r in self.info.registers if r.id == register)
        many = next(way.many for way in declared.lookups if way.name == lookup)
        made = {key: self._record(declared, lookup, key) for key in keys}
        return {key: [one, one] if many else one for key, one in made.items()}

    def _record(self, register: Register, lookup: str, key: str) -> Mapping[str, Any]:
        values = {one.name: VALUES[one.kind] for one in register.fields}
        known = {name: f"{name}-{key}" for name in NUMBERS if name in values}
        return {**values, **known, lookup: key}


async def test_the_whole_chain_below_entities_is_one_call_per_department_and_hop() -> None:
    infos = shipped_infos()
    archives: Any = {one.id: Archive(one) for one in infos}
    federation = Federation(archives.values(), now=lambda: AT)
    asked = [{"__typename": "BusinessLicence", "uscc": uscc} for uscc in "AB"]

    answer = await Executor(federated(build_schema(infos), infos)).execute(
        ENTITIES, {"representations": asked}, None, context(federation), trace_id="t"
    )
    await federation.aclose()

    assert "errors" not in answer
    premises = answer["data"]["_entities"][1]["premises"]["value"]
    project_no = "project_no-parcel_no-premises_cert_no-B"
    permit = {"permitNo": f"permit_no-{project_no}", "issuedOn": "2026-01-02"}
    project = {"projectNo": project_no, "permits": {"values": [permit, permit]}}
    assert premises == {
        "area": "186.50",
        "parcel": {
            "value": {
                "parcelNo": "parcel_no-premises_cert_no-B",
                "projects": {"values": [project, project]},
            }
        },
    }
    assert {id: archive.calls for id, archive in archives.items() if archive.calls} == {
        "market": [("business_licence.uscc", 2)],
        "housing": [("property.cert_no", 2)],
        "planning": [("parcel.parcel_no", 1), ("parcel.parcel_no", 1)],
        "construction": [("project.parcel_no", 2), ("permit.project_no", 2)],
    }


class Counted:
    """A department, and the calls it got: how many keys each carried, and how many stood open."""

    def __init__(self, department: Any) -> None:
        self._department = department
        self.info: DepartmentInfo = department.info
        self.calls: dict[str, list[int]] = {}
        self.open_at_once = 0
        self._open = 0

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.calls.setdefault(f"{register}.{lookup}", []).append(len(keys))
        self._open += 1
        self.open_at_once = max(self.open_at_once, self._open)
        found: Mapping[str, Any] = await self._department.read(
            register, lookup, keys, budget=budget
        )
        self._open -= 1
        return found


async def over_mocks(
    state: Path, query: str, variables: Mapping[str, Any]
) -> tuple[Any, dict[str, Counted]]:
    """What the graph answers over the departments of the chain, each its mock on a port."""
    async with AsyncExitStack() as stack:
        counted = {
            name: Counted((await stack.enter_async_context(running(name, state))).adapter)
            for name in CHAIN
        }
        departments: Any = counted.values()
        federation = Federation(departments, now=lambda: AT)
        schema = core(build_schema([one.info for one in counted.values()]))
        answer = await Executor(schema).execute(
            query, variables, None, context(federation), trace_id="t"
        )
        await federation.aclose()
    assert "errors" not in answer
    return answer["data"], counted


def shown_permit(permit: Permit) -> Mapping[str, Any]:
    until = permit.valid_until
    return {
        "permitNo": permit.permit_no,
        "kind": permit.kind,
        "issuedOn": permit.issued_on.isoformat(),
        "validUntil": until and until.isoformat(),
    }


def shown_project(city: City, project: Project) -> Mapping[str, Any]:
    started = project.started_on
    return {
        "projectNo": project.project_no,
        "name": project.name,
        "stage": project.stage,
        "area": str(project.area),
        "startedOn": started and started.isoformat(),
        "permits": {"values": [shown_permit(one) for one in city.permits(project.project_no)]},
    }


async def test_two_licences_reach_their_permits_over_the_wire(tmp_path: Path) -> None:
    two = {"first": DEMO["uscc"], "second": DEMO["second"]["uscc"]}

    data, departments = await over_mocks(tmp_path, TWO_LICENCES, two)

    city = City()
    for name, demo in (("first", DEMO), ("second", DEMO["second"])):
        projects = city.projects(demo["parcel_no"])
        parcel = data[name]["value"]["premises"]["value"]["parcel"]["value"]
        assert projects
        assert parcel == {
            "parcelNo": demo["parcel_no"],
            "projects": {"values": [shown_project(city, one) for one in projects]},
        }
    assert departments["market"].calls == {"business_licence.uscc": [2]}
    assert departments["housing"].calls == {"property.cert_no": [2]}
    # its contract takes one number a call; both leave together, and may come back apart
    assert departments["planning"].calls == {"parcel.parcel_no": [1, 1]}
    assert departments["planning"].open_at_once == 2
    construction = departments["construction"].calls
    assert sum(construction["project.parcel_no"]) == 2
    assert sum(construction["permit.project_no"]) == 3


async def test_the_query_graphiql_opens_with_is_one_call_a_hop(tmp_path: Path) -> None:
    query = operation("permits_on_the_parcel")

    data, departments = await over_mocks(tmp_path, query, {"uscc": DEMO["uscc"]})

    parcel = data["businessLicence"]["value"]["premises"]["value"]["parcel"]["value"]
    first, second = parcel["projects"]["values"]
    assert first["projectNo"] == DEMO["project_no"]
    assert first["permits"]["values"][0]["permitNo"] == DEMO["permit_no"]
    assert second["permits"]["values"]
    assert {name: one.calls for name, one in departments.items()} == {
        "market": {"business_licence.uscc": [1]},
        "housing": {"property.cert_no": [1]},
        "planning": {"parcel.parcel_no": [1]},
        "construction": {"project.parcel_no": [1], "permit.project_no": [2]},
    }


async def test_a_permit_leads_back_to_its_house_and_its_parcel(tmp_path: Path) -> None:
    data, departments = await over_mocks(tmp_path, BACK, {"permitNo": DEMO["permit_no"]})

    project = data["permit"]["value"]["project"]["value"]
    numbers = [one["projectNo"] for one in project["parcel"]["value"]["projects"]["values"]]
    assert DEMO["project_no"] in numbers
    assert project["building"] == {"value": {"completedOn": "2012-06-18"}}
    assert departments["construction"].calls == {
        "permit.permit_no": [1],
        "project.project_no": [1],
        "building.building_no": [1],
        "project.parcel_no": [1],
    }
