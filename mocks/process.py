"""`python -m mocks.process`: one process of a fleet, a department or its reader; `serve` starts it.

A fleet is many of them: none imports what the commands and the controls are made of.
"""

import argparse
import os
import socket
import sys
from pathlib import Path

from mocks.bond import Bond
from mocks.core.kit import DEPARTMENTS
from mocks.core.ledger import BrokenLedger
from mocks.readers.process import ReaderPlace, read
from mocks.serve import Place, serve


def main() -> int:
    """Exit code: 0 when told to stop, 1 when its ledger cannot be read."""
    arguments = _parser().parse_args()
    try:
        _PROCESSES[arguments.what](arguments)
    except BrokenLedger as broken:
        print(broken, file=sys.stderr)  # noqa: T201 - a process's last word
        return 1
    return 0


def _department(arguments: argparse.Namespace) -> None:
    bond = Bond.inherited(arguments.line, arguments.memory) if arguments.line else None
    place = Place(
        department=arguments.id,
        state=arguments.state,
        host=arguments.host,
        port=arguments.port,
        callback_base=arguments.callback_base,
        parent=os.getppid(),
        bond=bond,
        key=arguments.key,
        lends=[socket.socket(fileno=end) for end in arguments.lends],
    )
    try:
        serve(place)
    except BrokenLedger as broken:
        if bond is not None:
            bond.leave(broken)
        raise


def _reader(arguments: argparse.Namespace) -> None:
    read(
        ReaderPlace(
            department=arguments.id,
            state=arguments.state,
            key=arguments.key,
            takes=socket.socket(fileno=arguments.takes),
            bond=Bond.inherited(arguments.line, arguments.memory),
        )
    )


_PROCESSES = {"department": _department, "reader": _reader}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mocks.process", description=__doc__)
    kinds = parser.add_subparsers(dest="what", required=True)
    department = kinds.add_parser("department", help="one department")
    department.add_argument("id", choices=DEPARTMENTS)
    department.add_argument("--port", type=int, required=True)
    department.add_argument("--lends", type=_descriptors, default=[], help="a line to each reader")
    department.add_argument("--callback-base", help="where it calls back to")
    reader = kinds.add_parser("reader", help="one department's reader")
    reader.add_argument("id", choices=DEPARTMENTS)
    reader.add_argument("--takes", type=int, required=True, help="the line connections come on")
    for kind in (department, reader):
        kind.add_argument("--key", type=bytes.fromhex, default=b"", help="signs tokens")
        kind.add_argument("--line", type=int, help="the parent's line: an inherited descriptor")
        kind.add_argument("--memory", type=int, help="the journal's memory, likewise")
        kind.add_argument("--state", type=Path, default=Path(".dev/mocks"), help="state folder")
        kind.add_argument("--host", default="127.0.0.1", help="where it listens")
    return parser


def _descriptors(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
