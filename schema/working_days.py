"""The working calendar in force: chinesecalendar's years, overlaid by files for the others.

An overlay `<year>.toml` replaces what is known of its year:

    year = 2027
    provisional = true            # the State Council's notice is not out; default false
    source = "国办发明电〔2026〕…"   # optional
    holidays = [2027-01-01]       # days off; Saturdays and Sundays need not be listed
    make_up_days = []             # Saturdays and Sundays on which offices work

Dates lie in the year or in the December before it (a notice may move the days around New Year).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from chinese_calendar import holidays as base_holidays
from chinese_calendar import workdays as base_make_up_days

from schema.domain.calendar import WorkingCalendar

SHIPPED = Path(__file__).parent / "calendars"
_KEYS = frozenset({"year", "provisional", "source", "holidays", "make_up_days"})


class CalendarInvalid(Exception):
    """Overlay files that cannot be used; `problems` is every mistake, as `file:key: sentence`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What one file says of one year."""

    year: int
    provisional: bool
    holidays: frozenset[date]
    make_up_days: frozenset[date]


def load_working_calendar(*folders: Path) -> WorkingCalendar:
    """The calendar with the shipped overlays, then those of `folders`; the last on a year wins."""
    problems: list[str] = []
    overlays: dict[int, Overlay] = {}
    for folder in (SHIPPED, *folders):
        if not folder.is_dir():
            problems.append(f"{folder}: the folder of calendar overlays does not exist")
            continue
        for path in sorted(folder.glob("*.toml")):
            overlay = read_overlay(path, problems)
            if overlay is not None:
                overlays[overlay.year] = overlay
    if problems:
        raise CalendarInvalid(problems)
    return _calendar(overlays)


def read_overlay(path: Path, problems: list[str]) -> Overlay | None:
    """One overlay file, or None with every mistake added to `problems`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as e:
        problems.append(f"{path.name}: not readable as TOML: {e}")
        return None
    mistakes = [f"{path.name}:{mistake}" for mistake in _mistakes(table, path.stem)]
    problems.extend(mistakes)
    if mistakes:
        return None
    return Overlay(
        year=table["year"],
        provisional=table.get("provisional", False),
        holidays=frozenset(table["holidays"]),
        make_up_days=frozenset(table.get("make_up_days", ())),
    )


def _mistakes(table: Mapping[str, Any], stem: str) -> list[str]:
    found = [f"{key}: unknown key; known are {_known()}" for key in sorted(table.keys() - _KEYS)]
    year = table.get("year")
    if type(year) is not int or not 2000 <= year <= 2100:
        return [*found, "year: must be a year, as in 2027"]
    if stem != str(year):
        found.append(f"year: {year} does not fit the file's name; name it {year}.toml")
    if not isinstance(table.get("provisional", False), bool):
        found.append("provisional: must be true or false")
    if not isinstance(table.get("source", ""), str):
        found.append("source: must be a text")
    if "holidays" not in table:
        found.append("holidays: missing; list the days off of the year")
    return found + _date_mistakes(table, year)


def _date_mistakes(table: Mapping[str, Any], year: int) -> list[str]:
    found = []
    for key in ("holidays", "make_up_days"):
        days = table.get(key, [])
        if not isinstance(days, list):
            found.append(f"{key}: must be a list of dates")
            continue
        for day in days:
            found += [f"{key}: {why}" for why in _day_mistakes(key, day, year)]
        found += [f"{key}: {day} is listed twice" for day in _twice(days)]
    if not found:
        both = set(table.get("holidays", ())) & set(table.get("make_up_days", ()))
        found += [f"make_up_days: {day} is a holiday too" for day in sorted(both)]
    return found


def _day_mistakes(key: str, day: object, year: int) -> list[str]:
    if not isinstance(day, date) or isinstance(day, datetime):
        return [f"{day!r} is not a date; write it as {year}-10-01, without quotes"]
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        return [f"{day} is not in {year}, nor in the December before it"]
    if key == "make_up_days" and day.weekday() < 5:
        return [f"{day} is not a Saturday or Sunday, so it needs no make-up"]
    return []


def _twice(days: list[Any]) -> list[str]:
    return sorted({str(day) for day in days if days.count(day) > 1})


def _known() -> str:
    return ", ".join(sorted(_KEYS))


def _calendar(overlays: Mapping[int, Overlay]) -> WorkingCalendar:
    holidays, make_up = set(base_holidays), set(base_make_up_days)
    known = {day.year for day in holidays}
    for year in sorted(overlays):
        overlay = overlays[year]
        holidays = {d for d in holidays if d.year != year} - overlay.make_up_days | overlay.holidays
        make_up = {d for d in make_up if d.year != year} - overlay.holidays | overlay.make_up_days
        known = known - {year} if overlay.provisional else known | {year}
    return WorkingCalendar(
        holidays=frozenset(holidays), make_up_days=frozenset(make_up), known_years=frozenset(known)
    )
