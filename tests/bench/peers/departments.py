"""The canned departments as a process beside the bench."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.peers.processes import REST, inherited, running
from tests.bench.peers.starting import ROOT


@contextmanager
def departments(state: Path) -> Iterator[str]:
    """Where they listen; they end with the block."""
    log = state / "upstream"
    command = [sys.executable, "-m", "tests.bench.peers.upstream"]
    told, environment = "", inherited()
    with running(command, log=log, folder=ROOT, cores=REST, environment=environment) as process:
        while process.poll() is None and not told.endswith("\n"):
            told = log.read_text("utf-8")
        if not told.strip().isdigit():
            raise SystemExit(f"the canned departments do not start: {told[-500:]}")
        yield f"http://127.0.0.1:{int(told)}"
