"""`python -m tests.faults [--kind K] [--department D] [--verb V] [--json FILE]`: the fault matrix.

Every kind of bad day × department × verb, asked through the adapters that ship. Exit code 1 when
a wrong value was accepted, an exception was raw, a deed was lied about, an answer came late, cost
too much memory or told personal data.

`python -m tests.faults mutate [--count N] [--seed N]`: recorded replies, changed a little, before
the adapters and an independent oracle. Exit code 1 for a wrong value or a raw exception.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mocks.core.kit import DEPARTMENTS as NAMES
from mocks.faults.table import KINDS, Kind, Stage
from tests.faults import report
from tests.faults.matrix import DEADLINE_S, matrix
from tests.faults.mutating import mutate
from tests.faults.questions import VERBS
from tests.faults.telling import telling
from tests.faults.verdict import GOOD, Cell

_WIDE = 170


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, show it, judge it."""
    told = list(sys.argv[1:] if arguments is None else arguments)
    if told[:1] == ["mutate"]:
        return _mutated(told[1:])
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS, metavar="KIND", default=[])
    parser.add_argument("--department", action="append", choices=NAMES, default=[])
    parser.add_argument("--verb", action="append", choices=(*VERBS, "callback"), default=[])
    parser.add_argument("--json", type=Path, metavar="FILE", help="every cell")
    asked = parser.parse_args(told)
    kinds = [KINDS[name] for name in asked.kind or KINDS]
    console = Console()
    if not console.is_terminal:  # a log has no width of its own
        console = Console(width=_WIDE)
    cells = uvloop.run(_run(kinds, asked.department or NAMES, asked.verb, console))
    _show(cells, console)
    if asked.json:
        report.write(cells, asked.json)
    return 0 if cells and all(cell.verdict in GOOD for cell in cells) else 1


async def _run(
    kinds: Sequence[Kind], names: Sequence[str], verbs: Sequence[str], console: Console
) -> list[Cell]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory() as folder, Progress(*columns, console=console) as shown:
        task = shown.add_task("the departments open", total=len(kinds))
        async with matrix(Path(folder), names) as whole:
            cells = []
            for kind in (kind for kind in kinds if kind.stage is not Stage.TELLING):
                shown.update(task, description=kind.name)
                cells += await whole.row(kind, verbs)
                shown.advance(task)
        told = [kind for kind in kinds if kind.stage is Stage.TELLING]
        if told and "market" in names and (not verbs or "callback" in verbs):
            async with telling(Path(folder)) as department:
                for kind in told:
                    shown.update(task, description=kind.name)
                    cells.append(await department.cell(kind))
                    shown.advance(task)
    return cells


def _show(cells: Sequence[Cell], console: Console) -> None:
    console.print(report.whole(cells))
    console.print(report.by_kind(cells))
    console.print(report.by_department(cells))
    for line in report.totals(cells, DEADLINE_S):
        console.print(line)
    console.print("undetectable by contract:")
    for line in report.undetectable(cells):
        console.print(f"  {line}")
    for line in report.wrongs(cells):
        console.print(line, style="red")


def _mutated(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults mutate", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(arguments)
    found = uvloop.run(mutate(asked.count, asked.seed))
    console = Console()
    console.print(f"{asked.count} changed replies, seed {asked.seed}; kinds of change × outcome:")
    for (change, outcome), count in sorted(found.by_change.items()):
        console.print(f"  {change}: {outcome} {count}")
    console.print(", ".join(f"{name} {count}" for name, count in found.outcomes.most_common()))
    console.print(f"{len(found.wrong)} wrong values or raw exceptions")
    for line in found.wrong:
        console.print(line, style="red")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
