"""What a process imports is what it works with: start and memory of every process pay for it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cases.engine import DbosEngine
from gateway.cases.migrate import migrate
from gateway.cli.output import INTERRUPTED

_COMMAND_LINE = """
import json, sys
import gateway.cli.commands
print(json.dumps(sorted(sys.modules)))
"""
_AT_ITS_END = """
import atexit, json, sys
from gateway.cli import main
atexit.register(lambda: print(json.dumps(sorted(sys.modules))))
main()
"""
# Each with when it is imported after all.
_NOT_FOR_THE_COMMAND_LINE = (
    "alembic", "dbos", "graphql", "httpx", "lxml", "pydantic", "rich", "sqlalchemy", "strawberry",
)  # fmt: skip
_NOT_FOR_SERVING = (
    "aiocache",  # cache.url names a server
    "alembic",  # the tables are not those of this version
    "hypothesis", "jsonschema", "openapi_spec_validator", "pytest",  # never: tests only
    "mocks",  # never
    "opentelemetry.sdk",  # telemetry.exporter is not off
    "psycopg",  # store.url names PostgreSQL
    "pydantic",  # never: DBOS would take it to validate arguments of workflows
    "pygments", "rich",  # a command has something to say to people
    "redis",  # as aiocache
    "requests", "zeep.client",  # never: of zeep the gateway takes the header of WS-Security
    "sqlalchemy.orm",  # never: cases are rows
    "typer",  # options are not plainly given, or help is asked for
)  # fmt: skip


def test_the_command_line_imports_nothing_a_command_may_not_need() -> None:
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _COMMAND_LINE],
        capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    imported = json.loads(ended.stdout)
    assert [module for module in _NOT_FOR_THE_COMMAND_LINE if module in imported] == []


def test_a_gateway_that_has_served_imported_nothing_that_settings_may_leave_out(
    served: list[str],
) -> None:
    assert "dbos" in served
    assert [module for module in _NOT_FOR_SERVING if module in served] == []


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The modules of a gateway of eight departments on SQLite, started, then told to stop."""
    folder = tmp_path_factory.mktemp("served")
    store = f"sqlite:///{folder / 'cases.sqlite'}"
    migrate(store, DbosEngine(store, executor="nobody").migrate)
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", _AT_ITS_END, "serve", "--profile", "dev", *_settings(folder, store)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "Uvicorn running" in line:
            break
    process.send_signal(signal.SIGINT)  # upon SIGTERM a process ends without atexit
    told, more = process.communicate(timeout=30)
    assert process.returncode == INTERRUPTED, "".join((*said, more))
    modules: list[str] = json.loads(told)
    return modules


def _settings(folder: Path, store: str) -> list[str]:
    told = {"server.port": "0", "store.url": store, "dev_folder": str(folder)}
    return [part for key, value in told.items() for part in ("--set", f"{key}={value}")]
