"""What came of a stretch of time with departments on bad days, as figures beside a good day's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.figures import Figure, none_of

HUNG, HUNG_SLOTS = "market", 16  # as its department.toml says
BUDGET_S = 2.0  # deadlines.department_s
OPENED_AFTER_S = 5.0  # its breaker is open by then: five silent calls of 2 s at once
GROWN_MB, RECOVERED_S = 20, 10
CALM_MS = 100  # beyond it the machine is too busy for a good day to be a baseline
_UNTRUE = "values told that are not the true ones"
_DISHONEST = "readings without a source, an age or a reason"
Readings = Mapping[str, Any]


@dataclass(slots=True)
class Answered:
    """One query: when it was asked, how long it took, what it said; None for no answer.

    `truth`: the values that are true, by the name of the reading, where they are known.
    """

    at: float
    seconds: float
    readings: Readings | None
    truth: Readings = field(default_factory=dict)


@dataclass(slots=True)
class Phase:
    """What came of one stretch of time."""

    answers: dict[str, list[Answered]] = field(default_factory=dict)
    sockets: int = 0  # most at once to the department that hangs
    rss_mb: float = 0.0

    def worst(self, kind: str, share: float, *, before: float = 1e9, after: float = 0.0) -> float:
        """The time of the slowest but `1 - share` of them, in milliseconds."""
        took = sorted(a.seconds for a in self.answers[kind] if after <= a.at < before)
        return took[min(len(took) - 1, int(len(took) * share))] * 1000 if took else float("nan")


def honest(reading: Any) -> bool:
    """A value with its source, time and age, or a problem with its code; never nothing."""
    if reading["value"] is None:
        return reading["problem"] is not None or reading["provenance"] is not None
    origin = reading["provenance"]
    told = bool(origin and origin["asOf"] and origin["source"])
    return told and (reading["problem"] is None or origin["stale"])


def dishonest(answers: Sequence[Answered]) -> tuple[int, int]:
    """How many of so many readings were not honest; no answer at all is one that is not."""
    readings = [r for a in answers for r in (a.readings or {"": None}).values()]
    return sum(r is None or not honest(r) for r in readings), len(readings)


def unanswered(answers: Sequence[Answered]) -> int:
    """How many queries were not answered whole: each reading its true value, fresh, no problem."""
    return sum(not _is_whole(one) for one in answers)


def _is_whole(one: Answered) -> bool:
    return bool(one.readings) and all(
        reading is not None
        and reading["value"] is not None
        and reading["value"] == one.truth.get(name, reading["value"])
        and reading["problem"] is None
        and honest(reading)
        and not reading["provenance"]["stale"]
        for name, reading in (one.readings or {}).items()
    )


def untrue(answers: Sequence[Answered]) -> tuple[int, int]:
    """How many of so many values that were told are another than the true one."""
    told = [
        (reading["value"], one.truth[name])
        for one in answers
        for name, reading in (one.readings or {}).items()
        if reading is not None and reading["value"] is not None and name in one.truth
    ]
    return sum(value != truth for value, truth in told), len(told)


def figures_of_one(calm: Phase, bad: Phase, recovery_s: float) -> Iterator[Figure]:
    """The figures of a day on which one department hangs."""
    known = [a.readings["known"] for a in bad.answers["touching"] if a.readings]
    lost = sum(reading["value"] is None for reading in known)
    itself = calm.worst("others", 0.99)
    yield Figure(what="p99 ms of the good day itself", measured=itself, most=CALM_MS)
    yield _time("p50 ms, not touching it", "others", 0.5, calm, bad)
    yield _time("p99 ms, not touching it", "others", 0.99, calm, bad, 1.1 * itself)
    others = bad.answers["others"]
    yield none_of("not touching it, and not answered rightly", unanswered(others), len(others))
    yield from _touching(calm, bad)
    yield Figure(
        what="sockets to it", baseline=calm.sockets, measured=bad.sockets, most=HUNG_SLOTS,
        form="{:.0f}",
    )  # fmt: skip
    yield none_of("known before, and not told", lost, len(known))
    yield none_of(_UNTRUE, *untrue(bad.answers["touching"]))
    yield none_of(_DISHONEST, *dishonest(bad.answers["touching"]))
    yield Figure(
        what="memory of the gateway, MB", baseline=calm.rss_mb, measured=bad.rss_mb,
        most=calm.rss_mb + GROWN_MB, form="{:.0f}",
    )  # fmt: skip
    yield _recovery(recovery_s)


def _recovery(seconds: float) -> Figure:
    return Figure(what="recovery, s", measured=seconds, most=RECOVERED_S)


def _touching(calm: Phase, bad: Phase) -> Iterator[Figure]:
    first, later = {"before": OPENED_AFTER_S}, {"after": OPENED_AFTER_S}
    budget = BUDGET_S * 1000 + 100
    yield _time("p99 ms, touching it, at first", "touching", 0.99, calm, bad, budget, **first)
    yield _time("p50 ms, touching it, then", "touching", 0.5, calm, bad, **later)
    yield _time("p99 ms, touching it, then", "touching", 0.99, calm, bad, 50, **later)
    yield _time("slowest ms, touching it, then", "touching", 1.0, calm, bad, **later)


def _time(
    what: str,
    kind: str,
    share: float,
    calm: Phase,
    bad: Phase,
    most: float | None = None,
    **part: float,
) -> Figure:
    baseline, measured = calm.worst(kind, share), bad.worst(kind, share, **part)
    return Figure(what=what, baseline=baseline, measured=measured, most=most)


def figures_of_all(calm: Phase, bad: Phase, recovery_s: float) -> Iterator[Figure]:
    """The figures of a day on which all of them hang."""
    yield _time("slowest ms, every query", "all", 1, calm, bad, BUDGET_S * 1000 + 100)
    yield none_of(_UNTRUE, *untrue(bad.answers["all"]))
    yield none_of(_DISHONEST, *dishonest(bad.answers["all"]))
    yield _recovery(recovery_s)
