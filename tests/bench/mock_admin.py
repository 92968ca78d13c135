"""`python -m tests.bench.mock_admin`: what a reset of all eight departments and the journal cost.

Reset: before each, two departments take filings in, every journal holds some requests, faults
are on order; measured is the HTTP request to the controls, from this process, and the CPU all
processes of the fleet spend on it; beside it one that only asks the time, which tells what the
machine adds. Then the same with every journal full and the page open, which asks what it asks all
the time (Linux only: the journals are filled where they lie); then with a desk that holds very
many filings. Journal: one request through an
application that answers at once, with and without noting, in this process; reading, over a full
ring.
"""

import asyncio
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocks.core.clock import VirtualClock, real_now
from mocks.core.kit import DEPARTMENTS, assemble
from mocks.journal.matching import Matcher
from mocks.journal.noting import Noting
from mocks.journal.record import Outcome, Received, packed
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.shelf import Shelf
from mocks.journal.tally import Tally
from tests.bench.asked import ASKED
from tests.bench.mock_upstream import cpu_s
from tests.bench.mocks import over
from tests.mocks.conftest import World, start_world, stop_world

_RESETS, _FILINGS, _CALLS = 50, 100, 20_000
_FULL = 28_000  # requests in one department's journal
_VERY_MANY, _FULL_DESKS = 10_000, 12  # filings on one desk; resets of it
_SCOPE: Scope = {
    "type": "http", "method": "POST", "path": "/applications", "query_string": b"page=1",
    "headers": [(b"content-type", b"application/json"), (b"authorization", b"Bearer x")] * 5,
}  # fmt: skip
_BODY = b'{"reference":"case:A:file:1","forms":[%b]}' % b",".join(
    [b'{"name":"shop","uscc":"91310104MA188WXJ2E"}'] * 44
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds, sorted, of each reset of a loaded fleet, and of each look at its clock."""

    resets: Sequence[float]
    looks: Sequence[float]
    cpu: Sequence[float]  # of all nine processes, for a reset


def resets(world: World, filings: Mapping[str, Iterator[bytes]]) -> Took:
    """Reset a fleet that has much to forget, again and again."""
    took: list[float] = []
    looks: list[float] = []
    cpu: list[float] = []
    processes = [world.process.pid, *(entry["pid"] for entry in world.ports.values())]
    with httpx.Client(trust_env=False, timeout=15) as kept:  # as a test's own client is
        for _ in range(_RESETS):
            _load(world, kept, filings)
            before = sum(map(cpu_s, processes))
            took.append(_seconds(lambda: kept.post(f"{world.admin}/__admin/reset")))
            cpu.append(sum(map(cpu_s, processes)) - before)
            looks.append(_seconds(lambda: kept.get(f"{world.admin}/__admin/clock")))
    return Took(resets=sorted(took), looks=sorted(looks), cpu=sorted(cpu))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Seconds, sorted, of each reset with full journals, and of each round of the page's."""

    resets: Sequence[float]
    page: Sequence[float]


def resets_while_looked_at(world: World) -> Looked:
    """Reset a fleet whose journals are full while its page is open, again and again."""
    took: list[float] = []
    rings = _journals(world.process.pid)
    with httpx.Client(trust_env=False, timeout=15) as kept, _page(world.admin) as rounds:
        for _ in range(_RESETS // 2):
            _fill(rings)
            _seconds(lambda: kept.get(f"{world.admin}/__admin/journal?limit=1"))
            took.append(_seconds(lambda: kept.post(f"{world.admin}/__admin/reset")))
    return Looked(resets=sorted(took), page=sorted(rounds))


def resets_of_a_full_desk(world: World, ledger: bytes) -> list[float]:
    """Seconds, sorted, of each reset where one department has very many filings."""
    took: list[float] = []
    file = world.state / "ledger" / "fire.jsonl"
    with httpx.Client(trust_env=False, timeout=60) as kept:
        for _ in range(_FULL_DESKS):
            kept.post(f"{world.admin}/__admin/departments/fire/stop").raise_for_status()
            file.write_bytes(ledger)
            kept.post(f"{world.admin}/__admin/departments/fire/start").raise_for_status()
            took.append(_seconds(lambda: kept.post(f"{world.admin}/__admin/reset")))
    return sorted(took)


def _full_desk(state: Path) -> bytes:
    """The ledger of a department that took very many filings in."""
    kit = assemble("fire", state)
    with kit.ledger.together():
        for number in range(_VERY_MANY):
            kit.desk.receive(f"r:{number}", "fire_safety_inspection", {"opinion": "x" * 200})
    kit.ledger.close()
    return kit.ledger.path.read_bytes()


@contextmanager
def _page(admin: str) -> Iterator[list[float]]:
    """The page, open, without its pause of a second; what each round of its requests took."""
    took: list[float] = []
    closed = threading.Event()

    def look() -> None:
        with httpx.Client(trust_env=False, timeout=15, base_url=f"{admin}/__admin/") as page:
            while not closed.wait(0.05):
                began = time.perf_counter()
                for path in ("state", "faults", "journal?detail=line&limit=100"):
                    page.get(path).raise_for_status()
                took.append(time.perf_counter() - began)

    thread = threading.Thread(target=look)
    thread.start()
    yield took
    closed.set()
    thread.join()


def _led_to(file: Path) -> str:
    """What an open file is; nothing where it was closed meanwhile."""
    try:
        return str(file.readlink())
    except FileNotFoundError:
        return ""


def _journals(pid: int) -> list[Ring]:
    """The journals of a fleet's departments, where their parent holds them."""
    open_files = Path(f"/proc/{pid}/fd").iterdir()
    held = [file for file in open_files if "mocks-journal" in _led_to(file)]
    return [Ring(os.open(file, os.O_RDWR)) for file in held]


def _fill(rings: Sequence[Ring]) -> None:
    """So many requests in each journal, as if all departments had been asked at once."""
    outcome = Outcome(status=200, duration_s=0.002, operation="find")
    now = real_now()
    received = Received(
        real_at=now, virtual_at=datetime.fromtimestamp(now, UTC), method="GET", path="/licences",
        query=b"uscc=91310104MA188WXJ2E", headers=[(b"accept", b"application/json")] * 2,
        body=b"", size=0,
    )  # fmt: skip
    payload = packed(received, outcome)
    for ring in rings:
        for _ in range(_FULL):
            ring.append(payload)


def _load(world: World, kept: httpx.Client, filings: Mapping[str, Iterator[bytes]]) -> None:
    for name, filing in filings.items():
        over(port_of(world, name), filing, _FILINGS)
    for entry in world.ports.values():
        kept.get(f"{entry['url']}/anything")
    world.faults(market=[{"kind": "busy"}])


def _seconds(ask: Callable[[], httpx.Response]) -> float:
    began = time.perf_counter()
    ask().raise_for_status()
    return time.perf_counter() - began


def port_of(world: World, department: str) -> int:
    """Where a department listens."""
    return int(world.ports[department]["url"].rpartition(":")[2])


def _filings(state: Path) -> dict[str, Iterator[bytes]]:
    """A filing for each of two departments, as bytes."""
    made: dict[str, Iterator[bytes]] = {}
    for name, asked in ((name, ASKED[name]) for name in ("greening", "housing")):
        kit = assemble(name, state)
        made[name] = asked(kit, 0)["file"]
        kit.ledger.close()
    return made


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def _receive() -> Message:
    return {"type": "http.request", "body": _BODY, "more_body": False}


async def _send(_: Message) -> None:
    return


async def calls(app: ASGIApp) -> float:
    """Seconds of one request, the mean of many."""
    began = time.perf_counter()
    for _ in range(_CALLS):
        await app(_SCOPE, _receive, _send)
    return (time.perf_counter() - began) / _CALLS


def read(ring: Ring) -> tuple[int, float]:
    """How many requests a full ring holds, and the seconds of matching all of them by body."""
    wanted = Matcher.of({"body": {"reference": "none"}})
    began = time.perf_counter()
    entries = Shelf(rings={"market": ring}).entries()
    found = sum(wanted.matches(entry) for entry in entries)
    return len(entries) + found, time.perf_counter() - began


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        world = start_world(Path(folder) / "fleet", *DEPARTMENTS)
        try:
            took = resets(world, _filings(Path(folder) / "here"))
            looked = resets_while_looked_at(world)
            full = resets_of_a_full_desk(world, _full_desk(Path(folder) / "full"))
        finally:
            stop_world(world)
        ring = Ring(shared_memory())
        clock = VirtualClock(Path(folder) / "clock.json")
        clock.set(clock.now())
        noting = Noting(_answer, ring, clock, Tally())
        bare, noted = asyncio.run(calls(_answer)), asyncio.run(calls(noting))
    count, seconds = read(ring)
    _print(took, looked, full, noted - bare, count, seconds)


def _print(
    took: Took,
    looked: Looked,
    desk: Sequence[float],
    noting: float,
    count: int,
    seconds: float,
) -> None:
    table = Table("what", "p50", "p99", "max", title="mock fleet, controls")
    table.add_row(f"reset of 8 departments, {2 * _FILINGS} filings", *_spread(took.resets))
    table.add_row("its CPU, in nine processes", *_spread(took.cpu))
    table.add_row("a look at the clock", *_spread(took.looks))
    full = f"{8 * _FULL:,} in the journals, the page open"
    table.add_row(f"reset, {full}", *_spread(looked.resets))
    table.add_row(f"reset, {_VERY_MANY:,} filings on a desk", *_spread(desk))
    table.add_row("a round of the page's requests then", *_spread(looked.page))
    table.add_row(f"noting one request ({len(_BODY)} bytes)", f"{noting * 1e6:.1f} µs")
    table.add_row(f"matching {count} requests by body", f"{seconds * 1e3:.0f} ms")
    Console(width=100).print(table)


def _spread(seconds: Sequence[float]) -> list[str]:
    p99 = seconds[int(len(seconds) * 0.99) - 1]
    return [f"{one * 1e3:.2f} ms" for one in (statistics.median(seconds), p99, seconds[-1])]


if __name__ == "__main__":
    main()
