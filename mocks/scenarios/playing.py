"""What is played now: the scenarios in force for one department, read again when they change.

`scenarios.json` in the state folder (`mocks.scenarios.chosen`) is written by
`mocks.scenarios.control`.

A filing takes the scenario told for its reference, or else the first active one it meets, or else
the ordinary course of its service; it keeps what it took. A file that became unreadable while it is
played leaves in force what was, and says so on the log.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mocks.core.clock import Watched
from mocks.core.filed import Service
from mocks.core.numbers import SEED
from mocks.scenarios import hours
from mocks.scenarios.chosen import Chosen
from mocks.scenarios.courses import course
from mocks.scenarios.library import UnknownScenario, load
from mocks.scenarios.machine import draws
from mocks.scenarios.model import ORDINARY, Course, Scenario, WrongScenario
from mocks.scenarios.ordinary import ordinary

_log = logging.getLogger(__name__)


class Playing:
    """One department's scenarios; without a file every day is ordinary."""

    def __init__(self, department: str = "", told: Path | None = None, *, seed: int = SEED) -> None:
        self._department = department
        self._file = Watched(told) if told is not None else None
        self._draw = draws(seed, department)
        self._seen = -1
        self._active: tuple[Scenario, ...] = ()
        self._filings: Mapping[str, str] = {}
        self._folder: Path | None = None
        self._courses: dict[tuple[str, str], Course] = {}

    @property
    def active(self) -> bool:
        """Whether any scenario is in force for whoever it concerns."""
        self._look()
        return bool(self._active)

    def met_by(self, service: str, reference: str, fields: Mapping[str, Any]) -> str | None:
        """The id of the scenario a filing follows; None: the ordinary course."""
        self._look()
        if (told := self._filings.get(reference)) is not None:
            return told if told != ORDINARY else None
        for scenario in self._active:
            if scenario.states and self._meets(scenario, service, reference, fields):
                return scenario.id
        return None

    def course(self, id_: str | None, service: Service, fields: Mapping[str, Any]) -> Course:
        """The course of this name for a service; one that is gone leads nowhere."""
        if id_ is None:
            return ordinary(service, fields)
        if (id_, service.id) not in self._courses:
            scenario = self._loaded(id_)
            made = course(scenario, service) if scenario else Course(id=id_, states={})
            self._courses[id_, service.id] = made
        return self._courses[id_, service.id]

    def closed(self, operation: str, now: Callable[[], datetime]) -> str | None:
        """What a caller of this operation meets instead; None while the office is open."""
        self._look()
        if not self._active:  # the clock is a file: it is not asked for nothing
            return None
        found = hours.answers(self._active, self._department, now(), operation)
        return next((answer for answer in found if answer != hours.NEXT_MORNING), None)

    def entered_at(self, now: datetime) -> datetime | None:
        """When a filing that comes now is entered; None: at once."""
        self._look()
        found = hours.answers(self._active, self._department, now)
        return hours.next_morning(now) if hours.NEXT_MORNING in found else None

    def _meets(
        self, scenario: Scenario, service: str, reference: str, fields: Mapping[str, Any]
    ) -> bool:
        meets = scenario.meets
        return (
            meets.speaks_of(self._department, service)
            and (not meets.references or reference in meets.references)
            and all(where.holds(fields) for where in meets.where)
            and (meets.share >= 1 or self._draw("share", scenario.id, reference) < meets.share)
        )

    def _look(self) -> None:
        if self._file is None:
            return
        told = self._file.value() or {}
        if self._file.version == self._seen:
            return
        self._seen = self._file.version
        try:
            chosen = Chosen.of(told)
        except ValueError as wrong:
            _log.warning("%s: %s — what was in force stays", self._file.path, wrong)
            return
        self._folder, self._filings = chosen.folder, chosen.filings
        self._courses.clear()
        loaded = [self._loaded(id_) for id_ in chosen.active]
        self._active = tuple(scenario for scenario in loaded if scenario)

    def _loaded(self, id_: str) -> Scenario | None:
        self._look()
        try:
            return load(id_, folder=self._folder)
        except (WrongScenario, UnknownScenario) as wrong:
            _log.warning("%s plays no scenario %s: %s", self._department, id_, wrong)
            return None


ORDINARY_DAYS = Playing()
