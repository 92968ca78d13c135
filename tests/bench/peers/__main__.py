"""`python -m tests.bench.peers [--section case] [--seconds 8] [--rounds 5] [--write PAGE]`.

Our gateway beside its peers: the same queries, the same canned departments, the same core. Nothing
is asserted; what differs in the answers stands in the table. A quiet machine gives better figures.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop
from rich.console import Console

from tests.bench.peers.contenders import CONTENDERS, ROOT, Contender, Up, inherited, up
from tests.bench.peers.costs import Costs, starts
from tests.bench.peers.load import Broken
from tests.bench.peers.measure import Pace, Result, first_answer, rounds
from tests.bench.peers.npm import Missing
from tests.bench.peers.processes import REST, running
from tests.bench.peers.report import (
    COST_HEADS,
    HEADS,
    MEMORY_HEADS,
    Rows,
    markdown,
    memory_rows,
    rows_of,
    start_rows,
    table,
    title_of,
    written,
)
from tests.bench.peers.sections import SECTIONS

CHOICES = ("start", *SECTIONS, "memory")


class Bench:
    """One run: who takes part, on which departments, and where the figures go."""

    def __init__(
        self, contenders: Sequence[Contender], departments: str, state: Path, pace: Pace, page: str
    ) -> None:
        self._contenders, self._departments, self._state = contenders, departments, state
        self._pace, self._page = pace, page
        self._console = Console(width=160)
        self._costs: Sequence[Costs] = []
        self._results: Sequence[Result] = []

    async def run(self, sections: Sequence[str]) -> None:
        """Measure every section, and show each as soon as it is there."""
        if {"start", "memory"} & set(sections):
            self._costs = await starts(
                self._contenders, self._departments, self._state, self._pace.rounds, self._tell
            )
            self._show("start", "start: to the first answer", COST_HEADS, start_rows(self._costs))
        for name in (name for name in SECTIONS if name in sections):
            results = await self._section(name)
            self._results = results if name == "case" else self._results
            self._show(name, title_of(name), HEADS, rows_of(results))
        if "memory" in sections:
            rows = memory_rows(self._costs, self._results)
            self._show("memory", "memory: of all its processes", MEMORY_HEADS, rows)

    async def _section(self, name: str) -> Sequence[Result]:
        section, ups, absent = SECTIONS[name], list[Up](), list[Result]()
        with ExitStack() as stack:
            for contender in self._contenders:
                cached = section.cached and contender.remembers
                try:
                    started = stack.enter_context(
                        up(contender, self._departments, self._state, cached=cached)
                    )
                    await first_answer(started, SECTIONS["case"])
                    ups.append(started)
                except (Missing, Broken) as failed:
                    absent.append(Result(contender=contender.name, failed=str(failed)))
            measured = await rounds(ups, section, self._departments, self._pace, self._tell)
        return [*measured, *absent]

    def _tell(self, what: str) -> None:
        self._console.print(f"[dim]{what}[/dim]")

    def _show(self, name: str, title: str, heads: Sequence[str], rows: Rows) -> None:
        self._console.print(table(title, heads, rows))
        if self._page:
            path = ROOT / self._page
            page = written(path.read_text("utf-8"), name, markdown(heads, rows, self._pace))
            path.write_text(page, "utf-8")


@contextmanager
def upstream(state: Path) -> Iterator[str]:
    """The canned departments, and where they listen."""
    log = state / "upstream"
    command = [sys.executable, "-m", "tests.bench.peers.upstream"]
    told, environment = "", inherited()
    with running(command, log=log, folder=ROOT, cores=REST, environment=environment) as process:
        while process.poll() is None and not told.endswith("\n"):
            told = log.read_text("utf-8")
        if not told.strip().isdigit():
            raise SystemExit(f"the canned departments do not start: {told[-500:]}")
        yield f"http://127.0.0.1:{int(told)}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.peers", description=__doc__)
    parser.add_argument("--section", action="append", choices=CHOICES, help="only this; repeatable")
    parser.add_argument(
        "--only", action="append", help="contenders whose name holds this, and ours"
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="of one stretch")
    parser.add_argument("--rounds", type=int, default=5, help="the first is not kept")
    parser.add_argument("--warm", type=float, default=6.0, help="seconds of load before a stretch")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--write", default="", metavar="PAGE", help="replace the figures in it")
    return parser.parse_args()


def main() -> None:
    """Read the arguments, and measure."""
    told = _arguments()
    wanted = [name.lower() for name in told.only or [""]]
    ours, *others = CONTENDERS
    chosen = [ours, *(c for c in others if any(word in c.name.lower() for word in wanted))]
    pace = Pace(
        seconds=told.seconds, rounds=told.rounds, warm_s=told.warm, connections=told.connections
    )
    with tempfile.TemporaryDirectory() as folder, upstream(Path(folder)) as departments:
        bench = Bench(chosen, departments, Path(folder), pace, told.write)
        uvloop.run(bench.run(told.section or CHOICES))


if __name__ == "__main__":
    main()
