"""Whatever is sent, in whatever pieces: the fast path writes what the ordinary way writes."""

import asyncio
from itertools import pairwise
from typing import Any

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.gateway.two_ways import TOKENS, Served, get, post

GOOD = b"authorization: Bearer good"
ENGLISH = b"Accept-Language: en"
FIELDS = (
    b"accept: application/json",
    b"accept: application/graphql-response+json",
    b"accept: text/html",
    b"accept: image/png",
    b"accept: */*",
    ENGLISH,
    b"accept-language: en;q=0.5, zh",
    GOOD,
    b"authorization: Bearer other",
    b"authorization: bearer good",
    b"authorization: Bearer forged",
    b"authorization: Basic Zm9vOmJhcg==",
    b"x-request-id: given-0001",
    b"x-request-id: bad id",
    b"connection: close",
    b"connection: keep-alive",
    b"connection: upgrade\r\nupgrade: h2c",
    b"connection: upgrade\r\nUpgrade : websocket",
    b"expect: 100-continue",
    b"content-type: text/plain",
    b"content-length: 5",
    b"transfer-encoding: chunked",
    b"if-none-match: *",
    b'if-none-match: "nothing of ours"',
    b"origin: https://elsewhere.example",
    b"access-control-request-method: POST",
    b"x-forwarded-for: 10.0.0.1",
    b"bad field: no",
    b"empty:",
)
USUAL = (*FIELDS[:2], *FIELDS[5:9], FIELDS[12], FIELDS[15])
BODIES = (
    b'{"query":"own"}',
    b'{"query":"public"}',
    b'{"query":"own large"}',
    b'{"query":"own","extensions":{"a":1}}',
    b'{"query":"public","variables":{"a":"\\u4e00"}}',
    b'{"query":"{ made anew }"}',
    b'{"query":"bug"}',
    b"[]",
    b"",
    b"\r\n\r\n",
    b'{"query":"own","variables":{"pad":"' + b"x" * 100_000 + b'"}}',
)
CHUNKED = (
    b"POST /graphql HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\n"
    b"transfer-encoding: chunked\r\n\r\n6\r\n"
    b'{"quer\r\n9\r\ny":"own"}\r\n0\r\n\r\n'
)
STRANGE = (
    b"GET /graphql HTTP/1.0\r\n\r\n",
    b"HEAD /graphql?query=public HTTP/1.1\r\nhost: g\r\n\r\n",
    b"OPTIONS /graphql HTTP/1.1\r\nhost: g\r\norigin: https://a.example\r\n\r\n",
    b"PUT /graphql HTTP/1.1\r\nhost: g\r\ncontent-length: 2\r\n\r\n{}",
    b"POST /graphql HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n"
    b'{"query":"own"}',
    b"\r\n" + post(),
    post() + b"\r\n",
    post().replace(b"\r\n", b"\n"),
    CHUNKED,
    b"not HTTP at all\r\n\r\n",
    b"\x00",
)
PATHS = (b"/graphql", b"/graphql/", b"/graphq%6C", b"/graphql?a=1", b"/materials", b"*")
QUERIES = (b"query=public", b"query=own", b"query=own&variables=%7B%7D", b"query=", b"", b"%")

# Asked before anything else, so that memory has an answer to most of what follows.
IN_MEMORY = (
    post(BODIES[0], GOOD), post(BODIES[0]), post(BODIES[0], GOOD, ENGLISH),
    post(BODIES[1]), post(BODIES[1], ENGLISH), get(QUERIES[0]), get(QUERIES[1], GOOD),
)  # fmt: skip
usual = st.lists(st.sampled_from(USUAL), max_size=2)
fields = st.lists(st.sampled_from(FIELDS), max_size=3)
requests = st.one_of(
    st.builds(lambda b, f: post(b, *f), st.sampled_from(BODIES[:3]), usual),
    st.builds(lambda b, f: post(b, *f), st.sampled_from(BODIES[:3]), fields),
    st.builds(lambda b, f, p: post(b, *f, path=p), st.sampled_from(BODIES), fields,
              st.sampled_from(PATHS)),
    st.builds(lambda q, f: get(q, *f), st.sampled_from(QUERIES[:2]), fields),
    st.builds(lambda q, f: get(q, *f), st.sampled_from(QUERIES), fields),
    st.sampled_from(STRANGE),
)  # fmt: skip
CHANGES = ("expire", "catalogue", "revoke", "restore", "connect", "date")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("often"), st.integers(0, 2)),
        st.tuples(st.just("send"), st.integers(0, 2), st.lists(st.floats(0, 1), max_size=2)),
        st.tuples(st.just("send"), st.integers(0, 2), st.just([])),
        st.tuples(st.just("together"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.just("together often"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.sampled_from(CHANGES)),
    ),
    min_size=3,
    max_size=10,
)
_TAGGED = get(b"query=public", b"if-none-match: *")
_PLAIN = post(BODIES[0], GOOD).replace(b"application/json", b"text/plain")


