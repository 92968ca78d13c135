"""A process imports what it serves with: a fleet is many, each started anew."""

import json
import subprocess
import sys

_SAID = "; import json, sys; print(json.dumps(sorted(sys.modules)))"
_OF_COMMANDS = (  # and of the controls, which are their parent's
    "httpx", "mocks.admin.application", "mocks.anything", "mocks.recording", "mocks.supervisor",
    "rich",
)  # fmt: skip


_OF_OTHER_COMMANDS = ("httpx", "mocks.anything.server", "mocks.recording.command", "rich")


def imported(code: str) -> list[str]:
    """The modules a process has that carries this out."""
    ended = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code + _SAID], capture_output=True, text=True, check=True, timeout=60
    )
    found: list[str] = json.loads(ended.stdout)
    return found


def test_a_department_imports_nothing_of_commands_and_controls() -> None:
    there = imported("import mocks.process")

    assert "mocks.serve" in there
    assert [module for module in _OF_COMMANDS if module in there] == []


def test_the_controls_import_nothing_of_other_commands() -> None:
    there = imported("from mocks.__main__ import parser; parser(['serve'])")

    assert "mocks.admin.application" in there
    assert [module for module in _OF_OTHER_COMMANDS if module in there] == []
