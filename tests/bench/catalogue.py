"""`python -m tests.bench.catalogue [--seconds 4 --rounds 5]`: a public query beside a bare answer.

Bare is uvicorn with the smallest application there is, which gives the very same bytes whatever it
is asked. Both on the same core, in turn, warmed; medians of the rounds, the first not kept.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import uvicorn
import uvloop
from rich.console import Console
from rich.table import Table
from starlette.types import Receive, Scope, Send

from gateway.demo.applicant import operation
from tests.bench.peers.__main__ import upstream
from tests.bench.peers.contenders import Ours, Start, Up, up
from tests.bench.peers.load import Target
from tests.bench.peers.measure import Pace, first_answer, rounds
from tests.bench.peers.sections import Section

CATALOGUE = Section(
    name="catalogue",
    about="a one thing of the catalogue, the same for everybody",
    document=operation("one_thing"),
    variables=lambda _: {"id": "open_restaurant"},
    numbers=lambda: repeat(0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """Uvicorn alone."""

    answer: Path
    name: str = "bare uvicorn"
    remembers: bool = False

    def start(self, port: int, departments: str, state: Path, *, cached: bool) -> Start:
        """One process."""
        told = ["--bare", str(self.answer), "--port", str(port)]
        return Start(
            command=[sys.executable, "-m", "tests.bench.catalogue", *told], target=Target(port)
        )


def serve(answer: bytes, port: int) -> None:
    """Give these bytes to every request."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(answer)).encode()),
    ]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    uvicorn.run(app, port=port, lifespan="off", log_config=None, access_log=False)


async def said(ours: Up) -> bytes:
    """The bytes of our answer, once it is remembered."""
    for _ in range(2):
        await first_answer(ours, CATALOGUE)
    reader, writer = await asyncio.open_connection("127.0.0.1", ours.target.port)
    writer.write(ours.target.request(CATALOGUE.document)(CATALOGUE.variables(0)))
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    answer = await reader.readexactly(int(length))
    writer.close()
    return answer


async def run(pace: Pace, console: Console) -> None:
    """Measure both and print."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        state = Path(folder)
        departments = stack.enter_context(upstream(state))
        ours = stack.enter_context(up(Ours(), departments, state, cached=True))
        file = state / "answer"
        file.write_bytes(await said(ours))
        bare = stack.enter_context(up(Bare(answer=file), departments, state, cached=False))
        await first_answer(bare, CATALOGUE)
        results = await rounds([ours, bare], CATALOGUE, departments, pace, console.log)
    table = Table("what", "answers/s", "CPU µs", "p50 ms", "p99 ms", "RSS MB", "failed")
    rates = []
    for result in results:
        rates.append(median([one.rate for one in result.figures]))
        columns = (
            [one.cpu_ms * 1000 for one in result.figures],
            [one.p50_ms for one in result.figures],
            [one.p99_ms for one in result.figures],
            [one.rss_mb for one in result.figures],
        )
        middle = [f"{median(column):.1f}" for column in columns]
        table.add_row(result.contender, f"{rates[-1]:.0f}", *middle, result.failed)
    console.print(table)
    console.print(f"ours gives {rates[0] / rates[1]:.0%} of the bare answers")


def median(values: Sequence[float]) -> float:
    """The middle one; not a number where there is none."""
    return statistics.median(values) if values else float("nan")


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--bare", type=Path, help="serve the bytes of this file")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    if given.bare is not None:
        serve(given.bare.read_bytes(), given.port)
        return
    pace = Pace(
        seconds=given.seconds, rounds=given.rounds, warm_s=2.0, connections=given.connections
    )
    uvloop.run(run(pace, Console(width=120)))


if __name__ == "__main__":
    main()
