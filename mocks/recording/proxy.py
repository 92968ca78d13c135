"""Stands before a real system: passes everything on as it comes, and keeps what passed.

A redirect is passed on like any reply, never followed. A reply that was asked for plain and came
compressed, a body over the cap, a line that broke: passed on as far as it went, and not kept.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from mocks.recording.kept import Exchange, Recording

log = logging.getLogger("mocks.recording")
_HOP = frozenset(
    {
        "connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "trailer", "transfer-encoding", "upgrade", "accept-encoding",
    }
)  # fmt: skip
_PASSED_ON = 100  # times the cap: beyond that the line is cut


class TooMuch(Exception):
    """More bytes than are ever passed on."""


@dataclass(slots=True)
class _Copy:
    """A body on its way: counted, and copied up to the cap."""

    cap: int
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    @property
    def whole(self) -> bytes | None:
        """The body; None when it was longer than the cap."""
        return b"".join(self.pieces) if self.size <= self.cap else None

    async def passing(self, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces as they come; TooMuch beyond all bounds."""
        async for piece in source:
            self.size += len(piece)
            if self.size > self.cap * _PASSED_ON:
                raise TooMuch(f"more than {self.cap * _PASSED_ON} bytes")
            if self.size <= self.cap:
                self.pieces.append(piece)
            yield piece


@dataclass(slots=True, kw_only=True)
class Proxy:
    """The application. `cap` bytes of a body are kept, an exchange lasts `within_s` at most."""

    to: str
    recording: Recording
    client: httpx.AsyncClient
    cap: int
    within_s: float
    passed: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and its reply back."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        began: list[bool] = []

        async def say(message: Message) -> None:
            began.append(True)
            await send(message)

        try:
            async with asyncio.timeout(self.within_s):
                await self._pass(request, say)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, TooMuch) as broken:
            log.warning("%s: not kept: %s", request.url.path, type(broken).__name__)
            if not began:  # else the server cuts the line: half a reply must not look whole
                await _unreachable(self.to, broken)(scope, receive, send)

    async def _pass(self, request: Request, say: Send) -> None:
        target = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
        if query := request.scope["query_string"].decode("latin-1"):
            target += f"?{query}"
        sent, came = _Copy(self.cap), _Copy(self.cap)
        headers = [(k, v) for k, v in request.headers.raw if k.decode("latin-1") not in _HOP]
        async with self.client.stream(
            request.method,
            self.to + target,
            headers=[*headers, (b"accept-encoding", b"identity")],
            content=sent.passing(request.stream()) if _has_body(request) else None,
        ) as reply:
            await say(
                {
                    "type": "http.response.start",
                    "status": reply.status_code,
                    "headers": _back(reply),
                }
            )
            async for piece in came.passing(reply.aiter_raw()):
                await say({"type": "http.response.body", "body": piece, "more_body": True})
            await say({"type": "http.response.body", "body": b""})
        self.passed += 1
        self._keep(request, target, sent.whole, reply, came.whole)

    def _keep(
        self,
        request: Request,
        target: str,
        sent: bytes | None,
        reply: httpx.Response,
        came: bytes | None,
    ) -> None:
        path = urlsplit(target).path
        if self.recording.full:
            log.warning("%s: not kept: %d exchanges are enough", path, self.recording.most)
        elif sent is None or came is None:
            log.warning("%s: not kept: a body over %d bytes", path, self.cap)
        elif "content-encoding" in reply.headers:
            log.warning("%s: not kept: compressed, though plain was asked for", path)
        else:
            exchange = Exchange(
                method=request.method,
                target=target,
                headers=dict(request.headers),
                body=sent,
                status=reply.status_code,
                reply_headers={name.lower(): value for name, value in reply.headers.items()},
                reply_body=came,
            )
            log.info("kept %s", self.recording.keep(exchange))


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _back(reply: httpx.Response) -> list[tuple[bytes, bytes]]:
    return [(k.lower(), v) for k, v in reply.headers.raw if k.lower().decode("latin-1") not in _HOP]


def _unreachable(to: str, broken: Exception) -> Response:
    said = f"{urlsplit(to).netloc} did not answer: {type(broken).__name__}"
    told = {"title": said, "status": 502, "detail": "the recording proxy has nothing to pass on"}
    return JSONResponse(told, 502, media_type="application/problem+json")
