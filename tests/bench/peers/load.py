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

from tests.bench.peers.sections import Section, Variables


class Broken(Exception):
    """A contender that answered something other than 200, or nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a contender is asked, and with which headers."""

    port: int
    path: str = "/graphql"
    headers: tuple[tuple[str, str], ...] = ()

    def request(self, document: str) -> Callable[[Variables], bytes]:
        """A maker of whole requests for one document."""
        told = {"content-type": "application/json", "accept": "application/json"}
        lines = "".join(
            f"{name}: {value}\r\n" for name, value in (told | dict(self.headers)).items()
        )
        head = f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n{lines}"
        before = orjson.dumps({"query": document})[:-1] + b',"variables":'

        def made(variables: Variables) -> bytes:
            body = before + orjson.dumps(variables) + b"}"
            return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body

        return made


@dataclass(slots=True)
class Stretch:
    """What came of one stretch of time."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """The latency of the slowest but `1 - share`, in milliseconds."""
        took = sorted(self.latencies)
        return took[min(len(took) - 1, int(len(took) * share))] * 1000 if took else float("nan")


class Line(asyncio.Protocol):
    """One connection that asks the next query as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], until: float, stretch: Stretch) -> None:
        self._requests, self._until, self._stretch = requests, until, stretch
        self._parser = httptools.HttpResponseParser(self)
        self._transport: Any = None
        self._asked = 0.0
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
        self._stretch.latencies.append(now - self._asked)
        self._parser = httptools.HttpResponseParser(self)
        asyncio.get_running_loop().call_soon(self._ask)

    def connection_lost(self, exc: Exception | None) -> None:
        """An end before the end is a failure."""
        self._fail(f"connection lost: {exc}")

    def _ask(self) -> None:
        if self.done.done():
            return
        self._asked = time.perf_counter()
        if self._asked >= self._until:
            self.done.set_result(None)
            self._transport.close()
            return
        self._transport.write(next(self._requests))

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(Broken(why))
        self._transport.close()


async def asked(
    target: Target, section: Section, numbers: Iterator[int], *, seconds: float, connections: int
) -> Stretch:
    """Queries without pause over so many connections, for so long; Broken when one fails."""
    made = target.request(section.document)
    requests = (made(section.variables(number)) for number in numbers)
    loop, stretch = asyncio.get_running_loop(), Stretch()
    began = time.perf_counter()
    lines = []
    for _ in range(connections):
        _, line = await loop.create_connection(
            lambda: Line(requests, began + seconds, stretch), "127.0.0.1", target.port
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
