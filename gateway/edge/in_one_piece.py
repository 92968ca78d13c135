"""An executed answer in one write, where uvicorn makes two and looks at each field of its head.

A head that says that it is well formed (`sending.WRITTEN`) is held until its body comes. Is that
all of it, and nothing unusual about the connection, both are written at once; else both go on to
uvicorn as they came. Heads wait for their bodies by ASGI's own rule.
"""

import asyncio
from typing import Any, Final

from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from gateway.edge.sending import WRITTEN
from gateway.edge.writing import Writing

_COPIED: Final = 32_768  # bytes of a body that cost less to copy than a write of their own


class InOnePiece:
    """What the application is given as `send`, for one request."""

    __slots__ = ("_cycle", "_start", "_writing")

    def __init__(self, cycle: RequestResponseCycle, writing: Writing) -> None:
        self._cycle: Any = cycle  # what it holds has types of uvicorn's own
        self._writing = writing
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """One message."""
        start = self._start
        if start is None:
            if WRITTEN in message:
                self._start = message
            else:
                await self._cycle.send(message)
            return
        self._start = None
        if not self._sent(start, message):
            await self._cycle.send(start)
            await self._cycle.send(message)

    def _sent(self, start: Message, message: Message) -> bool:
        cycle = self._cycle
        if message["type"] != "http.response.body" or message.get("more_body", False):
            return False
        if cycle.disconnected or cycle.response_started or not cycle.keep_alive:
            return False
        if cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
            return False
        request_id = cycle.scope["state"]["request_id"]
        head = self._writing.executed(start[WRITTEN], request_id, cycle.default_headers)
        written(cycle.transport, head, message["body"])
        # As uvicorn leaves it; nothing more is read of this request.
        cycle.waiting_for_100_continue = False
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True


def written(transport: asyncio.Transport, head: bytes, content: bytes) -> None:
    """Write an answer, in one go where it is not long."""
    if len(content) > _COPIED:
        transport.write(head)
        transport.write(content)
    else:
        transport.write(head + content)
