"""`python -m tests.bench.mocks [--code DIR] [--requests N]`: what one core of a department answers.

A SOAP and a REST department as processes, asked over eight kept connections; requests by the
seconds of CPU the department's process spent (user and system, from /proc), so that what else runs
on the machine matters little. `--code` starts the departments of another checkout, to compare.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mocks.core.kit import assemble
from mocks.supervisor import free_ports
from tests.mocks.faults.wire import Talk, greening, housing

_LINES = 8
_WARM = 400
_TICKS = os.sysconf("SC_CLK_TCK")
_STARTED_WITHIN_S = 60.0
_ASKED = {"greening": greening, "housing": housing}
COLUMNS = ("department", "call", "requests", "CPU s", "requests per core", "µs a request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one department needed for one kind of call."""

    department: str
    call: str
    requests: int
    cpu_s: float

    def cells(self) -> list[str]:
        """For the table."""
        per_core = self.requests / self.cpu_s
        return [
            self.department, self.call, f"{self.requests:,}", f"{self.cpu_s:.2f}",
            f"{per_core:,.0f}", f"{1e6 / per_core:.0f}",
        ]  # fmt: skip


@contextmanager
def running(name: str, state: Path, code: Path) -> Iterator[tuple[int, int]]:
    """A department's process: its port and its process id."""
    (port,) = free_ports("127.0.0.1", 1)
    command = [sys.executable, "-m", "mocks", "department", name, "--port", str(port)]
    process = subprocess.Popen([*command, "--state", str(state)], cwd=code)  # noqa: S603 - our own
    try:
        until = time.monotonic() + _STARTED_WITHIN_S
        while not _listens(port) and time.monotonic() < until:
            process.poll()
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _ask(lines: list[Talk], content: bytes, times: int) -> None:
    for _ in range(times // len(lines)):
        for line in lines:
            line.send(content)
        for line in lines:
            heard = line.hear()
            if heard.status != 200:
                raise RuntimeError(f"answered {heard.raw[:300]!r}")


def measured(name: str, requests: int, code: Path) -> Iterator[Row]:
    """Reading and filing at one department."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        kit = assemble(name, state / "here")
        read, filing = _ASKED[name](kit)
        kit.ledger.close()
        with running(name, state / "there", code) as (port, pid):
            lines = [Talk(port, 30) for _ in range(_LINES)]
            _ask(lines, filing, _LINES)
            for call, content, count in (("read", read, requests), ("file", filing, requests // 4)):
                _ask(lines, content, _WARM)
                before = _cpu_s(pid)
                _ask(lines, content, count)
                yield Row(department=name, call=call, requests=count, cpu_s=_cpu_s(pid) - before)
            for line in lines:
                line.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--code", type=Path, default=Path.cwd(), help="checkout to measure")
    parser.add_argument("--requests", type=int, default=8_000)
    told = parser.parse_args()
    table = Table(*COLUMNS, title=f"mock departments of {told.code}")
    for name in _ASKED:
        for row in measured(name, told.requests, told.code):
            table.add_row(*row.cells())
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
