"""A department's counter on loopback: keeps what it is sent, and behaves as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from adapters.conformance.leaves import texts
from adapters.conformance.replay import charset_of
from adapters.wire import WireReply

_LONGEST_HEAD = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request as it arrived, `at` on the running loop's clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def text(self) -> str:
        """The body in the charset its header names."""
        return self.body.decode(charset_of(self.headers), errors="replace")

    def values(self) -> list[str]:
        """Every value of the request: pieces of the path and the query, and those of the body."""
        path, _, query = self.path.partition("?")
        pieces = [unquote_plus(piece) for piece in path.split("/") if piece]
        pieces += [unquote_plus(pair.partition("=")[2]) for pair in query.split("&") if pair]
        return pieces + texts(self.text)


Behave = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]
"""What the counter does with one request; the connection stays open unless it is closed."""


@dataclass
class StandIn:
    """A server on a port of its own."""

    behave: Behave
    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    inside: int = 0
    most_inside: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear requests on one connection until it ends."""
        try:
            while True:
                await self._one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = await hear(reader)
        self.heard.append(heard)
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            await self.behave(heard, writer)
            await writer.drain()
        finally:
            self.inside -= 1


async def hear(reader: asyncio.StreamReader) -> Heard:
    """One whole request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    now = asyncio.get_running_loop().time()
    return Heard(method=method, path=path, headers=headers, body=body, at=now)


@asynccontextmanager
async def standing(behave: Behave) -> AsyncIterator[StandIn]:
    """A stand-in that behaves like this, gone with all its connections at the end."""
    standin = StandIn(behave)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(standin.serve(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=_LONGEST_HEAD)
    standin.port = server.sockets[0].getsockname()[1]
    try:
        yield standin
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def say(writer: asyncio.StreamWriter, reply: WireReply) -> None:
    """Answer with a whole reply."""
    writer.write(head_of(reply, len(reply.body)) + reply.body)


def head_of(reply: WireReply, length: int) -> bytes:
    """Status line and headers of a reply that announces so many bytes."""
    lines = [f"HTTP/1.1 {reply.status} Told", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
