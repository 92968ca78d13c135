"""One rule of faults.json: what goes wrong, with which calls, and when.

Of all conditions a rule names, every one must hold: `operation`, `filing`, `from`, `until`,
`weekdays`, `hours` (virtual time, Shanghai). One that names no operation is about the department's
business: where tokens are issued only what is made for that strikes, or for the connection.
What then matches is counted for `every`, drawn for `probability` (`mocks.faults.draws`), and
limited by `first`.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from mocks.core.numbers import SEED
from mocks.faults import keys, said
from mocks.faults.draws import Draws, share_of
from mocks.faults.in_force import names_of
from mocks.faults.keys import Reader
from mocks.faults.operations import issues_tokens
from mocks.faults.said import Wrong, near
from mocks.faults.table import KINDS, Kind, Point
from mocks.faults.when import Window

_T = TypeVar("_T")
CONDITIONS: dict[str, Reader] = {
    "kind": keys.choice(*KINDS),
    "operation": keys.NAMES,
    "filing": keys.NAMES,
    "first": keys.or_none(keys.whole(1)),
    "every": keys.whole(1),
    "probability": keys.SHARE,
    "seed": keys.whole(),
    "place": keys.whole(0),
    "delay_s": keys.SECONDS,
    "from": keys.MOMENT,
    "until": keys.MOMENT,
    "weekdays": keys.WEEKDAYS,
    "hours": keys.HOURS,
}
_EARLY = frozenset({Point.ACCEPT, Point.HEADERS})
_ANY = frozenset({"*"})


def not_for(kind: Kind) -> frozenset[str]:
    """The conditions no rule of this kind can tell: it strikes before that is known."""
    if kind.at == {Point.ACCEPT}:
        return frozenset({"filing", "operation"})
    return frozenset({"filing"} if kind.at <= _EARLY else ())


def _nobody(places: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with one call; kind "none" is a good day. `seed` draws what is drawn.

    `place` is told instead of drawn; `among` hears how many places there were to choose from.
    """

    kind: str = "none"
    delay_s: float = 0.0
    seed: int = 0
    place: int | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    among: Callable[[int], None] = field(default=_nobody, compare=False, repr=False)

    def of(self, parameter: str) -> Any:
        """A parameter of the kind, as the rule says or by default."""
        return self.told.get(parameter, KINDS[self.kind].parameters[parameter])

    @property
    def draw(self) -> random.Random:
        """The same draws for the same rule, seed and strike."""
        return random.Random(self.seed)

    def one_of(self, found: Sequence[_T], at: Callable[[_T], str]) -> list[_T]:
        """One of these; none when there are none.

        By the seed, or at the place the rule names: `at` says where one stands, what stands at the
        same place (the entries of a list) counts once, and after the last comes the first again.
        """
        if self.place is None:
            self.among(len(found))
            return [self.draw.choice(found)] if found else []
        first: dict[str, _T] = {}
        for one in found:
            first.setdefault(at(one), one)
        self.among(len(first))
        return [list(first.values())[self.place % len(first)]] if first else []


NO_FAULT = Fault()


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """What a call is about, as far as rules look at it. `words`: of its path, query and body.

    `about` is what draws hang on; asked for when something is drawn. "": as calls come.
    """

    operation: str = ""
    words: frozenset[str] = frozenset()
    about: Callable[[], str] = str


