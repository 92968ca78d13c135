"""`python -m tests.foreign_clients`: the mocks against clients that are not ours, 0 failures.

REST: schemathesis makes requests of each department's contract, right ones and wrong ones, and
holds the answers to it. SOAP: the npm client `soap`, made of the WSDL a department serves, calls
every operation of it. Both are fetched into a folder of their own, schemathesis held to our pins,
and are no part of the development environment; where one cannot be had, it is skipped, and said so.
Nothing asked is no success: where all are skipped the exit code is 2. With
ONETHING_TEST_FOREIGN=required, as where a change is judged, so it is where any is.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mocks.core.kit import CONTRACTS
from mocks.soap.wsdl import load
from tests.faults.now_and_then import NowAndThen, console
from tests.foreign_clients import soap_clients
from tests.foreign_clients.prober import LEAVES, Prober
from tests.foreign_clients.soap_clients import Outcome
from tests.mocks.conftest import REST, World, start_world, stop_world

SOAP = soap_clients.DEPARTMENTS
_A_REST_MOCK_S, _A_SOAP_MOCK_S = 60.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one department; `skipped` says why nothing did."""

    department: str
    client: str
    outcome: Outcome | None = None
    skipped: str = ""


def main(words: Sequence[str]) -> int:
    """Probe the departments named, or all; 1 when something was found, 2 when too little was."""
    parser = argparse.ArgumentParser(prog="python -m tests.foreign_clients", description=__doc__)
    known = (*REST, *SOAP)
    parser.add_argument("departments", nargs="*", metavar="DEPARTMENT", help=", ".join(known))
    parser.add_argument("--folder", type=Path, help="keep what is fetched here, for next time")
    parser.add_argument("--examples", type=int, default=100, help="requests an operation and phase")
    told = parser.parse_args(words)
    chosen = told.departments or known
    if unknown := set(chosen) - set(known):
        parser.error(f"no mock {', '.join(sorted(unknown))}; name some of {', '.join(known)}")
    to = console()
    with tempfile.TemporaryDirectory() as made:
        folder = told.folder or Path(made) / "fetched"
        world = start_world(Path(made) / "state", *chosen)
        try:
            rows = list(_rows(folder, world, chosen, told.examples, to))
        finally:
            stop_world(world)
    show(rows, to)
    required = os.environ.get("ONETHING_TEST_FOREIGN") == "required"  # noqa: TID251 - tests
    return verdict(rows, to, required=required)


def verdict(rows: Sequence[Row], to: Console, *, required: bool) -> int:
    """The exit code, and why: 1 what is wrong, 2 what was not asked and had to be, 0 neither."""
    if any(row.outcome and row.outcome.wrong for row in rows):
        return 1
    skipped = [row for row in rows if row.skipped]
    if skipped and (required or len(skipped) == len(rows)):
        what = "nothing was asked" if len(skipped) == len(rows) else "not all were asked"
        to.print(f"{what}: {_reasons(skipped)}", style="red", markup=False)
        return 2
    if skipped:
        to.print(f"no failures; skipped: {_reasons(skipped)}", style="yellow", markup=False)
    return 0


def _reasons(skipped: Sequence[Row]) -> str:
    return "; ".join(f"{row.department} ({row.client}): {row.skipped}" for row in skipped)


def _rows(
    folder: Path, world: World, chosen: Sequence[str], examples: int, to: Console
) -> Iterator[Row]:
    urls = {name: world.ports[name]["url"] for name in chosen}
    tell = NowAndThen(to, {n: _A_REST_MOCK_S if n in REST else _A_SOAP_MOCK_S for n in chosen})
    rest = {name: url for name, url in urls.items() if name in REST}
    if rest:
        yield from _probed(Prober(folder=folder / "python", examples=examples), rest, tell)
    soap = {name: url + _path(name) for name, url in urls.items() if name in SOAP}
    if soap:
        tell.section(next(iter(soap)))
        yield from _asked(folder / "node", soap, world)


def _probed(prober: Prober, urls: Mapping[str, str], tell: NowAndThen) -> Iterator[Row]:
    why = prober.missing()
    for name, url in urls.items():
        tell.section(name)
        found = None if why else prober.outcome(name, url)
        yield Row(department=name, client="schemathesis", outcome=found, skipped=why)


def _asked(folder: Path, urls: Mapping[str, str], world: World) -> Iterator[Row]:
    why = soap_clients.missing(folder)
    found: Mapping[str, Outcome] = {}
    if not why:
        found = soap_clients.outcomes(folder, urls, lambda days: world.advance(working_days=days))
    for name in urls:
        yield Row(department=name, client="npm soap", outcome=found.get(name), skipped=why)


def _path(department: str) -> str:
    (wsdl,) = (CONTRACTS / department / "contract").glob("*.wsdl")
    return load(wsdl).path


def show(rows: Sequence[Row], to: Console) -> None:
    """The table, what is not checked and why, and everything that is wrong."""
    table = Table("department", "client", "asked", "not held to, and why", "")
    for row in rows:
        told = row.outcome.told if row.outcome else ""
        leaves = [str(leave) for leave in LEAVES.get(row.department, ())]
        verdict = f"skipped: {row.skipped}" if row.skipped else _verdict(row)
        table.add_row(row.department, row.client, told, "\n".join(leaves), verdict)
    to.print(table)
    for row in rows:
        if row.outcome and row.outcome.wrong:
            to.print(f"{row.department}: {row.outcome.wrong}", style="red", markup=False)


def _verdict(row: Row) -> str:
    return "FAILED" if row.outcome and row.outcome.wrong else "no failures"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
