"""Who asks and does not read what is answered: not waited for without end."""

import asyncio
from typing import Final

import structlog

log = structlog.get_logger(__name__)

UNREAD_S: Final = 30.0
_LEAST: Final = 16_384  # bytes that are to be taken in this time


class Unread:
    """Cuts a connection whose other end has taken next to nothing for so long."""

    __slots__ = ("_due", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._due: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Watch from now on, until it is over or nothing is left to be read."""
        waiting = self._transport.get_write_buffer_size()
        if self._due is None and waiting:
            self._due = self._loop.call_later(UNREAD_S, self._look, waiting)

    def over(self) -> None:
        """Watch no longer."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _look(self, before: int) -> None:
        self._due = None
        waiting = self._transport.get_write_buffer_size()
        if waiting and waiting > before - _LEAST:
            log.warning("edge.answer_unread")
            self._transport.abort()
        else:
            self.begin()
