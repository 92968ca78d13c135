"""Reading a request body: capped in bytes, bounded in time."""

import asyncio
from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.types import Receive

from gateway.edge.refusal import ClientGone, Refusal
from schema.domain.text import Text

# Nobody will read the rest of such a request, so the connection cannot be used again.
_CLOSE = {"connection": "close"}


async def chunks(receive: Receive, *, cap: int, deadline_s: float) -> AsyncIterator[bytes]:
    """The body piece by piece; refuses one byte over `cap`, and a body slower than `deadline_s`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    size = 0
    more = True
    while more:
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError as error:
            raise _too_slow(deadline_s) from error
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > cap:
            raise too_large(cap)
        more = message.get("more_body", False)
        if piece:
            yield piece


async def whole(receive: Receive, headers: Headers, *, cap: int, deadline_s: float) -> bytes:
    """The body in one piece, refused before it is read when it says itself that it is too long."""
    refuse_declared_excess(headers, cap=cap)
    return b"".join([piece async for piece in chunks(receive, cap=cap, deadline_s=deadline_s)])


def refuse_declared_excess(headers: Headers, *, cap: int) -> None:
    """Raise when Content-Length announces more than `cap`."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > cap):
        raise too_large(cap)


def too_large(cap: int) -> Refusal:
    """413, naming the limit."""
    text = Text(zh=f"请求内容超过上限 {cap} 字节。", en=f"The request is larger than {cap} bytes.")
    return Refusal(413, "BODY_TOO_LARGE", text, _CLOSE)


def _too_slow(deadline_s: float) -> Refusal:
    text = Text(
        zh=f"请求内容未在 {deadline_s:g} 秒内传完。",
        en=f"The request did not arrive within {deadline_s:g} seconds.",
    )
    return Refusal(408, "BODY_TOO_SLOW", text, _CLOSE)
