"""`python -m tests.bench.mock_admin`: what a reset of all eight departments and the journal cost.

Reset: every department holds a filing or a journal of some requests, faults are on order; measured
is the HTTP request to the controls, from this process. Journal: one request through an application
that answers at once, with and without noting, in this process; reading, over a full ring.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocks.core.city import DEMO
from mocks.core.clock import VirtualClock
from mocks.core.credentials import FIRE_TOKEN
from mocks.core.kit import DEPARTMENTS
from mocks.journal.matching import Matcher
from mocks.journal.noting import Noting
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.shelf import Shelf
from mocks.journal.tally import Tally
from tests.mocks.conftest import World, start_world, stop_world

_RESETS, _CALLS = 100, 20_000
_SCOPE: Scope = {
    "type": "http", "method": "POST", "path": "/applications", "query_string": b"page=1",
    "headers": [(b"content-type", b"application/json"), (b"authorization", b"Bearer x")] * 5,
}  # fmt: skip
_BODY = b'{"reference":"case:A:file:1","form":{"uscc":"91310104MA188WXJ2E"}}' * 30


def resets(world: World) -> list[float]:
    """Seconds of each reset of a fleet that has something to forget."""
    took, fire = [], world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    body = fire.body("createDeclaration", creditCode=DEMO["uscc"])
    with httpx.Client(trust_env=False, timeout=15) as kept:  # as a test's own client is
        for _ in range(_RESETS):
            for entry in world.ports.values():
                kept.get(f"{entry['url']}/anything")
            fire.call("createDeclaration", body)
            world.faults(market=[{"kind": "busy"}])
            began = time.perf_counter()
            kept.post(f"{world.admin}/__admin/reset").raise_for_status()
            took.append(time.perf_counter() - began)
    return took


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
        world = start_world(Path(folder), *DEPARTMENTS)
        try:
            took = sorted(resets(world))
        finally:
            stop_world(world)
        ring = Ring(shared_memory())
        clock = VirtualClock(Path(folder) / "clock.json")
        clock.set(clock.now())
        noting = Noting(_answer, ring, clock, Tally())
        bare, noted = asyncio.run(calls(_answer)), asyncio.run(calls(noting))
    count, seconds = read(ring)
    _print(took, bare, noted, count, seconds)


def _print(took: Sequence[float], bare: float, noted: float, count: int, seconds: float) -> None:
    table = Table("what", "figure", title="mock fleet, controls")
    table.add_row(
        f"reset of 8 departments, p50 of {len(took)}", f"{statistics.median(took) * 1e3:.2f} ms"
    )
    table.add_row("reset, p99", f"{took[int(len(took) * 0.99) - 1] * 1e3:.2f} ms")
    table.add_row("reset, max", f"{took[-1] * 1e3:.2f} ms")
    table.add_row(f"noting one request ({len(_BODY)} bytes)", f"{(noted - bare) * 1e6:.1f} µs")
    table.add_row(f"matching {count} requests by body", f"{seconds * 1e3:.0f} ms")
    Console().print(table)


if __name__ == "__main__":
    main()
