"""A wall clock that jumps: a library preloaded into the gateway, a second city clock beside it.

The library (wrong_time.c, built when a C compiler is there) makes `time()` and its kin wrong and
leaves monotonic time, sleeps and timers alone, as the kernel does when somebody sets the clock.
Business time is followed from a city clock (settings `clock.follow`); a small server stands between
and adds the same jump.
"""

import asyncio
import mmap
import shutil
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import orjson

_SOURCE = Path(__file__).with_name("wrong_time.c")


def compiler() -> str | None:
    """A C compiler; None where there is none."""
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def preloaded(jumps: Path) -> list[str]:
    """The words before a command that make its wall clock wrong by what the file says."""
    library = jumps.with_suffix(".so").resolve()
    if not library.exists():
        return []
    return ["env", f"LD_PRELOAD={library}", f"ONETHING_WRONG_TIME={jumps.resolve()}"]


class WrongTime:
    """By how much every clock the gateways see is wrong, in seconds."""

    def __init__(self, jumps: Path) -> None:
        self.by_s = 0.0
        self.built = False
        self._library = jumps.with_suffix(".so")
        jumps.write_bytes(struct.pack("d", 0.0))
        with jumps.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), 0)

    async def build(self) -> None:
        """Make the library that is preloaded, where that is possible."""
        cc = compiler()
        if cc is None:
            return
        words = ("-shared", "-fPIC", "-O2", "-o", str(self._library), str(_SOURCE))
        process = await asyncio.create_subprocess_exec(cc, *words)
        self.built = await process.wait() == 0

    def jump(self, by_s: float) -> None:
        """From now on, so much later (or earlier) than it is."""
        self.by_s = by_s
        self._page[:] = struct.pack("d", by_s)

    @asynccontextmanager
    async def serving(self, city_clock: str) -> AsyncIterator[str]:
        """The city's clock, wrong; its address."""
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:

            async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                with suppress(ConnectionError, httpx.HTTPError, asyncio.IncompleteReadError):
                    await reader.readuntil(b"\r\n\r\n")
                    now = datetime.fromisoformat((await client.get(city_clock)).json()["now"])
                    body = orjson.dumps({"now": (now + timedelta(seconds=self.by_s)).isoformat()})
                    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n"
                    writer.write(f"{head}connection: close\r\n\r\n".encode() + body)
                    await writer.drain()
                writer.close()

            server = await asyncio.start_server(answer, "127.0.0.1", 0)
            async with server:
                port = server.sockets[0].getsockname()[1]
                yield f"http://127.0.0.1:{port}/__admin/clock"
