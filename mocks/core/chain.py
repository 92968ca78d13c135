"""One company followed from register to register, each record found by the key before it.

licence (market) -> head (police) -> premises (housing) -> house (construction)
                 -> parcel (planning) -> projects and permits (construction)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from mocks.core.city import City
from mocks.core.records import Building, Company, Parcel, Permit, Person, Project, Property

T = TypeVar("T")


class Torn(LookupError):
    """A key one register gave is not known to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What all registers know of one company and its place."""

    company: Company
    head: Person
    premises: Property
    house: Building
    parcel: Parcel
    projects: tuple[Project, ...]
    permits: tuple[Permit, ...]


def follow(city: City, uscc: str) -> Chain:
    """The chain of the company with this code; Torn at the first key that leads nowhere."""
    company = _found(city.company_by_uscc, uscc)
    premises = _found(city.property_by_cert, company.premises_cert_no or "")
    projects = city.projects(premises.parcel_no)
    return Chain(
        company=company,
        head=_found(city.person_by_ref, company.legal_rep_ref),
        premises=premises,
        house=_found(city.building, premises.building_no),
        parcel=_found(city.parcel, premises.parcel_no),
        projects=projects,
        permits=tuple(permit for one in projects for permit in city.permits(one.project_no)),
    )


def _found(find: Callable[[str], T | None], key: str) -> T:
    if (found := find(key)) is None:
        raise Torn(key)
    return found
