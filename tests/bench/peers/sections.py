"""What is asked: one GraphQL document a section, and the variables of each query.

Nothing personal is told apart: names and numbers come masked from ours, and so from everybody.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, cycle

from tests.bench.peers.replies import MANY_FROM, cert_no, parcel_no, person_ref, uscc

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One comparison: the document, its variables by number, and who runs with a cache."""

    name: str
    about: str
    document: str
    variables: Callable[[int], Variables]
    numbers: Callable[[], Iterator[int]]
    cached: bool = False  # answers may be remembered; peers run with their own cache


def _case(number: int) -> Variables:
    return {
        "uscc": uscc(number),
        "personRef": person_ref(number),
        "certNo": cert_no(number),
        "parcelNo": parcel_no(number),
    }


SECTIONS = {
    section.name: section
    for section in (
        Section(
            name="case",
            about="five departments (two SOAP, three REST), another case each time",
            document=CASE,
            variables=_case,
            numbers=lambda: count(1_000_000),
        ),
        Section(
            name="list",
            about="fifty projects of nine fields from one SOAP reply, another parcel each time",
            document=LIST,
            variables=lambda number: {"parcelNo": parcel_no(number)},
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
            name="hot",
            about="the case query for twenty companies again and again, kept for five seconds",
            document=CASE,
            variables=_case,
            numbers=lambda: cycle(range(20)),
            cached=True,
        ),
    )
}
