"""`python -m mocks`: departments that are served, drawn from any contract, recorded or listed.

What a command is made of is imported with it: a fleet starts without the others.
"""

import argparse
import errno
import gc
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from io import TextIOWrapper
from types import ModuleType

from mocks.arguments import Parser

_COMMANDS = {
    "serve": "mocks.fleet_command",
    "anything": "mocks.anything.command",
    "record": "mocks.recording.command",
    "replay": "mocks.recording.command",
    "scenarios": "mocks.scenarios.command",
    "city": "mocks.city_command",
}
_ABOUT = "Departments that are served, drawn from any contract, recorded or listed."
_UNHEARD = 128 + signal.SIGPIPE
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def main() -> int:
    """Exit code: 0 when told to stop, 1 when something could not start, 2 for wrong arguments.

    141, like other filters, when nobody reads on.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what an encoding has not
    try:
        arguments = parser(sys.argv[1:]).parse_args()
        code: int = _module(_COMMANDS[arguments.command]).run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _say_no_more()
        return _UNHEARD
    except OSError as wrong:
        if wrong.filename is not None or wrong.errno not in _NO_ROOM:
            raise
        _say_no_more()
        told = f"the output cannot be written: {wrong.strerror}"
        print(told, file=sys.stderr)  # noqa: T201 - a command's last word
        return 1
    return code


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Takes these words; who asks for no command of ours hears of all of them."""
    asked = [_COMMANDS[word] for word in words[:1] if word in _COMMANDS]
    known = f"{{{','.join(_COMMANDS)}}}" if asked else None
    made: argparse.ArgumentParser = Parser(prog="onething mocks", description=_ABOUT)
    commands = made.add_subparsers(dest="command", required=True, metavar=known)
    for module in _modules(asked or _COMMANDS.values()):
        module.add_to(commands)
    return made


def _modules(names: Iterable[str]) -> Iterable[ModuleType]:
    return map(_module, dict.fromkeys(names))


def _module(name: str) -> ModuleType:
    """It stays to the end, and what it imports: meanwhile nobody searches it for garbage."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.enable()


def _say_no_more() -> None:
    """What is left unsaid goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
