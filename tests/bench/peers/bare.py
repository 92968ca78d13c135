"""`python -m tests.bench.peers.bare PORT DEPARTMENTS STATE`: the answer's bytes, and nothing done.

A bare ASGI application under uvicorn: what is the most one core can serve of the catalogue.
"""

import sys
from pathlib import Path
from typing import Any

import orjson
import uvicorn


async def body_of(receive: Any) -> bytes:
    """The body of a request."""
    body = b""
    while (part := await receive()).get("more_body"):
        body += part["body"]
    whole: bytes = body + part["body"]
    return whole


async def respond(send: Any, body: bytes) -> None:
    """200 with this JSON."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Bare:
    """An ASGI application that looks which name stands in the body, and says its bytes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._answers: dict[bytes, bytes] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        asked = await body_of(receive)
        if not self._answers:
            told = orjson.loads(self._file.read_bytes())
            self._answers = {
                f'"{name}"'.encode(): orjson.dumps({"data": {"oneThing": one_thing}})
                for name, one_thing in told.items()
            }
        answer = next((a for name, a in self._answers.items() if name in asked), b"{}")
        await respond(send, answer)


def main(port: int, state: Path) -> None:
    """Serve until told to stop."""
    app = Bare(state / "catalogue.json")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[3]))
