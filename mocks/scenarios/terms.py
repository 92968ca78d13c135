"""What a department can do and say, as far as a scenario has to keep to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from mocks.core.filed import Service, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One department's services, the statuses it has a code for, its codes of refusal."""

    department: str
    services: Mapping[str, Service]
    statuses: frozenset[Status]
    reasons: tuple[str, ...]


def terms_of(department: str, module: ModuleType) -> Terms:
    """The terms of the module that plays a department; registers only have none to keep."""
    return Terms(
        department=department,
        services={service.id: service for service in module.SERVICES},
        statuses=frozenset(getattr(module, "STATUS", ())),
        reasons=getattr(module, "REASONS", ()),
    )
