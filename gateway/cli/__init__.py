"""`onething`: everything an operator or a developer starts from a terminal."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from gateway.cli.heap import seldom
from gateway.cli.output import Speaker, guarded
from gateway.cli.plainly import serve_plainly


def main() -> None:
    """Run what the command line says; exit code 0, 1 (failed), 2 (misused) or 78 (settings)."""
    seldom()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what an encoding has not
    speaker = Speaker()
    sys.exit(guarded(speaker, lambda: _run(speaker, sys.argv[1:])))


def _run(speaker: Speaker, words: Sequence[str]) -> None:
    if words[:1] == ["serve"] and serve_plainly(speaker, words[1:]):
        return
    from gateway.cli.commands import app  # with typer, of which a gateway needs nothing

    app(obj=speaker)
