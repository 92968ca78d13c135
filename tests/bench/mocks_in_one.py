"""`python -m tests.bench.mocks_in_one [--before DIR]`: all five case departments in one process.

Market, housing, health, construction and planning as the fleet serves them, each with its port and
journal, but in one process; health is told not to wait. Every record is asked for once, so nothing
is known from before. Two tables, and `--before` has another checkout asked in turn:

- Eight cases at a time, each put to all five at once by this process. Microseconds of CPU a call
  (user and system, from /proc), the least and the median of the rounds.
- The gateway answers cases over that process (`tests.bench.case`): what a core of it sends, and
  what a core of the process answers, in one run.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import uvicorn
import uvloop
from rich.console import Console
from rich.table import Table
from uvicorn.server import ServerState

from mocks.core.clock import write_atomically
from mocks.core.kit import Kit, assemble, department_module
from mocks.faults.at_once import AtOnce, answering
from mocks.journal.noting import Noting
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.tally import Tally
from mocks.serve import application
from tests.bench.asked import ASKED
from tests.bench.case import bench_client, bench_town, idle_share
from tests.bench.mock_upstream import COLUMNS, cpu_s
from tests.mocks.faults.wire import Talk

DEPARTMENTS = ("market", "housing", "health", "construction", "planning")
CASES, ROUNDS = 8, 9
_EACH = 800  # cases a round
_WARM_S = 3
HURRIED = {"health": [{"operation": "*", "kind": "delay", "delay_s": 0}]}


async def serve(state: Path) -> None:
    """Serve the five, and print their ports; for each line read then, how many calls there were."""
    write_atomically(state / "faults.json", HURRIED)
    tallies = {name: Tally() for name in DEPARTMENTS}
    kits = {name: assemble(name, state, key=b"key of the bench") for name in DEPARTMENTS}
    ports = {name: await listening(kit, tallies[name]) for name, kit in kits.items()}
    print(json.dumps(ports), flush=True)  # noqa: T201
    while await asyncio.to_thread(sys.stdin.readline):
        print(sum(t.requests.total() for t in tallies.values()), flush=True)  # noqa: T201


async def listening(kit: Kit, tally: Tally) -> int:
    """The port of a department."""
    server = await asyncio.get_running_loop().create_server(served(kit, tally), "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


def served(kit: Kit, tally: Tally) -> Callable[[], AtOnce]:
    """Makes the protocol of a connection, as `mocks.serve` serves a department."""
    department = department_module(kit.department).build(kit)
    noting = Noting(application(kit, department), Ring(shared_memory()), kit.clock, tally)
    protocol = answering(noting.noted(department.deed), kit.faults)
    config = uvicorn.Config(
        noting, http=protocol, ws="none", lifespan="off", log_level="warning", access_log=False,
        server_header=False, proxy_headers=False, timeout_keep_alive=60,
    )  # fmt: skip
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"Thu, 26 Nov 2026 12:00:00 GMT")]
    return lambda: protocol(config, state, {})


@dataclass(frozen=True, slots=True)
class InOne:
    """A process that plays all five: its ports by department."""

    process: subprocess.Popen[str]
    ports: Mapping[str, int]

    @property
    def cpu_s(self) -> float:
        """Seconds it spent on a core."""
        return cpu_s(self.process.pid)

    @property
    def calls(self) -> int:
        """How many calls it counted."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def running(code: Path) -> Iterator[InOne]:
    """A process of that checkout."""
    program = Path(__file__).read_text("utf-8")  # as text: what it imports is that checkout's
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-c", program, "--serve", folder], cwd=code, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            yield InOne(process, json.loads(process.stdout.readline()))
        finally:
            process.terminate()
            process.wait()


class Round:
    """Cases put to one process."""

    def __init__(self, asked: InOne, kits: Mapping[str, Kit]) -> None:
        self._process, ports = asked, asked.ports
        self._lines = {name: [Talk(port, 30) for _ in range(CASES)] for name, port in ports.items()}
        self._asked = {name: ASKED[name](kits[name], ports[name])["register"] for name in ports}

    def us(self, cases: int = _EACH) -> float:
        """Microseconds of CPU a call, mean over the five."""
        made = {name: iter(list(islice(asked, cases))) for name, asked in self._asked.items()}
        before = self._process.cpu_s
        for _ in range(cases // CASES):
            for name, lines in self._lines.items():
                for line in lines:
                    line.send(next(made[name]))
            for lines in self._lines.values():
                for line in lines:
                    if (heard := line.hear()).status != 200:
                        raise SystemExit(f"answered {heard.raw[:300]!r}")
        return (self._process.cpu_s - before) / cases / len(DEPARTMENTS) * 1e6


def measured(codes: Sequence[Path]) -> Table:
    """The table."""
    table = Table("checkout", "µs a call, least", "median", "a core answers, at best", "median")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        kits = {name: assemble(name, Path(folder)) for name in DEPARTMENTS}
        rounds = [Round(stack.enter_context(running(code)), kits) for code in codes]
        told: list[list[float]] = [[] for _ in codes]
        for one in rounds:
            one.us()
        for _ in range(ROUNDS):
            for one, took in zip(rounds, told, strict=True):
                took.append(one.us())
    for code, took in zip(codes, told, strict=True):
        least, median = min(took), statistics.median(took)
        cores = [f"{1e6 / us:,.0f}/s" for us in (least, median)]
        table.add_row(code.name, f"{least:.1f}", f"{median:.1f}", *cores)
    return table


async def beside_gateway(code: Path, seconds: float = 6.0) -> Sequence[str]:
    """A row: cases a gateway answers over one process of that checkout."""
    with tempfile.TemporaryDirectory() as name, running(code) as asked:
        led = {f"departments.{d}.url": f"http://127.0.0.1:{p}" for d, p in asked.ports.items()}
        async with bench_town(Path(name), led) as place:
            client, gateway = await bench_client(place, mocks=False), place.processes[1].process.pid
            await client.stretch(CASES, _WARM_S)
            idle = await idle_share(gateway)
            calls, used, sent = asked.calls, asked.cpu_s, cpu_s(gateway)
            made = await client.stretch(CASES, seconds)
            calls, used = asked.calls - calls, asked.cpu_s - used
            sent = cpu_s(gateway) - sent - idle * made.seconds
    a_core, answers = calls / sent, calls / used
    return [
        code.name, f"{len(made.took):,}", f"{made.odd}", f"{calls:,}", f"{a_core:,.0f}/s",
        f"{1e6 / answers:.0f}", f"{answers:,.0f}/s", f"{answers / a_core:.1f}",
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="a checkout to compare with")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        uvloop.run(serve(given.serve))
        return
    codes = [*([given.before.resolve()] if given.before else []), Path.cwd()]
    console = Console(width=120)
    console.print(measured(codes))
    table = Table("checkout", "cases", "odd", *COLUMNS[1:])
    for code in codes:
        table.add_row(*asyncio.run(beside_gateway(code)))
    console.print(table)


if __name__ == "__main__":
    main()
