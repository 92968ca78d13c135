"""`python -m tests.bench.mock_workers [DEPARTMENT …] [--workers N] [--requests N]`: more processes.

One department with 1 … N processes, asked over eight kept connections each for records nobody
asked it for before. Told is what each process spent (user and system, from /proc), and how many
requests a second they bear together with a core each: until the busiest of them is at its limit.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mocks.core.kit import ALONE, assemble
from tests.bench.asked import ASKED
from tests.bench.mock_upstream import cpu_s
from tests.bench.mocks import LINES, over
from tests.mocks.conftest import World, start_world, stop_world

_WARM, _TURNS = 2_000, 4
_SHARED = [name for name in ASKED if name not in ALONE]
COLUMNS = ("department", "call", "processes", "CPU s of each", "µs a request", "together")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the processes of a department spent on so many requests."""

    department: str
    call: str
    requests: int
    spent: Sequence[float]

    @property
    def together(self) -> float:
        """Requests a second they bear, a core each."""
        return self.requests / max(self.spent)

    def cells(self) -> list[str]:
        """For the table."""
        each = "  ".join(f"{seconds:.2f}" for seconds in self.spent)
        return [
            self.department, self.call, str(len(self.spent)), each,
            f"{1e6 * sum(self.spent) / self.requests:.0f}", f"{self.together:,.0f}/s",
        ]  # fmt: skip


def measured(department: str, workers: int, requests: int) -> Row:
    """Reads at one department of so many processes."""
    with tempfile.TemporaryDirectory() as folder:
        kit = assemble(department, Path(folder) / "here")
        world = start_world(Path(folder) / "fleet", department, workers=workers)
        try:
            port = int(world.ports[department]["url"].rpartition(":")[2])
            asked = ASKED[department](kit, port)
            if "register" not in asked:
                over(port, asked["file"], 1)  # which the status is asked of
            call = "register" if "register" in asked else "status"
            spent = _spent(world, department, port, asked[call], requests)
        finally:
            stop_world(world)
            kit.ledger.close()
    return Row(department=department, call=call, requests=requests, spent=spent)


def _spent(
    world: World, department: str, port: int, asked: Iterator[bytes], requests: int
) -> Sequence[float]:
    told = world.ask("GET", "state")["departments"][department]
    processes = [told["pid"], *told.get("readers", ())]
    connections = LINES * len(processes)
    over(port, asked, _WARM, connections)
    before = [cpu_s(one) for one in processes]
    for _ in range(_TURNS):
        over(port, asked, requests // _TURNS, connections)
    return [cpu_s(one) - was for one, was in zip(processes, before, strict=True)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--requests", type=int, default=8_000)
    parser.add_argument("departments", nargs="*", choices=[*_SHARED, []])
    told = parser.parse_args()
    table = Table(*COLUMNS, title="mock departments of several processes")
    for name in told.departments or _SHARED:
        for workers in range(1, told.workers + 1):
            row = measured(name, workers, told.requests)
            table.add_row(*row.cells(), end_section=workers == told.workers)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
