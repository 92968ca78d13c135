"""What a department does when its parent is gone."""

import asyncio
import signal
import socket
from types import SimpleNamespace
from typing import Any

from mocks.bond import Bond, counted
from mocks.journal.ring import Ring, shared_memory


async def test_a_department_ends_whose_parent_went_before_it_heard_the_answers() -> None:
    ours, theirs = socket.socketpair()
    bond = Bond(line=theirs, ring=Ring(shared_memory()))
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    nobody: Any = SimpleNamespace()

    ours.sendall(b'{"id": 1, "ask": "forget"}\n' * 3)
    ours.close()
    try:
        await bond.obey(bond.acts(nobody, nobody))
    finally:
        signal.signal(signal.SIGTERM, before)

    assert told == [signal.SIGTERM]


async def test_filings_without_number_are_counted_while_others_are_served() -> None:
    served = 0

    async def serve() -> None:
        nonlocal served
        while True:
            served += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(serve())
    found = await counted("granted" if n % 3 else "refused" for n in range(30_000))
    beside.cancel()

    assert found == {"granted": 20_000, "refused": 10_000}
    assert served > 10
