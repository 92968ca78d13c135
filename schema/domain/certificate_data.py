"""A certificate as event data, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from schema.domain.filing import Certificate


def certificate_to(certificate: Certificate) -> dict[str, Any]:
    """A certificate as event data."""
    until = certificate.valid_until
    return {
        "number": certificate.number,
        "name": certificate.name,
        "issued_on": certificate.issued_on.isoformat(),
        "licence_id": certificate.licence_id,
        "valid_until": until.isoformat() if until else None,
    }


def certificate_from(data: Mapping[str, Any]) -> Certificate:
    """A certificate from event data."""
    until = data.get("valid_until")
    return Certificate(
        number=data["number"],
        name=data["name"],
        issued_on=date.fromisoformat(data["issued_on"]),
        licence_id=data.get("licence_id"),
        valid_until=date.fromisoformat(until) if until else None,
    )
