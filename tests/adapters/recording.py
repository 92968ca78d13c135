"""What recording takes: the mock city as processes, an ear for its callbacks, a line that keeps.

What differs from run to run stays out of the examples: a token and a WS-Security header are told
as the adapter makes them in replay, and exchanged for living ones on the way to the mock.
"""

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.conformance.examples import Json
from adapters.conformance.replay import answered, asked
from adapters.line.over_httpx import HttpxWire
from adapters.soap.wsse import username_token
from adapters.wire import WireReply, WireRequest
from tests.adapters.test_departments_speak import CREDENTIALS

_SECURITY = re.compile(rb"<wsse:Security.*</wsse:Security>")
_TOKEN = re.compile(rb"mkt_[\w-]+")
_SHOWN_TOKEN = b"market-example-token"


@dataclass
class Recording:
    """A line to a mock that keeps what passes."""

    name: str
    line: HttpxWire
    exchanges: list[Json] = field(default_factory=list)
    token: bytes = b""

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        reply = await self.line.send(self._living(request), deadline=deadline)
        if found := _TOKEN.search(reply.body):
            self.token = found[0]
            reply = reply._replace(body=_TOKEN.sub(_SHOWN_TOKEN, reply.body))
        self.exchanges.append({"request": asked(request), "reply": answered(reply)})
        return reply

    def _living(self, request: WireRequest) -> WireRequest:
        shown, real = _SHOWN_TOKEN.decode(), self.token.decode()
        headers = {name: text.replace(shown, real) for name, text in request.headers.items()}
        body = request.body
        if body is not None and b"<wsse:Security" in body:
            known = CREDENTIALS[self.name]
            security = username_token(
                known["username"],
                known["password"],
                nonce=lambda: os.urandom(16),
                now=time.time,
            )().encode()
            body = _SECURITY.sub(lambda _: security, body)
        return request._replace(headers=headers, body=body)

    async def aclose(self) -> None:
        await self.line.aclose()


@asynccontextmanager
async def ear() -> AsyncIterator[tuple[str, asyncio.Queue[Json]]]:
    """Where departments call back to, and what they said."""
    heard: asyncio.Queue[Json] = asyncio.Queue()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode():
            lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
            known = {name.lower(): text for name, _, text in lines}
            body = await reader.readexactly(int(known["content-length"]))
            headers = {k: v for k, v in known.items() if k.startswith("x-market-")}
            at = int(headers["x-market-timestamp"])
            heard.put_nowait({"headers": headers, "body": body.decode(), "now": at})
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()
            return

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
    server.close()


@asynccontextmanager
async def city(state: Path, callbacks_to: str) -> AsyncIterator[dict[str, str]]:
    """The mock departments as processes of their own; addresses by name."""
    command = [sys.executable, "-m", "mocks", "serve", "--state", str(state), "--port-base", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, "--callback-base", callbacks_to, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        ports = json.loads((state / "ports.json").read_text("utf-8"))
        yield {name: entry["url"] for name, entry in ports.items()}
    finally:
        process.terminate()
        await process.wait()
