"""What the registers hold: people, titles, houses, land, what is built, companies.

Structs, for they are made anew for every record asked for: a frozen dataclass takes ten times as
long.
"""

from datetime import date
from decimal import Decimal

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Someone the police know."""

    person_ref: str
    name: str
    id_number: str
    phone: str


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """A storey with a title of its own."""

    cert_no: str
    address: str
    owner_name: str
    use: str
    area: Decimal
    floor: int
    floor_count: int
    district_code: str
    street: str
    building_no: str
    parcel_no: str


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """A house."""

    building_no: str
    fire_acceptance_no: str | None
    fire_resistance_rating: str
    height: Decimal
    floors: int
    completed_on: date


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of land with ten house numbers."""

    parcel_no: str
    land_use: str
    area: Decimal
    plan_unit: str
    approved_on: date | None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """Building works at one house of a parcel."""

    project_no: str
    name: str
    parcel_no: str
    building_no: str
    stage: str
    area: Decimal
    registered_on: date
    started_on: date | None
    completed_on: date | None


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """What was issued for a project."""

    permit_no: str
    kind: str
    project_no: str
    issued_on: date
    valid_until: date | None


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A registered enterprise; its legal representative and its premises exist."""

    index: int
    uscc: str
    name: str
    enterprise_type: str
    registered_capital: Decimal
    establish_date: date
    business_term: str
    business_scope: str
    registered_address: str
    legal_rep_name: str
    legal_rep_ref: str
    premises_cert_no: str | None
    district_code: str
    status: str


class Manager(msgspec.Struct, frozen=True, kw_only=True):
    """A food safety manager's certificate."""

    uscc: str
    cert_no: str
    name: str
    valid_until: date


class HealthCertificates(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a company's staff hold a valid health certificate."""

    uscc: str
    valid_count: int
    next_expiry: date | None
