"""The connections of a department lent to its readers in turn, and those that come back.

All are accepted by the process that takes filings in. On a day without rules it lends a new one, as
it is, to whom it is the turn of, itself among them. A connection that came back stays until it has
only read for a while; then it is its turn to be lent again.
"""

import socket
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import uvicorn

from mocks.core.deed import Deed, FindDeed
from mocks.faults.at_once import AtOnce, answering
from mocks.faults.brief_ways import BriefWays
from mocks.faults.line import OnAccept
from mocks.readers.passing import Arrivals, hand_over

QUIET = 16  # so many answers in a row that changed nothing
Lend = Callable[[int], bool]
"""Gives a connection's descriptor to a reader; False when it stays."""


class Readers:
    """The readers of one department, seen by the process that lends to them."""

    def __init__(self, lines: Sequence[socket.socket], untroubled: Callable[[], bool]) -> None:
        self._there = list(lines)
        self._untroubled = untroubled
        self._turns = cycle(range(len(lines) + 1))

    def lend(self, connection: int) -> bool:
        """Whether a reader took it."""
        turn = next(self._turns)
        if turn >= len(self._there) or not self._untroubled():
            return False
        return hand_over(self._there[turn], connection)

    def served(self, find: FindDeed, on_accept: OnAccept) -> type[AtOnce]:
        """The protocol class of the server: where there are readers, one that lends."""
        own = answering(find, on_accept)
        if not self._there:
            return own
        return type("LendingBy", (Lending, own), {"lend": staticmethod(self.lend)})

    def take_back(self, server: uvicorn.Server, find: FindDeed, written: Callable[[], int]) -> None:
        """From now on serve what comes back as the server serves its own.

        `written`: how much was written down by now.
        """
        lend = staticmethod(self.lend)
        members = {"find": staticmethod(find), "lend": lend, "written": staticmethod(written)}
        kept = type("KeptBy", (Kept,), {**members, "ways": BriefWays()})

        def make(read: bytes) -> Kept:
            protocol: Kept = kept(server.config, server.server_state, {})
            protocol.before = read
            return protocol

        for line in list(self._there):
            Arrivals(line, make, lambda line=line: self._there.remove(line))  # type: ignore[misc]


class Kept(AtOnce):
    """A connection that came back: no new one, so nothing strikes it that strikes those."""

    lend: Lend
    written: Callable[[], int]

    before = b""
    _quiet = 0

    def connection_made(self, transport: Any) -> None:
        """Begin with what was read already."""
        super().connection_made(transport)
        if self.before:
            self.data_received(self.before)

    def data_received(self, data: bytes) -> None:
        """Read as usual; then lend the connection again when it has only read for a while."""
        super().data_received(data)
        if self._quiet >= QUIET and self._between:
            self._lend_again()

    def on_headers_complete(self) -> None:
        """As usual; what is not answered at once is not quiet."""
        super().on_headers_complete()
        if self._deed is None:
            self._quiet = 0

    def _answer(self, deed: Deed) -> int:
        before = self.written()
        status = super()._answer(deed)
        self._quiet = self._quiet + 1 if self.written() == before else 0
        return status

    def _answer_briefly(self, told: bytes) -> None:
        super()._answer_briefly(told)
        self._quiet += 1

    def _lend_again(self) -> None:
        self._quiet = 0
        transport: Any = self.transport
        if transport.is_closing() or transport.get_write_buffer_size():
            return
        transport.pause_reading()
        if self.lend(transport.get_extra_info("socket").fileno()):
            self._unset_keepalive_if_required()
            transport.abort()  # our end of it only: who took it keeps it open
        else:
            transport.resume_reading()


class Lending(AtOnce):
    """A connection as it is accepted: lent at once, or served here."""

    lend: Lend

    _lent = False

    def connection_made(self, transport: Any) -> None:
        """Lend it, or begin as usual."""
        self._lent = self.lend(transport.get_extra_info("socket").fileno())
        if self._lent:
            transport.abort()  # our end of it only: who took it keeps it open
        else:
            super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End as usual, when it was ours."""
        if not self._lent:
            super().connection_lost(exc)
