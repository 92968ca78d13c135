"""What memory has is answered where it arrives; all else goes the ordinary way."""

import asyncio

import pytest

from gateway.edge.fast_path import MOST_MARKS, Asked, FastPath
from gateway.execution.own import OwnAnswers
from gateway.execution.remembered import Remembered
from tests.gateway.two_ways import LARGE, Served, World, get, post
from tests.gateway.virtual_time import in_virtual_time

GOOD = b"authorization: Bearer good"
OWN = post(b'{"query":"own"}', GOOD)
PUBLIC = post(b'{"query":"public"}')


async def known(*requests: bytes, world: World | None = None) -> Served:
    """A connection on which these were sent often enough to be known by their bytes."""
    served = Served(fast=True, world=world)
    for request in requests:
        for _ in range(4):
            await served.send(request)
    return served


@pytest.mark.parametrize("request_", [OWN, PUBLIC, get(), get(b"query=own", GOOD)])
async def test_an_answer_in_memory_is_written_before_anything_else_can_run(request_: bytes) -> None:
    served = Served(fast=True)
    first = await served.send(request_)

    assert served.at_once(request_) == first
    assert (served.world.made, served.world.found) == (1, 1)


async def test_what_came_before_byte_for_byte_is_not_parsed() -> None:
    served = await known(OWN)
    before = await served.send(OWN)

    served.protocol.parser = None

    assert served.at_once(OWN) == before


async def test_a_token_that_holds_no_more_is_refused_at_the_next_request() -> None:
    served = await known(OWN)

    del served.world.trusted["good"]

    assert (await served.send(OWN)).startswith(b"HTTP/1.1 401")


async def test_what_stands_no_more_is_made_anew() -> None:
    served = await known(OWN, PUBLIC)
    before = await served.send(OWN), await served.send(PUBLIC)
    made = served.world.made

    served.world.age = object()
    own = await served.send(OWN)
    served.world.catalogue = object()
    public = await served.send(PUBLIC)

    assert served.world.made == made + 2
    assert before[0] != own
    assert before[1] != public


async def test_the_date_is_the_servers_own_of_this_second() -> None:
    served = await known(OWN)

    served.state.default_headers = [(b"date", b"later")]

    assert b"\r\ndate: later\r\n" in served.at_once(OWN)


async def test_a_connection_that_takes_no_more_is_not_written_to() -> None:
    served = await known(OWN)
    served.protocol.pause_writing()

    assert await served.send(OWN) == b""

    served.protocol.resume_writing()
    assert (await served.send(b"")).startswith(b"HTTP/1.1 200")


async def test_a_bug_on_the_fast_path_costs_nobody_an_answer() -> None:
    served = await known(OWN)
    before = await served.send(OWN)

    served.world.broken = True

    assert await served.send(OWN) == before


async def test_who_logs_every_request_still_does() -> None:
    served = Served(fast=True, limit_concurrency=10)
    await served.send(OWN)

    assert served.at_once(OWN) == b""


async def test_a_large_answer_is_sent_whole() -> None:
    request = post(b'{"query":"own large"}', GOOD)
    served = await known(request)

    assert served.at_once(request).endswith(b"\r\n\r\n" + LARGE)


async def test_every_answer_is_counted_by_the_server() -> None:
    served = await known(OWN, PUBLIC)

    assert served.state.total_requests == 8
    assert served.world.found == 6


@in_virtual_time
async def test_a_connection_is_closed_when_it_was_idle_so_long_since_its_last_answer() -> None:
    served = await known(OWN)
    for _ in range(5):
        await asyncio.sleep(20)
        served.at_once(OWN)
    await asyncio.sleep(29)
    open_yet = not served.wire.closed
    await asyncio.sleep(1.1)

    assert open_yet
    assert served.wire.closed


@in_virtual_time
async def test_a_connection_that_only_ever_was_answered_at_once_is_closed_too() -> None:
    served = await known(OWN)
    wire, protocol = served.connected()
    protocol.data_received(OWN)

    await asyncio.sleep(30.1)

    assert wire.sent.startswith(b"HTTP/1.1 200")
    assert wire.closed


async def test_a_server_that_stops_closes_what_is_idle() -> None:
    served = await known(OWN)
    served.at_once(OWN)

    served.protocol.shutdown()

    assert served.wire.closed


@in_virtual_time
async def test_a_connection_that_was_lost_is_let_go() -> None:
    served = await known(OWN)
    await asyncio.sleep(10)
    served.at_once(OWN)
    served.wire.closed = True
    served.protocol.connection_lost(ConnectionResetError())

    await asyncio.sleep(20.1)

    assert served.protocol.timeout_keep_alive_task.when() <= asyncio.get_running_loop().time()


async def test_another_protocol_that_is_offered_changes_nothing() -> None:
    served = await known(OWN)
    offer = post(b'{"query":"own"}', GOOD, b"connection: upgrade", b"upgrade: h2c")

    answers = [served.at_once(request) for request in (offer, OWN)]

    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200"] * 2


async def test_what_never_comes_twice_is_not_remembered() -> None:
    served = Served(fast=True)
    for number in range(50):
        await served.send(post(b'{"query":"own"}', GOOD, b"traceparent: %d" % number))

    assert len(served.world.fast_path) == 0
    assert served.world.found == 49


async def test_a_long_request_is_parsed_each_time_and_answered_all_the_same() -> None:
    request = post(b'{"query":"own%s"}' % (b" " * 20_000), GOOD)
    served = await known(request)

    answer = served.at_once(request)

    assert answer.startswith(b"HTTP/1.1 200")
    assert len(served.world.fast_path) == 0


async def test_requests_are_remembered_up_to_so_many_and_so_many_bytes() -> None:
    remembered = Remembered(object, found=lambda: None)
    own = OwnAnswers(object, found=lambda: None)
    path = FastPath("/graphql", viewer=lambda _: None, remembered=remembered, own=own, most=10)
    asked = Asked(b"", "zh", "application/json", None, None, None)
    for number in range(MOST_MARKS + 10):
        for _ in range(2):
            path.keep(b"%d" % number, asked)

    assert len(path) == 10
    assert path.find(b"%d" % (MOST_MARKS + 9)) is asked
    assert path.find(b"1") is None


async def test_the_answers_that_known_requests_hold_are_among_their_bytes() -> None:
    world = World(most_bytes=1_000_000)
    large = [post(b'{"query":"own large%d"}' % n, GOOD) for n in range(50)]

    await known(*large, world=world)

    assert 0 < len(world.fast_path) <= 1_000_000 // len(LARGE)


async def test_an_answer_that_grew_is_weighed_anew() -> None:
    world = World(most_bytes=100_000)
    served = await known(*(post(b'{"query":"own %d"}' % n, GOOD) for n in range(5)), world=world)
    before = len(world.fast_path)
    world.age, world.large = object(), True
    for n in range(5):
        for _ in range(3):
            await served.send(post(b'{"query":"own %d"}' % n, GOOD))

    assert before == 5
    assert len(world.fast_path) <= 2
