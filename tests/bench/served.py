"""`python -m tests.bench.served`: a query from its bytes on the wire to the bytes of its answer.

The whole application of the dev profile under uvicorn's protocol and under ours, and a bare one
that says the same bytes, over a wire that takes what is written; no socket, no department.
Microseconds of CPU a request (least and median of seven rounds), and opcodes of Python, which are
the same on any machine however busy it is.
"""

import asyncio
import gc
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from types import FrameType
from typing import Any

import orjson
import structlog
import uvicorn
import uvloop
from rich.console import Console
from rich.table import Table
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.app import Gateway
from gateway.declared import read_declared
from gateway.demo.people import token_of
from gateway.edge.fast_protocol import protocol_of
from gateway.settings import load_settings
from tests.bench.edge import QUERIES, ROUNDS, Query, remember
from tests.bench.peers.bare import body_of, respond

_ASKED = ("typename, nobody", "viewer", "catalogue", "case, remembered")
_DATE = [(b"date", b"Thu, 26 Nov 2026 12:00:00 GMT")]


class Wire(asyncio.Transport):
    """Takes what is written, and says when a whole answer was."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def close(self) -> None:
        """Nothing is held."""

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""


def request_of(query: Query, token: str) -> bytes:
    """A query as the bench's load posts it."""
    body = orjson.dumps({"query": query.text, "variables": query.variables})
    lines = [b"host: 127.0.0.1:8000", b"content-type: application/json"]
    lines += [b"accept: application/json", b"content-length: %d" % len(body)]
    if query.token:
        lines.append(f"authorization: Bearer {token}".encode())
    return b"POST /graphql HTTP/1.1\r\n%s\r\n\r\n%s" % (b"\r\n".join(lines), body)


def caller(app: Any, http: Any, request: bytes) -> tuple[Callable[[], Awaitable[None]], Wire]:
    """What sends one request over a kept connection, and returns when it is answered."""
    config = uvicorn.Config(
        app, http=http, ws="none", lifespan="off", log_config=None, access_log=False
    )
    config.load()
    state = ServerState()
    state.default_headers = _DATE
    wire = Wire()
    protocol: Any = config.http_protocol_class(
        config=config, server_state=state, app_state={}, _loop=asyncio.get_running_loop()  # type: ignore[call-arg]
    )  # fmt: skip
    protocol.connection_made(wire)

    async def call() -> None:
        wire.sent = b""
        answered = state.total_requests + 1
        protocol.data_received(request)
        while state.total_requests < answered:  # noqa: ASYNC110 — uvicorn offers no event for it
            await asyncio.sleep(0)

    return call, wire


def bare(content: bytes) -> Any:
    """An application that says these bytes."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await body_of(receive)
        await respond(send, content)

    return app


async def opcodes(call: Callable[[], Awaitable[None]]) -> int:
    """Opcodes of one call, the tenth."""
    for _ in range(9):
        await call()
    count = 0

    def traced(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return traced

    task = asyncio.create_task(_awaited(call))
    sys.settrace(traced)
    try:
        await task
    finally:
        sys.settrace(None)
    return count


async def _awaited(call: Callable[[], Awaitable[None]]) -> None:
    await call()


async def cpu_us(calls: Mapping[str, Callable[[], Awaitable[None]]]) -> Mapping[str, list[float]]:
    """Microseconds of CPU a call in each round; all in turn."""
    told: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            gc.collect()
            gc.freeze()
            began = time.process_time()
            for _ in range(1000):
                await call()
            told[name].append((time.process_time() - began) * 1000)
    return told


async def run() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"profile": "dev", "dev_folder": folder}, environ={})
        gateway = Gateway(settings, read_declared(settings))
        app = gateway.application()
        token = token_of(settings, "clerk", {})
        remember(gateway, settings)
        table = Table("query", "served by", "opcodes", "µs of CPU", "median", "bytes")
        for name in _ASKED:
            request = request_of(QUERIES[name], token)
            ordinary, wire = caller(app, HttpToolsProtocol, request)
            fast, _ = caller(app, protocol_of(app), request)
            for _ in range(5):
                await ordinary()
            content = wire.sent.partition(b"\r\n\r\n")[2]
            nothing, _ = caller(bare(content), HttpToolsProtocol, request)
            calls = {"uvicorn": ordinary, "ours": fast, "uvicorn, bare": nothing}
            counts = {who: await opcodes(call) for who, call in calls.items()}
            for who, rounds in (await cpu_us(calls)).items():
                least, median = f"{min(rounds):.1f}", f"{statistics.median(rounds):.1f}"
                table.add_row(name, who, str(counts[who]), least, median, str(len(content)))
        Console().print(table)


def main() -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(run())


if __name__ == "__main__":
    main()
