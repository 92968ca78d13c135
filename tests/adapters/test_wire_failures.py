"""A line that fails: what may have arrived is unknown, what never left is not delivered."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from adapters.department import DeclaredDepartment
from adapters.errors import NotDelivered, OutcomeUnknown
from adapters.line.over_httpx import HttpxWire
from adapters.wire import Endpoint, WireRequest
from schema.domain.filing import Filing
from schema.domain.problem import ProblemCode
from tests.adapters.conftest import Counter, made, place


async def read(department: DeclaredDepartment, budget: float = 1.0) -> object:
    return (await department.read("house", "id", ["h1"], budget=budget))["h1"]


async def test_refused_connection_is_not_delivered(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    department, _ = made(place("permits", tmp_path), f"http://127.0.0.1:{port}")
    assert department is not None
    with pytest.raises(NotDelivered):
        await read(department)
    await department.aclose()


async def test_reset_after_the_request_is_unknown(
    permits: DeclaredDepartment, counter: Counter, filing: Filing
) -> None:
    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    counter.acts.append(reset)
    with pytest.raises(OutcomeUnknown):
        await permits.file(filing, budget=1)


async def test_a_second_reply_is_not_the_answer_to_the_next_filing(counter: Counter) -> None:
    wire = HttpxWire("permits", Endpoint(url=counter.url), concurrency=4, reply_bytes=1000)
    filing = WireRequest(method="POST", path="/file", headers={}, body=b"one")

    async def twice(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(2 * b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst")

    counter.acts.append(twice)
    counter.says("second")
    deadline = asyncio.get_running_loop().time() + 2
    said = [(await wire.send(filing, deadline=deadline)).body for _ in range(2)]
    await wire.aclose()

    assert said == [b"first", b"second"]


async def test_hang_ends_at_the_deadline_as_unknown(
    permits: DeclaredDepartment, counter: Counter, filing: Filing
) -> None:
    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    counter.acts.append(hang)
    began = asyncio.get_running_loop().time()
    with pytest.raises(OutcomeUnknown) as caught:
        await permits.file(filing, budget=0.2)
    assert asyncio.get_running_loop().time() - began < 0.5
    assert caught.value.code is ProblemCode.DEPARTMENT_TIMEOUT


async def test_drip_does_not_outlast_the_deadline(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    stopped = asyncio.Event()

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 999\r\n\r\n")
        while not stopped.is_set():
            writer.write(b" ")
            await asyncio.wait_for(asyncio.shield(_tick(stopped)), 1)

    counter.acts.append(drip)
    began = asyncio.get_running_loop().time()
    with pytest.raises(OutcomeUnknown):
        await read(permits, budget=0.25)
    stopped.set()
    assert asyncio.get_running_loop().time() - began < 0.6


async def _tick(stopped: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(0.02):
            await stopped.wait()
    except TimeoutError:
        return


async def test_no_free_slot_is_not_delivered(
    permits: DeclaredDepartment, counter: Counter, filing: Filing
) -> None:
    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    counter.acts.extend([hang, hang])
    both = [asyncio.ensure_future(read(permits, budget=0.4)) for _ in range(2)]
    await asyncio.wait(both, timeout=0.1)
    with pytest.raises(NotDelivered) as caught:
        await permits.file(filing, budget=0.1)
    assert caught.value.code is ProblemCode.DEPARTMENT_BUSY
    assert all(
        isinstance(e, OutcomeUnknown) for e in await asyncio.gather(*both, return_exceptions=True)
    )


GET = WireRequest(method="GET", path="/", headers={})


async def _steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("steps", range(1, 25))
async def test_calls_given_up_before_they_began_leave_the_line_as_it_was(
    counter: Counter, steps: int
) -> None:
    wire = HttpxWire("land", Endpoint(url=counter.url), concurrency=2, reply_bytes=1000)
    now = asyncio.get_running_loop().time
    try:
        for _ in range(4):
            given_up = asyncio.ensure_future(wire.send(GET, deadline=now() + 5))
            await _steps(steps)
            given_up.cancel()
            await asyncio.wait({given_up})
        counter.acts.clear()
        for _ in range(6):
            counter.says("one", kind="text/plain")
        reply = await wire.send(GET, deadline=now() + 1)
    finally:
        await wire.aclose()

    assert reply.status == 200


async def test_a_call_whose_time_is_over_is_not_begun(counter: Counter) -> None:
    wire = HttpxWire("land", Endpoint(url=counter.url), concurrency=2, reply_bytes=1000)
    now = asyncio.get_running_loop().time
    counter.says("one", kind="text/plain")
    try:
        for _ in range(5):
            with pytest.raises(NotDelivered):
                await wire.send(GET, deadline=now() - 0.1)
        reply = await wire.send(GET, deadline=now() + 1)
    finally:
        await wire.aclose()

    assert reply.status == 200
    assert len(counter.heard) == 1


FILE = WireRequest(method="POST", path="/", headers={}, body=b"{}")


class _Buggy(httpx.AsyncBaseTransport):
    """A transport with a bug of its own, before the request leaves, after it, or in the reply."""

    def __init__(self, when: str, bug: Exception) -> None:
        self._when, self._bug = when, bug

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._when == "before":
            raise self._bug
        await request.extensions["trace"]("http11.send_request_headers.started", {})
        if self._when == "after":
            raise self._bug
        return httpx.Response(200, content=self._broken())

    async def _broken(self) -> AsyncIterator[bytes]:
        yield b"{"
        raise self._bug


# What anyio raises over uvloop, where a socket was closed while it was being looked at.
NO_PEER = AttributeError("'NoneType' object has no attribute 'getpeername'")


@pytest.mark.parametrize(
    ("when", "bug", "error"),
    [
        ("before", NO_PEER, NotDelivered),
        ("after", NO_PEER, OutcomeUnknown),
        ("within", NO_PEER, OutcomeUnknown),
        ("after", ValueError("a header of the reply"), OutcomeUnknown),
    ],
)
async def test_a_bug_of_the_transport_is_a_typed_error_by_whether_anything_left(
    when: str, bug: Exception, error: type[Exception]
) -> None:
    wire = HttpxWire(
        "land",
        Endpoint(url="http://127.0.0.1:9"),
        concurrency=1,
        reply_bytes=1000,
        transport=_Buggy(when, bug),
    )
    deadline = asyncio.get_running_loop().time() + 5

    for _ in range(2):  # the turn was given back
        with pytest.raises(error, match=type(bug).__name__):
            await wire.send(FILE, deadline=deadline)
    await wire.aclose()
