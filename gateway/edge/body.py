"""Reading a request body: capped in bytes, bounded in time."""

import asyncio
from collections.abc import AsyncIterator, Generator
from typing import Any

from starlette.types import Message, Receive

from gateway.edge.refusal import ClientGone, Refusal
from schema.domain.text import Text

# Nobody will read the rest of such a request, so the connection cannot be used again.
_CLOSE = {"connection": "close"}


async def chunks(receive: Receive, *, cap: int, deadline_s: float) -> AsyncIterator[bytes]:
    """The body piece by piece; refuses one byte over `cap`, and a body slower than `deadline_s`."""
    end = asyncio.get_running_loop().time() + deadline_s
    async for piece in _pieces(receive, 0, cap, end, deadline_s):
        yield piece


async def _pieces(
    receive: Receive, size: int, cap: int, end: float, deadline_s: float
) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await _received(receive, end, deadline_s)
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > cap:
            raise too_large(cap)
        more = message.get("more_body", False)
        if piece:
            yield piece


async def whole(receive: Receive, declared: str, *, cap: int, deadline_s: float) -> bytes:
    """The body in one piece, refused before it is read when it says itself that it is too long.

    `declared`: its Content-Length, or nothing. A body that came in one piece costs little more.
    """
    refuse_declared_excess(declared, cap=cap)
    end = asyncio.get_running_loop().time() + deadline_s
    message = await _received(receive, end, deadline_s)
    first: bytes = message.get("body", b"")
    if len(first) > cap:
        raise too_large(cap)
    if not message.get("more_body", False):
        return first
    rest = [piece async for piece in _pieces(receive, len(first), cap, end, deadline_s)]
    return b"".join([first, *rest])


def refuse_declared_excess(declared: str, *, cap: int) -> None:
    """Raise when Content-Length announces more than `cap`."""
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > cap):
        raise too_large(cap)


def too_large(cap: int) -> Refusal:
    """413, naming the limit."""
    text = Text(zh=f"请求内容超过上限 {cap} 字节。", en=f"The request is larger than {cap} bytes.")
    return Refusal(413, "BODY_TOO_LARGE", text, _CLOSE)


async def _received(receive: Receive, end: float, deadline_s: float) -> Message:
    """The next message. Most bodies are there when they are asked for, and need no clock."""
    step = receive().__await__()
    try:
        waits = next(step)
    except StopIteration as done:
        message: Message = done.value
    else:
        try:
            async with asyncio.timeout_at(end):
                message = await _GoingOn(step, waits)
        except TimeoutError as error:
            raise _too_slow(deadline_s) from error
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


class _GoingOn:
    """An awaitable that was begun and waits for something, taken up where it stands."""

    def __init__(self, step: Generator[Any, Any, Message], waits: Any) -> None:
        self._step = step
        self._waits = waits

    def __await__(self) -> Generator[Any, Any, Message]:
        step, waits = self._step, self._waits
        try:
            while True:
                try:
                    told = yield waits
                except BaseException as error:  # a cancellation above all: it is not for us
                    waits = step.throw(error)
                else:
                    waits = step.send(told)
        except StopIteration as done:
            message: Message = done.value
            return message


def _too_slow(deadline_s: float) -> Refusal:
    text = Text(
        zh=f"请求内容未在 {deadline_s:g} 秒内传完。",
        en=f"The request did not arrive within {deadline_s:g} seconds.",
    )
    return Refusal(408, "BODY_TOO_SLOW", text, _CLOSE)
