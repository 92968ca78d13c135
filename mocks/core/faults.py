"""Bad days on order: rules in faults.json, read by every department as soon as they change.

    {"market": [{"operation": "applyFoodBusinessLicence", "kind": "lost_reply", "first": 1}],
     "fire":   [{"operation": "*", "kind": "delay", "delay_s": 2, "probability": 0.5, "seed": 7}]}

The kinds are those of `mocks/faults/table.toml`; docs/mocks.md lists them, and what a rule may say.
Of the rules of one department the first that strikes decides a call, an attempt to tell, a
connection; changes to be told and the lag of look-ups are drawn for themselves. How often each
kind struck is counted for as long as the process lives, how often each rule did for as long as it
is in force and not begun anew; a kill forgets both.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from mocks.core.clock import VirtualClock
from mocks.core.numbers import SEED
from mocks.faults.draws import Draws
from mocks.faults.in_force import InForce, Name
from mocks.faults.operations import check_meets, check_names, protocol_of
from mocks.faults.order import shadowed
from mocks.faults.rule import NO_FAULT, Fault, Matter, Rule
from mocks.faults.said import Unobeyable, Wrong, check_each
from mocks.faults.table import Point, drawn_at
from mocks.journal.noting import struck

__all__ = ["NO_FAULT", "BadRule", "Fault", "Faults", "Matter", "check_rules"]

ON_CALLS = drawn_at(Point.CALL)
ON_HEADERS = drawn_at(Point.HEADERS)
ON_CONNECTIONS = drawn_at(Point.ACCEPT)
ON_LOOK_UPS = drawn_at(Point.LOOK_UP)
ON_TELLINGS = drawn_at(Point.TELLING)  # each attempt to tell a change
ON_CHANGES = drawn_at(Point.CHANGE)  # each change to be told


class BadRule(Unobeyable):
    """A rule of faults.json that cannot be obeyed."""


def check_rules(rules: Mapping[str, Any]) -> None:
    """Raise BadRule for the first rule that cannot be obeyed."""
    check_each(rules, _check, BadRule, '{"kind": "busy"}')
    for department, specs in rules.items():
        if found := shadowed([Rule(spec) for spec in specs]):
            number, before = found
            first = f"{department}[{before}]"
            why = f"never strikes: {first} strikes all it could; put it first, or lift {first}"
            raise BadRule(f"{department}[{number}]", why)


def _check(department: str, spec: object) -> None:
    rule = Rule(spec)
    check_names(department, rule.operations)
    protocol = protocol_of(department)
    if protocol and not rule.kind.suits_protocol(protocol):
        raise Wrong(
            "kind", f"{rule.kind.name} is for {rule.kind.suits}; {department} is {protocol}"
        )
    check_meets(department, rule.kind, rule.operations)


class Faults:
    """The rules of one department; the first rule that strikes decides a call.

    `struck` counts by kind; new rules and an emptied desk leave it as it is. `places`: among how
    many places of a reply each kind chose when it struck last; 0 where it found nothing to spoil.
    """

    def __init__(
        self,
        path: Path,
        department: str,
        clock: VirtualClock | None = None,
        *,
        seed: int = SEED,
    ) -> None:
        """`seed`: the fleet's; every draw hangs on it."""

        def make(spec: Any, name: Name) -> Rule:
            return Rule(spec, Draws(seed, department, *name))

        self._ordered = InForce(path, department, make)
        self._clock = clock
        self._timed = False
        self.by_filing = False  # whether a rule looks at what a call is about
        self.struck: Counter[str] = Counter()
        self.places: dict[str, int] = {}

    def __bool__(self) -> bool:
        """Whether any rule is in force; looks for new rules."""
        return bool(self._current())

    @property
    def in_force(self) -> bool:
        """Whether any rule was in force when somebody looked last."""
        return bool(self._ordered.rules)

    @property
    def hurries(self) -> bool:
        """Whether each call meets a rule by which nobody waits; looks for new rules."""
        rules = self._current()
        return bool(rules) and all(rule.hurries for rule in rules)

    def hurry(self) -> str:
        """Count a call against such a rule, when one was in force when somebody looked last.

        Its kind; "" without one.
        """
        rules = self._ordered.rules
        if not rules or not rules[0].hurries:
            return ""
        kind = rules[0].hurry()
        self.struck[kind] += 1
        struck(kind)
        return kind

    def pick(
        self,
        operation: str,
        default: Fault = NO_FAULT,
        *,
        among: frozenset[str] = ON_CALLS,
        words: frozenset[str] = frozenset(),
        about: Callable[[], str] = str,
    ) -> Fault:
        """What this call of `operation` meets; counts against the rule that struck."""
        if not (rules := self._current()):
            return default
        now = self._clock.now() if self._clock and self._timed else None
        matter = Matter(operation=operation, words=words, about=about)
        for rule in rules:
            if rule.kind.name in among and (fault := self._struck_by(rule, matter, now)):
                return fault
        return default

    def _struck_by(self, rule: Rule, matter: Matter, now: datetime | None) -> Fault | None:
        kind = rule.kind.name
        fault = rule.strikes(matter, now, partial(self.places.__setitem__, kind))
        if fault is not None:
            self.struck[kind] += 1
            struck(kind)
            self.places.pop(kind, None)
        return fault

    def waiting(self) -> bool:
        """Whether a rule strikes connections."""
        return self.any_of(ON_CONNECTIONS)

    def next(self) -> tuple[str, float] | None:
        """What the next connection meets: kind, and seconds before it does; None on a good day."""
        fault = self.pick("", among=ON_CONNECTIONS)
        return None if fault is NO_FAULT else (fault.kind, fault.delay_s)

    def any_of(self, kinds: frozenset[str]) -> bool:
        """Whether a rule in force is of one of these kinds."""
        return any(rule.kind.name in kinds for rule in self._current())

    def lag_s(self, operation: str, reference: str = "") -> float:
        """How old, in real seconds, a filing must be before this look-up shows it."""
        return self.pick(operation, among=ON_LOOK_UPS, about=lambda: reference).delay_s

    @property
    def by_rule(self) -> list[dict[str, Any]]:
        """How often each rule in force struck, in their order."""
        return [{"rule": rule.told, "struck": rule.struck} for rule in self._current()]

    def anew(self) -> None:
        """The rules in force begin to count and to draw again; what struck stays counted."""
        self._ordered.anew()
        self._current()

    def _current(self) -> list[Rule]:
        if self._ordered.look():
            rules = self._ordered.rules
            self._timed = any(not rule.window.always for rule in rules)
            self.by_filing = any(rule.by_filing for rule in rules)
        return self._ordered.rules
