"""What a process imports is what it works with: start and memory of every process pay for it."""

import json
import subprocess
import sys

import pytest

_PROGRAM = """
import json, sys
import gateway.cli
command_line = sorted(sys.modules)
import gateway.app, gateway.cli.serving
print(json.dumps({"command line": command_line, "serving": sorted(sys.modules)}))
"""
# Each with when it is imported after all.
_NOT_FOR_THE_COMMAND_LINE = (
    "alembic", "dbos", "graphql", "httpx", "lxml", "pydantic", "sqlalchemy", "strawberry",
)  # fmt: skip
_NOT_FOR_SERVING = (
    "aiocache",  # cache.url names a server
    "alembic",  # the tables are not those of this version
    "hypothesis", "jsonschema", "openapi_spec_validator", "pytest",  # never: tests only
    "mocks",  # never
    "opentelemetry.sdk",  # telemetry.exporter is not off
    "redis",  # as aiocache
    "requests", "zeep",  # a department that uses the token; departments check: the second reading
)  # fmt: skip


@pytest.fixture(scope="module")
def imported() -> dict[str, list[str]]:
    """The modules of a process that has parsed no command yet, and of one that serves."""
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=100
    )
    modules: dict[str, list[str]] = json.loads(ended.stdout)
    return modules


def test_the_command_line_imports_nothing_a_command_may_not_need(
    imported: dict[str, list[str]],
) -> None:
    assert [m for m in _NOT_FOR_THE_COMMAND_LINE if m in imported["command line"]] == []


def test_serving_imports_nothing_that_settings_may_leave_out(
    imported: dict[str, list[str]],
) -> None:
    assert [m for m in _NOT_FOR_SERVING if m in imported["serving"]] == []
