"""The controls hold their own OpenAPI document against an independent prober, 0 failures.

Run where schemathesis is installed (`pip install schemathesis`); elsewhere skipped with that word.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: pip install schemathesis"
)

_CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 503]
"""


@pytest.mark.timeout(170)
def test_schemathesis_finds_nothing(world: Any, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(_CONFIG, "utf-8")
    program = "from schemathesis.cli import schemathesis; schemathesis()"
    command = [sys.executable, "-c", program, "--config-file", str(config), "run"]
    command += [f"{world.admin}/__admin/openapi.json", "--seed", "7", "--max-examples", "15"]
    command += ["--exclude-operation-id", "runDepartment"]  # it would be all that is tried
    command += ["--phases", "examples,coverage,fuzzing", "--no-color", "--no-shrink"]
    try:
        said = subprocess.run(  # noqa: S603 - our own interpreter and words
            command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=160
        )
    finally:
        world.ask("POST", "clock", {"now": "2026-09-21T09:00:00+08:00", "rate": 1})
        world.faults()

    assert said.returncode == 0, said.stdout[-8000:] + said.stderr[-2000:]
