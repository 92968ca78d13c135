"""Bad days on order: rules in faults.json, read by every department as soon as they change.

    {"market": [{"operation": "applyFoodBusinessLicence", "kind": "lost_reply", "first": 1}],
     "fire":   [{"operation": "*", "kind": "delay", "delay_s": 2, "probability": 0.5, "seed": 7}]}

kind        what happens to a call
delay       answers after `delay_s` (any other kind may carry a delay_s too)
status      answers with HTTP `status` and does nothing
busy        answers with the department's own "system busy", and does nothing
html        answers 200 with an HTML page, as a proxy in maintenance does, and does nothing
hang        never answers, and does nothing
lost_reply  does it, then drops the connection
late_reply  does it, then never answers
late_accept never answers, and does it `delay_s` real seconds after the request came in, whether
            or not anybody still listens; what a stopped or emptied department had yet to do is lost
lag         look-ups by reference do not show filings younger than `delay_s` (real seconds)

kind        what happens to a change the department tells of itself
duplicate   told twice, the second time `delay_s` after the first
reorder     told after the next change of any filing, or after half a second when none comes
stale       told `delay_s` late, while later changes overtake it
lost_reply  heard, but taken as unheard: told again
delay, status, busy, html, hang: this attempt is late, or does not leave; another follows

`operation` is one name, a list of names, or "*" for all. `first` n limits a rule to its first n
strikes; `probability` draws from a generator with `seed`. Of the rules of one table above the
first that strikes decides; `duplicate`, `reorder`, `stale` and `lag` are drawn for themselves.
How often each kind struck is counted for as long as the process lives; a kill forgets it.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mocks.core.clock import Watched
from mocks.journal.noting import struck

_ANYWHERE = frozenset({"delay", "status", "busy", "html", "hang", "lost_reply"})
ON_CALLS = _ANYWHERE | {"late_reply", "late_accept"}
ON_LOOK_UPS = frozenset({"lag"})
ON_TELLINGS = _ANYWHERE  # each attempt to tell a change
ON_CHANGES = frozenset({"duplicate", "reorder", "stale"})  # each change to be told
KINDS = ON_CALLS | ON_LOOK_UPS | ON_TELLINGS | ON_CHANGES
_KEYS = frozenset({"operation", "kind", "status", "delay_s", "first", "probability", "seed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with one call; kind "none" is a good day."""

    kind: str = "none"
    status: int = 503
    delay_s: float = 0.0


NO_FAULT = Fault()


class BadRule(ValueError):
    """A rule that cannot be obeyed, and why."""


class _Rule:
    def __init__(self, spec: Mapping[str, Any]) -> None:
        kind = spec.get("kind")
        if kind not in KINDS:
            raise BadRule(f"kind {kind!r} is not one of {', '.join(sorted(KINDS))}")
        if unknown := set(spec) - _KEYS:
            raise BadRule(f"unknown key {', '.join(sorted(unknown))}")
        self.operations = _operations(spec.get("operation", "*"))
        self.fault = Fault(
            kind=kind, status=int(spec.get("status", 503)), delay_s=float(spec.get("delay_s", 0))
        )
        self.left = int(spec["first"]) if spec.get("first") is not None else None
        self.probability = float(spec.get("probability", 1))
        self.draw = random.Random(spec.get("seed", 0))

    def strikes(self, operation: str) -> bool:
        if self.operations.isdisjoint(("*", operation)) or self.left == 0:
            return False
        if self.probability < 1 and self.draw.random() >= self.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True


def _operations(told: object) -> frozenset[str]:
    names = told if isinstance(told, list) else [told]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise BadRule(f"operation {told!r} is neither a name nor a list of names")
    return frozenset(names)


def check_rules(rules: Mapping[str, Any]) -> None:
    """Raise BadRule for the first rule that cannot be obeyed."""
    for department, specs in rules.items():
        for number, spec in enumerate(specs):
            try:
                _Rule(spec)
            except (BadRule, TypeError, ValueError) as wrong:
                raise BadRule(f"{department}[{number}]: {wrong}") from wrong


class Faults:
    """The rules of one department; the first rule that strikes decides a call.

    `struck` counts by kind; new rules and an emptied desk leave it as it is.
    """

    def __init__(self, path: Path, department: str) -> None:
        self._file = Watched(path)
        self._department = department
        self._seen = -1
        self._rules: list[_Rule] = []
        self.struck: Counter[str] = Counter()

    def pick(
        self, operation: str, default: Fault = NO_FAULT, *, among: frozenset[str] = ON_CALLS
    ) -> Fault:
        """What this call of `operation` meets; counts against the rule that struck."""
        for rule in self._current():
            if rule.fault.kind in among and rule.strikes(operation):
                self.struck[rule.fault.kind] += 1
                struck(rule.fault.kind)
                return rule.fault
        return default

    def lag_s(self, operation: str) -> float:
        """How old, in real seconds, a filing must be before this look-up shows it."""
        return self.pick(operation, among=ON_LOOK_UPS).delay_s

    def _current(self) -> list[_Rule]:
        rules = self._file.value() or {}
        if self._file.version != self._seen:
            self._rules = [_Rule(spec) for spec in rules.get(self._department, [])]
            self._seen = self._file.version
        return self._rules
