"""The breaker as a table of states; time is given."""

from gateway.federation.breaker import Breaker


def tripped(at: float = 0.0) -> Breaker:
    breaker = Breaker(threshold=2, rest_s=5)
    breaker.failed(at)
    breaker.failed(at)
    return breaker


def test_closed_until_the_threshold() -> None:
    breaker = Breaker(threshold=2, rest_s=5)
    breaker.failed(0)

    assert breaker.admits(0)
    assert breaker.opens_in(0) == 0


def test_open_admits_nothing_until_it_has_rested() -> None:
    breaker = tripped()

    assert not breaker.admits(4.9)
    assert breaker.opens_in(2) == 3


def test_half_open_admits_exactly_one_probe() -> None:
    breaker = tripped()

    assert [breaker.admits(5) for _ in range(3)] == [True, False, False]


def test_an_answered_probe_closes_it() -> None:
    breaker = tripped()
    breaker.admits(5)

    breaker.answered()

    assert [breaker.admits(5) for _ in range(3)] == [True, True, True]


def test_a_failed_probe_opens_it_again_for_a_full_rest() -> None:
    breaker = tripped()
    breaker.admits(5)

    breaker.failed(6)

    assert not breaker.admits(10.9)
    assert breaker.admits(11)


def test_an_abandoned_probe_may_be_tried_again() -> None:
    breaker = tripped()
    breaker.admits(5)

    breaker.abandoned()

    assert breaker.admits(5)


def test_failures_must_come_in_a_row() -> None:
    breaker = Breaker(threshold=2, rest_s=5)

    breaker.failed(0)
    breaker.answered()
    breaker.failed(0)

    assert breaker.admits(0)
