"""Second attempts, counted by the server."""

from itertools import islice

from tests.faults.retries import GOOD_DAY, MOST, UNAVAILABLE, factor, half


def test_half_of_all_requests_fail_and_never_five_in_a_row() -> None:
    fails = list(islice(half(), 4000))

    assert sum(fails) == 2000
    assert "xxxxx" not in "".join("x" if one else "." for one in fails)


async def test_where_half_of_all_calls_fail_requests_stay_within_the_budget() -> None:
    assert await factor(GOOD_DAY, 20) == 1.0
    found = await factor(UNAVAILABLE, 60)
    assert 1.05 < found <= MOST
