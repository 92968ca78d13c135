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
            await asyncio.sleep(0)  # a transport closes its socket in the loop's next turn
