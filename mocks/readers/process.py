"""A reader as a process: it answers what only asks, on connections its department lends it.

It ends with its department, or with the fleet.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import Scope
from uvicorn.loops.auto import auto_loop_factory

from mocks.bond import Bond
from mocks.core.deed import Deed, FindDeed
from mocks.core.direct import Direct
from mocks.core.kit import assemble, department_module
from mocks.core.ledger import BrokenLedger
from mocks.core.turn import OncePerTurn
from mocks.journal.noting import NotingWhenDone
from mocks.readers.passing import Arrivals, hand_over
from mocks.readers.reading import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderPlace:
    """What a reader works with: its department's state, and the line connections come on."""

    department: str
    state: Path
    key: bytes
    takes: socket.socket
    bond: Bond


def read(place: ReaderPlace) -> None:
    """Answer until told to stop."""
    loops = auto_loop_factory(use_subprocess=False)
    # the terminal tells the whole group of an interrupt
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=loops) as runner:
        runner.run(_read(place))


async def _read(place: ReaderPlace) -> None:
    kit = assemble(place.department, place.state, key=place.key, follows=True)
    department: Direct = department_module(place.department).build(kit)
    bond = place.bond
    noting = NotingWhenDone(department, bond.ring, kit.clock, bond.tally)
    find = _up_to_date(noting.noted(department.deed), kit.desk.catch_up)
    protocol = reading(find, partial(hand_over, place.takes))
    config = uvicorn.Config(
        department,
        http=protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    Arrivals(place.takes, lambda _: protocol(config, server.server_state, {}), _end)
    obeying = asyncio.create_task(bond.obey(bond.acts(kit, server)))
    await server.serve(sockets=[])
    obeying.cancel()


def _end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _up_to_date(find: FindDeed, catch_up: Callable[[], bool]) -> FindDeed:
    """The same deeds, found once everything is known that was written before this turn.

    None where that cannot be known: who writes the ledger knows it, whatever stands there now.
    """

    def caught_up() -> bool:
        try:
            return catch_up()
        except BrokenLedger:  # the state of the fleet tells it
            return False

    look = OncePerTurn(caught_up)

    def found(scope: Scope) -> Deed | None:
        return find(scope) if look() else None

    return found
