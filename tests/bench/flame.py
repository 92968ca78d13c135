"""`python -m tests.bench.flame [--seconds 20] [--write docs/case-query.svg]`: the case as a flame.

The gateway answers the case query of `make bench` at full load while py-spy looks 250 times a
second; what it sees becomes a flame graph, coloured by piece. py-spy is installed in its exact
version outside the repository, once.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.flame_graph import flame_graph
from tests.bench.peers.contenders import up
from tests.bench.peers.departments import departments
from tests.bench.peers.measure import Pace, first_answer, load
from tests.bench.peers.npm import CACHE, Missing
from tests.bench.peers.ours import Ours
from tests.bench.peers.sections import SECTIONS, Kind
from tests.bench.peers.starting import ROOT
from tests.bench.pieces import pieces_of

VERSION = "0.4.1"
_A_SECOND = 250
_CASE = SECTIONS["case"]


def py_spy() -> Path:
    """The profiler; Missing, with the reason, when it cannot be had."""
    folder = CACHE / f"py-spy-{VERSION}"
    program = folder / "bin" / "py-spy"
    if not program.exists():
        install = ["install", "--quiet", "--no-deps", "--target", str(folder), f"py-spy=={VERSION}"]
        command = [sys.executable, "-m", "pip", *install]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode or not program.exists():
            raise Missing(f"pip could not install py-spy {VERSION}")
    return program


async def stacks(seconds: float, folder: Path, address: str) -> str:
    """What stood on the stack, sample by sample, as py-spy's raw format has it."""
    file, program = folder / "stacks", await asyncio.to_thread(py_spy)
    pace = Pace(seconds=seconds, rounds=1, warm_s=6, connections=16)
    with up(Ours(), address, folder, Kind.UNCACHED) as started:
        await first_answer(started, _CASE)
        numbers = _CASE.numbers()
        await load(started, _CASE, numbers, pace, pace.warm_s)
        watching = await asyncio.create_subprocess_exec(
            *(program, "record", "-p", str(started.pid), "-d", str(int(seconds))),
            *("-r", str(_A_SECOND), "-f", "raw", "--full-filenames", "-F", "-o", str(file)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        await load(started, _CASE, numbers, pace, seconds + 2)
        _, said = await watching.communicate()
    if watching.returncode:
        raise Missing(f"py-spy may not look into a process here: {said.decode()[-300:]}")
    return await asyncio.to_thread(file.read_text, "utf-8")


def main() -> None:
    """Profile, print the pieces, and draw."""
    parser = argparse.ArgumentParser(prog="tests.bench.flame", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--write", type=Path, default=ROOT / "docs" / "case-query.svg")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, departments(Path(name)) as address:
        try:
            seen = uvloop.run(stacks(told.seconds, Path(name), address))
        except Missing as reason:
            raise SystemExit(str(reason)) from None
    table = Table("piece", "% of CPU")
    for piece, share in pieces_of(seen):
        table.add_row(piece, f"{share * 100:.1f}")
    Console().print(table)
    told.write.write_text(flame_graph(seen, "The case query, uncached, at full load"), "utf-8")


if __name__ == "__main__":
    main()
