"""What is declared in files, loaded for a command; every mistake is a line of a Stop."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gateway.cli.output import BAD_CONFIG, Stop
from gateway.declared import (
    DeclarationInvalid,
    Declared,
    Filed,
    departments_of,
    read_declared,
    read_filed,
)
from gateway.settings import Settings, SettingsInvalid
from schema.domain.department import DepartmentInfo

_SETTINGS = "correct these settings; nothing was started"
_NEXT = "correct these files; nothing was started"


@contextmanager
def explained() -> Iterator[None]:
    """Turn "something declared, or a key, is wrong" into a Stop with every finding."""
    try:
        yield
    except DeclarationInvalid as invalid:
        raise Stop(invalid.findings, next_step=_NEXT) from invalid
    except SettingsInvalid as invalid:
        raise Stop(invalid.problems, next_step=_SETTINGS, code=BAD_CONFIG) from invalid


def load_departments(settings: Settings) -> Sequence[DepartmentInfo]:
    """What the plugged-in departments publish; Stop with everything wrong with any of them."""
    with explained():
        loaded = departments_of(settings)
    if loaded.findings:
        raise Stop(loaded.findings, next_step=_NEXT)
    return [loaded.departments[name].info for name in sorted(loaded.departments)]


def load_declared(settings: Settings) -> Declared:
    """Departments, one things and calendar, checked against one another."""
    with explained():
        return read_declared(settings)


def load_filed(settings: Settings) -> Filed:
    """One things and calendar, for a command that asks no department."""
    with explained():
        return read_filed(settings)


def printed_schema(settings: Settings) -> str:
    """The SDL of the graph over these departments."""
    from schema.graph.build import build_schema

    return build_schema(load_departments(settings)).as_str()
