"""The load: so many kept connections, one query at a time on each, every answer timed.

It runs in the process of the bench. A request is bytes made once with a hole for its variables,
a reply is read with httptools and not looked into, so that the client is not what is measured.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httptools
import orjson

from tests.bench.peers.sections import Section


class Broken(Exception):
    """A contender that answered something other than 200, or nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a contender is asked, and with which headers."""

    port: int
    path: str = "/graphql"
    headers: tuple[tuple[str, str], ...] = ()

    def headers_for(self, section: Section) -> dict[str, str]:
        """Without the token where anybody may ask."""
        told = dict(self.headers)
        if section.anonymous:
            told.pop("authorization", None)
        return told

    def request(self, document: str, headers: dict[str, str]) -> Callable[[Any], bytes]:
        """A maker of whole requests for one document."""
        told = {"content-type": "application/json", "accept": "application/json"} | headers
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        head = f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n{lines}"
        before = orjson.dumps({"query": document})[:-1] + b',"variables":'

        def made(variables: Any) -> bytes:
            body = before + orjson.dumps(variables) + b"}"
            return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body

        return made

    def requests(self, section: Section, contender: str, numbers: Iterator[int]) -> Iterator[bytes]:
        """A section's questions as this contender understands them."""
        made = self.request(section.document_of(contender), self.headers_for(section))
        return (made(section.variables(number)) for number in numbers)


@dataclass(slots=True)
class Stretch:
    """What came of one stretch of time."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def add(self, request: bytes, asked: float, answered: float) -> None:
        """One more query was answered."""
        self.latencies.append(answered - asked)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """The latency of the slowest but `1 - share`, in milliseconds."""
        took = sorted(self.latencies)
        return took[min(len(took) - 1, int(len(took) * share))] * 1000 if took else float("nan")


class Line(asyncio.Protocol):
    """One connection that asks the next query when the last is answered."""

    def __init__(
        self, requests: Iterator[bytes], until: float, stretch: Stretch, every_s: float
    ) -> None:
        self._requests, self._until, self._stretch = requests, until, stretch
        self._every_s = every_s
        self._parser = httptools.HttpResponseParser(self)
        self._transport: Any = None
        self._asked = 0.0
        self._request = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Ask the first; uvloop's transports are none of asyncio's by inheritance."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as broken:
            self._fail(f"not HTTP: {broken}")

    def on_message_complete(self) -> None:
        """Note how long it took; ask the next."""
        now = time.perf_counter()
        if (status := self._parser.get_status_code()) != 200:
            self._fail(f"status {status}")
            return
        self._stretch.add(self._request, self._asked, now)
        self._parser = httptools.HttpResponseParser(self)
        loop, rest = asyncio.get_running_loop(), self._asked + self._every_s - now
        if rest > 0:
            loop.call_later(rest, self._ask)
        else:
            loop.call_soon(self._ask)

    def connection_lost(self, exc: Exception | None) -> None:
        """An end before the end is a failure."""
        self._fail(f"connection lost: {exc}")

    def _ask(self) -> None:
        if self.done.done():
            return
        self._asked = time.perf_counter()
        request = next(self._requests, None) if self._asked < self._until else None
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._request = request
        self._transport.write(request)

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(Broken(why))
        self._transport.close()


async def asked(
    port: int,
    requests: Iterator[bytes],
    *,
    seconds: float,
    connections: int,
    every_s: float = 0.0,
    into: Stretch | None = None,
) -> Stretch:
    """Requests over so many connections, for so long or until there are no more; each connection
    asks when it is answered, at most once in `every_s`. Broken when one fails.
    """
    loop, stretch = asyncio.get_running_loop(), Stretch() if into is None else into
    began = time.perf_counter()
    lines = []
    for _ in range(connections):
        _, line = await loop.create_connection(
            lambda: Line(requests, began + seconds, stretch, every_s), "127.0.0.1", port
        )
        lines.append(line)
    try:
        async with asyncio.timeout(seconds + 30):
            ended = await asyncio.gather(*(line.done for line in lines), return_exceptions=True)
    except TimeoutError:
        raise Broken("no answer for thirty seconds") from None
    for failed in filter(None, ended):
        raise failed
    stretch.seconds = time.perf_counter() - began
    return stretch
