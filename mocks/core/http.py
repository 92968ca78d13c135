"""Answering as faults demand: late, wrongly, never, or with the line cut after the deed."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from mocks.core.clock import real_now
from mocks.core.desk import Desk
from mocks.core.faults import NO_FAULT, Fault, Faults
from mocks.core.filed import Filed
from mocks.core.kit import Kit
from mocks.journal.noting import asks

MAINTENANCE = (
    "<html><head><title>系统维护</title></head><body><h1>系统维护中,请稍后再试</h1></body></html>"
)


class Drop(Response):
    """No answer: the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Abort the transport the server lent us, and wait until the server has noticed."""
        scope["extensions"]["mock.transport"].abort()
        await _until_gone(receive)


class Silence(Response):
    """No answer while the client waits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say nothing until the client gives up."""
        await _until_gone(receive)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


_INSTEAD: dict[str, Callable[[Fault], Response]] = {
    "status": lambda fault: Response(status_code=fault.status),
    "html": lambda fault: HTMLResponse(MAINTENANCE),
    "hang": lambda fault: Silence(),
}
_AFTER: dict[str, Callable[[], Response]] = {"lost_reply": Drop, "late_reply": Silence}


async def answer(
    kit: Kit,
    operation: str,
    act: Callable[[], Awaitable[Response]],
    busy: Callable[[], Response],
    *,
    usual: Fault = NO_FAULT,
) -> Response:
    """Do what this call meets: `act` is the deed, `busy` the department's own words for it."""
    asks(operation)
    fault = kit.faults.pick(operation, usual)
    if fault.kind == "late_accept":
        kit.late.after(fault.delay_s, act)
        return Silence()
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault.kind == "busy":
        return busy()
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind](fault)
    done = await act()
    return _AFTER[fault.kind]() if fault.kind in _AFTER else done


def seen_by_now(desk: Desk, faults: Faults, operation: str, reference: str) -> tuple[Filed, ...]:
    """The filings a look-up by reference shows, those still lagging left out."""
    horizon = real_now() - faults.lag_s(operation)
    found = desk.by_reference(reference)
    return tuple(filed for filed in found if filed.real_at.timestamp() <= horizon)


async def body_of(request: Request, limit: int = 5_000_000) -> bytes:
    """The request body, at most `limit` bytes of it."""
    return (await request.body())[:limit]
