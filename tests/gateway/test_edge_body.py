"""A body is read with a clock only where it has to be waited for."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message

from gateway.edge import body
from gateway.edge.refusal import ClientGone, Refusal


class Client:
    """Sends its pieces, each after a turn of the loop where `late`; then it hangs."""

    def __init__(self, *pieces: bytes, late: bool = False, hangs: bool = False) -> None:
        self._pieces = list(pieces)
        self._late = late
        self._hangs = hangs
        self.cancelled = False

    async def __call__(self) -> Message:
        if self._late:
            await asyncio.sleep(0)
        if not self._pieces:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled = True
                raise
        piece, more = self._pieces.pop(0), bool(self._pieces) or self._hangs
        return {"type": "http.request", "body": piece, "more_body": more}


async def whole(client: Client, *, cap: int = 100, deadline_s: float = 5.0) -> bytes:
    return await body.whole(client, "", cap=cap, deadline_s=deadline_s)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("pieces", [(b"abc",), (b"a", b"", b"bc"), (b"",)])
async def test_it_comes_whole_at_once_or_in_pieces(pieces: tuple[bytes, ...], late: bool) -> None:
    assert await whole(Client(*pieces, late=late)) == b"".join(pieces)


@pytest.mark.parametrize("late", [False, True])
async def test_one_byte_too_many_is_refused_where_it_comes(late: bool) -> None:
    with pytest.raises(Refusal, match="BODY_TOO_LARGE"):
        await whole(Client(b"abc", b"d", late=late), cap=3)


@pytest.mark.parametrize("pieces", [(), (b"a",)])
async def test_a_client_that_hangs_is_refused_and_waited_for_no_more(
    pieces: tuple[bytes, ...],
) -> None:
    client = Client(*pieces, hangs=True)

    with pytest.raises(Refusal, match="BODY_TOO_SLOW"):
        await whole(client, deadline_s=0.01)

    assert client.cancelled


async def test_who_is_cancelled_while_it_waits_is_cancelled() -> None:
    client = Client(hangs=True)
    waiting = asyncio.ensure_future(whole(client))
    await asyncio.sleep(0)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert client.cancelled


def failing(late: bool) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        if late:
            await asyncio.sleep(0)
        raise RuntimeError("a bug of the server")

    return receive


@pytest.mark.parametrize("late", [False, True])
async def test_what_the_server_raises_is_raised(late: bool) -> None:
    with pytest.raises(RuntimeError, match="a bug of the server"):
        await body.whole(failing(late), "", cap=9, deadline_s=5.0)


@pytest.mark.parametrize("late", [False, True])
async def test_a_client_that_leaves_is_gone(late: bool) -> None:
    async def receive() -> Message:
        if late:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    with pytest.raises(ClientGone):
        await body.whole(receive, "", cap=9, deadline_s=5.0)