class Rule:
    """One rule in force; `strikes` counts, `struck` is how often. Raises Wrong if unobeyable."""

    def __init__(self, spec: object, draws: Draws | None = None) -> None:
        told = self._read(spec)
        self.told: Any = spec
        self.struck = 0
        self.kind = KINDS[told["kind"]]
        self.operations: frozenset[str] = told.get("operation", _ANY)
        self.spares_tokens = "operation" not in told and not self.kind.strikes_tokens
        self.filing: frozenset[str] = told.get("filing", _ANY)
        self.window = Window.of(told)
        self._left, self._every = told.get("first"), told.get("every", 1)
        self._probability = told.get("probability", 1.0)
        self._delay_s = told.get("delay_s", self.kind.parameters.get("delay_s", 0.0))
        self._place: int | None = told.get("place")
        self._parameters = {name: told[name] for name in self.kind.parameters if name in told}
        self._draws, self._met = draws or Draws(SEED, *names_of([spec])[0]), 0
        # whether it strikes every call, and all that does is that nobody waits
        self.hurries = self._is_hurry()
        self._refuse_too_much(told)
        self._refuse_nothing(told)

    def _refuse_nothing(self, told: Mapping[str, Any]) -> None:
        """Raise Wrong for what would never strike, or say nothing."""
        if self._probability == 0:
            raise Wrong("probability", "0 never strikes; leave the rule out")
        if "seed" in told and "probability" not in told and not self.kind.drawn:
            why = f"nothing is drawn for {self.kind.name}; add probability, or leave it out"
            raise Wrong("seed", why)
        if "place" in told and not self.kind.drawn:
            raise Wrong("place", f"nothing is drawn for {self.kind.name}; leave it out")
        if (wrong := self.window.never) is not None:
            raise Wrong(*wrong)

    def _refuse_too_much(self, told: Mapping[str, Any]) -> None:
        for key in not_for(self.kind) & told.keys():
            if told[key] != _ANY:
                raise Wrong(key, f"{self.kind.name} strikes before it is known; leave it out")

    def _is_hurry(self) -> bool:
        return (
            self.kind.name == "delay"
            and not self._delay_s
            and self.told.keys() <= {"kind", "delay_s", "operation"}
            and "*" in self.operations
        )

    def hurry(self) -> str:
        """Strike a call as a rule that hurries does; its kind."""
        self._met += 1
        self.struck += 1
        return self.kind.name

    @property
    def always(self) -> bool:
        """Whether it strikes each call of its operations, for ever."""
        once = self._left is None and self._every == 1 and self._probability == 1
        return once and not self.by_filing and self.window.always

    @property
    def by_filing(self) -> bool:
        """Whether it looks at what a call is about."""
        return self.filing != _ANY

    @staticmethod
    def _read(spec: object) -> dict[str, Any]:
        if not isinstance(spec, Mapping):
            raise Wrong("", 'is not an object like {"kind": "busy"}')
        kind = spec.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise Wrong("kind", f"kind {kind!r} is not known{near(kind, KINDS)}; see docs/mocks.md")
        readers = {**CONDITIONS, **KINDS[kind].readers}
        if unknown := [key for key in spec if key not in readers]:
            why = f"unknown key{near(unknown[0], readers)}"
            raise Wrong(unknown[0], f"{why}; {kind} takes {', '.join(readers)}")
        return {key: said.read(key, readers[key], value) for key, value in spec.items()}

    def strikes(
        self, matter: Matter, now: datetime | None, among: Callable[[int], None] = _nobody
    ) -> Fault | None:
        """The fault when this rule decides the call; counts what it met and struck.

        `among` hears among how many places it chose.
        """
        if not self._concerns(matter) or not self.window.open_at(now):
            return None
        self._met += 1
        if self._left == 0 or self._met % self._every:
            return None
        drawing = self._probability < 1 or self.kind.drawn
        seed = self._draws.next(matter.about()) if drawing else 0
        if self._probability < 1 and share_of(seed) >= self._probability:
            return None
        if self._left is not None:
            self._left -= 1
        self.struck += 1
        return Fault(
            kind=self.kind.name, delay_s=self._delay_s, seed=seed, place=self._place,
            told=self._parameters, among=among,
        )  # fmt: skip

    def _concerns(self, matter: Matter) -> bool:
        if self.operations.isdisjoint(("*", matter.operation)):
            return False
        if self.spares_tokens and issues_tokens(matter.operation):
            return False
        return not self.by_filing or said.any_like(self.filing, matter.words)
