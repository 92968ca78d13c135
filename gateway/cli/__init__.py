"""`onething`: everything an operator or a developer starts from a terminal."""

import sys

from gateway.cli.commands import app
from gateway.cli.heap import seldom
from gateway.cli.output import Speaker, guarded


def main() -> None:
    """Run what the command line says; exit code 0, 1 (failed), 2 (misused) or 78 (settings)."""
    seldom()
    speaker = Speaker()
    sys.exit(guarded(speaker, lambda: app(obj=speaker)))
