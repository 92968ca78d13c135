"""`python -m tests.bench.peers.five_calls PORT DEPARTMENTS STATE`: a case's calls, and no more.

The control beside every latency: one process on the measured core that takes a question, sends five
requests made beforehand, waits for five replies and answers with bytes made beforehand. Nothing is
read but where a message ends. What this adds, the sockets and the waking of processes add.
"""

import asyncio
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import httptools
import uvloop

from tests.bench.peers.replies import cert_no, parcel_no, person_ref, uscc
from tests.bench.peers.upstream import response

_NUMBER = re.compile(rb"91310104(\d{8})XJ")
_SOAP = b"<e>%s</e>" + b" " * 700  # about what an envelope weighs
_ANSWER = response(b'{"data":{}}' + b" " * 2_400)


def questions(number: int) -> Sequence[bytes]:
    """The five requests of the case of this number."""
    return (
        _request(f"GET /licences?uscc={uscc(number)}"),
        _request(f"GET /health-certificates?creditCode={uscc(number)}"),
        _request("POST /nciic_ws/services", _SOAP % person_ref(number).encode()),
        _request("POST /property/batch", cert_no(number).encode()),
        _request("POST /PlanCase/services", _SOAP % parcel_no(number).encode()),
    )


def _request(line: str, body: bytes = b"") -> bytes:
    return f"{line} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


class Asked(asyncio.Protocol):
    """A kept connection to the departments: one question at a time."""

    def __init__(self, spare: list["Asked"]) -> None:
        self._spare = spare
        self._parser = httptools.HttpResponseParser(self)
        self._transport: Any = None
        self._done: Callable[[], None] | None = None

    def connection_made(self, transport: Any) -> None:
        """It is there; uvloop's transports are none of asyncio's by inheritance."""
        self._transport = transport

    def ask(self, question: bytes, done: Callable[[], None]) -> None:
        """Send it; `done` is called when the reply is whole."""
        self._done = done
        self._transport.write(question)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The reply is whole."""
        self._parser = httptools.HttpResponseParser(self)
        self._spare.append(self)
        if self._done is not None:
            self._done()


class Door(asyncio.Protocol):
    """A client's connection."""

    def __init__(self, host: str, port: int, spare: list[Asked]) -> None:
        self._where, self._spare = (host, port), spare
        self._parser = httptools.HttpRequestParser(self)
        self._transport: Any = None
        self._body = b""
        self._left = 0
        self._connecting: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        """As above."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """The body, perhaps in pieces."""
        self._body += body

    def on_message_complete(self) -> None:
        """Ask all five."""
        found, self._body = _NUMBER.search(self._body), b""
        asked = questions(int(found[1]) if found else 0)
        self._left = len(asked)
        for question in asked:
            if self._spare:
                self._spare.pop().ask(question, self._replied)
            else:
                task = asyncio.get_running_loop().create_task(self._connect(question))
                self._connecting.add(task)
                task.add_done_callback(self._connecting.discard)

    async def _connect(self, question: bytes) -> None:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: Asked(self._spare), *self._where)
        made.ask(question, self._replied)

    def _replied(self) -> None:
        self._left -= 1
        if not self._left:
            self._transport.write(_ANSWER)


async def main(port: int, departments: str) -> None:
    """Listen until killed."""
    where = urlsplit(departments)
    spare: list[Asked] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Door(where.hostname or "", where.port or 80, spare), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
