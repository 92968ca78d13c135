"""`python -m tests.bench.mocks [--before DIR] [--requests N]`: what a core of a department answers.

A SOAP and a REST department as processes as the fleet runs them, with their journal, asked over
eight kept connections; requests by the seconds of CPU the department's process spent (user and
system, from /proc), so that what else runs on the machine matters little. `--before` runs those of
another checkout beside them, turn by turn, to compare.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mocks.core.city import DEMO
from mocks.core.contract import Contract
from mocks.core.credentials import HOUSING_APP_KEY
from mocks.core.kit import Kit, assemble
from mocks.journal.ring import shared_memory
from mocks.ports import free_ports
from tests.mocks.faults.wire import Talk, greening, housing, request

_LINES = 8
_WARM = 800
_TURNS = 4
_STARTED_WITHIN_S = 60.0
NOW = "now"
COLUMNS = ("department", "call", "requests", "checkout", "CPU s", "µs a request", "a core")


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

    def cells(self) -> list[str]:
        """For the table."""
        return [
            self.department, self.call, f"{self.requests:,}", self.checkout, f"{self.cpu_s:.2f}",
            f"{1e6 / self.per_core:.0f}", f"{self.per_core:,.0f}/s",
        ]  # fmt: skip


def _housing(kit: Kit) -> dict[str, bytes]:
    read, filing = housing(kit)
    headers = {"X-App-Key": HOUSING_APP_KEY, "content-type": "application/json"}
    path = Contract.of(kit.contract_dir).operations["queryPropertyBatch"].path
    asked = json.dumps({"certNos": [DEMO["cert_no"]]}, ensure_ascii=False).encode()
    return {"file": filing, "status": read, "register": request("POST", path, headers, asked)}


def _greening(kit: Kit) -> dict[str, bytes]:
    read, filing = greening(kit)
    return {"file": filing, "status": read}


ASKED = {"greening": _greening, "housing": _housing}


@contextmanager
def running(name: str, state: Path, code: Path) -> Iterator[tuple[int, int]]:
    """A department's process: its port and its process id."""
    (port,) = free_ports("127.0.0.1", 1)
    ours, theirs = socket.socketpair()
    memory = shared_memory()
    command = [sys.executable, "-m", "mocks", "department", name, "--port", str(port)]
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


def cpu_s(pid: int) -> float:
    """Seconds a process spent on a core, exactly: the ticks of /proc/PID/stat are samples."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9


def over(port: int, content: bytes, times: int) -> None:
    """So many requests over a few connections of their own, none of them idle for long."""
    lines = [Talk(port, 30) for _ in range(min(_LINES, times))]
    for _ in range(times // len(lines)):
        for line in lines:
            line.send(content)
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
        asked = ASKED[name](kit)
        kit.ledger.close()
        there = {
            checkout: stack.enter_context(running(name, Path(folder) / checkout, code))
            for checkout, code in codes.items()
        }
        for port, _ in there.values():
            over(port, asked["file"], 1)
        for call in (*[*asked][1:], "file"):  # reading first: before there is much to read
            count = requests // 4 if call == "file" else requests
            yield from _in_turns(name, call, asked[call], count, there)


def _in_turns(
    name: str, call: str, content: bytes, count: int, there: Mapping[str, tuple[int, int]]
) -> Iterator[Row]:
    spent = dict.fromkeys(there, 0.0)
    for port, _ in there.values():
        over(port, content, _WARM)
    for _ in range(_TURNS):
        for checkout, (port, pid) in there.items():
            before = cpu_s(pid)
            over(port, content, count // _TURNS)
            spent[checkout] += cpu_s(pid) - before
    for checkout, seconds in spent.items():
        yield Row(department=name, call=call, requests=count, checkout=checkout, cpu_s=seconds)


def table_of(rows: Sequence[Row]) -> Table:
    """The rows, those of one call beside each other."""
    table = Table(*COLUMNS, title="mock departments, with their journal")
    for row in rows:
        table.add_row(*row.cells(), end_section=row.checkout == NOW)
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="a checkout to compare with")
    parser.add_argument("--requests", type=int, default=8_000)
    told = parser.parse_args()
    codes = {**({"before": told.before} if told.before else {}), NOW: Path.cwd()}
    rows = [row for name in ASKED for row in measured(name, told.requests, codes)]
    Console(width=120).print(table_of(rows))


if __name__ == "__main__":
    main()
