"""How fast a department answers and how much it bears: rules in latency.json.

    {"market": [{"operation": "*", "median_s": 0.08, "sigma": 0.6, "seed": 7},
                {"operation": "getLicences", "at_once": 4, "queue": 20, "over": "429"},
                {"operation": "*", "rate_per_s": 20, "burst": 5, "over": "busy"}],
     "fire":   [{"percentiles": {"50": 0.1, "90": 0.4, "99": 3}, "bytes_per_s": 2000}]}

latency   fixed_s | uniform_s: [low, high] | median_s with sigma (log-normal) | percentiles
limits    at_once with queue (how many may wait; the rest is turned away) · rate_per_s with burst
over      what a call beyond a limit is told: "429", "503" or "busy", the department's own words
dribble   bytes_per_s: the body leaves at that pace

Of the rules whose `operation` matches, the first that names a latency gives it, the first with
`at_once` the place in the queue, the first with `rate_per_s` the rate, the first with
`bytes_per_s` the pace; one rule may name them all. Limits are shared by all calls of their rule.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from mocks.core.numbers import SEED
from mocks.faults import keys, said
from mocks.faults.draws import Draws
from mocks.faults.in_force import InForce, Name, names_of
from mocks.faults.keys import Reader
from mocks.faults.limits import Places, Rate
from mocks.faults.operations import check_asked, check_names
from mocks.faults.said import Unobeyable, Wrong, check_each, near
from mocks.faults.spans import Span, span_of

SPANS = ("fixed_s", "uniform_s", "median_s", "percentiles")
READERS: dict[str, Reader] = {
    "operation": keys.NAMES,
    "seed": keys.whole(),
    "fixed_s": keys.SECONDS,
    "uniform_s": keys.SPAN,
    "median_s": keys.SECONDS,
    "sigma": keys.number(0, 5, "a sigma"),
    "percentiles": keys.PERCENTILES,
    "at_once": keys.whole(1),
    "queue": keys.or_none(keys.whole(0)),
    "rate_per_s": keys.number(0.001, 1_000_000, "a rate"),
    "burst": keys.whole(1),
    "over": keys.choice("429", "503", "busy"),
    "bytes_per_s": keys.whole(1),
}
LIMITS = ("at_once", "rate_per_s", "bytes_per_s")
_PACES = (*SPANS, *LIMITS)  # a rule tells one of them at least
WITH = {
    "sigma": ("median_s",),
    "queue": ("at_once",),
    "burst": ("rate_per_s",),
    "seed": ("uniform_s", "median_s", "percentiles"),
    "over": ("queue", "rate_per_s"),
}
_T = TypeVar("_T")


class PaceRule:
    """One rule of latency.json. Raises Wrong for what cannot be obeyed."""

    def __init__(self, spec: object, draws: Draws | None = None) -> None:
        told = _read(spec)
        self._draws = draws or Draws(SEED, *names_of([spec])[0])
        self.operations: frozenset[str] = told.get("operation", frozenset({"*"}))
        self.over: str = told.get("over", "429")
        self._span: Span | None = span_of(told)
        self._drawn = "fixed_s" not in told
        self.places = Places.of(told)
        self.rate = Rate.of(told)
        self.bytes_per_s: int | None = told.get("bytes_per_s")

    def takes_s(self, about: Callable[[], str] = str) -> float | None:
        """How long a call about this takes this time; None where the rule does not say."""
        if self._span is None:
            return None
        return self._span.drawn(self._draws.next(about()) if self._drawn else 0)

    def concerns(self, operation: str) -> bool:
        """Whether calls of this operation are under the rule."""
        return not self.operations.isdisjoint(("*", operation))


def _read(spec: object) -> dict[str, Any]:
    if not isinstance(spec, Mapping):
        raise Wrong("", 'is not an object like {"fixed_s": 0.2}')
    for key in spec:
        if key not in READERS:
            raise Wrong(key, f"unknown key{near(key, READERS)}; there are {', '.join(READERS)}")
        if (needed := WITH.get(key)) and not any(one in spec for one in needed):
            *others, last = needed
            said_so = f"{', '.join(others)} or {last}; add one" if others else f"{last}; add it"
            raise Wrong(key, f"goes with {said_so}")
    if len(named := [key for key in SPANS if key in spec]) > 1:
        raise Wrong(named[1], f"and {named[0]} are two latencies; keep one")
    if not any(key in spec for key in _PACES):
        raise Wrong("", f"tells no pace; add one of {', '.join(_PACES)}")
    return {key: said.read(key, READERS[key], value) for key, value in spec.items()}


class BadPace(Unobeyable):
    """A rule of latency.json that cannot be obeyed."""


def check_latency(rules: Mapping[str, Any]) -> None:
    """Raise BadPace for the first rule that cannot be obeyed."""
    check_each(rules, _check, BadPace, '{"fixed_s": 0.2}')


def _check(department: str, spec: object) -> None:
    operations = PaceRule(spec).operations
    check_names(department, operations)
    check_asked(department, operations)


class Pace:
    """The rules of one department, read again when they change."""

    def __init__(self, path: Path, department: str, *, seed: int = SEED) -> None:
        def make(spec: Any, name: Name) -> PaceRule:
            return PaceRule(spec, Draws(seed, department, *name))

        self._ordered = InForce(path, department, make)

    def __bool__(self) -> bool:
        """Whether any rule is in force."""
        return bool(self._current())

    def anew(self) -> None:
        """The rules in force begin to count and to draw again, their places free."""
        self._ordered.anew()

    def _current(self) -> list[PaceRule]:
        self._ordered.look()
        return self._ordered.rules

    def bytes_per_s(self, operation: str) -> int | None:
        """How fast a reply leaves; None as fast as it can."""
        return _first(self._concerning(operation), lambda rule: rule.bytes_per_s)

    @asynccontextmanager
    async def turn(
        self, operation: str, about: Callable[[], str] = str
    ) -> AsyncIterator[str | None]:
        """Wait for a place, hold it, and take the time it takes; yields what is over, or None."""
        rules = self._concerning(operation)
        now = asyncio.get_running_loop().time()
        rated = _first(rules, lambda rule: (rule.rate, rule.over) if rule.rate else None)
        if rated is not None and not rated[0].allows(now):
            yield rated[1]
            return
        queued = _first(rules, lambda rule: (rule.places, rule.over) if rule.places else None)
        if queued is None:
            await _take(rules, about)
            yield None
            return
        places, over = queued
        async with places.held() as inside:
            if inside:
                await _take(rules, about)
            yield None if inside else over

    def _concerning(self, operation: str) -> list[PaceRule]:
        return [rule for rule in self._current() if rule.concerns(operation)]


def _first(rules: list[PaceRule], find: Callable[[PaceRule], _T | None]) -> _T | None:
    return next((found for rule in rules if (found := find(rule)) is not None), None)


async def _take(rules: list[PaceRule], about: Callable[[], str]) -> None:
    takes_s = _first(rules, lambda rule: rule.takes_s(about))
    if takes_s is not None:
        await asyncio.sleep(takes_s)
