"""What comes before a request is one is bounded, in bytes, in fields and in time."""

import asyncio
from typing import Any

import pytest

from gateway.edge.careful_protocol import LEFT_S, MOST_BYTES, MOST_FIELDS, MOST_LEFT, WITHIN_S
from gateway.edge.unread import UNREAD_S
from tests.gateway.two_ways import Served, get, post
from tests.gateway.virtual_time import in_virtual_time

REFUSED = b"HTTP/1.1 431 "
PIECE = 4_096


@pytest.mark.parametrize(
    "piece", [b"x" * PIECE, b"x: y\r\n" * (PIECE // 6)], ids=["one line", "many fields"]
)
async def test_a_head_without_end_is_refused_within_its_bound(piece: bytes) -> None:
    served = Served(fast=True)
    await served.send(b"GET / HTTP/1.1\r\na: ")
    sent = 0

    while not served.wire.closed:
        await served.send(piece)
        sent += len(piece)

    assert served.wire.sent.startswith(REFUSED)
    assert "请求头过大".encode() in served.wire.sent
    assert sent <= MOST_BYTES + PIECE


async def test_an_address_without_end_is_refused_within_its_bound() -> None:
    served = Served(fast=True)
    await served.send(b"GET /graphql?query=")

    for _ in range(MOST_BYTES // PIECE + 1):
        await served.send(b"x" * PIECE)

    assert served.wire.sent.startswith(REFUSED)
    assert served.wire.closed


@pytest.mark.parametrize("limited", [{}, {"limit_concurrency": 10}], ids=["fast", "ordinary"])
async def test_a_whole_head_of_too_many_fields_is_refused(limited: dict[str, Any]) -> None:
    served = Served(fast=True, **limited)

    answer = await served.send(post(b"{}", *[b"x: y"] * MOST_FIELDS))

    assert answer.startswith(REFUSED)


async def test_what_trails_a_body_in_pieces_is_bounded_too() -> None:
    served = Served(fast=True)
    await served.send(
        b"POST /graphql HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"
    )

    for _ in range(MOST_FIELDS // 100 + 1):
        await served.send(b"x: y\r\n" * 100)

    assert served.wire.closed


async def test_a_large_head_in_pieces_is_answered() -> None:
    served = Served(fast=True)
    whole = post(b'{"query":"own"}', b"authorization: Bearer good", b"x: " + b"y" * 30_000)

    for at in range(0, len(whole), PIECE):
        await served.send(whole[at : at + PIECE])

    assert served.wire.sent.startswith(b"HTTP/1.1 200")
    assert not served.wire.closed


@in_virtual_time
async def test_a_head_that_does_not_end_is_waited_for_so_long() -> None:
    served = Served(fast=True)
    await served.send(b"GET / HTTP/1.1\r\n")
    for _ in range(3):
        await asyncio.sleep(WITHIN_S / 4)
        await served.send(b"x: y\r\n")
    assert not served.wire.closed

    await asyncio.sleep(WITHIN_S / 4 + 1)

    assert served.wire.closed


@in_virtual_time
async def test_who_connects_and_says_nothing_is_let_go() -> None:
    served = Served(fast=True)

    await asyncio.sleep(WITHIN_S + 1)

    assert served.wire.closed


@in_virtual_time
async def test_a_later_head_has_its_own_time_and_a_whole_one_none() -> None:
    served = Served(fast=True)
    request = post(b'{"query":"own"}', b"authorization: Bearer good")
    for _ in range(3):
        await asyncio.sleep(WITHIN_S - 1)
        await served.send(request)
    assert not served.wire.closed

    await served.send(request[:30])
    await asyncio.sleep(WITHIN_S - 1)
    answered = await served.send(request[30:])

    assert answered.startswith(b"HTTP/1.1 200")
    await asyncio.sleep(WITHIN_S + 1)
    assert not served.wire.closed


ANSWERED_EARLY = [
    b"POST /nowhere HTTP/1.1\r\nhost: g\r\ncontent-length: 100000000\r\n\r\n",
    b"POST /graphql HTTP/1.1\r\nhost: g\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\n",
    b"GET /graphql?query=public HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n4\r\n",
]


@pytest.mark.parametrize("head", ANSWERED_EARLY)
@in_virtual_time
async def test_a_body_that_does_not_end_after_its_answer_is_waited_for_so_long(head: bytes) -> None:
    served = Served(fast=True)
    assert await served.send(head)

    await asyncio.sleep(LEFT_S / 2)
    await served.send(b"x")
    assert not served.wire.closed

    await asyncio.sleep(LEFT_S / 2 + 1)
    assert served.wire.closed


async def test_a_body_without_end_after_its_answer_is_refused_within_its_bound() -> None:
    served = Served(fast=True)
    await served.send(ANSWERED_EARLY[0])
    sent = 0

    while not served.wire.closed:
        await served.send(b"x" * PIECE)
        sent += PIECE

    assert MOST_LEFT < sent <= MOST_LEFT + PIECE


@in_virtual_time
async def test_a_body_that_ends_after_its_answer_leaves_the_connection_to_the_next() -> None:
    served = Served(fast=True)
    await served.send(ANSWERED_EARLY[1])

    await served.send(b"x" * 10)
    await asyncio.sleep(LEFT_S + 1)
    answered = await served.send(get())

    assert answered.startswith(b"HTTP/1.1 200")
    await asyncio.sleep(29)
    assert not served.wire.closed
    await asyncio.sleep(2)
    assert served.wire.closed


@pytest.mark.parametrize("first", [b"", get(), get(b"query=own")])
@in_virtual_time
async def test_line_ends_between_messages_hold_no_connection(first: bytes) -> None:
    served = Served(fast=True)
    await served.send(first)

    for _ in range(31):
        await asyncio.sleep(1)
        await served.send(b"\r\n")

    assert served.wire.closed


@pytest.mark.parametrize("limited", [{}, {"limit_concurrency": 10}], ids=["fast", "ordinary"])
@pytest.mark.parametrize(
    "offer", [b"upgrade: h2c", b"UPGRADE:h2c , HTTP/3 ", b"Upgrade: websocket"]
)
async def test_an_offer_of_another_protocol_is_no_part_of_the_request(
    offer: bytes, limited: dict[str, Any]
) -> None:
    served = Served(fast=True, **limited)
    request = post(b'{"query":"public"}', b"connection: Upgrade, HTTP2-Settings", offer)

    answers = [await served.send(request), await served.send(request)]

    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200"] * 2
    assert answers[0].endswith(b'{"data":"1 zh "}')
    assert not served.wire.closed


@pytest.mark.parametrize("limited", [{}, {"limit_concurrency": 10}], ids=["fast", "ordinary"])
@pytest.mark.parametrize("whole", [True, False], ids=["whole head", "head in pieces"])
async def test_the_body_behind_an_offer_is_never_a_request(
    whole: bool, limited: dict[str, Any]
) -> None:
    served = Served(fast=True, **limited)
    inner = post(b'{"query":"smuggled"}')
    head = post(b"", b"connection: upgrade", b"upgrade: h2c").replace(
        b"length: 0", b"length: %d" % len(inner)
    )

    for piece in [head] if whole else [head[:90], head[90:]]:
        await served.send(piece)
    for piece in (inner[:50], inner[50:]):
        await served.send(piece)

    assert served.world.made == 0
    assert served.wire.sent.count(b"HTTP/1.1 ") == 1
    assert served.wire.closed is not whole


async def test_what_follows_a_tunnel_that_is_not_made_is_no_request() -> None:
    served = Served(fast=True)

    await served.send(b"CONNECT g:80 HTTP/1.1\r\nhost: g\r\n\r\n" + get())
    await served.send(get())

    assert served.wire.sent.count(b"HTTP/1.1 ") == 1
    assert served.wire.closed


@in_virtual_time
async def test_an_answer_nobody_reads_is_given_up() -> None:
    served = Served(fast=True)
    await served.send(get())
    served.wire.unread = 1_000_000
    served.protocol.pause_writing()

    await asyncio.sleep(UNREAD_S + 1)

    assert served.wire.unread == 0
    assert served.wire.closed


@in_virtual_time
async def test_an_answer_that_is_read_slowly_is_waited_for() -> None:
    served = Served(fast=True, timeout_keep_alive=3_600)
    await served.send(get())
    served.wire.unread = 1_000_000
    served.protocol.pause_writing()

    for _ in range(8):
        await asyncio.sleep(UNREAD_S / 2)
        served.wire.unread -= 100_000
    served.protocol.resume_writing()
    await asyncio.sleep(UNREAD_S + 1)

    assert not served.wire.closed


@in_virtual_time
async def test_a_rest_that_nobody_reads_goes_with_its_connection() -> None:
    served = Served(fast=True, timeout_keep_alive=5)
    await served.send(get())
    served.wire.unread = 100

    await asyncio.sleep(5 + UNREAD_S + 1)

    assert served.wire.unread == 0
