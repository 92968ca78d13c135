"""`onething mocks city`: keys of the city to send, and what reading very many of them costs."""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from mocks.core.chain import follow
from mocks.core.city import City
from mocks.core.houses import PLACES
from mocks.core.numbers import SEED
from mocks.core.seed import parsed

_ROWS = 10
_MOST = 31**5  # companies there are


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command and its arguments."""
    city = commands.add_parser("city", help="keys of companies and titles, one a line")
    city.add_argument("what", choices=("companies", "titles", "measure"))
    city.add_argument("--first", type=_whole, default=0, help="index of the first")
    city.add_argument("--count", type=_whole, default=100, help="how many")
    city.add_argument("--seed", type=parsed, default=SEED, help="of the city: the fleet's own")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0."""
    city = City(arguments.seed)
    lines = {"companies": _companies, "titles": _titles, "measure": _measured}[arguments.what]
    for line in lines(city, arguments.first, arguments.count):
        print(line, flush=arguments.what == "measure")  # noqa: T201 - a command's answer
    return 0


def _companies(city: City, first: int, count: int) -> Iterator[str]:
    for company in map(city.company, range(first, min(first + count, _MOST))):
        told = {
            "uscc": company.uscc, "name": company.name, "status": company.status,
            "certNo": company.premises_cert_no,
        }  # fmt: skip
        yield json.dumps(told, ensure_ascii=False)


def _titles(city: City, first: int, count: int) -> Iterator[str]:
    for title in islice(city.titles(first, PLACES), count):  # half of all places are built
        told = {
            "certNo": title.cert_no, "address": title.address, "buildingNo": title.building_no,
            "parcelNo": title.parcel_no,
        }  # fmt: skip
        yield json.dumps(told, ensure_ascii=False)


def _measured(city: City, first: int, count: int) -> Iterator[str]:
    """A table row for each tenth of the companies, each followed through every register."""
    yield f"{'companies':>10} {'projects':>10} {'permits':>10} {'chains/s':>10} {'RSS MiB':>8}"
    projects = permits = 0
    started = time.perf_counter()
    count = min(count, _MOST - first)
    for done in range(count):
        chain = follow(city, city.company(first + done).uscc)
        projects += len(chain.projects)
        permits += len(chain.permits)
        if (done + 1) % max(1, count // _ROWS) == 0:
            rate = (done + 1) / (time.perf_counter() - started)
            yield f"{done + 1:>10} {projects:>10} {permits:>10} {rate:>10.0f} {_rss_mib():>8.1f}"


def _rss_mib() -> float:
    """The memory this process holds now; its highest so far where the system does not say."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _MOST):
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 0 to {_MOST}")
    return int(text)
