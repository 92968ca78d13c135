"""A store with many cases: one that was really submitted, written so many times.

What the copies wait for is left out: no command is under way, nothing is due, nobody is asked.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.peers.applying import applying

_FACTS = {"ot_case": "id", "ot_step": "case_id", "ot_event": "case_id"}
_NOTHING_WAITS = (
    "DELETE FROM ot_delivery",
    "DELETE FROM ot_attempt",
    "DELETE FROM ot_wait",
    "DELETE FROM workflow_status",
    "UPDATE ot_case SET issue_due_at = NULL",
    "UPDATE ot_step SET watched = 0, due_on = NULL, statutory_due_on = NULL",
)
_DIGITS = 9  # of what tells one case of a day from another


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A store with one case, and whose it is."""

    path: Path
    case: str
    city: Mapping[str, str]

    def times(self, folder: Path, cases: int) -> Path:
        """A copy of the store with so many cases."""
        folder.mkdir()
        path = folder / "onething.sqlite"
        shutil.copy(self.path, path)
        with closing(sqlite3.connect(path)) as store:
            for statement in _NOTHING_WAITS:
                store.execute(statement)
            for table, key in _FACTS.items():
                self._repeated(store, table, key, range(1, cases))
            store.commit()
        return path

    def numbered(self, cases: int) -> Callable[[int], Any]:
        """The variables that ask for one of so many copies after another."""
        return lambda number: {"id": self._name(1 + number % (cases - 1))}

    def _name(self, number: int) -> str:
        return f"{self.case[:-_DIGITS]}{number:0{_DIGITS}d}"

    def _repeated(self, store: sqlite3.Connection, table: str, key: str, numbers: range) -> None:
        found = store.execute(f"SELECT * FROM {table} WHERE {key} = ?", (self.case,))  # noqa: S608
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        kept = [name for name in names if name != "seq"]  # which the store counts itself
        quoted, holes = ", ".join(f'"{name}"' for name in kept), ", ".join("?" * len(kept))
        copies = self._copies([[row[name] for name in kept] for row in rows], numbers)
        store.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({holes})", copies)  # noqa: S608

    def _copies(self, rows: list[list[Any]], numbers: range) -> Iterator[list[Any]]:
        for number in numbers:
            name = self._name(number)
            for row in rows:
                yield [self._renamed(value, name) for value in row]

    def _renamed(self, value: Any, name: str) -> Any:
        if isinstance(value, bytes):
            return value.replace(self.case.encode(), name.encode())
        return value.replace(self.case, name) if isinstance(value, str) else value


async def stored(state: Path) -> Stored:
    """A store in this folder with one case, submitted at a gateway that has ended since."""

    async with applying(state) as place:
        [draft] = await place.drafts("stored", 1)
        case = await place.submit(draft)
    return Stored(path=state / "onething.sqlite", case=case, city=place.city)
