"""A department's process imports what it serves with: a fleet is many, each started anew."""

import json
import subprocess
import sys

_IMPORTED = "import json, sys, mocks.process; print(json.dumps(sorted(sys.modules)))"
_OF_COMMANDS = (  # and of the controls, which are their parent's
    "httpx", "mocks.admin.application", "mocks.anything", "mocks.recording", "mocks.supervisor",
    "rich",
)  # fmt: skip


def test_a_department_imports_nothing_of_commands_and_controls() -> None:
    ended = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", _IMPORTED], capture_output=True, text=True, check=True, timeout=60
    )

    imported = json.loads(ended.stdout)
    assert "mocks.serve" in imported
    assert [module for module in _OF_COMMANDS if module in imported] == []
