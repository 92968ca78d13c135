"""Submissions, each acknowledged when it is durable: ours on SQLite, beside one row and its fsync.

Drafts are made ready beforehand. What follows an answer goes on meanwhile, as it would: commands
are claimed, and departments filed with. In the end the store is counted.
"""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers.applying import Applying, applying
from tests.bench.peers.load import Broken, Stretch, asked
from tests.bench.peers.measure import Pace
from tests.bench.peers.progress import Tell

EXPECTED_S = 45.0
HEADS = ("what", "submissions", "a second", "p50 ms", "p99 ms")
_WITHIN_S = 120.0
_ROWS, _ROW_BYTES = 200, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How submissions come."""

    name: str
    connections: int = 1
    count: int  # of them for every second of a stretch
    every_s: float = 0.0


WARM = Way(name="to warm it", connections=4, count=10)
PACED = Way(name="one client, four a second", count=10, every_s=0.25)
WAYS = (
    WARM,
    PACED,
    Way(name="one client without pause", count=30),
    Way(name="eight clients without pause", connections=8, count=30),
)
FLOOR = Way(name="a row of 4 kB and its fsync, by sqlite3 within the process", count=_ROWS)


async def submissions(state: Path, pace: Pace, tell: Tell) -> dict[str, Stretch]:
    """Every way by its name, then the floor; Broken when the store holds other than was said."""
    folder = state / "submit"
    folder.mkdir(exist_ok=True)
    made: dict[str, Stretch] = {}
    async with applying(folder) as place:
        for index, way in enumerate(WAYS):
            tell(way.name, index / len(WAYS))
            made[way.name] = await _submitted(place, way, pace)
    _count(folder, sum(len(stretch.latencies) for stretch in made.values()))
    del made[WARM.name]
    return made | {FLOOR.name: rows_written(folder)}


async def _submitted(place: Applying, way: Way, pace: Pace) -> Stretch:
    drafts = await place.drafts(way.name.replace(" ", "-"), max(1, int(way.count * pace.seconds)))
    requests = iter(place.submissions(drafts))
    return await asked(
        place.target.port,
        requests,
        seconds=_WITHIN_S,
        connections=way.connections,
        every_s=way.every_s,
    )


def _count(folder: Path, acknowledged: int) -> None:
    with closing(sqlite3.connect(folder / "onething.sqlite")) as store:
        (held,) = store.execute("SELECT count(*) FROM ot_case").fetchone()
    if held != acknowledged:
        raise Broken(f"{acknowledged} submissions were acknowledged, {held} cases are held")


def rows_written(folder: Path) -> Stretch:
    """What no durable acknowledgement can be faster than, on this disk."""
    stretch, began = Stretch(), time.perf_counter()
    with closing(sqlite3.connect(folder / "floor.sqlite", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("CREATE TABLE row (body BLOB)")
        for _ in range(_ROWS):
            asked_at = time.perf_counter()
            store.execute("INSERT INTO row VALUES (randomblob(?))", (_ROW_BYTES,))
            stretch.latencies.append(time.perf_counter() - asked_at)
    stretch.seconds = time.perf_counter() - began
    return stretch


def rows(made: dict[str, Stretch]) -> Sequence[Sequence[str]]:
    """For the table."""
    return [
        (
            name,
            str(len(stretch.latencies)),
            f"{stretch.rate:.0f}",
            f"{stretch.quantile(0.5):.1f}",
            f"{stretch.quantile(0.99):.1f}",
        )
        for name, stretch in made.items()
    ]
