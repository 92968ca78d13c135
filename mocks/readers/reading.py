"""A connection a reader answers on, for as long as it is asked nothing but what stands written.

The first request that is not for it, is no whole one, or comes together with another is given back
unanswered with its connection; nothing of it was done or noted.
"""

from collections.abc import Callable
from typing import Any

from mocks.core.deed import FindDeed, NotOurs
from mocks.faults.at_once import AtOnce
from mocks.faults.brief_ways import BriefWays
from mocks.faults.line import Lent

_LONGEST = 262_144  # what asks only is shorter
_AGAIN_S = 0.005

GiveBack = Callable[[int, bytes], bool]
"""Takes a connection's descriptor and what was read; False when nobody took it."""


class Reading(AtOnce):
    """The server's side of a lent connection."""

    give_back: GiveBack

    _read = b""  # since the last answer
    _not_ours = False

    def data_received(self, data: bytes) -> None:
        """Answer, wait for the rest, or give back."""
        alone, answers = not self._read, self._answers
        self._read += data
        if self._not_ours:
            return
        if not (alone and self._answered(data)):
            Lent.data_received(self, data)
            if alone and self._answers > answers and not self._read:
                self.heads.learn(data, self.headers, self._content)
        if self._not_ours or len(self._read) > _LONGEST:
            self._not_ours = True
            self._return()

    def _answered(self, data: bytes) -> bool:
        """Whether no more is to be read of it: it was answered, or is not ours to answer."""
        try:
            if not self._known(data):
                return False
        except NotOurs:
            self._not_ours = True
        else:
            self._read = b""
        return True

    def on_headers_complete(self) -> None:
        """Look for a deed; without one the request is not ours."""
        if self._not_ours:
            return
        self._deed = self._found() if self._is_plain() else None
        self._content = b""
        self._not_ours = self._deed is None

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._content += body

    def on_message_complete(self) -> None:
        """Answer, unless it is not ours to."""
        deed, self._deed, self._between = self._deed, None, True
        if deed is None or self._not_ours:
            return
        if not self._is_alone():
            self._not_ours = True
            return
        try:
            self._answer(deed)
        except NotOurs:
            self._not_ours = True
        else:
            self._read = b""

    def forget(self) -> None:
        """As every connection does; a request of which a part was read is of no use any more."""
        super().forget()
        if self._read:
            self.line.abort()

    def _is_alone(self) -> bool:
        """Whether nothing was read behind it."""
        return self._read.find(b"\r\n\r\n") + 4 + len(self._content) == len(self._read)

    def _return(self) -> None:
        transport: Any = self.transport
        if transport.is_closing():
            return
        transport.pause_reading()
        leaving = transport.get_write_buffer_size()  # of an answer given before
        if leaving or not self.give_back(transport.get_extra_info("socket").fileno(), self._read):
            self.loop.call_later(_AGAIN_S, self._return)
            return
        self._unset_keepalive_if_required()
        transport.abort()  # our end of it only: who took it keeps it open


def reading(find: FindDeed, give_back: GiveBack) -> type[Reading]:
    """The protocol class of one reader."""
    members = {"find": staticmethod(find), "give_back": staticmethod(give_back)}
    return type("ReadingFor", (Reading,), {**members, "ways": BriefWays()})
