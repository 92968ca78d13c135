"""One rule of faults.json: what goes wrong, with which calls, and when.

Of all conditions a rule names, every one must hold: `operation`, `filing`, `from`, `until`,
`weekdays`, `hours` (virtual time, Shanghai). What then matches is counted for `every`, drawn for
`probability` under `seed`, and limited by `first`.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mocks.faults import said
from mocks.faults.said import Wrong, near
from mocks.faults.table import KINDS, Point
from mocks.faults.when import Window

_CONDITIONS = {
    "kind": said.text,
    "operation": said.names,
    "filing": said.names,
    "first": said.count,
    "every": said.positive,
    "probability": said.share,
    "seed": said.whole,
    "delay_s": said.seconds,
    "status": said.positive,  # may be said of any kind; those that say a status heed it
    "from": said.moment,
    "until": said.moment,
    "weekdays": said.weekdays,
    "hours": said.hours,
}
_EARLY = frozenset({Point.ACCEPT, Point.HEADERS})
_ANY = frozenset({"*"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with one call; kind "none" is a good day. `seed` draws what is drawn."""

    kind: str = "none"
    delay_s: float = 0.0
    seed: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)

    def of(self, parameter: str) -> Any:
        """A parameter of the kind, as the rule says or by default."""
        return self.told.get(parameter, KINDS[self.kind].parameters[parameter])

    @property
    def draw(self) -> random.Random:
        """The same draws for the same rule, seed and strike."""
        return random.Random(self.seed)


NO_FAULT = Fault()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a call is about, as far as rules look at it. `words`: of its path, query and body."""

    operation: str = ""
    words: frozenset[str] = frozenset()


class Rule:
    """One rule in force; `strikes` counts. Raises Wrong for what cannot be obeyed."""

    def __init__(self, spec: object) -> None:
        told = self._read(spec)
        self.kind = KINDS[told["kind"]]
        self.operations: frozenset[str] = told.get("operation", _ANY)
        self.filing: frozenset[str] = told.get("filing", _ANY)
        self.window = Window.of(told)
        self._left, self._every = told.get("first"), told.get("every", 1)
        self._probability, self._seed = told.get("probability", 1.0), told.get("seed", 0)
        self._delay_s = told.get("delay_s", 0.0)
        self._told = {name: told[name] for name in self.kind.parameters if name in told}
        self._draw, self._met, self._struck = random.Random(self._seed), 0, 0
        self._refuse_too_much()

    def _refuse_too_much(self) -> None:
        why = f"{self.kind.name} strikes before it is known; leave it out"
        if self.by_filing and self.kind.at <= _EARLY:
            raise Wrong("filing", why)
        if self.operations != _ANY and self.kind.at == {Point.ACCEPT}:
            raise Wrong("operation", why)

    @property
    def by_filing(self) -> bool:
        """Whether it looks at what a call is about."""
        return self.filing != _ANY

    @staticmethod
    def _read(spec: object) -> dict[str, Any]:
        if not isinstance(spec, Mapping):
            raise Wrong("", 'is not an object like {"kind": "busy"}')
        kind = spec.get("kind")
        if kind not in KINDS:
            raise Wrong("kind", f"kind {kind!r} is not known{near(kind, KINDS)}; see docs/mocks.md")
        own = {name: said.like(default) for name, default in KINDS[kind].parameters.items()}
        readers = {**_CONDITIONS, **own}
        if unknown := [key for key in spec if key not in readers]:
            why = f"unknown key{near(unknown[0], readers)}"
            raise Wrong(unknown[0], f"{why}; {kind} takes {', '.join(readers)}")
        return {key: said.read(key, readers[key], value) for key, value in spec.items()}

    def strikes(self, matter: Matter, now: datetime | None) -> Fault | None:
        """The fault when this rule decides the call; counts what it met and struck."""
        if not self._concerns(matter) or not self.window.open_at(now):
            return None
        self._met += 1
        if self._left == 0 or self._met % self._every:
            return None
        if self._probability < 1 and self._draw.random() >= self._probability:
            return None
        if self._left is not None:
            self._left -= 1
        self._struck += 1
        seed = self._seed + self._struck - 1
        return Fault(kind=self.kind.name, delay_s=self._delay_s, seed=seed, told=self._told)

    def _concerns(self, matter: Matter) -> bool:
        if self.operations.isdisjoint(("*", matter.operation)):
            return False
        return not self.by_filing or said.any_like(self.filing, matter.words)
