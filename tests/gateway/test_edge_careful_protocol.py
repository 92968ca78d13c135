"""What comes before a request is one is bounded, in bytes, in fields and in time."""

import asyncio
from typing import Any

import pytest

from gateway.edge.careful_protocol import MOST_BYTES, MOST_FIELDS, WITHIN_S
from tests.gateway.two_ways import Served, post
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
