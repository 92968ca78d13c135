"""`python -m tests.chaos [RUN …] [--apps N] [--kills N] [--seed N]`: run, show, judge.

Exit code 1 when something was found that must not be, or a control was not found out.
"""

import argparse
import asyncio
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.chaos.catalogue import RUNS, hindrance, planned
from tests.chaos.plan import Plan
from tests.chaos.report import details, table
from tests.chaos.run import Outcome, run
from tests.chaos.run import Progress as Come

FOLDER = Path(".dev/chaos")
_LINE_EVERY_S = 20.0
_WIDE = 150


def main() -> int:
    """Make the runs asked for, or all of them."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("runs", nargs="*", metavar="RUN", help=", ".join(RUNS))
    parser.add_argument("--apps", type=int, help="applications of each run")
    parser.add_argument("--kills", type=int, help="kills of each run")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--keep", action="store_true", help="keep the evidence of clean runs too")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.runs) - set(RUNS)):
        parser.error(f"{', '.join(unknown)}: there are {', '.join(RUNS)}")
    console = Console()
    if not console.is_terminal:  # a log has no width of its own; the table has nine columns
        console = Console(width=_WIDE)
    outcomes: list[Outcome] = []
    skipped: list[tuple[str, str]] = []
    for name in asked.runs or RUNS:
        plan = planned(name, applications=asked.apps, kills=asked.kills, seed=asked.seed)
        reason = hindrance(plan)
        if reason is not None:
            skipped.append((name, reason))
            console.print(f"{name}: skipped: {reason}")
            continue
        outcome = asyncio.run(shown(plan, console))
        outcomes.append(outcome)
        _keep(outcome, console, always=asked.keep)
    console.print(table(outcomes, skipped))
    return 0 if all(outcome.clean for outcome in outcomes) else 1


async def shown(plan: Plan, console: Console) -> Outcome:
    """One run, its progress on the console; its evidence in .dev/chaos/<run>."""
    at = FOLDER / plan.name
    shutil.rmtree(at, ignore_errors=True)
    columns = (
        TextColumn("{task.description:<17}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[come]}"),
        TimeElapsedColumn(),
    )
    told_at = [time.monotonic()]
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(plan.name, total=2 * plan.applications, come="starting")

        def tell(come: Come) -> None:
            text = (
                f"{come.acknowledged}/{plan.applications} taken, {come.ended} at an end, "
                f"{come.kills}/{plan.kills} kills {come.note}"
            )
            bar.update(task, completed=come.acknowledged + come.ended, come=text)
            if not console.is_terminal and time.monotonic() - told_at[0] > _LINE_EVERY_S:
                told_at[0] = time.monotonic()
                console.print(f"{plan.name}: {text}")

        return await run(plan, at, tell)


def _keep(outcome: Outcome, console: Console, *, always: bool) -> None:
    """Say what was found; drop the evidence when nothing was."""
    at = FOLDER / outcome.plan.name
    for line in details(outcome):
        console.print(line, highlight=False, markup=False, emoji=False)
    if outcome.clean and not always:
        shutil.rmtree(at, ignore_errors=True)
    else:
        console.print(f"{outcome.plan.name}: the evidence is in {at.resolve()}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
