"""A connection handed from one process to another, with what was read of it and not answered.

One byte a message on a pair of stream sockets: what was read travels in a file of its own, so a
message is never cut in two, however long a request is.
"""

import asyncio
import errno
import os
import socket
import tempfile
from collections.abc import Callable
from typing import Any

_SAID = b"c"

Make = Callable[[bytes], asyncio.Protocol]
"""The protocol of a connection of which so much was read already."""


def hand_over(line: socket.socket, connection: int, read: bytes = b"") -> bool:
    """Give a connection away, which the giver closes then; False: nobody took it."""
    lent = [connection]
    try:
        if read:
            lent.append(_file_of(read))
        socket.send_fds(line, [_SAID], lent)
    except OSError:
        return False
    finally:
        for file in lent[1:]:
            os.close(file)
    return True


class Arrivals:
    """The connections handed over on one line, served as they come."""

    def __init__(self, line: socket.socket, make: Make, gone: Callable[[], None]) -> None:
        """`gone` is called once, when the other side is."""
        self._line, self._make, self._gone = line, make, gone
        self._loop = asyncio.get_running_loop()
        self._adopting: set[asyncio.Task[Any]] = set()
        line.setblocking(False)
        self._loop.add_reader(line, self._arrived)

    def _arrived(self) -> None:
        try:
            while (found := _taken_over(self._line)) is not None:
                adopting = self._loop.create_task(self._adopt(*found))
                self._adopting.add(adopting)
                adopting.add_done_callback(self._adopting.discard)
        except BlockingIOError:
            return
        except ConnectionError:
            pass
        self._loop.remove_reader(self._line)
        self._line.close()
        self._gone()

    async def _adopt(self, connection: socket.socket, read: bytes) -> None:
        await self._loop.connect_accepted_socket(lambda: self._make(read), connection)


def _taken_over(line: socket.socket) -> tuple[socket.socket, bytes] | None:
    """The next connection, and what was read of it; None when the other side is gone."""
    said, lent, _, _ = socket.recv_fds(line, len(_SAID), 2)
    if not said:
        return None
    connection = socket.socket(fileno=lent[0])
    connection.setblocking(False)
    return connection, _content_of(lent[1]) if lent[1:] else b""


def _file_of(content: bytes) -> int:
    with tempfile.TemporaryFile(buffering=0) as file:
        if file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.dup(file.fileno())


def _content_of(file: int) -> bytes:
    with os.fdopen(file, "rb", buffering=0) as opened:
        opened.seek(0)
        return opened.readall()