@settings(max_examples=200, deadline=None)
@given(pool=st.lists(requests, min_size=3, max_size=3), steps=steps)
@example(pool=[post()] * 3, steps=[("send", 0, [])] * 8 + [("together often", 0, 1)])
@example(
    pool=[post(BODIES[0], GOOD, path=b"/graphql/"), _PLAIN, get(b"query=public", FIELDS[2])],
    steps=[("often", 0), ("often", 1), ("often", 2)],
)
@example(
    pool=[post(), get(), _TAGGED], steps=[("often", 0), ("often", 2), ("date",), ("send", 0, [])]
)
@example(
    pool=[post(), get(), _TAGGED],
    steps=[("send", n % 3, []) for n in range(12)] + [("together", 0, 1), ("connect",)] * 2,
)
def test_the_same_bytes_and_the_same_counts(pool: list[bytes], steps: list[Any]) -> None:
    asyncio.run(_both(pool, steps))


async def _both(pool: list[bytes], steps: list[Any]) -> None:
    both = ordinary, fast = Served(fast=False), Served(fast=True)
    for request in IN_MEMORY:
        await _sent(both, request)
    for step in steps:
        for chunk in _chunks(pool, step):
            await _sent(both, chunk)
        for served in both:
            _change(served, "connect" if fast.wire.closed else step[0])
    assert fast.world.made == ordinary.world.made
    assert fast.world.found == ordinary.world.found
    assert fast.state.total_requests == ordinary.state.total_requests
    assert fast.state.tasks == ordinary.state.tasks == set()
    event(f"known by their bytes: {len(fast.world.fast_path)}")
    event(f"from memory: {min(fast.world.found, 3)}")


async def _sent(both: tuple[Served, Served], chunk: bytes) -> None:
    ordinary, fast = both
    assert await fast.send(chunk) == await ordinary.send(chunk)
    assert fast.wire.closed == ordinary.wire.closed
    assert fast.wire.reading == ordinary.wire.reading


def _chunks(pool: list[bytes], step: Any) -> list[bytes]:
    """What arrives, as it arrives."""
    match step:
        case ("often", int(one)):
            return [pool[one]] * 4
        case ("together often", int(one), int(other)):
            return [pool[one] + pool[other]] * 4
        case ("together", int(one), int(other)):
            return [pool[one] + pool[other]]
        case ("send", int(one), list(shares)):
            data = pool[one]
            cuts = sorted({0, len(data), *(int(share * len(data)) for share in shares)})
            return [data[a:b] for a, b in pairwise(cuts)]
        case _:
            return []


def _change(served: Served, what: str) -> None:
    world = served.world
    match what:
        case "expire":
            world.age = object()
        case "catalogue":
            world.catalogue = object()
        case "revoke":
            world.trusted.pop("good", None)
        case "restore":
            world.trusted = dict(TOKENS)
        case "connect":
            served.wire, served.protocol = served.connected()
        case "date":
            served.state.default_headers = [(b"date", b"another"), (b"x-more", b"1")]
        case _:
            """Nothing around it changed."""


async def test_split_at_every_byte_the_same_is_written() -> None:
    data = post(BODIES[0], GOOD)
    ordinary, fast = Served(fast=False), Served(fast=True)
    for served in (ordinary, fast):
        for _ in range(4):
            await served.send(data)
    whole = await ordinary.send(data)
    assert len(fast.world.fast_path) == 1

    for cut in range(1, len(data)):
        assert await fast.send(data[:cut]) == b""
        assert await fast.send(data[cut:] + data) == whole * 2
        assert await fast.send(data) == whole


async def test_what_is_sent_while_another_is_answered_waits_its_turn() -> None:
    slow, known = post(b'{"query":"{ anew }"}'), post()
    for count in range(1, 4):
        ordinary, fast = Served(fast=False), Served(fast=True)
        for served in (ordinary, fast):
            for _ in range(4):
                await served.send(known)
            for data in (slow, *[known] * count, slow, known):
                served.protocol.data_received(data)  # none is answered before the next is there
        await fast.send(b""), await ordinary.send(b"")
        assert fast.wire.sent == ordinary.wire.sent


async def test_what_is_known_but_not_all_of_the_body_is_waited_for() -> None:
    longer = post(BODIES[0] + b" ", GOOD)
    ordinary, fast = Served(fast=False), Served(fast=True)
    for served in (ordinary, fast):
        for _ in range(2):
            await served.send(post(BODIES[0], GOOD))

    assert await fast.send(longer[:-1]) == b""
    assert await fast.send(b" ") == await ordinary.send(longer)


async def test_known_requests_sent_together_are_each_answered() -> None:
    one = post(BODIES[0], GOOD)
    fast = Served(fast=True)
    answer = [await fast.send(one) for _ in range(4)][-1]

    assert [await fast.send(one * 3) for _ in range(4)] == [answer * 3] * 4
