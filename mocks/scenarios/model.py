"""A scenario as values: states a filing goes through, moves between them, hours of the department.

A *course* is what one filing of one service follows: the ordinary course of its service, with the
states of a scenario laid over it. It starts at `received`. A state says what the department says
while a filing is in it; its moves say what comes next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from mocks.core.clock import OPENING_HOUR, SHANGHAI, add_working_days
from mocks.core.filed import FINAL, Status, texts

START = "received"
ORDINARY = "ordinary"
SUPPLEMENT = "supplement"  # the event of an applicant who hands more in
TAKES_MORE = frozenset({Status.SUPPLEMENT, Status.CONDITIONALLY_ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """How long until a move; one unit is told. Whole days end at `at` local time."""

    seconds: float = 0
    minutes: float = 0
    hours: float = 0
    working_days: int = 0
    calendar_days: int = 0
    at: time = time(OPENING_HOUR)

    def due(self, since: datetime) -> datetime:
        """When that long has passed since then; the day of `since` itself is not counted."""
        if self.working_days:
            return self._on(add_working_days(since.date(), self.working_days))
        if self.calendar_days:
            return self._on(since.date() + timedelta(days=self.calendar_days))
        return since + timedelta(hours=self.hours, minutes=self.minutes, seconds=self.seconds)

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self.at, SHANGHAI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A text of the filing; without a field any text inside it will do."""

    contains: str
    field: str | None = None

    def holds(self, fields: Mapping[str, Any]) -> bool:
        """Whether the filing says so."""
        found = _at(fields, self.field) if self.field else fields
        return any(self.contains in text for text in texts(found))


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, int | float) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A way out of a state: after a time, or on an event, under its conditions."""

    to: Mapping[str, float]  # states and their weights
    after: After | None = None
    on: str | None = None
    since_receipt: bool = False  # counted from the receipt, pauses left out; else from the state
    rounds: frozenset[int] = frozenset()  # only so many times round, counted from 1; empty: always
    where: tuple[Where, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether nothing has to hold for it."""
        return not self.rounds and not self.where

    def holds(self, round_: int, fields: Mapping[str, Any]) -> bool:
        """Whether it may be taken the `round_`th time in its state."""
        in_turn = not self.rounds or round_ in self.rounds
        return in_turn and all(where.holds(fields) for where in self.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the department says of a filing for a while, and what comes next."""

    status: Status
    then: tuple[Move, ...] = ()
    note: str | None = None
    materials: tuple[str, ...] = ()
    reason: str | None = None
    certificate: bool = False
    days_back: int = 0  # the decision bears a date so many days before it was entered
    stays: bool = False  # nothing comes next, and that is meant

    @property
    def timed(self) -> tuple[Move, ...]:
        """The moves that time alone brings."""
        return tuple(move for move in self.then if move.after is not None)

    @property
    def ends(self) -> bool:
        """Whether nothing more happens: decided, or meant to stay."""
        return not self.timed and (self.stays or self.status in FINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The states a filing may go through, by name."""

    id: str
    states: Mapping[str, State]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meets:
    """Which filings a scenario is for; what is not told does not matter."""

    departments: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    where: tuple[Where, ...] = ()
    share: float = 1.0

    def speaks_of(self, department: str, service: str) -> bool:
        """Whether filings of this service may be meant at all."""
        return (not self.departments or department in self.departments) and (
            not self.services or service in self.services
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of the day on some days; one that ends before it begins ends the next day."""

    departments: frozenset[str]
    days: frozenset[str]
    begins: time
    ends: time
    first: date | None = None
    last: date | None = None
    operations: frozenset[str] = frozenset()
    answer: str = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario file."""

    id: str
    zh: str
    en: str
    file: Path
    meets: Meets = field(default_factory=Meets)
    states: Mapping[str, State] = field(default_factory=dict)
    opened: tuple[Window, ...] = ()
    closed: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One thing wrong with a scenario file, and how to mend it."""

    file: str
    key: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.key}" if self.key else self.file
        return f"{where}: {self.sentence} — {self.remedy}"


class WrongScenario(ValueError):
    """Scenario files that cannot be played: every mistake at once, one a line."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)
