"""A shell for the command line, and what it said."""

import pytest
from rich.console import Console

from gateway.cli.commands import app
from gateway.cli.output import Speaker, guarded


class Terminal:
    """Runs commands as a shell would, and keeps what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def run(self, *arguments: str) -> int:
        speaker = Speaker(out=Console(width=200), err=Console(stderr=True, width=200))
        code = guarded(speaker, lambda: app(list(arguments), obj=speaker))
        self.out, self.err = self._capsys.readouterr()
        return code
