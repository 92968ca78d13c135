"""The breaker as a table of states, and the budget of second attempts; time is given."""

import random

import pytest

from gateway.federation.breaker import Breaker
from gateway.federation.retry_budget import RetryBudget


def tripped(at: float = 0.0) -> Breaker:
    breaker = Breaker(threshold=2, rest_s=5)
    assert not breaker.failed(breaker.era, at)
    assert breaker.failed(breaker.era, at)
    return breaker


def probe(breaker: Breaker, now: float) -> int:
    era = breaker.admit(now)
    assert era is not None
    return era


def test_closed_until_the_threshold() -> None:
    breaker = Breaker(threshold=2, rest_s=5)
    breaker.failed(breaker.era, 0)

    assert breaker.admit(0) is not None
    assert not breaker.shut(0)
    assert breaker.opens_in(0) == 0


def test_open_admits_nothing_until_it_has_rested() -> None:
    breaker = tripped()

    assert breaker.shut(4.9)
    assert breaker.admit(4.9) is None
    assert breaker.opens_in(2) == 3


def test_half_open_admits_exactly_one_probe() -> None:
    breaker = tripped()

    assert [breaker.admit(5) is not None for _ in range(3)] == [True, False, False]


def test_an_answered_probe_closes_it() -> None:
    breaker = tripped()

    breaker.answered(probe(breaker, 5))

    assert [breaker.admit(5) is not None for _ in range(3)] == [True, True, True]


def test_a_failed_probe_opens_it_again_for_a_full_rest() -> None:
    breaker = tripped()

    assert breaker.failed(probe(breaker, 5), 6)

    assert breaker.shut(10.9)
    assert not breaker.shut(11)


def test_an_abandoned_probe_may_be_tried_again() -> None:
    breaker = tripped()

    breaker.abandoned(probe(breaker, 5))

    assert breaker.admit(5) is not None


def test_failures_must_come_in_a_row() -> None:
    breaker = Breaker(threshold=2, rest_s=5)

    breaker.failed(breaker.era, 0)
    breaker.answered(breaker.era)
    breaker.failed(breaker.era, 0)

    assert not breaker.shut(0)


def test_calls_under_way_when_it_opened_neither_close_it_nor_let_a_second_probe_out() -> None:
    breaker = Breaker(threshold=2, rest_s=5)
    before = probe(breaker, 0)
    breaker.failed(before, 0)
    breaker.failed(before, 0)

    breaker.answered(before)
    assert breaker.shut(1)
    probe(breaker, 5)
    breaker.failed(before, 6)
    breaker.abandoned(before)

    assert breaker.shut(11)


def test_what_failed_a_moment_ago_is_doubtful_and_what_failed_long_ago_is_not() -> None:
    breaker = tripped()

    assert (breaker.doubtful(5), breaker.doubtful(15)) == (True, False)
    assert not Breaker().doubtful(0)


@pytest.mark.parametrize("seed", range(20))
def test_second_attempts_are_at_most_a_fifth_from_sixty_first_ones_on(seed: int) -> None:
    draw = random.Random(seed)
    quiet, failing, budget = draw.randrange(100), draw.random(), RetryBudget()
    for _ in range(quiet):
        budget.first()

    seconds = 0
    for firsts in range(1, 301):
        budget.first()
        seconds += draw.random() < failing and budget.take()
        assert firsts < 60 or firsts + seconds <= 1.2 * firsts
