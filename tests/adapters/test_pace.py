"""A department is called no more often in any second than it says it bears."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import NotDelivered
from adapters.line.over_httpx import HttpxWire
from adapters.pace import Pace
from adapters.wire import Endpoint, WireRequest
from schema.domain.problem import ProblemCode
from tests.adapters.conftest import Counter

rates = st.one_of(st.floats(0.05, 0.99), st.integers(1, 60).map(float))
pauses = st.lists(st.floats(0, 2), min_size=1, max_size=80)


@given(rates, pauses)
def test_no_window_holds_more_calls_than_the_rate(rate: float, between: list[float]) -> None:
    pace, now, left = Pace(rate), 1000.0, list[float]()
    for pause in between:
        now += pause
        at = pace.turn(now, deadline=now + 1e6)
        assert at is not None
        assert at >= now
        left.append(at)

    at_once = max(1, int(rate))
    window_s = at_once / rate
    later = left[at_once:]
    assert all(b - a > window_s - 1e-6 for a, b in zip(left, later, strict=False))
    assert left == sorted(left)


def test_no_rate_holds_nothing_back() -> None:
    pace = Pace(0)

    assert {pace.turn(5.0, deadline=5.0) for _ in range(100)} == {5.0}


def test_a_turn_past_the_deadline_is_not_given_out() -> None:
    pace = Pace(1)

    assert pace.turn(10.0, deadline=11.0) == 10.0
    assert pace.turn(10.2, deadline=10.9) is None
    assert pace.turn(10.2, deadline=12.0) == pytest.approx(11.1)


async def test_what_gets_no_turn_was_not_delivered(counter: Counter) -> None:
    counter.says("one", kind="text/plain")
    wire = HttpxWire(
        "land", Endpoint(url=counter.url), concurrency=2, reply_bytes=1000, rate_per_s=0.1
    )
    request = WireRequest(method="GET", path="/", headers={})
    try:
        now = asyncio.get_running_loop().time()
        await wire.send(request, deadline=now + 2)
        with pytest.raises(NotDelivered, match="no turn") as refused:
            await wire.send(request, deadline=now + 2)
    finally:
        await wire.aclose()

    assert refused.value.code is ProblemCode.DEPARTMENT_BUSY
    assert len(counter.heard) == 1
