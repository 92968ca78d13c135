"""One endpoint with the fast path and without, over wires that keep what is written."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from gateway.edge.careful_protocol import CarefulProtocol
from gateway.edge.fast_path import MOST_BYTES
from gateway.edge.fast_protocol import protocol_of
from gateway.edge.graphql import GraphQLEndpoint, Limits
from gateway.edge.graphql_request import Operation
from gateway.edge.rim import Rim
from gateway.execution.own import OwnAnswer, OwnAnswers
from gateway.execution.remembered import PublicAnswer, Remembered, public_answer
from schema.domain.text import Language
from schema.graph.ports import Viewer

TOKENS = {
    "good": Viewer(subject="person:1", roles=frozenset({"citizen"})),
    "other": Viewer(subject="person:2", roles=frozenset({"clerk"})),
}
STRANGER = Viewer(subject="", roles=frozenset())
DATE = [(b"date", b"Thu, 26 Nov 2026 12:00:00 GMT")]
TURNS = 25  # of the loop, in which any request here is answered
LARGE = b'{"data":"' + b"x" * 40_000 + b'"}'


class Wire(asyncio.Transport):
    """What a protocol wrote; nothing more is taken once it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.writes = 0
        self.closed = False
        self.reading = True
        self.unread = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.closed:
            self.sent += data
            self.writes += 1

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True
        self.unread = 0

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return self.unread

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


@dataclass
class World:
    """What is behind the wire: everything an answer hangs on, and what was counted."""

    trusted: dict[str, Viewer] = field(default_factory=lambda: dict(TOKENS))
    age: object = field(default_factory=object)
    catalogue: object = field(default_factory=object)
    found: int = 0
    made: int = 0
    broken: bool = False
    large: bool = False
    most_bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        self._verified: set[str] = set()
        remembered = Remembered(lambda: self.catalogue, found=self._found)
        own = OwnAnswers(lambda: self.catalogue, found=self._found)
        endpoint = GraphQLEndpoint(
            execute=self,
            authenticate=self._authenticate,
            page=_page,
            remembered=remembered,
            own=own,
            limits=Limits(body_bytes=100_000),
        )
        fast_path = endpoint.fast_path("/graphql", viewer=self._known, most_bytes=self.most_bytes)
        assert fast_path is not None
        self.fast_path = fast_path
        self.app = Rim(
            _elsewhere,
            new_id=lambda: "request-0001",
            dev=True,
            straight={"/graphql": endpoint},
            fast_path=self.fast_path,
        )

    async def __call__(
        self, operation: Operation, *, viewer: Viewer, language: Language, request_id: str
    ) -> Mapping[str, Any] | PublicAnswer | OwnAnswer:
        self.made += 1
        await asyncio.sleep(0)
        said = f'{{"data":"{self.made} {language} {viewer.subject}"}}'.encode()
        if operation.query.startswith("public"):
            return public_answer(said, lasting=operation.bare)
        if operation.query.startswith("own"):
            born = self.age
            content = LARGE if self.large or "large" in operation.query else said
            return OwnAnswer(content, lambda: self.age is born, self.catalogue)
        if operation.query.startswith("bug"):
            raise RuntimeError("a bug")
        return {"data": self.made}

    async def _authenticate(self, token: str | None) -> Viewer | None:
        if token is None:
            return STRANGER
        self._verified.add(token)
        return self.trusted.get(token)

    def _known(self, token: str | None) -> Viewer | None:
        if self.broken:
            raise RuntimeError("a bug")
        if token is None:
            return STRANGER
        return self.trusted.get(token) if token in self._verified else None

    def _found(self) -> None:
        self.found += 1


class Served:
    """A connection to a world; `fast`: with the fast path."""

    def __init__(self, *, fast: bool, world: World | None = None, **more: Any) -> None:
        self.world = world or World()
        app = self.world.app
        http = protocol_of(app) if fast else CarefulProtocol
        told: dict[str, Any] = {"access_log": False, "timeout_keep_alive": 30} | more
        self._config = uvicorn.Config(
            app, http=http, ws="none", lifespan="off", log_config=None, **told
        )
        self._config.load()
        self.state = ServerState()
        self.state.default_headers = DATE
        self.wire, self.protocol = self.connected()

    def connected(self) -> tuple[Wire, Any]:
        """One more connection."""
        wire = Wire()
        protocol: Any = self._config.http_protocol_class(
            config=self._config,  # type: ignore[call-arg]
            server_state=self.state,
            app_state={},
            _loop=asyncio.get_running_loop(),
        )
        protocol.connection_made(wire)
        return wire, protocol

    async def send(self, data: bytes) -> bytes:
        """What is written to these bytes."""
        before = len(self.wire.sent)
        if not self.wire.closed:
            self.protocol.data_received(data)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return self.wire.sent[before:]

    def at_once(self, data: bytes) -> bytes:
        """What is written to these bytes before anything else could run."""
        before = len(self.wire.sent)
        self.protocol.data_received(data)
        return self.wire.sent[before:]


async def _elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"nothing here"})


async def _page(language: Language) -> Any:
    return _elsewhere


def post(body: bytes = b'{"query":"own"}', *fields: bytes, path: bytes = b"/graphql") -> bytes:
    """A POST as most clients send it."""
    lines = (
        b"host: gateway",
        b"content-type: application/json",
        b"content-length: %d" % len(body),
        *fields,
    )
    return b"POST %s HTTP/1.1\r\n%s\r\n\r\n%s" % (path, b"\r\n".join(lines), body)


def get(query: bytes = b"query=public", *fields: bytes) -> bytes:
    """A GET of a query."""
    lines = (b"host: gateway", *fields)
    return b"GET /graphql?%s HTTP/1.1\r\n%s\r\n\r\n" % (query, b"\r\n".join(lines))
