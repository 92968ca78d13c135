"""A department's line: what asks goes the lean way, what changes something goes over httpx."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from adapters.line.lean import LeanWire
from adapters.line.over_httpx import HttpxWire
from adapters.line.trust import trusting
from adapters.line.turns import Turns
from adapters.wire import Endpoint, WireReply, WireRequest
from schema.domain.department import Limits


class Line:
    """Both ways to one department, within the same turns: together they have no more connections
    open than calls may be made at once.
    """

    def __init__(self, department: str, endpoint: Endpoint, limits: Limits) -> None:
        turns = Turns(department, concurrency=limits.concurrency, rate_per_s=limits.rate_per_s)
        cap = limits.reply_bytes
        trust = trusting(endpoint.url, endpoint.client)  # of both ways
        self._most = limits.concurrency
        self._asking = LeanWire(department, endpoint, turns, reply_bytes=cap, trust=trust)
        self._changing = HttpxWire(
            department,
            endpoint,
            concurrency=limits.concurrency,
            reply_bytes=cap,
            turns=turns,
            trust=trust,
            room=self._room,
        )

    def send(self, request: WireRequest, *, deadline: float) -> Coroutine[Any, Any, WireReply]:
        """The reply, by `deadline`; see the port."""
        way = self._asking if request.asks else self._changing
        return way.send(request, deadline=deadline)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._asking.aclose()
        await self._changing.aclose()

    async def _room(self) -> None:
        """What asks has one connection a turn at most, and idle ones besides: these give way."""
        if self._asking.give_way(self._most - self._changing.open):
            await _next_turn()  # in which a transport closes its socket


async def _next_turn() -> None:
    """Until the loop has called all that was to be called by now.

    `sleep(0)` alone may be less: the server's loop takes a request that begins some steps ahead.
    """
    loop = asyncio.get_running_loop()
    turn: asyncio.Future[None] = loop.create_future()
    getattr(loop, "call_after_messages", loop.call_soon)(_over, turn)
    await turn


def _over(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
