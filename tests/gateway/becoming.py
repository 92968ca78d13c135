"""Commands that end by becoming another program, carried on within this process."""

import os
import runpy
import sys
from collections.abc import Sequence

import pytest


def becoming(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that becomes `python -m MODULE …` goes on as that module, and ends as it does."""

    def go_on(_: str, command: Sequence[str]) -> None:
        python, switch, module, *_arguments = command
        assert (python, switch) == (sys.executable, "-m"), command
        monkeypatch.setattr(sys, "argv", list(command[2:]))
        monkeypatch.delitem(sys.modules, f"{module}.__main__", raising=False)  # as in a new process
        runpy.run_module(module, run_name="__main__", alter_sys=False)

    monkeypatch.setattr(os, "execv", go_on)
