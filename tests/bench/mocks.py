"""`python -m tests.bench.mocks [DEPARTMENT …] [--before DIR] [--requests N]`: what a core answers.

Departments as processes as the fleet runs them, with their journal, asked over eight kept
connections: `status` and `file` the same again and again, `register` another record each time.
Requests by the seconds of CPU the department's process spent (user and system, from /proc), so that
what else runs on the machine matters little. `--before` runs those of another checkout beside them,
turn by turn, to compare.

Beside it: how many calls a core of the gateway sends, counted in the same run as the mocks answer
uncached cases over five departments (`tests.bench.mock_upstream`), and how many times that a core
of the department answers: all of them, were they for one department; the fifth that one of the
five gets; and what one of a fleet of 51 gets where each is asked alike. Then each of the five by
what it was really sent, several records in a call where cases share one.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mocks.core.kit import assemble
from mocks.journal.ring import shared_memory
from mocks.ports import free_ports
from tests.bench.asked import ASKED, Asked
from tests.bench.mock_upstream import Upstream, cpu_s, upstream
from tests.mocks.faults.wire import Talk

LINES = 8
_WARM = 800
_TURNS = 4
_STARTED_WITHIN_S = 60.0
NOW = "now"
_ASKED_TOGETHER, _FLEET = 5, 51
ALIKE = ("× all", "× one of 5", "× one of 51")
COLUMNS = ("department", "call", "requests", "checkout", "CPU s", "µs a request", "a core", *ALIKE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a department of one checkout needed for one kind of call."""

    department: str
    call: str
    requests: int
    checkout: str
    cpu_s: float

    @property
    def per_core(self) -> float:
        """Requests a second of CPU."""
        return self.requests / self.cpu_s

    def cells(self, sent: float) -> list[str]:
        """For the table; `sent`: calls a core of the gateway sends."""
        shares = [self.per_core / sent * alike for alike in (1, _ASKED_TOGETHER, _FLEET)]
        return [
            self.department, self.call, f"{self.requests:,}", self.checkout, f"{self.cpu_s:.2f}",
            f"{1e6 / self.per_core:.0f}", f"{self.per_core:,.0f}/s", *(f"{x:.1f}" for x in shares),
        ]  # fmt: skip


@contextmanager
def running(name: str, state: Path, code: Path) -> Iterator[tuple[int, int]]:
    """A department's process: its port and its process id."""
    (port,) = free_ports("127.0.0.1", 1)
    ours, theirs = socket.socketpair()
    memory = shared_memory()
    command = [sys.executable, "-m", "mocks.process", "department", name, "--port", str(port)]
    command += ["--line", str(theirs.fileno()), "--memory", str(memory), "--state", str(state)]
    lent = (theirs.fileno(), memory)
    process = subprocess.Popen(command, cwd=code, pass_fds=lent)  # noqa: S603 - our own
    try:
        until = time.monotonic() + _STARTED_WITHIN_S
        while not _listens(port) and time.monotonic() < until:
            process.poll()
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()
        ours.close()
        theirs.close()
        os.close(memory)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def over(port: int, asked: Iterator[bytes], times: int, connections: int = LINES) -> None:
    """So many requests over a few connections of their own, none of them idle for long."""
    lines = [Talk(port, 30) for _ in range(min(connections, times))]
    made = iter(list(islice(asked, times)))  # before: whoever asks is not what is waited for
    for _ in range(times // len(lines)):
        for line in lines:
            line.send(next(made))
        for line in lines:
            heard = line.hear()
            if heard.status != 200:
                raise RuntimeError(f"answered {heard.raw[:300]!r}")
    for line in lines:
        line.close()


def measured(name: str, requests: int, codes: Mapping[str, Path]) -> Iterator[Row]:
    """Filing and reading at one department of each checkout."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        kit = assemble(name, Path(folder) / "here")
        there = {
            checkout: stack.enter_context(running(name, Path(folder) / checkout, code))
            for checkout, code in codes.items()
        }
        asked = {checkout: ASKED[name](kit, port) for checkout, (port, _) in there.items()}
        kit.ledger.close()
        calls = list(asked[NOW])
        if "file" in calls:  # one, which the status is asked of
            for checkout, (port, _) in there.items():
                over(port, asked[checkout]["file"], 1)
        for call in calls:
            count = requests // 4 if call == "file" else requests
            yield from _in_turns(name, call, asked, count, there)


def _in_turns(
    name: str,
    call: str,
    asked: Mapping[str, Asked],
    count: int,
    there: Mapping[str, tuple[int, int]],
) -> Iterator[Row]:
    spent = dict.fromkeys(there, 0.0)
    for checkout, (port, _) in there.items():
        over(port, asked[checkout][call], _WARM)
    for _ in range(_TURNS):
        for checkout, (port, pid) in there.items():
            before = cpu_s(pid)
            over(port, asked[checkout][call], count // _TURNS)
            spent[checkout] += cpu_s(pid) - before
    for checkout, seconds in spent.items():
        yield Row(department=name, call=call, requests=count, checkout=checkout, cpu_s=seconds)


def table_of(rows: Sequence[Row], made: Upstream) -> Table:
    """The rows, those of one call beside each other."""
    sent = made.sent
    title = f"mock departments, with their journal; a core of the gateway sends {sent:,.0f}/s"
    table = Table(*COLUMNS, title=title)
    for row in rows:
        table.add_row(*row.cells(sent), end_section=row.checkout == NOW)
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="a checkout to compare with")
    parser.add_argument("--requests", type=int, default=8_000)
    parser.add_argument(
        "departments", nargs="*", choices=[*ASKED, []], help="all, when none is named"
    )
    told = parser.parse_args()
    codes = {**({"before": told.before} if told.before else {}), NOW: Path.cwd()}
    rows = [
        row for name in told.departments or ASKED for row in measured(name, told.requests, codes)
    ]
    made, console = asyncio.run(upstream()), Console(width=140)
    console.print(table_of(rows, made))
    console.print(made.table())


if __name__ == "__main__":
    main()
