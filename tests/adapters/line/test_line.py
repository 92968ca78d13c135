"""Both ways of a line together: nothing rides from one call on another, and so many sockets."""

import asyncio
import select
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random

import pytest

from adapters.errors import AdapterError
from adapters.line.both import Line
from adapters.wire import Endpoint, WireRequest
from schema.domain.department import Limits
from tests.adapters.line.test_lean import within

GET = WireRequest(method="GET", path="/", headers={}, asks=True)
FILE = WireRequest(method="POST", path="/", headers={}, body=b"{}")
CONCURRENCY = 4
_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


@dataclass
class Desk:
    """Answers everything, each time with a cookie of another name; counts who is connected.

    A connection counts until the other side has closed it: that we have not read so yet is ours.
    """

    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    takes_s: float = 0.0
    most: int = 0
    sockets: dict[int, socket.socket] = field(default_factory=dict)

    def connected(self) -> int:
        poll = select.poll()
        for number in self.sockets:
            poll.register(number, _GONE)
        gone = {number for number, event in poll.poll(0) if event & _GONE}
        return len(self.sockets) - len(gone)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        known = writer.get_extra_info("socket")
        self.sockets[known.fileno()] = known
        self.most = max(self.most, self.connected())
        try:
            while True:
                self.heard.append(await reader.readuntil(b"\r\n\r\n"))
                if self.heard[-1].startswith(b"POST"):
                    await reader.readexactly(2)
                await asyncio.sleep(self.takes_s)
                number = len(self.heard)
                writer.write(
                    b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n"
                    b"Set-Cookie: JSESSIONID=of-%d; Path=/\r\nSet-Cookie: seen%d=yes\r\n\r\nok"
                    % (number, number)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            del self.sockets[known.fileno()]
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
    limits = Limits(
        timeout_s=5, concurrency=CONCURRENCY, rate_per_s=0, processing_s=1, lookup_lag_s=1
    )
    made = Line("land", Endpoint(url=f"http://127.0.0.1:{desk.port}"), limits)
    yield made
    await made.aclose()


async def test_no_cookie_of_one_filing_rides_on_the_next(line: Line, desk: Desk) -> None:
    for request in (FILE, GET, FILE, FILE, GET):
        await line.send(request, deadline=within(5))

    assert len(desk.heard) == 5
    assert [head for head in desk.heard if b"\r\ncookie:" in head.lower()] == []


async def test_cookies_are_not_kept_however_many_come(line: Line) -> None:
    for _ in range(20):
        await line.send(FILE, deadline=within(5))

    assert len(line._changing._client.cookies.jar) == 0


@pytest.mark.parametrize("hurried", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(3))
async def test_reads_and_filings_have_no_more_sockets_than_calls_may_be_made_at_once(
    line: Line, desk: Desk, seed: int, hurried: float
) -> None:
    draw, desk.takes_s = Random(seed), 0.002
    answered = 0

    async def caller() -> None:
        nonlocal answered
        for _ in range(15):
            request = FILE if draw.random() < 0.3 else GET
            in_time = request is FILE or draw.random() >= hurried
            try:
                await line.send(request, deadline=within(20 if in_time else 0.001))
                answered += 1
            except AdapterError:
                assert not in_time
                await asyncio.sleep(0)  # nobody asks again in the very turn it is told

    await asyncio.gather(*(caller() for _ in range(2 * CONCURRENCY)))

    assert 15 * CONCURRENCY < answered <= len(desk.heard)
    assert desk.most == CONCURRENCY


async def test_idle_connections_give_way_to_filings_and_no_more_than_have_to(
    line: Line, desk: Desk
) -> None:
    desk.takes_s = 0.05
    await asyncio.gather(*(line.send(GET, deadline=within(5)) for _ in range(3)))
    assert desk.connected() == 3

    await line.send(FILE, deadline=within(5))
    assert desk.connected() == 3
    await asyncio.gather(*(line.send(FILE, deadline=within(5)) for _ in range(3)))

    assert desk.connected() == 1
    assert desk.most == CONCURRENCY
