"""A reply that leaves slowly, piece by piece."""

import asyncio

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from mocks.faults.line import Line, lent_line

_PIECE_S = 0.02


class Dribbled(Response):
    """Another response, its body at so many bytes a second."""

    def __init__(self, response: Response, bytes_per_s: int) -> None:
        super().__init__()
        self._response, self._per_s = response, bytes_per_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send as the other does, but in pieces."""

        async def slowly(message: Message) -> None:
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or not body:
                await send(message)
                return
            piece = max(1, int(self._per_s * _PIECE_S))
            for start in range(0, len(body), piece):
                if not await _waited(lent_line(scope), piece / self._per_s):
                    return
                more = start + piece < len(body) or message.get("more_body", False)
                await send({**message, "body": body[start : start + piece], "more_body": more})

        await self._response(scope, receive, slowly)


async def _waited(line: Line | None, seconds: float) -> bool:
    """Wait; whether anybody is still there to be sent to."""
    if line is not None:
        return await line.pause(seconds)
    await asyncio.sleep(seconds)
    return True
