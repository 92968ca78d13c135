"""What the market department knows of companies, in its own words."""

import re
from collections.abc import Iterable
from typing import Any

from mocks.core.city import City
from mocks.core.records import Company

_CODES = re.compile(rb"uscc=([0-9A-Z]{18}(?:,[0-9A-Z]{18}){0,49})")


def licensed(city: City, codes: Iterable[str]) -> dict[str, Any]:
    """The licences of these, and those that have none."""
    licences, unknown, find = [], [], city.company_by_uscc
    for code in dict.fromkeys(codes):
        if (company := find(code)) is None:
            unknown.append(code)
        else:
            licences.append(_licence(company))
    return {"licences": licences, "not_found": unknown}


def plainly_licensed(city: City, query: bytes, body: bytes) -> dict[str, Any] | None:
    """The same to a query of some codes and nothing else; None to any other."""
    if body or (asked := _CODES.fullmatch(query)) is None:
        return None
    return licensed(city, asked[1].decode().split(","))


def managers_of(city: City, code: str) -> list[dict[str, Any]]:
    """The certificates of a company's food safety managers."""
    return [
        {
            "certificate_no": manager.cert_no,
            "holder": manager.name,
            "valid_until": manager.valid_until.isoformat(),
        }
        for manager in city.managers(code)
    ]


def _licence(company: Company) -> dict[str, Any]:
    return {
        "uscc": company.uscc,
        "name": company.name,
        "type": company.enterprise_type,
        "registered_capital": str(company.registered_capital),
        "established_on": company.establish_date.isoformat(),
        "operating_period": company.business_term,
        "business_scope": company.business_scope,
        "address": company.registered_address,
        "legal_representative": {
            "name": company.legal_rep_name,
            "person_ref": company.legal_rep_ref,
        },
        "premises_title_no": company.premises_cert_no,
        "status": "ACTIVE" if company.status == "存续" else "CANCELLED",
    }
