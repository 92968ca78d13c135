"""A line over httpx, for what changes something: filings, and the tokens they need."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import Cookie, CookieJar
from typing import Any

import httpx

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
)
from adapters.line.trust import refusal, trusting, untrusted
from adapters.line.turns import Turns
from adapters.wire import Endpoint, WireReply, WireRequest
from schema.domain.problem import ProblemCode

_SENT = "send_request_headers.started"


class HttpxWire:
    """A line over httpx: one client, a connection of its own for every call.

    `room` is awaited once a call has its turn, before its connection opens; `open` counts it then.
    """

    def __init__(
        self,
        department: str,
        endpoint: Endpoint,
        *,
        concurrency: int,
        reply_bytes: int,
        rate_per_s: float = 0,
        turns: Turns | None = None,
        trust: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        room: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._department = department
        self._room = room
        self.open = 0  # connections there are, or are about to be
        self._turns = turns or Turns(department, concurrency=concurrency, rate_per_s=rate_per_s)
        self._base = endpoint.url.rstrip("/")
        self._cap = reply_bytes
        self._client = httpx.AsyncClient(
            transport=transport,
            verify=trust
            or trusting(self._base, endpoint.client)
            or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 — every call has one total deadline below
            # The turns bound the connections. The pool must not: one that was handed out and whose
            # call was cancelled before it began is counted there for ever. None is kept: what a
            # department sends after its reply would be read as the answer to the next filing.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            headers={"Accept-Encoding": "identity", "User-Agent": "onething"},
            cookies=_NoCookies(),
        )

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The reply, by `deadline`; what may have left and got no answer is OutcomeUnknown."""
        left = _Left()
        await self._turns.take(deadline)
        self.open += 1
        try:
            if self._room is not None:
                await self._room()
            async with asyncio.timeout_at(deadline), self._exchange(request, left) as r:
                return WireReply(
                    status=r.status_code,
                    headers={k.lower(): v for k, v in r.headers.items()},
                    body=await self._read(r),
                )
        except TimeoutError:
            raise self._late(left) from None
        except AdapterError:
            raise
        # A rim: the transport has bugs of its own (anyio asks a socket that was closed under it for
        # its peer), and whatever it raises, the one question is whether anything had left.
        except Exception as error:
            raise self._failed(error, left) from None
        finally:
            self.open -= 1
            self._turns.give()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    @asynccontextmanager
    async def _exchange(self, request: WireRequest, left: "_Left") -> AsyncIterator[httpx.Response]:
        outgoing = self._client.build_request(
            request.method,
            self._base + request.path,
            headers=dict(request.headers),
            content=request.body,
            extensions={"trace": left.trace},
        )
        reply = await self._client.send(outgoing, stream=True)
        try:
            yield reply
        finally:
            await reply.aclose()

    async def _read(self, reply: httpx.Response) -> bytes:
        if reply.headers.get("content-encoding", "identity").lower() != "identity":
            raise ContractBroken(self._department, "the reply is compressed, unasked")
        chunks: list[bytes] = []
        size = 0
        async for chunk in reply.aiter_raw():
            size += len(chunk)
            if size > self._cap:
                raise ContractBroken(self._department, f"the reply exceeds {self._cap} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _late(self, left: "_Left") -> AdapterError:
        if left.anything:
            return OutcomeUnknown(self._department, "no whole answer within the deadline")
        return NotDelivered(self._department, "no connection within the deadline")

    def _failed(self, error: Exception, left: "_Left") -> AdapterError:
        name = type(error).__name__
        why = refusal(error)
        if why is not None:
            return Misconfigured(self._department, f"it refuses to speak with us: {why}")
        if left.anything:
            return OutcomeUnknown(
                self._department, f"no answer: {name}", code=ProblemCode.DEPARTMENT_UNREACHABLE
            )
        if untrusted(error):
            return Misconfigured(self._department, "its certificate is not trusted")
        if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | ValueError):
            return Misconfigured(self._department, f"bad address: {name}")
        return NotDelivered(self._department, f"not reached: {name}")


class _NoCookies(CookieJar):
    """Never holds one: what a department tells one applicant's filing is not told by the next."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Nothing is taken from a reply."""

    def set_cookie(self, cookie: Cookie) -> None:
        """Nor from anywhere else."""


class _Left:
    """Whether the first byte of a request may have left."""

    def __init__(self) -> None:
        self.anything = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(_SENT):
            self.anything = True
