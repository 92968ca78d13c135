"""Lines to a department, each with the one mistake a line can make; and one that makes none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import httpx

from adapters.errors import NotDelivered, OutcomeUnknown
from adapters.line.over_httpx import HttpxWire, _Left
from adapters.manifest.model import Manifest
from adapters.wire import Endpoint, WireReply, WireRequest

_NO_TIME = "no whole answer within the deadline"


class Paced(HttpxWire):
    """The line that ships, to be changed in one thing."""

    def __init__(
        self, manifest: Manifest, endpoint: Endpoint, *, wider: int = 1, larger: int = 1
    ) -> None:
        limits = manifest.limits
        super().__init__(
            manifest.id,
            endpoint,
            concurrency=limits.concurrency * wider,
            reply_bytes=limits.reply_bytes * larger,
            rate_per_s=limits.rate_per_s,
        )

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        return await self.sent(request, deadline)

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        return await super().send(request, deadline=deadline)


def paced(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return Paced(manifest, endpoint)


def unpaced(manifest: Manifest, endpoint: Endpoint) -> HttpxWire:
    limits = manifest.limits
    return HttpxWire(
        manifest.id, endpoint, concurrency=limits.concurrency, reply_bytes=limits.reply_bytes
    )


def too_wide(manifest: Manifest, endpoint: Endpoint) -> Paced:
    fast = replace(manifest, limits=replace(manifest.limits, rate_per_s=10_000))
    return Paced(fast, endpoint, wider=4)


class Staggered(Paced):
    """Lets calls in one after another, as a machine that is busy does."""

    _in = 0

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        self._in += 1
        await asyncio.sleep(0.02 * self._in)
        return await super().sent(request, deadline)


def too_wide_and_late(manifest: Manifest, endpoint: Endpoint) -> Staggered:
    fast = replace(manifest, limits=replace(manifest.limits, rate_per_s=10_000))
    return Staggered(fast, endpoint, wider=4)


def too_large(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return Paced(manifest, endpoint, larger=1_000)


class _Careless(Paced):
    """Reads with other time limits than it should."""

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        try:
            await self._turns.take(deadline)
            async with AsyncExitStack() as stack:
                stack.callback(self._turns.give)
                return await self._timed(request, deadline, stack)
        except TimeoutError:
            raise OutcomeUnknown(self._department, _NO_TIME) from None
        except httpx.ConnectError:
            raise NotDelivered(self._department, "not reached") from None
        except httpx.HTTPError:
            raise OutcomeUnknown(self._department, "no answer") from None

    async def _timed(
        self, request: WireRequest, deadline: float, stack: AsyncExitStack
    ) -> WireReply:
        raise NotImplementedError

    async def _whole(self, r: httpx.Response) -> WireReply:
        headers = {k.lower(): v for k, v in r.headers.items()}
        return WireReply(status=r.status_code, headers=headers, body=await self._read(r))


class _PatientAtFirst(_Careless):
    """Waits for the head of the reply as long as it takes."""

    async def _timed(
        self, request: WireRequest, deadline: float, stack: AsyncExitStack
    ) -> WireReply:
        r = await stack.enter_async_context(self._exchange(request, _Left()))
        async with asyncio.timeout_at(deadline):
            return await self._whole(r)


class _PatientLater(_Careless):
    """Limits the wait for the head, and then takes what comes, however slowly."""

    async def _timed(
        self, request: WireRequest, deadline: float, stack: AsyncExitStack
    ) -> WireReply:
        async with asyncio.timeout_at(deadline):
            r = await stack.enter_async_context(self._exchange(request, _Left()))
        return await self._whole(r)


def patient_at_first(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _PatientAtFirst(manifest, endpoint)


def patient_later(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _PatientLater(manifest, endpoint)


class _ResetIsNothing(Paced):
    """What is reset before the answer counts as not delivered."""

    @asynccontextmanager
    async def _exchange(self, request: WireRequest, left: _Left) -> AsyncIterator[httpx.Response]:
        answered = False
        try:
            async with super()._exchange(request, left) as reply:
                answered = True
                yield reply
        except httpx.HTTPError as error:
            if answered or isinstance(error, httpx.ConnectError):
                raise
            raise NotDelivered(self._department, "reset") from None


class _LostIsNothing(Paced):
    """What breaks off within the answer counts as not delivered."""

    async def _read(self, reply: httpx.Response) -> bytes:
        try:
            return await super()._read(reply)
        except httpx.HTTPError:
            raise NotDelivered(self._department, "broken off") from None


class _NobodyIsUnknown(Paced):
    """What never left counts as perhaps arrived."""

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        try:
            return await super().sent(request, deadline)
        except NotDelivered as error:
            raise OutcomeUnknown(self._department, error.message) from None


def reset_is_nothing(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _ResetIsNothing(manifest, endpoint)


def lost_is_nothing(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _LostIsNothing(manifest, endpoint)


def nobody_is_unknown(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _NobodyIsUnknown(manifest, endpoint)


class _Follows(Paced):
    """Goes where it is sent."""

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        reply = await super().sent(request, deadline)
        if reply.status != httpx.codes.TEMPORARY_REDIRECT:
            return reply
        async with httpx.AsyncClient(trust_env=False) as client:
            r = await client.request(
                request.method,
                reply.headers["location"],
                headers=dict(request.headers),
                content=request.body,
            )
        headers = {k.lower(): v for k, v in r.headers.items()}
        return WireReply(status=r.status_code, headers=headers, body=r.content)


def follows(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _Follows(manifest, endpoint)


class _Proxied(Paced):
    """Asks the environment."""

    def trust(self) -> "_Proxied":
        self._client = httpx.AsyncClient(trust_env=True, timeout=30)
        return self


def proxied(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _Proxied(manifest, endpoint).trust()


class _Remembers(Paced):
    """Answers from memory where a reply displeases it."""

    def __init__(self, manifest: Manifest, endpoint: Endpoint, *, pages: bool) -> None:
        super().__init__(manifest, endpoint)
        self._pages, self._held = pages, dict[tuple[str, bytes | None], WireReply]()

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        reply = await super().sent(request, deadline)
        key = request.path, request.body
        if self._displeases(reply):
            return self._held.get(key, reply)
        self._held[key] = reply
        return reply

    def _displeases(self, reply: WireReply) -> bool:
        if reply.status != httpx.codes.OK:
            return False
        if self._pages:
            return reply.body.startswith(b"<!DOCTYPE")
        return not reply.body.rstrip().endswith((b">", b"}"))


def remembers_instead_of_pages(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _Remembers(manifest, endpoint, pages=True)


def remembers_instead_of_halves(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _Remembers(manifest, endpoint, pages=False)


class _Guesses(Paced):
    """Replaces what it cannot decode."""

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        reply = await super().sent(request, deadline)
        return reply._replace(body=reply.body.decode("utf-8", "replace").encode())


def guesses(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _Guesses(manifest, endpoint)


class _Renames(Paced):
    """Puts namespaces right by itself."""

    async def sent(self, request: WireRequest, deadline: float) -> WireReply:
        reply = await super().sent(request, deadline)
        return reply._replace(body=reply.body.replace(b"/other", b""))


def renames(manifest: Manifest, endpoint: Endpoint) -> Paced:
    return _Renames(manifest, endpoint)
