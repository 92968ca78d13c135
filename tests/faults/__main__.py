"""`python -m tests.faults [--kind K] [--department D] [--verb V] [--json FILE]`: the fault matrix.

Every kind of bad day × department × verb, asked through the adapters that ship. Exit code 1 when
a wrong value was accepted, an exception was raw, a deed was lied about, an answer came late, cost
too much memory or told personal data; when a kind did not strike where nothing says that it cannot;
and when an entry of undetectable.toml or unmet.toml excuses what needs no excuse.

`python -m tests.faults mutate [--count N] [--seed N]`: recorded replies, changed a little, before
the adapters and an independent oracle. Exit code 1 for a wrong value, a raw exception, and what
takes too long or too much memory.

`python -m tests.faults all [--hang-s 20] [--count N] [--seed N] [--write PAGE]`: both of them, a
hung department and all of them hung, second attempts where half of all calls fail; and one table
of figures, each beside its baseline and its goal. Exit code 1 when one is beyond it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop
from rich.console import Console

from mocks.core.kit import DEPARTMENTS as NAMES
from mocks.faults.table import KINDS
from tests.bench.peers.report import markdown, written
from tests.faults import report
from tests.faults.everything import cells, everything, expected_s
from tests.faults.excuses import unneeded
from tests.faults.figures import HEADS, missed, rows, table
from tests.faults.matrix import DEADLINE_S
from tests.faults.mutating import Found, mutate
from tests.faults.now_and_then import NowAndThen, console
from tests.faults.questions import VERBS
from tests.faults.verdict import GOOD, Cell

CALLBACK = "callback"
Excuse = tuple[str, str, str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, show it, judge it."""
    told = list(sys.argv[1:] if arguments is None else arguments)
    parts = {"mutate": _mutated, "all": _all}
    if told and told[0] in parts:
        return parts[told[0]](told[1:])
    return _matrix(told)


def _matrix(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS, metavar="KIND", default=[])
    parser.add_argument("--department", action="append", choices=NAMES, default=[])
    parser.add_argument("--verb", action="append", choices=(*VERBS, CALLBACK), default=[])
    parser.add_argument("--json", type=Path, metavar="FILE", help="every cell")
    asked = parser.parse_args(arguments)
    names, verbs = asked.department or NAMES, asked.verb or (*VERBS, CALLBACK)
    kinds = [kind for name, kind in KINDS.items() if not asked.kind or name in asked.kind]
    to = console()
    tell = NowAndThen(to, {"matrix": len(kinds) + 5.0})
    tell.section("matrix")
    found, _ = uvloop.run(cells(kinds, names, verbs, tell))
    known = {kind.name for kind in kinds}
    stale = unneeded(found, lambda k, d, v: k in known and d in names and v in verbs)
    _show(found, stale, to)
    if asked.json:
        report.write(found, asked.json)
    return 0 if found and not stale and all(cell.verdict in GOOD for cell in found) else 1


def _show(found: Sequence[Cell], stale: Sequence[Excuse], to: Console) -> None:
    to.print(report.whole(found))
    to.print(report.by_kind(found))
    to.print(report.by_department(found))
    for line in report.totals(found, DEADLINE_S):
        to.print(line)
    to.print("undetectable by contract:")
    for line in report.undetectable(found):
        to.print(f"  {line}")
    to.print("not met:")
    for line in report.unmet(found):
        to.print(f"  {line}")
    for line in (*report.wrongs(found), *report.excuses(stale)):
        to.print(line, style="red")


def _mutated(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults mutate", description=__doc__)
    _about_changes(parser)
    asked = parser.parse_args(arguments)
    to = console()
    tell = NowAndThen(to, {"changed replies": asked.count / 450})
    tell.section("changed replies")
    found = uvloop.run(mutate(asked.count, asked.seed, tell))
    _show_changes(found, asked.seed, to)
    return 1 if found.wrong else 0


def _some(text: str) -> int:
    """A number of replies; of none nothing would be measured."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: nothing would be measured; tell 1 or more")
    return int(text)


def _about_changes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=_some, default=10_000, help="changed replies")
    parser.add_argument("--seed", type=int, default=7)


def _show_changes(found: Found, seed: int, to: Console) -> None:
    whole = found.outcomes.total()
    to.print(f"{whole:,} changed replies, seed {seed}; kinds of change × outcome:")
    for (change, outcome), count in sorted(found.by_change.items()):
        to.print(f"  {change}: {outcome} {count}")
    to.print(", ".join(f"{name} {count:,}" for name, count in found.outcomes.most_common()))
    to.print(
        f"slowest {1000 * found.slowest_s:.0f} ms, most memory {found.most_bytes / 2**20:.1f} MB"
    )
    to.print(f"{len(found.wrong)} wrong values, raw exceptions, too slow or too large")
    for line in found.wrong:
        to.print(line, style="red")


def _all(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults all", description=__doc__)
    _about_changes(parser)
    parser.add_argument("--hang-s", type=float, default=20.0, help="how long departments hang")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="replace the figures in it")
    asked = parser.parse_args(arguments)
    to = console()
    tell, load = NowAndThen(to, expected_s(asked.count, asked.hang_s)), os.getloadavg()[0]
    found, changed, sections = uvloop.run(everything(asked.count, asked.seed, asked.hang_s, tell))
    _show(found, unneeded(found, lambda *_: True), to)
    _show_changes(changed, asked.seed, to)
    to.print(table(sections))
    beyond = missed(sections)
    for name in beyond:
        to.print(f"missed: {name}", style="red")
    if asked.write:
        how = f"load {load:.1f} before it began; {_told(changed, asked.seed)}"
        content = markdown(HEADS, rows(sections), how)
        page = asked.write.read_text("utf-8")
        asked.write.write_text(written(page, "bad-days", content), "utf-8")
    return 1 if beyond else 0


def _told(changed: Found, seed: int) -> str:
    outcomes = ", ".join(f"{name} {count:,}" for name, count in changed.outcomes.most_common())
    return f"of {changed.outcomes.total():,} changed replies, seed {seed}: {outcomes}"


if __name__ == "__main__":
    sys.exit(main())
