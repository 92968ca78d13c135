"""How often, and how long: counted by a department for as long as its process lives."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Spread:
    """Durations in seconds: how many up to each bound and beyond, and their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    total_s: float = 0.0

    def add(self, duration_s: float) -> None:
        """Count one."""
        self.counts[bisect_left(BUCKETS_S, duration_s)] += 1
        self.total_s += duration_s

    def join(self, counts: Sequence[int], total_s: float) -> None:
        """Count what another counted."""
        self.counts = [ours + theirs for ours, theirs in zip(self.counts, counts, strict=True)]
        self.total_s += total_s


@dataclass(slots=True)
class Tally:
    """Requests by operation, status and fault; durations by operation."""

    requests: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    durations: dict[str, Spread] = field(default_factory=dict)

    def add(self, operation: str, status: int, fault: str, duration_s: float) -> None:
        """Count one request."""
        self.requests[operation, status, fault] += 1
        self.spread(operation).add(duration_s)

    def spread(self, operation: str) -> Spread:
        """That of an operation."""
        spread = self.durations.get(operation)
        if spread is None:
            spread = self.durations[operation] = Spread()
        return spread

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "requests": [[*key, count] for key, count in self.requests.items()],
            "durations": {
                operation: {"counts": spread.counts, "total_s": spread.total_s}
                for operation, spread in self.durations.items()
            },
        }


def added_up(first: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What one process told, with what others counted beside it."""
    requests: Counter[tuple[str, int, str]] = Counter()
    durations: dict[str, Spread] = {}
    for told in (first, *others):
        for *key, count in told["requests"]:
            requests[tuple(key)] += count
        for operation, spread in told["durations"].items():
            durations.setdefault(operation, Spread()).join(**spread)
    return {**first, **Tally(requests, durations).told()}
