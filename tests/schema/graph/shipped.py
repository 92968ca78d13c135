"""The departments that ship, as they publish themselves: no line to any of them is opened."""

from functools import cache
from pathlib import Path

from adapters.registry import load_departments
from adapters.wire import Endpoint
from gateway.settings_demo import DEMO_CREDENTIALS, department_urls
from schema.domain.department import DepartmentInfo

ROOT = Path(__file__).parents[3]


def shipped_infos() -> list[DepartmentInfo]:
    """What the eight declare; every finding is a failure."""
    return list(_read_once())


@cache
def _read_once() -> tuple[DepartmentInfo, ...]:
    endpoints = {
        name: Endpoint(
            url=url,
            credentials={
                key.partition(".")[2]: value
                for key, value in DEMO_CREDENTIALS.items()
                if key.startswith(f"{name}.")
            },
        )
        for name, url in department_urls().items()
    }
    loaded = load_departments(ROOT / "adapters" / "departments", endpoints, installed=False)
    assert [str(finding) for finding in loaded.findings] == []
    return tuple(loaded.departments[name].info for name in sorted(loaded.departments))
