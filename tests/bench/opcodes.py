"""`python -m tests.bench.opcodes [--top 40] [--json] [CHECKOUT…]`: a case query in opcodes.

The gateway within this process, called as uvicorn calls it, over five canned departments; and the
same five reads by the adapters alone. What is counted are the opcodes Python executes, which no
other process on the machine can disturb: by piece of the code, and by what they hold up. Before
the last question leaves and after the first reply has come, everybody waits for them; in between,
nobody.

Every checkout named is counted (this one, when none is), each in a process of its own.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import orjson
import structlog
import uvloop
from rich.console import Console
from rich.table import Table

from adapters.line.connection import Connection
from gateway.app import Gateway
from gateway.declared import read_declared
from gateway.demo.people import token_of
from gateway.settings import load_settings
from gateway.settings_model import ClockSettings
from gateway.telemetry import configure_tracing
from tests.bench.edge import Caller, Query
from tests.bench.peers.adapters_alone import READS
from tests.bench.peers.departments import departments
from tests.bench.peers.ours import settings_of
from tests.bench.peers.sections import CASE, case_of
from tests.bench.peers.slow import taking

WARM, COUNTED = 30, 10
TAKES_S = 0.05  # so that every question has left, slow as counting is, before a reply comes
_FROM = 40_000_000
PHASES = ("before the last question left", "while none had replied", "from the first reply on")
_ROOT = str(Path(__file__).parents[2]) + "/"

Found = dict[str, dict[str, float]]
Do = Callable[[int], Awaitable[object]]


class Counting:
    """Counts the opcodes of this thread by code and phase; a phase begins as the line is used."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[CodeType, int]] = Counter()
        self._asked = self._phase = 0
        self._ask, self._heard = Connection.ask.__code__, Connection.data_received.__code__

    def begin(self) -> None:
        """A query begins."""
        self._asked = self._phase = 0

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        code = frame.f_code
        if code is self._heard:
            self._phase = 2
        elif code is self._ask and self._phase == 0:
            self._asked += 1
        return self._within

    def _within(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "opcode":
            self.counts[frame.f_code, self._phase] += 1
        elif self._asked == len(READS) and frame.f_code is self._ask and self._phase == 0:
            self._phase = 1  # it has written, and waits
        return self._within


async def counted(do: Do) -> Counter[tuple[CodeType, int]]:
    """What one call of it takes, by code and phase, times COUNTED."""
    counting = Counting()
    for number in range(WARM):
        await do(_FROM + number)
    for number in range(WARM, WARM + COUNTED):
        counting.begin()
        sys.settrace(counting)
        try:
            await do(_FROM + number)
        finally:
            sys.settrace(None)
    return counting.counts


async def both(address: str, state: Path) -> Found:
    """The query and the reads alone: opcodes by name of function, and by phase."""
    told = {**settings_of(address, state), "profile": "dev"}
    settings = replace(load_settings(told, environ={}), clock=ClockSettings())
    declared = read_declared(settings)
    app, token = Gateway(settings, declared).application(), token_of(settings, "clerk", {})
    configure_tracing(exporter="console", sample_ratio=0.0)
    plugged = declared.departments.departments

    async def query(number: int) -> None:
        call = Caller(app, Query(text=CASE, variables=case_of(number)), token)
        await call()
        if b'"problem":{' in call.last or b'"errors"' in call.last:
            raise SystemExit(call.last.decode())

    async def reads(number: int) -> None:
        keys = case_of(number)
        await asyncio.gather(
            *(
                plugged[department].read(register, lookup, [keys[variable]], budget=5.0)
                for department, register, lookup, variable in READS.values()
            )
        )

    async with taking(address, TAKES_S):
        return {"query": _told(await counted(query)), "reads": _told(await counted(reads))}


def _told(counts: Counter[tuple[CodeType, int]]) -> dict[str, float]:
    found: Counter[str] = Counter()
    for (code, phase), count in counts.items():
        found[f"{phase}|{_place(code)}"] += count
    return {name: count / COUNTED for name, count in found.items()}


def _place(code: CodeType) -> str:
    file = code.co_filename.removeprefix(_ROOT)
    file = file.rpartition("site-packages/")[2].rpartition("/lib/python3.11/")[2]
    return f"{file}:{code.co_qualname}"


def of_checkout(checkout: Path) -> Found:
    """The counts of each, in a process of that checkout."""
    command = [sys.executable, "-m", "tests.bench.opcodes", "--json"]
    done = subprocess.run(command, cwd=checkout, check=True, capture_output=True)  # noqa: S603
    found: Found = orjson.loads(done.stdout)
    return found


def show(found: Mapping[str, Found], top: int) -> Iterator[Table]:
    """Sums by phase; then by module and by function, the most first."""
    columns = [(name, what) for name in found for what in ("query", "reads")]
    heads = [f"{what}, {name}" for name, what in columns]
    told = [found[name][what] for name, what in columns]
    yield _table("opcodes a query", heads, [_sums(one, _phase) for one in told], None)
    yield _table("by module", heads, [_sums(one, _module) for one in told], top)
    yield _table("by function", heads, [_sums(one, _function) for one in told], top)


def _sums(counts: Mapping[str, float], of: Callable[[str], str]) -> Mapping[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for name, count in counts.items():
        sums[of(name)] += count
        if of is _phase:
            sums["all"] += count
    return sums


def _phase(name: str) -> str:
    return PHASES[int(name[0])]


def _module(name: str) -> str:
    return name[2:].partition(":")[0]


def _function(name: str) -> str:
    return name[2:]


def _table(title: str, heads: list[str], sums: list[Mapping[str, float]], top: int | None) -> Table:
    table = Table("", *heads, title=title)
    for name in sorted(sums[0], key=lambda name: -sums[0][name])[:top]:
        table.add_row(name, *(f"{one.get(name, 0):,.0f}" for one in sums))
    return table


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", nargs="*", type=Path)
    parser.add_argument("--top", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="this checkout alone, for another")
    given = parser.parse_args()
    if given.json:
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        with tempfile.TemporaryDirectory() as name, departments(Path(name)) as address:
            print(json.dumps(uvloop.run(both(address, Path(name)))))  # noqa: T201
        return
    checkouts = [path.resolve() for path in given.checkouts] or [Path.cwd()]
    for table in show({path.name: of_checkout(path) for path in checkouts}, given.top):
        Console(width=170).print(table)


if __name__ == "__main__":
    main()
