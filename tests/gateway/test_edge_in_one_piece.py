"""An executed answer is written in one go, and is what uvicorn writes in two."""

import pytest

from tests.gateway.two_ways import Served, post

GOOD = b"authorization: Bearer good"
EXECUTED = post(b'{"query":"mine"}', GOOD)


async def test_an_executed_answer_is_one_write() -> None:
    ours, theirs = Served(fast=True), Served(fast=False)

    said = await ours.send(EXECUTED)

    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said == await theirs.send(EXECUTED)
    assert (ours.wire.writes, theirs.wire.writes) == (1, 2)


async def test_a_long_one_is_not_copied() -> None:
    ours, theirs = Served(fast=True), Served(fast=False)
    long = post(b'{"query":"own large"}', GOOD)

    assert await ours.send(long) == await theirs.send(long)
    assert ours.wire.writes == 2


@pytest.mark.parametrize(
    "request_",
    [
        post(b'{"query":"mine"}', GOOD, b"connection: close"),
        post(b'{"query":"mine"}', GOOD, b"expect: 100-continue"),
        post(b'{"query":"mine"}', GOOD, b"x-request-id: mine-0001"),
        post(b'{"query":"mine"}', GOOD, b"accept: application/graphql-response+json"),
        post(b'{"query":"mine"}', GOOD) + post(b'{"query":"bug"}', GOOD),
        post(b'{"query":"bug"}', GOOD) + post(b'{"query":"mine"}', GOOD),
        post(b'{"query":"mine"}', b"authorization: Bearer false"),
        post(b"{", GOOD),
        post(path=b"/elsewhere"),
        EXECUTED.replace(b"HTTP/1.1", b"HTTP/1.0"),
        EXECUTED.replace(b"POST", b"HEAD"),
    ],
)
async def test_whatever_is_asked_the_answer_is_the_one_of_uvicorn(request_: bytes) -> None:
    ours, theirs = Served(fast=True), Served(fast=False)

    said = await ours.send(request_), await ours.send(EXECUTED)

    assert said == (await theirs.send(request_), await theirs.send(EXECUTED))
    assert ours.wire.closed == theirs.wire.closed
    assert ours.state.total_requests == theirs.state.total_requests


async def test_a_connection_that_takes_no_more_is_waited_for() -> None:
    ours = Served(fast=True)
    ours.protocol.pause_writing()
    waits = await ours.send(EXECUTED)
    ours.protocol.resume_writing()

    assert waits == b""
    assert (await ours.send(b"")).startswith(b"HTTP/1.1 200")


async def test_who_left_meanwhile_is_not_written_to() -> None:
    ours = Served(fast=True)

    ours.protocol.data_received(EXECUTED)
    ours.protocol.connection_lost(None)

    assert await ours.send(b"") == b""
    assert ours.state.tasks == set()
