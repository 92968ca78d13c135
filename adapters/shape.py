"""What a message may contain, whichever language its contract is written in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    """The type of a value; GROUP has members, ANY is not said by the contract."""

    GROUP = "group"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What a contract demands of a value besides its kind; None where it demands nothing."""

    least_length: int | None = None
    most_length: int | None = None
    minimum: Decimal | None = None  # the smallest and greatest value that is allowed …
    maximum: Decimal | None = None
    above: Decimal | None = None  # … or the bounds that are themselves not allowed
    below: Decimal | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    patterns: tuple[re.Pattern[str], ...] = ()  # each is found in every allowed text
    fixed: str | None = None
    collapse: bool = False  # blanks at the ends do not count
    whole: bool = False  # the contract demands nothing else of a value of this kind

    def whole_within(self, least: int, most: int) -> bool:
        """Whether every whole number that is allowed is within these bounds.

        A type that is of whole numbers alone has no bound unless it says one; a number of which
        nothing is said is held to be within.
        """
        if self.total_digits is not None and 10**self.total_digits <= most:
            return True
        endless = self.fraction_digits == 0
        lows = [self.minimum, None if self.above is None else self.above + 1]
        highs = [self.maximum, None if self.below is None else self.below - 1]
        low = max((bound for bound in lows if bound is not None), default=None)
        high = min((bound for bound in highs if bound is not None), default=None)
        above = not endless if low is None else low >= least
        return above and (not endless if high is None else high <= most)


@dataclass(frozen=True, slots=True)
class Choice:
    """Members of which one branch may stand; `required`: one of them must."""

    branches: tuple[tuple[str, ...], ...]
    required: bool


ANYTHING = Facets()
"""No demands."""

WHOLE = Facets(whole=True)
"""None, for certain."""

_INT = 2**31  # what a GraphQL Int holds


def _none() -> Mapping[str, "Shape"]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One element, attribute or property of a contract. Members are made when asked for."""

    name: str
    tag: str  # as it stands on the wire: "{namespace}Name" or a JSON key
    kind: Kind
    required: bool = True
    repeated: bool = False
    nillable: bool = False
    enum: tuple[str, ...] = ()
    facets: Facets = ANYTHING
    least: int = 0  # occurrences of what is repeated
    most: int | None = None
    prohibited: bool = False  # the contract names it to forbid it
    read_only: bool = False  # only the department says it
    write_only: bool = False  # only we say it
    open: bool = False  # the contract allows members it does not name
    unknown: bool = False  # a mistake told elsewhere hides it: nothing here is held against it
    type_tag: str = ""  # the named type, where the wire must say it (rpc/encoded)
    members: Callable[[], Mapping[str, "Shape"]] = field(default=_none, repr=False, compare=False)
    choices: Callable[[], tuple[Choice, ...]] = field(default=tuple, repr=False, compare=False)

    @property
    def wide(self) -> bool:
        """Whether the contract allows a whole number here that a GraphQL Int does not hold."""
        listed = bool(self.enum) or self.facets.fixed is not None
        return (
            self.kind is Kind.INTEGER
            and not listed
            and not self.facets.whole_within(-_INT, _INT - 1)
        )

    def member(self, name: str) -> "Shape | None":
        """The member of this name."""
        return self.members().get(name)

    def at(self, steps: tuple[str, ...]) -> "Shape | None":
        """The shape a path leads to; None when the contract has no such path."""
        here: Shape = self
        for step in steps:
            found = here.member(step)
            if found is None:
                return None
            here = found
        return here

    def reach(self, steps: tuple[str, ...]) -> "Shape | None":
        """As `at`; where the contract leaves a part open, anything may be there."""
        here: Shape = self
        for step in steps:
            found = here.member(step)
            if found is None:
                return Shape(name=step, tag=step, kind=Kind.ANY) if here.open else None
            here = found
        return here


class Later(Generic[T]):
    """What is worked out when it is asked for first.

    What it is worked out of, a part of the contract, is let go then.
    """

    __slots__ = ("_made", "_work_out")

    def __init__(self, work_out: Callable[[], T]) -> None:
        self._work_out: Callable[[], T] | None = work_out

    def __call__(self) -> T:
        """What comes of it, the same each time."""
        if self._work_out is not None:
            self._made, self._work_out = self._work_out(), None
        return self._made


def hidden(name: str = "?") -> Shape:
    """What stands behind a mistake: anything may be in it, so only the mistake itself is told."""
    return Shape(name=name, tag=name, kind=Kind.ANY, required=False, open=True, unknown=True)
