"""How long a call takes, in real seconds."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import Any

_LONGEST_S = 3600.0


class Span:
    """A distribution of times."""

    def __init__(self, quantile: Callable[[Random], float]) -> None:
        self._quantile = quantile

    def drawn(self, seed: int) -> float:
        """The time a call takes, an hour at most; the same for the same seed."""
        return min(_LONGEST_S, max(0.0, self._quantile(Random(seed))))


def span_of(told: Mapping[str, Any]) -> Span | None:
    """The latency a rule names; None when it names none."""
    if "fixed_s" in told:
        fixed = told["fixed_s"]
        return Span(lambda random: float(fixed))
    if "uniform_s" in told:
        low, high = told["uniform_s"]
        return Span(lambda random: random.uniform(low, high))
    if "median_s" in told:
        median, sigma = told["median_s"], told.get("sigma", 0.5)
        return Span(lambda random: float(median * math.exp(random.gauss(0, sigma))))
    if "percentiles" in told:
        table = told["percentiles"]
        return Span(lambda random: at_percentile(table, 100 * random.random()))
    return None


def at_percentile(table: Sequence[tuple[float, float]], percent: float) -> float:
    """The value there, on straight lines between the table's points; level beyond its ends."""
    if percent <= table[0][0]:
        return table[0][1]
    for (low, start), (high, end) in pairwise(table):
        if percent <= high:
            return start + (end - start) * (percent - low) / (high - low)
    return table[-1][1]
