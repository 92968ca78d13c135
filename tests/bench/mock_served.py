"""`python -m tests.bench.mock_served [CHECKOUT…]`: a call from its bytes to those of its answer.

The five case departments within this process, as the fleet serves them, over a wire that takes what
is written; no socket. Every record is asked for once; health is told not to wait. Microseconds of
CPU a call (least and median of the rounds), and opcodes of Python, which are the same on any
machine however busy it is. Every checkout named is measured (this one, when none is), each in a
process of its own.
"""

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from mocks.core.city import City
from mocks.core.clock import real_now, write_atomically
from mocks.core.kit import Kit, assemble
from mocks.journal.tally import Tally
from mocks.market.tokens import Tokens
from tests.bench.asked import ASKED
from tests.bench.mocks_in_one import DEPARTMENTS, HURRIED, served
from tests.bench.served import Wire
from tests.mocks.faults.wire import request

_CALLS, _ROUNDS, _LINES, _COUNTED = 500, 9, 8, 10
Found = dict[str, tuple[float, float, float]]
"""Least and median microseconds, and opcodes, by department."""


def questions(kit: Kit) -> Iterator[bytes]:
    """What a department is asked."""
    if kit.department != "market":
        return ASKED[kit.department](kit, 0)["register"]
    token = Tokens(kit.key).issued(until=real_now() + 600)  # which is fetched over no wire here
    headers = {"authorization": f"Bearer {token}"}
    codes = (City().company(index).uscc for index in range(1000, 10**6))
    return (request("GET", f"/licences?uscc={code}", headers) for code in codes)


class Line:
    """A kept connection."""

    def __init__(self, make: Any) -> None:
        self.wire, self._protocol = Wire(), make()
        self._protocol.connection_made(self.wire)

    def ask(self, question: bytes) -> None:
        """Have it answered; it was, when this returns, unless something waits."""
        self.wire.sent = b""
        self._protocol.data_received(question)

    async def answered(self) -> None:
        """Wait for what waits."""
        while not self.wire.sent:  # noqa: ASYNC110 - nothing tells of a write
            await asyncio.sleep(0)


async def asked(lines: list[Line], questions: list[bytes]) -> None:
    """Ask, on all connections at once."""
    for begin in range(0, len(questions), len(lines)):
        at_once = list(zip(lines, questions[begin : begin + len(lines)], strict=False))
        for line, question in at_once:
            line.ask(question)
        await asyncio.sleep(0)
        for line, _ in at_once:
            await line.answered()
            if not line.wire.sent.startswith(b"HTTP/1.1 200"):
                raise SystemExit(line.wire.sent.decode(errors="replace"))


async def opcodes(line: Line, questions: list[bytes]) -> float:
    """Opcodes a call."""
    count = 0

    def traced(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return traced

    task = asyncio.create_task(_one_by_one(line, questions))
    sys.settrace(traced)
    try:
        await task
    finally:
        sys.settrace(None)
    return count / len(questions)


async def _one_by_one(line: Line, questions: list[bytes]) -> None:
    for question in questions:
        line.ask(question)
        await line.answered()


async def measured() -> Found:
    """The figures of this checkout."""
    found: Found = {}
    with tempfile.TemporaryDirectory() as name:
        write_atomically(Path(name) / "faults.json", HURRIED)
        for department in DEPARTMENTS:
            kit = assemble(department, Path(name))
            make, wanted = served(kit, Tally()), questions(kit)
            lines, took = [Line(make) for _ in range(_LINES)], []
            for _ in range(_ROUNDS):
                made = list(islice(wanted, _CALLS))
                gc.collect()
                began = time.process_time()
                await asked(lines, made)
                took.append((time.process_time() - began) / _CALLS * 1e6)
            count = await opcodes(lines[0], list(islice(wanted, _COUNTED)))
            found[department] = min(took), statistics.median(took), count
            kit.ledger.close()
    return found


def of_checkout(checkout: Path) -> Found:
    """Those of a checkout, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.mock_served", "--json"]
    done = subprocess.run(command, cwd=checkout, check=True, capture_output=True)  # noqa: S603
    found: Found = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true", help="this checkout alone, for another")
    given = parser.parse_args()
    if given.json:
        print(json.dumps(uvloop.run(measured())))  # noqa: T201
        return
    table = Table("department", "checkout", "µs of CPU", "median", "opcodes", "a core answers")
    for checkout in [path.resolve() for path in given.checkouts] or [Path.cwd()]:
        found = of_checkout(checkout)
        for department, (least, median, count) in found.items():
            told = f"{least:.1f}", f"{median:.1f}", f"{count:,.0f}", f"{1e6 / least:,.0f}/s"
            table.add_row(department, checkout.name, *told)
        means = [statistics.mean(column) for column in zip(*found.values(), strict=True)]
        whole = f"{means[0]:.1f}", f"{means[1]:.1f}", f"{means[2]:,.0f}", f"{1e6 / means[0]:,.0f}/s"
        table.add_row("all five", checkout.name, *whole, end_section=True)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
