"""`python -m tests.bench.peers [--section case] [--seconds 3] [--rounds 3] [--write PAGE]`.

Our gateway beside its peers: the same queries, the same canned departments, the same core. Nothing
is asserted; what differs in the answers stands in the table. A quiet machine gives better figures.
"""

import argparse
import tempfile
from pathlib import Path

import uvloop

from tests.bench.peers.bench import CHOICES, Bench
from tests.bench.peers.contenders import CONTENDERS
from tests.bench.peers.departments import departments
from tests.bench.peers.measure import Pace


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.peers", description=__doc__)
    parser.add_argument("--section", action="append", choices=CHOICES, help="only this; repeatable")
    parser.add_argument(
        "--only", action="append", help="contenders whose name holds this, and ours"
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="of one stretch")
    parser.add_argument("--rounds", type=int, default=3, help="the first is not kept")
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
    with tempfile.TemporaryDirectory() as folder, departments(Path(folder)) as address:
        sections = told.section or CHOICES
        bench = Bench(chosen, address, Path(folder), pace, told.write, sections)
        uvloop.run(bench.run())


if __name__ == "__main__":
    main()
