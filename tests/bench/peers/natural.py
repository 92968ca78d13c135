"""`python -m tests.bench.peers.natural PORT DEPARTMENTS STATE`: what most would write in Python.

Strawberry for the graph, httpx for REST, zeep for SOAP, Starlette and uvicorn around: as their
documentation shows them, with nothing tuned, and nothing checked that these do not check.
"""

import sys
from pathlib import Path
from typing import Any, Generic, TypeVar

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

from schema.domain.identifiers import mask_id_number, mask_name
from tests.bench.peers.natural_catalogue import OneThing, catalogue
from tests.bench.peers.natural_departments import Departments

USE = {"10": "居住", "20": "商业", "30": "办公"}
LAND_USE = {"0701": "城镇住宅用地", "0709": "商住混合用地", "0901": "商业用地"}
STAGE = {"1": "已报建", "2": "已审图", "3": "已许可", "4": "在建", "5": "竣工", "9": "终止"}
STATUS = {"ACTIVE": "存续", "CANCELLED": "注销"}
departments: Departments
catalogue_file = Path("catalogue.json")

Value = TypeVar("Value")


@strawberry.type
class Provenance:
    department: strawberry.ID
    source: str
    stale: bool = False


@strawberry.type
class Problem:
    code: str


@strawberry.type
class Reading(Generic[Value]):
    value: Value | None
    provenance: Provenance
    problem: Problem | None = None


@strawberry.type
class ListReading(Generic[Value]):
    values: list[Value]
    provenance: Provenance
    problem: Problem | None = None


@strawberry.type
class Project:
    project_no: str
    name: str
    parcel_no: str
    building_no: str
    stage: str
    area: str
    registered_on: str
    started_on: str | None
    completed_on: str | None


@strawberry.type
class Parcel:
    parcel_no: str
    land_use: str
    area: str
    plan_unit: str
    approved_on: str | None

    @strawberry.field
    async def projects(self) -> ListReading[Project]:
        return await projects(self.parcel_no)


@strawberry.type
class Property:
    cert_no: str
    address: str
    owner_name: str
    use: str
    area: str
    floor_count: int
    district_code: str
    street: str
    building_no: str
    parcel_no: str

    @strawberry.field
    async def parcel(self) -> Reading[Parcel]:
        return await parcel(self.parcel_no)


@strawberry.type
class BusinessLicence:
    uscc: str
    enterprise_name: str
    enterprise_type: str
    registered_capital: str
    establish_date: str
    business_term: str
    business_scope: str
    registered_address: str
    legal_rep_name: str
    legal_rep_ref: str
    premises_cert_no: str
    status: str

    @strawberry.field
    async def premises(self) -> Reading[Property]:
        return await property_(self.premises_cert_no)


@strawberry.type
class HealthCertificates:
    uscc: str
    valid_count: int
    next_expiry: str | None


@strawberry.type
class Person:
    person_ref: str
    id_number: str
    name: str


def _source(department: str, source: str) -> Provenance:
    return Provenance(department=strawberry.ID(department), source=source)


def _day(text: str | None) -> str | None:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if text else None


async def licence(uscc: str) -> Reading[BusinessLicence]:
    found = await departments.licence(uscc)
    value = BusinessLicence(
        uscc=found["uscc"],
        enterprise_name=found["name"],
        enterprise_type=found["type"],
        registered_capital=found["registered_capital"],
        establish_date=found["established_on"],
        business_term=found["operating_period"],
        business_scope=found["business_scope"],
        registered_address=found["address"],
        legal_rep_name=mask_name(found["legal_representative"]["name"]),
        legal_rep_ref=found["legal_representative"]["person_ref"],
        premises_cert_no=found["premises_title_no"],
        status=STATUS[found["status"]],
    )
    return Reading(value=value, provenance=_source("market", "business_licence"))


async def health(uscc: str) -> Reading[HealthCertificates]:
    found = await departments.health(uscc)
    value = HealthCertificates(
        uscc=found["creditCode"],
        valid_count=found["validCount"],
        next_expiry=found["nextExpireDate"],
    )
    return Reading(value=value, provenance=_source("health", "health_certificates"))


async def person(person_ref: str) -> Reading[Person]:
    row = await departments.person(person_ref)
    value = Person(
        person_ref=row.findtext("INPUT/rybh"),
        id_number=mask_id_number(row.findtext("OUTPUT/gmsfhm")),
        name=mask_name(row.findtext("OUTPUT/xm")),
    )
    return Reading(value=value, provenance=_source("police", "person"))


async def property_(cert_no: str) -> Reading[Property]:
    found = await departments.property(cert_no)
    value = Property(
        cert_no=found["CQZH"],
        address=found["ZL"],
        owner_name=found["QLR"],
        use=USE[found["YT"]],
        area=str(found["JZMJ"]),
        floor_count=found["ZCS"],
        district_code=found["XZQHDM"],
        street=found["JDMC"],
        building_no=found["LZBH"],
        parcel_no=found["DKBH"],
    )
    return Reading(value=value, provenance=_source("housing", "property"))


async def parcel(parcel_no: str) -> Reading[Parcel]:
    found = await departments.parcel(parcel_no)
    value = Parcel(
        parcel_no=found.ParcelNo,
        land_use=LAND_USE[found.LandUse],
        area=str(found.Area),
        plan_unit=found.PlanUnit,
        approved_on=found.ApprovedOn and str(found.ApprovedOn),
    )
    return Reading(value=value, provenance=_source("planning", "parcel"))


def _project(row: Any) -> Project:
    return Project(
        project_no=row.findtext("XMBH"),
        name=row.findtext("XMMC"),
        parcel_no=row.findtext("ZDDM"),
        building_no=row.findtext("JZWBM"),
        stage=STAGE[row.findtext("JSJD")],
        area=row.findtext("JZMJ"),
        registered_on=_day(row.findtext("BJRQ")) or "",
        started_on=_day(row.findtext("KGRQ")),
        completed_on=_day(row.findtext("JGRQ")),
    )


async def projects(parcel_no: str) -> ListReading[Project]:
    values = [_project(row) for row in await departments.projects(parcel_no)]
    return ListReading(values=values, provenance=_source("construction", "project"))


@strawberry.type
class Query:
    @strawberry.field
    async def business_licence(self, uscc: str) -> Reading[BusinessLicence]:
        return await licence(uscc)

    @strawberry.field
    async def health_certificates(self, uscc: str) -> Reading[HealthCertificates]:
        return await health(uscc)

    @strawberry.field
    async def person(self, person_ref: str) -> Reading[Person]:
        return await person(person_ref)

    @strawberry.field
    async def property(self, cert_no: str) -> Reading[Property]:
        return await property_(cert_no)

    @strawberry.field
    async def parcel(self, parcel_no: str) -> Reading[Parcel]:
        return await parcel(parcel_no)

    @strawberry.field
    async def project_by_parcel_no(self, parcel_no: str) -> ListReading[Project]:
        return await projects(parcel_no)

    @strawberry.field
    def one_thing(self, id: strawberry.ID) -> OneThing | None:
        return catalogue(catalogue_file).get(id)


def main(port: int, base: str, state: Path) -> None:
    """Serve until told to stop."""
    global departments, catalogue_file
    departments, catalogue_file = Departments(base), state / "catalogue.json"
    app = GraphQL[None, None](strawberry.Schema(Query))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
