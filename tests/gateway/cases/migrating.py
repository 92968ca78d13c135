"""Brings a store up when told to: `python -m … URL`, then a line to start on; says from where."""

import sys

from gateway.cases.engine import DbosEngine
from gateway.cases.migrate import migrate


def main(url: str) -> None:
    engine = DbosEngine(url, executor="migrating")
    print("ready", flush=True)  # noqa: T201 — a command
    sys.stdin.readline()
    print(migrate(url, engine.migrate).before, flush=True)  # noqa: T201 — a command


if __name__ == "__main__":
    main(sys.argv[1])
