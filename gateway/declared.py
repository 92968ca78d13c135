"""Everything that is declared in files, read once: departments, one things, working days.

What is wrong in any of them is told at once; nothing starts until nothing is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import adapters.departments
from adapters.calls import Trace
from adapters.findings import did_you_mean
from adapters.registry import Loaded, load_departments
from adapters.wire import Endpoint
from gateway.security.client_certificate import ClientCertificateRefused, client_certificate
from gateway.settings import Settings, SettingsInvalid
from schema.catalogue import ONE_THINGS, CatalogueInvalid, LoadedCatalogue, cross_check, load
from schema.domain.calendar import WorkingCalendar
from schema.domain.department import DepartmentInfo
from schema.working_days import CalendarInvalid, load_working_calendar

_ACCESS = ("url", "limits", "tls")  # what stands beside the credentials
SHIPPED_DEPARTMENTS = Path(str(adapters.departments.__file__)).parent


class DeclarationInvalid(Exception):
    """Files that cannot be used; `findings` is every mistake, as `file:key: sentence`."""

    def __init__(self, findings: Sequence[object]) -> None:
        self.findings = tuple(str(finding) for finding in findings)
        super().__init__("\n".join(self.findings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What the cases of a store are read by, whichever departments are plugged in."""

    catalogue: LoadedCatalogue
    calendar: WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Filed):
    """The departments, the catalogue and the calendar of one installation; they fit together."""

    departments: Loaded

    @property
    def infos(self) -> Sequence[DepartmentInfo]:
        """What the departments publish."""
        return [department.info for department in self.departments.departments.values()]


def read_declared(settings: Settings, *, trace: Trace | None = None) -> Declared:
    """What the settings' folders declare; DeclarationInvalid with every mistake of all of them."""
    departments = departments_of(settings, trace=trace)
    wrong: list[object] = list(departments.findings)
    calendar, catalogue = _read(settings, wrong)
    if catalogue is not None and not departments.findings:
        infos = [department.info for department in departments.departments.values()]
        wrong.extend(cross_check(catalogue, infos))
    if wrong or catalogue is None or calendar is None:
        raise DeclarationInvalid(wrong)
    return Declared(departments=departments, catalogue=catalogue, calendar=calendar)


def read_filed(settings: Settings) -> Filed:
    """What the cases of a store are read by; DeclarationInvalid with every mistake of either."""
    wrong: list[object] = []
    calendar, catalogue = _read(settings, wrong)
    if catalogue is None or calendar is None:
        raise DeclarationInvalid(wrong)
    return Filed(catalogue=catalogue, calendar=calendar)


def _read(
    settings: Settings, wrong: list[object]
) -> tuple[WorkingCalendar | None, LoadedCatalogue | None]:
    """None for what cannot be used; every mistake of it is among what is wrong then."""
    calendar = catalogue = None
    try:
        calendar = load_working_calendar(*_given(settings.plugins.calendars))
    except CalendarInvalid as invalid:
        wrong.extend(invalid.problems)
    try:
        catalogue = load(settings.plugins.one_things or ONE_THINGS)
    except CatalogueInvalid as invalid:
        wrong.extend(invalid.findings)
    return calendar, catalogue


def departments_of(settings: Settings, *, trace: Trace | None = None) -> Loaded:
    """The departments plugged in, and everything wrong with those that cannot be.

    SettingsInvalid when a certificate that is to be shown to one of them cannot be, and for
    settings of departments there are not and credentials nobody takes.
    """
    endpoints = endpoints_of(settings)
    folders = [SHIPPED_DEPARTMENTS, *_given(settings.plugins.departments)]
    loaded = load_departments(folders, endpoints, trace=trace)
    unmeant = [] if loaded.findings else list(_unmeant(settings, loaded))
    if unmeant:
        raise SettingsInvalid(unmeant)
    return loaded


def _unmeant(settings: Settings, loaded: Loaded) -> Iterator[str]:
    """What is set for departments and would be read by none."""
    for name, access in settings.departments.items():
        key, department = f"departments.{name}", loaded.departments.get(name)
        if department is None:
            near = did_you_mean(name, loaded.departments)
            yield f"{settings.source(key)}:{key}: no department has this id — {near}"
            continue
        for credential in sorted(access.secrets.keys() - department.info.credentials):
            place = f"{key}.{credential}"
            near = did_you_mean(credential, {*department.info.credentials, *_ACCESS})
            yield f"{settings.source(place)}:{place}: {name} takes no such credential — {near}"


def endpoints_of(settings: Settings) -> Mapping[str, Endpoint]:
    """Every department's endpoint; SettingsInvalid with everything wrong with any of them."""
    endpoints: dict[str, Endpoint] = {}
    wrong: list[str] = []
    for name in settings.departments:
        try:
            endpoints[name] = endpoint_of(settings, name)
        except SettingsInvalid as invalid:
            wrong.extend(invalid.problems)
    if wrong:
        raise SettingsInvalid(wrong)
    return endpoints


def endpoint_of(settings: Settings, department: str) -> Endpoint:
    """Where a department is and what it knows us by; SettingsInvalid where a file is wrong."""
    access = settings.departments[department]
    try:
        client = client_certificate(access)
    except ClientCertificateRefused as refused:
        key = f"departments.{department}.tls.{refused.name}"
        raise SettingsInvalid([f"{settings.source(key)}:{key}: {refused}"]) from None
    return Endpoint(
        url=access.url,
        credentials=access.credentials,
        limits=access.limits.agreed,
        client=client,
    )


def _given(folder: Path | None) -> list[Path]:
    return [folder] if folder is not None else []
