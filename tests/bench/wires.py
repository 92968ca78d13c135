"""`python -m tests.bench.wires [--requests N]`: what one exchange costs over each HTTP client.

One server of our own in a process beside, plain and over TLS; every client asks it for 2,600 bytes
with a POST of 700, over 1, 4, 16 and 64 connections, in turn, several rounds, the first discarded.
CPU is this process's own. Clients that are not installed (aiohttp, pyreqwest: we do not depend on
them) are told so and left out.
"""

import argparse
import asyncio
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from adapters.line.lean import LeanWire
from adapters.line.over_httpx import HttpxWire
from adapters.line.turns import Turns
from adapters.wire import Endpoint, WireRequest
from tests.certificates import issued

CONNECTIONS = (1, 4, 16, 64)
ROUNDS = 4
_QUESTION = b"q" * 700
_ANSWER = b"a" * 2600
_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"x"'}
_SERVER = """
import asyncio
HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Type: text/xml\\r\\nContent-Length: 2600\\r\\n\\r\\n"
ANSWER = HEAD + b"a" * 2600
class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen = transport, b""
    def data_received(self, data):
        self.seen += data
        while (end := self.seen.find(b"\\r\\n\\r\\n")) >= 0 and len(self.seen) >= end + 704:
            self.seen = self.seen[end + 704:]
            self.transport.write(ANSWER)
async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:])
    listen = asyncio.get_running_loop().create_server
    servers = [await listen(Server, "127.0.0.1", 0, ssl=tls) for tls in (None, context)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))
import ssl, sys, uvloop
uvloop.run(main())
"""

Ask = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Places:
    """Where the server listens, and how it is trusted."""

    plain: str
    encrypted: str
    trust: ssl.SSLContext


@asynccontextmanager
async def _lean(places: Places, connections: int) -> AsyncIterator[Ask]:
    wire = _line(places.plain, connections, None)
    yield _over(wire)
    await wire.aclose()


@asynccontextmanager
async def _lean_tls(places: Places, connections: int) -> AsyncIterator[Ask]:
    wire = _line(places.encrypted, connections, places.trust)
    yield _over(wire)
    await wire.aclose()


def _line(url: str, connections: int, trust: ssl.SSLContext | None) -> LeanWire:
    turns = Turns("bench", concurrency=connections, rate_per_s=0)
    return LeanWire("bench", Endpoint(url=url), turns, reply_bytes=1_000_000, trust=trust)


@asynccontextmanager
async def _httpx(places: Places, connections: int) -> AsyncIterator[Ask]:
    endpoint = Endpoint(url=places.plain)
    wire = HttpxWire("bench", endpoint, concurrency=connections, reply_bytes=1_000_000)
    yield _over(wire)
    await wire.aclose()


def _over(wire: Any) -> Ask:
    request = WireRequest(method="POST", path="/", headers=_HEADERS, body=_QUESTION, asks=True)
    now = asyncio.get_running_loop().time

    async def ask() -> int:
        return len((await wire.send(request, deadline=now() + 10)).body)

    return ask


@asynccontextmanager
async def _aiohttp(places: Places, connections: int) -> AsyncIterator[Ask]:
    aiohttp = import_module("aiohttp")
    connector = aiohttp.TCPConnector(limit=connections)
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def ask() -> int:
            async with session.post(places.plain, data=_QUESTION, headers=_HEADERS) as reply:
                return len(await reply.read())

        yield ask


@asynccontextmanager
async def _pyreqwest(places: Places, connections: int) -> AsyncIterator[Ask]:
    client = import_module("pyreqwest.client").ClientBuilder().max_connections(connections)
    async with client.build() as session:

        async def ask() -> int:
            request = session.post(places.plain).body_bytes(_QUESTION).headers(_HEADERS).build()
            return len(await (await request.send()).bytes())

        yield ask


CLIENTS: dict[str, Any] = {
    "httpx": _httpx,
    "aiohttp": _aiohttp,
    "pyreqwest": _pyreqwest,
    "lean (httptools)": _lean,
    "lean over TLS": _lean_tls,
}
_NEEDS = {"aiohttp": "aiohttp", "pyreqwest": "pyreqwest"}


async def _measure(
    make: Any, places: Places, connections: int, requests: int
) -> tuple[float, float]:
    """CPU microseconds a request, and requests a second."""
    async with AsyncExitStack() as stack:
        ask = await stack.enter_async_context(make(places, connections))
        left = iter(range(requests))

        async def client() -> None:
            for _ in left:
                if await ask() != len(_ANSWER):
                    raise RuntimeError("not the whole answer")

        await asyncio.gather(*(client() for _ in range(connections)))
        left = iter(range(requests))
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(client() for _ in range(connections)))
        spent, took = time.process_time() - cpu, time.perf_counter() - wall
    return spent / requests * 1e6, requests / took


async def run(requests: int) -> dict[tuple[str, int], list[tuple[float, float]]]:
    """Every client in turn, several rounds; the first is discarded."""
    async with _serving() as places:
        return await _rounds(places, requests)


@asynccontextmanager
async def _serving() -> AsyncIterator[Places]:
    authority, trust = issued("authority"), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with tempfile.TemporaryDirectory() as folder:
        trust.load_verify_locations(authority.files(Path(folder), "authority")[0])
        files = issued("bench", authority).files(Path(folder), "bench")
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _SERVER, *map(str, files), stdout=asyncio.subprocess.PIPE
        )
        assert server.stdout is not None
        plain, encrypted = (await server.stdout.readline()).decode().split()
        try:
            yield Places(f"http://127.0.0.1:{plain}/", f"https://127.0.0.1:{encrypted}/", trust)
        finally:
            server.terminate()
            await server.wait()


async def _rounds(
    places: Places, requests: int
) -> dict[tuple[str, int], list[tuple[float, float]]]:
    found: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for turn in range(ROUNDS):
        for connections in CONNECTIONS:
            for name, make in CLIENTS.items():
                if name in _NEEDS and find_spec(_NEEDS[name]) is None:
                    continue
                figures = await _measure(make, places, connections, requests)
                if turn:
                    found.setdefault((name, connections), []).append(figures)
    return found


def show(found: dict[tuple[str, int], list[tuple[float, float]]]) -> Table:
    """Medians: CPU microseconds a request, and requests a second."""
    table = Table(title="one exchange: CPU us (requests/s), medians")
    table.add_column("client")
    for connections in CONNECTIONS:
        table.add_column(f"{connections} connections", justify="right")
    for name in CLIENTS:
        rows = [found.get((name, connections)) for connections in CONNECTIONS]
        cells = [
            f"{median(c for c, _ in row):.0f} ({median(r for _, r in row):,.0f})" if row else "—"
            for row in rows
        ]
        table.add_row(name if any(rows) else f"{name}: not installed", *cells)
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1500)
    Console().print(show(uvloop.run(run(parser.parse_args().requests))))


if __name__ == "__main__":
    main()
