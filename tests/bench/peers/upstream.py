"""`python -m tests.bench.peers.upstream`: the departments on one port, canned, and counted.

The fleet of the mocks keeps a journal, a ledger and a calendar, and would be what is measured;
these give the same recorded bytes with next to nothing between. The port is told on the first
line; `GET /__calls` gives how many calls each department has had, `GET /__takes?0.02` lets each
take so many seconds from then on, and `GET /__times` gives when each question came and its reply
left meanwhile, by the numbers it named, once.
"""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import httptools
import uvloop

from tests.bench.peers.alarm import Alarm
from tests.bench.peers.grown import WIDTHS, canned_of
from tests.bench.peers.replies import Canned, canned

_TOKEN = b'{"access_token":"canned","token_type":"Bearer","expires_in":600}'
CALLS: Counter[str] = Counter()


def response(body: bytes, media_type: str = "application/json", status: str = "200 OK") -> bytes:
    """The bytes of a whole reply."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Office:
    """The departments, and how long each takes."""

    def __init__(self, departments: Sequence[Canned]) -> None:
        self._departments = departments
        self._takes_s = 0.0
        self._alarm: Alarm | None = None
        self._times: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)

    def hear(self, target: bytes, body: bytes, came: float, transport: Any) -> None:
        """Answer a question that came then, now or when it is time."""
        for department in self._departments:
            if target.startswith(department.path):
                CALLS[department.department] += 1
                self._reply(department, target + body, came, transport)
                return
        transport.write(self._aside(target))

    def _reply(self, department: Canned, question: bytes, came: float, transport: Any) -> None:
        answer = response(department.answer(question), department.media_type)
        if not self._takes_s:
            transport.write(answer)
            return
        numbers = {number.decode() for number in department.asks.findall(question)}

        def leave() -> None:
            left = time.perf_counter()  # before: on one core, who waits may be answered meanwhile
            transport.write(answer)
            for number in numbers:
                self._times[number].append((came, left))

        self._alarm = self._alarm or Alarm(asyncio.get_running_loop())
        self._alarm.at(came + self._takes_s, leave)

    def _aside(self, target: bytes) -> bytes:
        """What is asked besides departments."""
        path, _, query = target.partition(b"?")
        if path == b"/oauth/token":
            return response(_TOKEN)
        if path == b"/__takes":
            self._takes_s = float(query)
            return response(b"{}")
        if path == b"/__calls":
            return response(json.dumps(CALLS).encode())
        if path == b"/__times":
            told, self._times = self._times, defaultdict(list)
            return response(json.dumps(told).encode())
        return response(b"{}", status="404 Not Found")


class Door(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._parser = httptools.HttpRequestParser(self)
        self._target = self._body = b""
        self._came = 0.0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """It is there; uvloop's transports are none of asyncio's by inheritance."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on; a broken request ends the connection."""
        self._came = time.perf_counter()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_url(self, url: bytes) -> None:
        """The target, perhaps in pieces."""
        self._target += url

    def on_body(self, body: bytes) -> None:
        """The body, perhaps in pieces."""
        self._body += body

    def on_message_complete(self) -> None:
        """Answer, now or when it is time."""
        target, body = self._target, self._body
        self._target = self._body = b""
        self._office.hear(target, body, self._came, self._transport)


async def main() -> None:
    """Listen on a free port until killed."""
    office = Office([*canned(), *map(canned_of, WIDTHS)])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Door(office), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the parent reads it
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
