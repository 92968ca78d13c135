"""The followed clock against a real clock service on loopback, on good and bad days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gateway.clock import FollowedClock, SystemClock
from schema.domain.calendar import SHANGHAI

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=SHANGHAI)


class Service:
    """Tells the time it is set to."""

    def __init__(self) -> None:
        self.body = b""
        self.status = b"200 OK"
        self.asked = asyncio.Semaphore(0)
        self.tell(NOON)

    def tell(self, moment: datetime) -> None:
        self.body = b'{"now": "%b"}' % moment.isoformat().encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
            % (self.status, len(self.body), self.body)
        )
        await writer.drain()
        writer.close()
        self.asked.release()


@asynccontextmanager
async def followed() -> AsyncIterator[tuple[Service, FollowedClock]]:
    service = Service()
    server = await asyncio.start_server(service.answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/clock"
    async with server, httpx.AsyncClient(trust_env=False) as client:
        yield service, FollowedClock(url, client, every_s=0.01)


def test_the_system_clock_is_aware_and_in_shanghai() -> None:
    before = datetime.now(UTC)  # noqa: TID251 - compared with the clock under test
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(hours=8)
    assert timedelta(0) <= now - before < timedelta(seconds=5)


async def test_the_other_clock_is_followed_in_the_background() -> None:
    async with followed() as (service, clock):
        await clock.start()
        assert clock.now() == NOON
        later = NOON + timedelta(days=3)
        service.tell(later.astimezone(UTC))
        while clock.now() != later:
            await service.asked.acquire()
        await clock.stop()
        assert clock.now().utcoffset() == timedelta(hours=8)
        assert clock.reachable


async def test_time_never_runs_backwards() -> None:
    async with followed() as (service, clock):
        await clock.refresh()
        service.tell(NOON - timedelta(days=1))
        await clock.refresh()
        assert clock.now() == NOON


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"now": 5}', b'{"now": "soon"}', b'{"now": "2027-01-01T00:00:00"}'],
)
async def test_an_answer_that_is_no_time_leaves_the_last_word(body: bytes) -> None:
    async with followed() as (service, clock):
        await clock.refresh()
        service.body = body
        await clock.refresh()
        assert clock.now() == NOON
        assert not clock.reachable


async def test_an_error_leaves_the_last_word_and_an_answer_mends_it() -> None:
    async with followed() as (service, clock):
        await clock.refresh()
        service.status = b"500 Broken"
        await clock.refresh()
        assert (clock.now(), clock.reachable) == (NOON, False)
        service.status = b"200 OK"
        await clock.refresh()
        assert clock.reachable


async def test_before_the_first_word_the_machine_tells_the_time() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        clock = FollowedClock("http://127.0.0.1:1/clock", client)
        await clock.start()
        await clock.stop()
    assert not clock.reachable
    assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=5)
