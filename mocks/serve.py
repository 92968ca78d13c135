"""One department as a process: its web application, its desk's ticking, its callbacks.

It ends with its parent, and comes back from its ledger as if it had never been away.
"""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.loops.auto import auto_loop_factory

from mocks.bond import Bond
from mocks.core.deed import FindDeed
from mocks.core.direct import Direct
from mocks.core.kit import Kit, assemble, department_module
from mocks.readers.lending import Readers

TICK_S = 0.05
_ORPHAN_CHECK_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a department works: its state folder, its address, whom it calls back."""

    department: str
    state: Path
    host: str
    port: int
    callback_base: str | None
    parent: int
    bond: Bond | None = None
    key: bytes = b""
    lends: Sequence[socket.socket] = ()  # a line to each reader


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, kit: Kit) -> None:
        super().__init__(config)
        self._kit = kit

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # as after a crash: what was not done yet when the end was told is not done any more
        self._kit.late.forget()
        await super().shutdown(sockets)


def serve(place: Place) -> None:
    """Run the department until it is told to stop or its parent is gone."""
    loops = auto_loop_factory(use_subprocess=False)
    # the terminal tells the whole group of an interrupt
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=loops) as runner:
        runner.run(_serve(place))


async def _serve(place: Place) -> None:
    kit = assemble(
        place.department, place.state, callback_base=place.callback_base, key=place.key or None
    )
    module = department_module(place.department)
    department: Direct = module.build(kit)
    app: ASGIApp = application(kit, department)
    find: FindDeed = department.deed
    if place.bond:
        noting = place.bond.noting(app, kit)
        app, find = noting, noting.noted(find)
    # Not once a turn: connections are accepted before a turn's requests are read (uvloop).
    readers = Readers(place.lends, department.untroubled_now)
    config = _config(place, app, readers.served(find, kit.faults))
    gc.freeze()  # what is there by now stays: nobody waits while all of it is looked through
    server = _Server(config, kit)
    readers.take_back(server, find, kit.ledger.__len__)
    beside = [asyncio.create_task(ticking(kit)), asyncio.create_task(_mind(place.parent))]
    if place.bond:
        beside.append(asyncio.create_task(place.bond.obey(place.bond.acts(kit, server))))
    if pump := getattr(module, "pump", None):
        beside.append(asyncio.create_task(pump(kit)))
    try:
        await server.serve()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


def _config(place: Place, app: ASGIApp, protocol: type[asyncio.Protocol]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=place.host,
        port=place.port,
        http=protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )


def application(kit: Kit, department: Starlette) -> ASGIApp:
    """The department's own routes, and beside them what only its parent asks."""

    async def status(_: Request) -> Response:
        kit.desk.tick()
        due = kit.desk.next_due()
        return JSONResponse(
            {
                "filings": kit.desk.count,
                "nextDueAt": due.isoformat() if due else None,
                "struck": kit.faults.struck,
            }
        )

    controls = Starlette(routes=[Route("/__admin/status", status)])

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/__admin/"):
            await kit.under_way.call(department, scope, receive, send)
        else:
            await controls(scope, receive, send)

    return either


async def ticking(kit: Kit) -> None:
    """Decide what is due, again and again; on a full disk it waits until there is room."""
    while True:
        with suppress(OSError):
            kit.desk.tick()
        await asyncio.sleep(TICK_S)


async def _mind(parent: int, alive: Callable[[int], bool] | None = None) -> None:
    """End this process when its parent is no longer there."""
    there = alive or _is_parent
    while there(parent):  # noqa: ASYNC110 - nobody tells us of a parent that was killed
        await asyncio.sleep(_ORPHAN_CHECK_S)
    with suppress(ProcessLookupError):
        os.kill(os.getpid(), signal.SIGTERM)


def _is_parent(pid: int) -> bool:
    return os.getppid() == pid
