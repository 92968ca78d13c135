"""A reply that holds its place among the calls of a department until its last byte has left."""

from contextlib import AsyncExitStack

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mocks.faults.line import lent_line


class Holding(Response):
    """Another response, and what is let go of once it has left or its connection has ended."""

    def __init__(self, response: Response, held: AsyncExitStack) -> None:
        super().__init__()
        self._response, self._held = response, held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send as the other does; then let go."""
        async with self._held:
            await self._response(scope, receive, send)
            if (line := lent_line(scope)) is not None:
                await line.flushed()
