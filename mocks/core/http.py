"""Answering as the day demands: at a department's pace, within its limits, and as faults say."""

from contextlib import AsyncExitStack

from starlette.requests import Request
from starlette.responses import Response

from mocks.core.clock import real_now
from mocks.core.desk import Desk
from mocks.core.faults import NO_FAULT, ON_CALLS, ON_HEADERS, Fault, Faults
from mocks.core.filed import Filed
from mocks.core.kit import Kit
from mocks.faults.answering import Act, Asked, Own, met
from mocks.faults.carried import Carried, cut_off
from mocks.faults.dribble import Dribbled
from mocks.faults.holding import Holding
from mocks.faults.operations import issues_tokens
from mocks.faults.reply import Reply
from mocks.faults.table import TOKEN_KINDS
from mocks.journal.noting import asks, struck

_ON_OTHER_CALLS = ON_CALLS - TOKEN_KINDS
_NOBODY = frozenset[str]()
BODY_LIMIT = 5_000_000


def cut_early(kit: Kit, operation: str) -> Response | None:
    """What a call meets before its body is read; None on a good day."""
    fault = kit.faults.pick(operation, among=ON_HEADERS)
    if fault is NO_FAULT:
        return None
    asks(operation)
    return Carried(cut_off, Reply(status=200), fault)


async def answer(
    kit: Kit, asked: Asked, act: Act, own: Own, *, usual: Fault = NO_FAULT
) -> Response:
    """Do what this call meets: `act` is the deed, `own` the department's own words."""
    asks(asked.operation)
    faults, pace, operation = kit.faults, kit.pace, asked.operation
    fault = _met(faults, asked, usual) if faults.in_force else usual
    if fault is NO_FAULT and not pace:
        response = await act()
        kit.before.note(operation, response)
        return response
    if not pace:
        return await met(fault, asked, act, own, kit.late, kit.before)
    async with AsyncExitStack() as place:
        over = await place.enter_async_context(pace.turn(operation, asked.about))
        if over is not None:
            return _over(over, own)
        response = await met(fault, asked, act, own, kit.late, kit.before)
        if per_s := pace.bytes_per_s(operation):
            response = Dribbled(response, per_s)
        return Holding(response, place.pop_all())


def _met(faults: Faults, asked: Asked, usual: Fault) -> Fault:
    among = ON_CALLS if issues_tokens(asked.operation) else _ON_OTHER_CALLS
    words = asked.words if faults.by_filing else _NOBODY
    return faults.pick(asked.operation, usual, among=among, words=words, about=asked.about)


def _over(said: str, own: Own) -> Response:
    struck("over_limit")
    if said == "busy":
        return own.busy()
    return Response(status_code=int(said), headers={"retry-after": "1"})


def seen_by_now(desk: Desk, faults: Faults, operation: str, reference: str) -> tuple[Filed, ...]:
    """The filings a look-up by reference shows, those still lagging left out."""
    horizon = real_now() - faults.lag_s(operation, reference)
    found = desk.by_reference(reference)
    return tuple(filed for filed in found if filed.real_at.timestamp() <= horizon)


async def body_of(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The request body, at most `limit` bytes of it."""
    return (await request.body())[:limit]
