"""How long calls take and how many a department bears."""

import asyncio
import statistics
from pathlib import Path
from typing import Any

import pytest

from mocks.core.clock import write_atomically
from mocks.faults.limits import Places, Rate
from mocks.faults.pace import BadPace, Pace, PaceRule, check_latency
from mocks.faults.spans import at_percentile


def drawn(count: int = 400, **rule: Any) -> list[float]:
    one = PaceRule(rule)
    found = (one.takes_s() for _ in range(count))
    return [takes_s for takes_s in found if takes_s is not None]


def test_times_follow_their_distribution_and_their_seed() -> None:
    assert drawn(fixed_s=0.2) == [0.2] * 400
    uniform = drawn(uniform_s=[0.1, 0.5])
    assert 0.1 <= min(uniform) < 0.12
    assert 0.48 < max(uniform) <= 0.5
    skewed = drawn(2000, median_s=0.1, sigma=0.6, seed=4)
    assert statistics.median(skewed) == pytest.approx(0.1, rel=0.1)
    assert statistics.mean(skewed) == pytest.approx(0.1 * 1.197, rel=0.1)  # exp(sigma² / 2)
    assert drawn(median_s=0.1, seed=4) == drawn(median_s=0.1, seed=4)
    assert drawn(median_s=0.1, seed=4) != drawn(median_s=0.1, seed=5)


def test_a_call_takes_its_time_in_whatever_order_calls_come() -> None:
    rule = {"median_s": 0.1}
    asked = ["a", "b", "c", "b"]

    def times(order: list[str]) -> set[tuple[str, float | None]]:
        one = PaceRule(rule)
        return {(about, one.takes_s(lambda: about)) for about in order}  # noqa: B023 - at once

    assert times(asked) == times(asked[::-1])
    assert len(times(asked)) == 4


async def test_a_rule_that_stays_keeps_its_places_and_its_rate(tmp_path: Path) -> None:
    file = tmp_path / "latency.json"
    kept = [{"operation": "a", "at_once": 1, "queue": 0, "over": "503"}, {"rate_per_s": 0.001}]
    write_atomically(file, {"fire": kept})
    pace = Pace(file, "fire")

    async with pace.turn("a") as first, pace.turn("b") as burst:
        write_atomically(file, {"fire": [{"operation": "c", "fixed_s": 0}, *kept], "market": []})
        async with pace.turn("b") as rated:
            pass
        pace.anew()
        async with pace.turn("a") as anew:
            pass

    assert (first, burst, rated) == (None, "429", "429")
    assert anew is None


def test_a_percentile_table_is_straight_between_its_points() -> None:
    table = [(50.0, 0.1), (90.0, 0.5), (99.0, 5.0)]
    said = [at_percentile(table, percent) for percent in (0, 50, 70, 90, 99, 100)]
    assert said == pytest.approx([0.1, 0.1, 0.3, 0.5, 5.0, 5.0])


def test_a_rate_lets_a_burst_pass_and_then_its_pace() -> None:
    rate = Rate(10, 3)
    assert [rate.allows(100.0) for _ in range(4)] == [True, True, True, False]
    assert [rate.allows(100.11), rate.allows(100.15), rate.allows(100.22)] == [True, False, True]


async def test_so_many_at_once_so_many_wait_and_the_rest_is_turned_away() -> None:
    places, gone, inside, most = Places(2, 1), asyncio.Event(), 0, 0

    async def come() -> bool:
        nonlocal inside, most
        async with places.held() as got:
            if got:
                inside += 1
                most = max(most, inside)
                await gone.wait()
                inside -= 1
            return got

    comers = [asyncio.create_task(come()) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone.set()

    assert sorted(await asyncio.gather(*comers)) == [False, False, True, True, True]
    assert most == 2


async def test_the_first_rule_of_each_sort_holds_for_the_operation(tmp_path: Path) -> None:
    rules = [
        {"operation": "a", "rate_per_s": 1, "over": "busy"},
        {"operation": ["a", "b"], "bytes_per_s": 10},
        {"fixed_s": 0, "rate_per_s": 1},
    ]
    write_atomically(tmp_path / "latency.json", {"fire": rules})
    pace = Pace(tmp_path / "latency.json", "fire")

    async def over(operation: str) -> str | None:
        async with pace.turn(operation) as said:
            return said

    assert [await over("a"), await over("a"), await over("c"), await over("c")] == [
        None, "busy", None, "429",
    ]  # fmt: skip
    assert [pace.bytes_per_s(name) for name in ("a", "c")] == [10, None]
    assert not Pace(tmp_path / "none.json", "fire")


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"fixd_s": 1}, r"fire\[0\].fixd_s: unknown key — did you mean fixed_s\?"),
        ({"fixed_s": 1, "median_s": 1}, r"fixed_s are two latencies; keep one"),
        ({"sigma": 1}, r"sigma: goes with median_s; add it"),
        ({"uniform_s": [2, 1]}, r"uniform_s: .* the lower first"),
        ({"percentiles": {"50": 2, "90": 1}}, r"percentiles: .* whose seconds grow"),
        ({"at_once": 0}, r"at_once: 0 is not a whole number, 1 or more"),
        ({"rate_per_s": 1, "over": "418"}, r"over: '418' is not one of 429, 503, busy"),
        ({"operation": "creatDeclaration", "fixed_s": 1}, r"did you mean createDeclaration\?"),
        ("slow", r"fire\[0\].is not an object"),
        ({"seed": 7}, r"seed: goes with uniform_s, median_s or percentiles; add one"),
        ({"fixed_s": 1, "seed": 7}, r"seed: goes with uniform_s, median_s or percentiles; add"),
        ({"over": "busy"}, r"over: goes with queue or rate_per_s; add one"),
        ({"at_once": 2, "over": "busy"}, r"over: goes with queue or rate_per_s; add one"),
        ({"operation": "createDeclaration"}, r"fire\[0\].tells no pace; add one of fixed_s, "),
        ({}, r"fire\[0\].tells no pace; add one of fixed_s, uniform_s, .*bytes_per_s"),
    ],
)
def test_a_wrong_rule_is_refused_in_words_that_help(rule: Any, sentence: str) -> None:
    with pytest.raises(BadPace, match=sentence):
        check_latency({"fire": [rule]})


def test_a_pace_of_what_nobody_calls_is_refused() -> None:
    told = {"market": [{"operation": "applicationStatusChanged", "fixed_s": 1}]}
    with pytest.raises(BadPace, match=r"market\[0\].operation: .* is told, not asked; write one"):
        check_latency(told)
