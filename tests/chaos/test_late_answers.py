"""A change that took too long is sent again as it was: by the demo's applicant, and under chaos."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.demo.applicant import Applicant
from gateway.demo.failure import DemoFailed
from tests.chaos.insistent import Insistent
from tests.chaos.lines import Lines

LATE = {"data": None, "errors": [{"extensions": {"code": "OPERATION_TIMEOUT"}}]}
DONE = {"data": {"submit": {"__typename": "Submitted"}}}
CHANGE = "mutation ($input: Submit!) { submit(input: $input) { __typename } }"


class Slow:
    """A gateway that is late some times, and then has done it."""

    def __init__(self, late: int) -> None:
        self.answers = [LATE] * late + [DONE]
        self.asked: list[Any] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(x for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:"))
        self.asked.append(orjson.loads(await reader.readexactly(int(length.split(b":")[1]))))
        body = orjson.dumps(self.answers.pop(0))
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def slow() -> AsyncIterator[tuple[Slow, str]]:
    made = Slow(late=2)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    async with server:
        yield made, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_the_demos_applicant_sends_the_same_change_again(slow: tuple[Slow, str]) -> None:
    gateway, address = slow
    applicant = Applicant(address, "token")
    data = await applicant.send(CHANGE, {"input": {"clientRequestId": "one"}})
    await applicant.close()

    assert data == DONE["data"]
    assert gateway.asked == [gateway.asked[0]] * 3


async def test_the_demos_applicant_does_not_ask_for_ever(slow: tuple[Slow, str]) -> None:
    gateway, address = slow
    gateway.answers = [LATE] * 9
    applicant = Applicant(address, "token")
    with pytest.raises(DemoFailed):
        await applicant.send(CHANGE, {"input": {"clientRequestId": "one"}})
    await applicant.close()

    assert len(gateway.asked) == 4


async def test_who_insists_sends_the_same_change_again(
    slow: tuple[Slow, str], tmp_path: Path
) -> None:
    gateway, address = slow
    client = Insistent([address], "token", Lines(tmp_path / "acks.jsonl"))
    result = await client.change("submit", CHANGE, {"clientRequestId": "one"})
    await client.close()

    assert result == DONE["data"]["submit"]
    assert gateway.asked == [gateway.asked[0]] * 3
