"""The transport port: bytes out, bytes in, one deadline, one byte cap. No retries, no redirects."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotCalled,
    NotDelivered,
    OutcomeUnknown,
)
from adapters.pace import Pace
from schema.domain.department import Limits
from schema.domain.problem import ProblemCode

_IDLE_S = 3.0  # connections are dropped before a department's own keep-alive ends
_SENT = "send_request_headers.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a department is and what it knows us by; comes from settings, never from a manifest."""

    url: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Mapping[str, Any] = field(default_factory=dict)  # agreed; others are the manifest's


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One HTTP request, below the department's address."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WireReply:
    """One whole HTTP reply; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """One department's line. Raises only AdapterError."""

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The reply, by `deadline` (the running loop's time)."""
        ...

    async def aclose(self) -> None:
        """Give the connections back."""
        ...


class HttpxWire:
    """A line over httpx: one client, connections of one department only."""

    def __init__(
        self,
        department: str,
        endpoint: Endpoint,
        *,
        concurrency: int,
        reply_bytes: int,
        rate_per_s: float = 0,
    ) -> None:
        self._department = department
        self._pace = Pace(rate_per_s)
        self._base = endpoint.url.rstrip("/")
        self._cap = reply_bytes
        self._slots = asyncio.Semaphore(concurrency)
        self._client = httpx.AsyncClient(
            verify=_trust(self._base),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 — every call has one total deadline below
            # The slots bound the connections. The pool must not: one that was handed out and whose
            # call was cancelled before it began is counted there for ever.
            limits=httpx.Limits(
                max_connections=None,
                max_keepalive_connections=concurrency,
                keepalive_expiry=_IDLE_S,
            ),
            headers={"Accept-Encoding": "identity", "User-Agent": "onething"},
        )

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The reply, by `deadline`; what may have left and got no answer is OutcomeUnknown."""
        left = _Left()
        try:
            async with (
                asyncio.timeout_at(deadline),
                self._turn(deadline),
                self._exchange(request, left) as r,
            ):
                return WireReply(
                    status=r.status_code,
                    headers={k.lower(): v for k, v in r.headers.items()},
                    body=await self._read(r),
                )
        except TimeoutError:
            raise self._late(left) from None
        except httpx.HTTPError as error:
            raise self._failed(error, left) from None
        except (httpx.InvalidURL, ValueError) as error:
            raise Misconfigured(self._department, f"bad address: {type(error).__name__}") from None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    @asynccontextmanager
    async def _turn(self, deadline: float) -> AsyncIterator[None]:
        """A connection, and the moment the department's rate allows."""
        async with self._slots:
            now = asyncio.get_running_loop().time()
            at = self._pace.turn(now, deadline)
            if at is None or now >= deadline:
                raise NotCalled(self._department, "no turn within the deadline")
            if at > now:
                await asyncio.sleep(at - now)
            yield

    @asynccontextmanager
    async def _exchange(self, request: WireRequest, left: "_Left") -> AsyncIterator[httpx.Response]:
        left.begun = True
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
        if not left.begun:
            return NotCalled(self._department, "no free connection within the deadline")
        return NotDelivered(self._department, "no connection within the deadline")

    def _failed(self, error: httpx.HTTPError, left: "_Left") -> AdapterError:
        name = type(error).__name__
        if _caused_by(error, ssl.SSLCertVerificationError):
            return Misconfigured(self._department, "its certificate is not trusted")
        if isinstance(error, httpx.UnsupportedProtocol):
            return Misconfigured(self._department, "bad address")
        if left.anything:
            return OutcomeUnknown(
                self._department, f"no answer: {name}", code=ProblemCode.DEPARTMENT_UNREACHABLE
            )
        return NotDelivered(self._department, f"not reached: {name}")


def line(department: str, endpoint: Endpoint, limits: Limits) -> HttpxWire:
    """A line that keeps what the department says it bears."""
    return HttpxWire(
        department,
        endpoint,
        concurrency=limits.concurrency,
        reply_bytes=limits.reply_bytes,
        rate_per_s=limits.rate_per_s,
    )


class _Left:
    """Whether the call had its turn, and whether the first byte of it may have left."""

    def __init__(self) -> None:
        self.begun = False
        self.anything = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(_SENT):
            self.anything = True


def _trust(url: str) -> ssl.SSLContext:
    if url.startswith("https:"):
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http: trusts nothing, costs nothing


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
