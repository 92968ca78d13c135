"""Departments that answer at once: as the mock department did, about other keys.

The first question at each path with so many keys is handed on to the mock; its reply is kept, and
every later one gets the same reply with its own keys in the place of the first one's. So the
gateway is what is measured, not how fast a mock department draws its city.

Run as a process: `python -m tests.bench.stand_ins FOLDER`, where the mocks' ports.json will be.
"""

import asyncio
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import uvloop

KEYS = {  # where each key of a question stands
    "market": rb"(?:uscc=|,|%2C)([0-9A-Z]{18})(?![0-9A-Z])",
    "housing": rb'[\[,]"([^"]+)"(?=[,\]])',
    "health": rb"creditCode=([0-9A-Z]{18})",
    "construction": rb"JZWBM&gt;([0-9]+)&lt;",
    "planning": rb"([0-9]{12}GB[0-9]{5})",
}
_LENGTH = re.compile(rb"(?i)(\r\ncontent-length: *)(\d+)")


def length_of(head: bytes) -> int:
    """What Content-Length says; 0 where it is not there."""
    found = _LENGTH.search(head)
    return int(found[2]) if found else 0


class StandIn:
    """One department."""

    def __init__(self, folder: Path, department: str) -> None:
        self._ports, self._department = folder / "ports.json", department
        self._key = re.compile(KEYS[department])
        # By path and number of keys: the first ones, and their reply.
        self._known: dict[tuple[bytes, int], tuple[Sequence[bytes], bytes]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                question = head + await reader.readexactly(length_of(head))
                writer.write(await self._answer(question))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, question: bytes) -> bytes:
        path = question.partition(b" HTTP/")[0].partition(b"?")[0]
        keys = self.keys_of(question)
        if not keys:
            return await self._asked(question)
        known = self._known.get((path, len(keys)))
        if known is None:
            known = self._known[path, len(keys)] = (keys, await self._asked(question))
        first, reply = known
        head, _, body = reply.partition(b"\r\n\r\n")
        now = dict(zip(first, keys, strict=True))
        body = re.sub(b"|".join(map(re.escape, first)), lambda found: now[found[0]], body)
        return _LENGTH.sub(rb"\g<1>%d" % len(body), head, count=1) + b"\r\n\r\n" + body

    def keys_of(self, question: bytes) -> Sequence[bytes]:
        """The keys it asks for, each once."""
        return list(dict.fromkeys(self._key.findall(question)))

    async def _asked(self, question: bytes) -> bytes:
        told = await asyncio.to_thread(self._ports.read_bytes)
        address = urlsplit(orjson.loads(told)[self._department]["url"])
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(question)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(length_of(head))
        writer.close()
        return head + body


async def main(folder: Path) -> None:
    """Serve all of them; says their addresses, one line of JSON."""
    addresses = {}
    for name in KEYS:
        server = await asyncio.start_server(StandIn(folder, name).serve, "127.0.0.1", 0)
        addresses[name] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(orjson.dumps(addresses).decode(), flush=True)  # noqa: T201 — what the bench reads
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
