"""Stands before a real system: passes everything on as it comes, and keeps what passed.

A redirect is passed on like any reply, never followed; a cookie is its client's, and no other's.
A body that is compressed or over the cap, a line that broke, a client that went away: passed on as
far as it went, not kept.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from mocks.recording.kept import Exchange, Recording
from mocks.recording.unanswered import unanswered

log = logging.getLogger("mocks.recording")
_HOP = frozenset(
    {
        "connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "trailer", "transfer-encoding", "upgrade", "accept-encoding",
    }
)  # fmt: skip
_EMPTY = frozenset({204, 304})  # whose length is that of a body which does not come
_PASSED_ON = 100  # times the cap: beyond that the line is cut


class TooMuch(Exception):
    """More bytes than are ever passed on."""


@dataclass(slots=True)
class _Copy:
    """A body on its way: counted, and copied up to the cap."""

    cap: int
    ended: bool = False  # a system may answer before it heard everything
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    @property
    def whole(self) -> bytes | None:
        """The body; None when it was longer than the cap, or did not end."""
        return b"".join(self.pieces) if self.ended and self.size <= self.cap else None

    async def passing(self, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces as they come; TooMuch beyond all bounds."""
        async for piece in source:
            self.size += len(piece)
            if self.size > self.cap * _PASSED_ON:
                raise TooMuch(f"more than {self.cap * _PASSED_ON} bytes")
            if self.size <= self.cap:
                self.pieces.append(piece)
            yield piece
        self.ended = True


@dataclass(slots=True, kw_only=True)
class Proxy:
    """The application. `cap` bytes of a body are kept, an exchange lasts `within_s` at most."""

    to: str
    recording: Recording
    line: httpx.AsyncBaseTransport  # a client would add headers, and keep a jar for everyone
    cap: int
    within_s: float
    passed: int = 0
    _keeping: asyncio.Lock = field(default_factory=asyncio.Lock)

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
                passed = await self._pass(request, say)
        except ClientDisconnect:
            self._not_kept(request.url.path, "the client went away")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, TooMuch) as broken:
            self._not_kept(request.url.path, type(broken).__name__)
            if not began:  # else the server cuts the line: half a reply must not look whole
                await unanswered(self.to, broken, self.within_s)(scope, receive, send)
        else:
            async with self._keeping:
                await self._keep(*passed)

    async def _pass(self, request: Request, say: Send) -> tuple[Exchange, _Copy, _Copy]:
        target = request.scope.get("raw_path", b"").partition(b"?")[0]
        if query := request.scope["query_string"]:
            target += b"?" + query
        sent, came = _Copy(self.cap, ended=not _has_body(request)), _Copy(self.cap)
        body = None if sent.ended else sent.passing(request.stream())
        reply = await self.line.handle_async_request(self._onward(request, target, body))
        try:
            status = reply.status_code
            start = {"type": "http.response.start", "status": status, "headers": _back(reply)}
            await say(start)
            async for piece in came.passing(reply.aiter_raw()):
                await say({"type": "http.response.body", "body": piece, "more_body": True})
            if await request.is_disconnected():  # before the end: behind it, everyone is
                raise ClientDisconnect
            await say({"type": "http.response.body", "body": b""})
        finally:
            await reply.aclose()
        self.passed += 1
        exchange = Exchange(
            method=request.method,
            target=target.decode("latin-1"),
            headers=_by_name(request.headers.raw),
            body=sent.whole or b"",
            status=status,
            reply_headers=_by_name(reply.headers.raw),
            reply_body=came.whole or b"",
        )
        return exchange, sent, came

    def _onward(
        self, request: Request, target: bytes, body: AsyncIterator[bytes] | None
    ) -> httpx.Request:
        headers = [(k, v) for k, v in request.headers.raw if k.decode("latin-1") not in _HOP]
        base = httpx.URL(self.to).raw_path.rstrip(b"/")
        return httpx.Request(
            request.method,
            self.to + target.decode("latin-1"),
            headers=[*headers, (b"accept-encoding", b"identity")],
            content=body,
            extensions={
                "timeout": httpx.Timeout(self.within_s).as_dict(),
                "target": base + target,  # as it came, whatever a client would make of it
            },
        )

    async def _keep(self, exchange: Exchange, sent: _Copy, came: _Copy) -> None:
        packed = [exchange.headers, exchange.reply_headers]
        if self.recording.full:
            self._not_kept(exchange.target, f"{self.recording.most} exchanges are enough")
        elif sent.whole is None or came.whole is None:
            self._not_kept(
                exchange.target, f"a body over {self.cap} bytes (--cap), or not heard out"
            )
        elif any(one.get("content-encoding", "identity") != "identity" for one in packed):
            self._not_kept(exchange.target, "a compressed body: nobody sees what is in it")
        else:
            try:
                log.info("kept %s", await asyncio.to_thread(self.recording.keep, exchange))
            except OSError as full:
                self._not_kept(exchange.target, str(full))

    def _not_kept(self, target: str, why: str) -> None:
        path = self.recording.redaction.address(target.partition("?")[0])
        log.warning("%s: not kept: %s", path, why)


def _by_name(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Each character a byte; what came several times is one line, as HTTP has it."""
    told: dict[str, str] = {}
    for name, value in raw:
        key, said = name.decode("latin-1").lower(), value.decode("latin-1")
        told[key] = f"{told[key]}, {said}" if key in told else said
    return told


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _back(reply: httpx.Response) -> list[tuple[bytes, bytes]]:
    left_out = _HOP | {"content-length"} if reply.status_code in _EMPTY else _HOP
    headers = ((k.lower(), v) for k, v in reply.headers.raw)
    return [(k, v) for k, v in headers if k.decode("latin-1") not in left_out]
