"""From a licence to the permits on its parcel: the shipped registers and one more department."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from gateway.execution.executor import Executor
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from schema.domain.department import DepartmentInfo, Link, Lookup, Register, RegisterField
from schema.domain.text import Text
from schema.graph.build import build_schema
from schema.graph.federation import federated
from schema.graph.ports import Context, Viewer
from tests.gateway.test_federation_graph import info
from tests.schema.graph.shipped import shipped_infos

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VALUES: Mapping[str, Any] = {
    "text": "x",
    "integer": 3,
    "decimal": Decimal("186.50"),
    "boolean": True,
    "date": date(2026, 1, 2),
    "datetime": AT,
}
QUERY = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on BusinessLicence { uscc premises { value { area parcel { value { parcelNo
    projects { values { no permits { values { no cost } } } } } } } } } } }"""


def text(word: str) -> Text:
    return Text(zh=word, en=word)


def field(name: str, kind: str = "text") -> RegisterField:
    return RegisterField(name=name, kind=kind, title=text(name), required=True)


def link(name: str, field: str, register: str) -> Link:
    return Link(
        name=name,
        field=field,
        department="works",
        register=register,
        lookup=field,
        title=text(name),
    )


PROJECT = Register(
    id="project",
    department="works",
    title=text("project"),
    key="no",
    fields=(field("no"), field("parcel_no")),
    lookups=(Lookup(name="no", batch=9), Lookup(name="parcel_no", batch=9, many=True)),
    links=(replace(link("permits", "no", "permit"), lookup="project_no"),),
)
PERMIT = Register(
    id="permit",
    department="works",
    title=text("permit"),
    key="no",
    fields=(field("no"), field("project_no"), field("cost", "decimal")),
    lookups=(Lookup(name="project_no", batch=9, many=True),),
)


def with_projects(infos: Sequence[DepartmentInfo]) -> list[DepartmentInfo]:
    """The shipped departments, parcels linked to the projects of one more."""
    return [
        *(
            replace(one, registers=tuple(_linked(register) for register in one.registers))
            for one in infos
        ),
        info("works", PROJECT, PERMIT),
    ]


def _linked(register: Register) -> Register:
    more = (link("projects", "parcel_no", "project"),) if register.id == "parcel" else ()
    return replace(register, links=(*register.links, *more))


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
        numbers = {name: f"{name}-{key}" for name in ("premises_cert_no", "parcel_no", "no")}
        known = {name: value for name, value in numbers.items() if name in values}
        return {**values, **known, lookup: key}


async def test_the_whole_chain_is_one_call_per_department_and_hop() -> None:
    infos = with_projects(shipped_infos())
    archives: Any = {one.id: Archive(one) for one in infos}
    federation = Federation(archives.values(), now=lambda: AT)
    absent: Any = None
    context = Context(
        viewer=Viewer(subject="person:1", roles=frozenset()), language="en", now=AT,
        catalogue=absent, departments=absent, applications=absent, bundles=absent,
        clerks=absent, reads=OperationReads(federation, scope="s"),
    )  # fmt: skip
    asked = [{"__typename": "BusinessLicence", "uscc": uscc} for uscc in "AB"]

    answer = await Executor(federated(build_schema(infos), infos)).execute(
        QUERY, {"representations": asked}, None, context, trace_id="t"
    )
    await federation.aclose()

    assert "errors" not in answer
    premises = answer["data"]["_entities"][1]["premises"]["value"]
    permit = {"no": "no-no-parcel_no-premises_cert_no-B", "cost": "186.50"}
    project = {"no": "no-parcel_no-premises_cert_no-B", "permits": {"values": [permit, permit]}}
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
        "works": [("project.parcel_no", 2), ("permit.project_no", 2)],
    }
