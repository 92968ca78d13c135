"""What is asked: one GraphQL document a section, and the variables of each query.

Nothing personal is told apart: names and numbers come masked from ours, and so from everybody.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, cycle

from gateway.demo.applicant import operation
from tests.bench.peers.replies import LARGE_FROM, MANY_FROM, cert_no, parcel_no, person_ref, uscc

OURS = "onething"
Variables = Mapping[str, str]
_SOURCE = "provenance { department source stale } problem { code }"
_LICENCE = (
    "uscc enterpriseName enterpriseType registeredCapital establishDate businessTerm businessScope"
    " registeredAddress legalRepName legalRepRef premisesCertNo status"
)
_PROPERTY = "certNo address ownerName use area floorCount districtCode street buildingNo parcelNo"
_PARCEL = "parcelNo landUse area planUnit approvedOn"
_PROJECT = "projectNo name parcelNo buildingNo stage area registeredOn startedOn completedOn"

CASE = f"""query Case($uscc: String!, $personRef: String!, $certNo: String!, $parcelNo: String!) {{
  businessLicence(uscc: $uscc) {{ value {{ {_LICENCE} }} {_SOURCE} }}
  healthCertificates(uscc: $uscc) {{ value {{ uscc validCount nextExpiry }} {_SOURCE} }}
  person(personRef: $personRef) {{ value {{ personRef idNumber name }} {_SOURCE} }}
  property(certNo: $certNo) {{ value {{ {_PROPERTY} }} {_SOURCE} }}
  parcel(parcelNo: $parcelNo) {{ value {{ {_PARCEL} }} {_SOURCE} }}
}}"""
LIST = f"""query List($parcelNo: String!) {{
  projectByParcelNo(parcelNo: $parcelNo) {{ values {{ {_PROJECT} }} {_SOURCE} }}
}}"""
LINKS = f"""query Links($uscc: String!) {{
  businessLicence(uscc: $uscc) {{ value {{ uscc enterpriseName premises {{ value {{
    certNo address parcel {{ value {{
      {_PARCEL} projects {{ values {{ {_PROJECT} }} {_SOURCE} }}
    }} {_SOURCE} }}
  }} {_SOURCE} }} }} {_SOURCE} }}
}}"""
LARGE = f"""query Large($parcelNo: String!) {{
  projectByParcelNo(parcelNo: $parcelNo) {{ values {{ {_PROJECT} }} }}
}}"""
# Ours refuses replies over a department's cap; a department of another cap has another name.
_BULK = LARGE.replace("projectByParcelNo(", "projectByParcelNo: bulkProjectByParcelNo(")
ONE_THINGS = ("change_business_scope", "install_lift", "open_restaurant")


class Kind(StrEnum):
    """How everybody is started: sections of one kind ask the same processes."""

    UNCACHED = "uncached"
    LARGE = "large"  # ours with a department whose replies may be larger
    CACHED = "cached"  # answers may be remembered; peers run with their own cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One comparison: the document, its variables by number, and how everybody is started."""

    name: str
    about: str
    document: str
    variables: Callable[[int], Variables]
    numbers: Callable[[], Iterator[int]]
    ours: str = ""  # where ours has another name for the same
    kind: Kind = Kind.UNCACHED
    anonymous: bool = False  # anybody may ask, without a token
    connections: int | None = None  # so many and no more
    warm_s: float | None = None  # so long and no longer

    def document_of(self, contender: str) -> str:
        """The document as this contender understands it."""
        return self.ours if self.ours and contender == OURS else self.document


def case_of(number: int) -> Variables:
    """Everything a case asks for, of one number."""
    return {
        "uscc": uscc(number),
        "personRef": person_ref(number),
        "certNo": cert_no(number),
        "parcelNo": parcel_no(number),
    }


def parcel_of(number: int) -> Variables:
    """One parcel."""
    return {"parcelNo": parcel_no(number)}


SECTIONS = {
    section.name: section
    for section in (
        Section(
            name="case",
            about="five departments (two SOAP, three REST), another case each time",
            document=CASE,
            variables=case_of,
            numbers=lambda: count(1_000_000),
        ),
        Section(
            name="list",
            about="fifty projects of nine fields from one SOAP reply, another parcel each time",
            document=LIST,
            variables=parcel_of,
            numbers=lambda: count(MANY_FROM + 1_000_000),
        ),
        Section(
            name="links",
            about="licence → premises → parcel → projects, four departments one after another",
            document=LINKS,
            variables=lambda number: {"uscc": uscc(number)},
            numbers=lambda: count(20_000_000),
        ),
        Section(
            name="large",
            about="one SOAP reply of five megabytes, another parcel each time",
            document=LARGE,
            ours=_BULK,
            variables=parcel_of,
            numbers=lambda: count(LARGE_FROM),
            kind=Kind.LARGE,
            connections=2,
            warm_s=3.0,
        ),
        Section(
            name="hot",
            about="the case query for twenty companies again and again, kept for five seconds",
            document=CASE,
            variables=case_of,
            numbers=lambda: cycle(range(20)),
            kind=Kind.CACHED,
        ),
        Section(
            name="catalogue",
            about="what a one thing is, asked by anybody: nothing of it comes from a department",
            document=operation("one_thing"),
            variables=lambda number: {"id": ONE_THINGS[number % len(ONE_THINGS)]},
            numbers=count,
            kind=Kind.CACHED,
            anonymous=True,
        ),
    )
}
