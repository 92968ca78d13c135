"""`python -m tests.bench.start [CHECKOUT…]`: what it costs to start, in CPU seconds and memory.

One row for each kind of start: the median of ROUNDS, and the most memory it held. Every checkout
named is measured (this one, when none is), in turn within each round, so that whatever else the
machine does befalls all alike. A gateway is measured until it says that it has started, on a store
it finds up to date and on one it has to make; no department needs to be there for that.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from gateway.demo.ports import free_port
from tests.bench.process import cpu_s, rss_mb

ROUNDS = 5
_STARTED = b"gateway.started"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds (user and system), and resident memory in MiB."""

    cpu_s: float
    rss_mib: float


Start: TypeAlias = Callable[[Path, Path], Cost]  # a checkout, a folder for its files


def ended(*arguments: str) -> Start:
    """A process that ends by itself: all it used, and the most it held."""

    def start(checkout: Path, _folder: Path) -> Cost:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments], cwd=checkout, stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{checkout}: {' '.join(arguments)} ended with {process.returncode}")
        return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    return start


def gateway(checkout: Path, folder: Path) -> Cost:
    """A gateway of the dev profile, until it has started; its store is in the folder."""
    process = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-m", "gateway", "serve", "--profile", "dev"),
            *("--port", str(free_port()), "--set", f"store.url=sqlite:///{folder}/cases.sqlite"),
        ],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if _STARTED in line:
                return _used(process.pid)
        raise SystemExit(f"{checkout}: no gateway started: {b''.join(said).decode()}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def new_gateway(checkout: Path, _folder: Path) -> Cost:
    """As `gateway`, with a store that is not there yet."""
    with tempfile.TemporaryDirectory() as folder:
        return gateway(checkout, Path(folder))


STARTS: Mapping[str, Start] = {
    "python": ended("-c", "pass"),
    "import gateway.app": ended("-c", "import gateway.app"),
    "onething --help": ended("-m", "gateway", "--help"),
    "onething departments list": ended("-m", "gateway", "departments", "list"),
    "onething serve, new store": new_gateway,
    "onething serve": gateway,
}


def _used(pid: int) -> Cost:
    return Cost(cpu_s(pid), rss_mb(pid) * 1e6 / 2**20)


def main(checkouts: Sequence[Path]) -> None:
    """Measure and print."""
    costs: dict[tuple[str, Path], list[Cost]] = {}
    with tempfile.TemporaryDirectory() as root:
        folders = {checkout: Path(root) / str(n) for n, checkout in enumerate(checkouts)}
        for checkout, folder in folders.items():
            folder.mkdir()
            gateway(checkout, folder)  # makes the store, and compiles what no run has compiled yet
        for _ in range(ROUNDS):
            for name, start in STARTS.items():
                for checkout, folder in folders.items():
                    costs.setdefault((name, checkout), []).append(start(checkout, folder))
    table = Table("start", "checkout", "CPU s", "MiB")
    for (name, checkout), found in costs.items():
        cpu_s, rss = median(c.cpu_s for c in found), median(c.rss_mib for c in found)
        table.add_row(name, checkout.name, f"{cpu_s:.2f}", f"{rss:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main([Path(argument).resolve() for argument in sys.argv[1:]] or [Path.cwd()])
