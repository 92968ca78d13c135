"""The guard before the line that ships, at a real socket: what leaves is counted there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from random import Random

import pytest

from adapters.errors import AdapterError
from adapters.line import lean
from adapters.line.both import Line
from adapters.wire import Endpoint, WireReply, WireRequest
from gateway.federation.gate import Gate
from gateway.federation.passage import Passage
from tests.gateway.test_federation_reads import AT, info

GET = WireRequest(method="GET", path="/", headers={}, asks=True)
FILE = WireRequest(method="POST", path="/", headers={}, asks=False)
OK = b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok"
CONCURRENCY = 4


@dataclass
class Desk:
    """Reads each request whole, then answers, or closes the connection or resets it instead.

    `closes` decides by the request's number of all and of its connection.
    """

    port: int = 0
    closes: Callable[[int, int], bool] = lambda number, of_connection: False
    resets: bool = False
    closes_afterwards: bool = False  # the connection, after each answer and without a word of it
    heard: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = 0
        try:
            while not (asked and self.closes_afterwards):
                await reader.readuntil(b"\r\n\r\n")
                self.heard, asked = self.heard + 1, asked + 1
                if self.closes(self.heard, asked):
                    break
                writer.write(OK)
            if self.resets:
                writer.transport.abort()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made, tasks = Desk(), set[asyncio.Task[None]]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(made.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def line(desk: Desk) -> AsyncIterator[Line]:
    limits = replace(info("housing", concurrency=CONCURRENCY).limits, rate_per_s=0)
    made = Line("housing", Endpoint(url=f"http://127.0.0.1:{desk.port}"), limits)
    yield made
    await made.aclose()


@pytest.fixture
def gate() -> Gate:
    """One that does not pause before a second attempt."""
    return Gate(info("housing", concurrency=CONCURRENCY), now=lambda: AT, draw=lambda: -0.5)


def a_read(gate: Gate, *, again: bool = True) -> Passage:
    return gate.reading(asyncio.get_running_loop().time() + 20, again=again)


async def answered(gate: Gate, line: Line, passage: Passage, request: WireRequest = GET) -> bool:
    async def send(left: float) -> WireReply:
        return await line.send(request, deadline=passage.loop.time() + left)

    try:
        return (await gate.call(passage, send)).body == b"ok"
    except AdapterError:
        return False


async def reads(gate: Gate, line: Line, count: int, callers: int = CONCURRENCY) -> int:
    """How many of so many reads were answered."""

    async def caller() -> int:
        return sum([await answered(gate, line, a_read(gate)) for _ in range(count // callers)])

    return sum(await asyncio.gather(*(caller() for _ in range(callers))))


@pytest.mark.parametrize("resets", [False, True])
@pytest.mark.parametrize("only_kept", [False, True])
@pytest.mark.parametrize("callers", [1, CONCURRENCY])
async def test_half_of_all_failing_costs_a_fifth_more_requests_at_most(
    gate: Gate, line: Line, desk: Desk, callers: int, only_kept: bool, resets: bool
) -> None:
    draw, firsts = Random(7), 500
    desk.closes = lambda _, asked: draw.random() < 0.5 and not (only_kept and asked == 1)
    desk.resets, gate.reads.threshold = resets, 1_000_000

    said = await reads(gate, line, firsts, callers)

    assert firsts <= desk.heard <= firsts * 1.2
    assert said > firsts / 2


async def test_who_closes_after_each_answer_without_a_word_answers_all_the_same(
    gate: Gate, line: Line, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lean, "WARY_S", 60.0)
    desk.closes_afterwards = True

    assert await reads(gate, line, 400) >= 398  # of four at once not heard, three are asked anew


@pytest.mark.parametrize("again", [True, False])
async def test_what_perhaps_nobody_heard_leaves_anew_at_once(
    gate: Gate, line: Line, desk: Desk, again: bool
) -> None:
    desk.closes = lambda number, _: number == 2

    assert await answered(gate, line, a_read(gate, again=again))
    assert await answered(gate, line, a_read(gate, again=again))

    assert desk.heard == 3


async def test_over_a_fresh_connection_it_was_heard_and_only_a_query_leaves_anew(
    gate: Gate, line: Line, desk: Desk
) -> None:
    desk.closes = lambda number, _: number in {1, 2}

    assert not await answered(gate, line, a_read(gate, again=False))
    assert await answered(gate, line, a_read(gate))

    assert desk.heard == 3


async def test_what_is_asked_anew_is_paid_for_and_each_failure_seen_by_the_breaker(
    gate: Gate, line: Line, desk: Desk
) -> None:
    assert await answered(gate, line, a_read(gate))
    desk.closes = lambda number, _: True

    for _ in range(3):
        assert not await answered(gate, line, a_read(gate))
    heard = desk.heard
    assert not await answered(gate, line, a_read(gate))

    # It opened after five failures in a row; what perhaps nobody heard is none.
    assert (heard, desk.heard) == (7, 7)


async def test_a_filing_is_never_sent_anew(gate: Gate, line: Line, desk: Desk) -> None:
    assert await answered(gate, line, a_read(gate))
    desk.closes = lambda number, _: True
    passage = gate.filing(asyncio.get_running_loop().time() + 5)

    assert not await answered(gate, line, passage, FILE)

    assert desk.heard == 2
