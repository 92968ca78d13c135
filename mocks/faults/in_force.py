"""The rules of one department in one file, read again as soon as it changes.

A rule that stays as it was keeps what it counts and holds, whatever is ordered beside it. The
controls have each rule bear the mark of its order (`MARKS`): lifted and ordered again, it is
another one, also for a department that did not look in between.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, Generic, TypeVar

from mocks.core.clock import Watched

MARKS = "$marks"
T = TypeVar("T")
Name = tuple[str, int]
"""What a rule says, and which of those it is that say the same."""

_log = logging.getLogger(__name__)


def names_of(specs: Iterable[object]) -> list[Name]:
    """The name of each rule of a department."""
    seen: dict[str, int] = {}
    names = []
    for spec in specs:
        text = json.dumps(spec, sort_keys=True, ensure_ascii=False)
        seen[text] = seen.get(text, 0) + 1
        names.append((text, seen[text]))
    return names


def marks_of(
    rules: Mapping[str, list[Any]], before: Mapping[str, Any], new: Callable[[], str]
) -> dict[str, list[str | None]]:
    """The mark of each rule: the one it has in the file `before`, else a new one."""
    marks = {}
    for department, specs in rules.items():
        kept = dict(_marked(before, department))
        marks[department] = [kept[n] if n in kept else new() for n in names_of(specs)]
    return marks


def _marked(told: Mapping[str, Any], department: str) -> list[tuple[Name, str | None]]:
    names = names_of(told.get(department, []))
    marks = told.get(MARKS, {}).get(department, [])[: len(names)]
    return list(zip_longest(names, marks))


class InForce(Generic[T]):
    """What is in force for a department; `make` makes a rule of what is told and of its name."""

    def __init__(self, file: Path, department: str, make: Callable[[Any, Name], T]) -> None:
        self._file, self._department, self._make = Watched(file), department, make
        self._seen = -1
        self._known: dict[tuple[Name, str | None], T] = {}
        self.rules: list[T] = []

    def look(self) -> bool:
        """Whether the file changed since the last look; the rules are those it tells now."""
        told = self._file.value() or {}
        if self._file.version == self._seen:
            return False
        self._seen = self._file.version
        try:
            self._take(told)
        except (TypeError, ValueError, OverflowError, AttributeError) as wrong:
            # The controls write none of that: somebody did by hand.
            where = f"{self._file.path}: {self._department}"
            _log.warning("%s: %s — what was in force stays", where, wrong)
        return True

    def anew(self) -> None:
        """Every rule as if it was ordered this moment."""
        self._known, self._seen = {}, -1

    def _take(self, told: Mapping[str, Any]) -> None:
        known = {}
        for spec, key in zip(
            told.get(self._department, []), _marked(told, self._department), strict=True
        ):
            known[key] = self._known[key] if key in self._known else self._make(spec, key[0])
        self._known, self.rules = known, list(known.values())
