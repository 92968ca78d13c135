"""The mocks' virtual clock: one small file, written by the parent, read by every department.

The clock runs at real speed from wherever it was set; working days follow the State Council's
calendar, and Monday to Friday in years that calendar does not know yet.
"""

import json
import logging
import os
import time
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import chinese_calendar

_log = logging.getLogger(__name__)

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
OPENING_HOUR = 10  # decisions are entered at ten o'clock local time
CLOSING_HOUR = 18


def real_now() -> float:
    """Real time in Unix seconds."""
    return time.time()


def is_working_day(day: date) -> bool:
    """Whether offices are open, make-up Saturdays included."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(day: date, count: int) -> date:
    """The working day `count` working days after `day`; `day` itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 when `end` is not later."""
    days = (start + timedelta(days=n + 1) for n in range(max(0, (end - start).days)))
    return sum(is_working_day(day) for day in days)


def at_hour(day: date, hour: int = OPENING_HOUR) -> datetime:
    """That hour of that day in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def write_atomically(path: Path, value: Any) -> None:
    """Replace a JSON file so that a reader sees the old one or the new one, never half."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)


class Watched:
    """A JSON object read again only when its file was replaced; None while there is none.

    One that cannot be read leaves what was, and says so on the log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._name = str(path)  # looked at for every call: os.stat of a text costs least
        self.version = 0
        self._seen: tuple[int, int, int] | None = None
        self._value: Any = None

    def value(self) -> Any:
        """The content as of now."""
        if self._seen is None and not os.access(self._name, os.F_OK):  # the cheapest to ask
            return self._value
        try:
            stat = os.stat(self._name)  # noqa: PTH116
        except FileNotFoundError:
            stamp = None
        else:
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if stamp != self._seen:
            self._seen = stamp
            self._read(there=stamp is not None)
        return self._value

    def _read(self, *, there: bool) -> None:
        try:
            value = json.loads(self.path.read_text("utf-8")) if there else None
            if not isinstance(value, dict | None):
                raise ValueError("is not an object")
        except (OSError, ValueError) as wrong:  # written by hand, or gone this moment
            _log.warning("%s: %s — what was in force stays", self.path, wrong)
            return
        self._value = value
        self.version += 1


class VirtualClock:
    """Now, as the departments see it. Without a file it shows real time."""

    def __init__(self, path: Path) -> None:
        self._file = Watched(path)
        self._seen = -1
        self._virtual = datetime.fromtimestamp(0, SHANGHAI)
        self._real = self._rate = 0.0
        self._is_set = False
        self.looked = False  # nobody looks at the file as long as this stands

    def now(self) -> datetime:
        """Virtual time in Shanghai."""
        if not self.looked:
            self.look()
        if not self._is_set:
            return datetime.fromtimestamp(real_now(), SHANGHAI)
        return self._virtual + timedelta(seconds=(real_now() - self._real) * self._rate)

    def look(self) -> bool:
        """How the clock is set by now; True."""
        setting = self._file.value()
        if self._file.version != self._seen:
            self._seen = self._file.version
            with suppress(ValueError, KeyError, TypeError):  # spoiled by hand: as it was before
                self._take(setting)
        return True

    def _take(self, setting: Any) -> None:
        if setting is not None:
            moment, real, rate = setting["virtual"], setting["real"], setting["rate"]
            told = datetime.fromisoformat(moment), float(real), float(rate)
            self._virtual, self._real, self._rate = told
        self._is_set = setting is not None

    @property
    def rate(self) -> float:
        """City seconds a real second; 0: it stands still."""
        self.look()
        return self._rate if self._is_set else 1.0

    def set(self, moment: datetime, *, rate: float | None = None) -> datetime:
        """Jump to `moment`; only the parent process may. `rate` 0 stands still, 1 runs."""
        kept = self.rate
        value = {
            "virtual": moment.astimezone(SHANGHAI).isoformat(),
            "real": real_now(),
            "rate": kept if rate is None else rate,
        }
        write_atomically(self._file.path, value)
        return self.now()

    def advance(self, *, working_days: int = 0, hours: float = 0, seconds: float = 0) -> datetime:
        """Jump ahead; whole working days end at closing time, when all due that day is decided."""
        moment = self.now()
        if working_days:
            moment = at_hour(add_working_days(moment.date(), working_days), CLOSING_HOUR)
        return self.set(moment + timedelta(hours=hours, seconds=seconds))
