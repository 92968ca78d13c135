"""The mocks' virtual clock: one small file, written by the parent, read by every department.

The clock runs at real speed from wherever it was set; working days follow the State Council's
calendar, and Monday to Friday in years that calendar does not know yet.
"""

import fcntl
import json
import logging
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import chinese_calendar

_log = logging.getLogger(__name__)

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
OPENING_HOUR = 10  # decisions are entered at ten o'clock local time
CLOSING_HOUR = 18
FASTEST = 1_000_000  # city seconds a real second


def real_now() -> float:
    """Real time in Unix seconds."""
    return time.time()


@lru_cache(maxsize=16_384)  # the calendar looks through all its holidays for each answer
def is_working_day(day: date) -> bool:
    """Whether offices are open, make-up Saturdays included."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@lru_cache(maxsize=4096)
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
    # Kernels stamp files by their tick, and use the number of a file again that is gone: two
    # files of the same length within a tick would pass for one.
    written = time.time_ns()
    os.utime(part, ns=(written, written))
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


class SpoiledClock(ValueError):
    """The clock's file tells no time: somebody wrote in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """City time at one moment of real time, and city seconds a real second from then on."""

    virtual: datetime
    real: float
    rate: float

    def at(self, real: float) -> datetime:
        """City time at a moment of real time."""
        return self.virtual + timedelta(seconds=(real - self.real) * self.rate)

    @classmethod
    def of(cls, told: Any) -> "Setting":
        """As the file tells it; ValueError, KeyError or TypeError where that makes no sense."""
        if not isinstance(told, dict):
            raise ValueError("is not an object")
        virtual, real = datetime.fromisoformat(told["virtual"]), float(told["real"])
        rate = float(told["rate"])
        if virtual.tzinfo is None:
            raise ValueError("virtual has no offset")
        if not (math.isfinite(real) and 0 <= rate <= FASTEST):
            raise ValueError(f"real is a moment in seconds, rate a number from 0 to {FASTEST}")
        return cls(virtual=virtual, real=real, rate=rate)

    @property
    def told(self) -> dict[str, Any]:
        """As the file tells it."""
        virtual = self.virtual.astimezone(SHANGHAI).isoformat()
        return {"virtual": virtual, "real": self.real, "rate": self.rate}


def ahead(
    moment: datetime, *, working_days: int = 0, hours: float = 0, seconds: float = 0
) -> datetime:
    """The moment so much later; whole working days end at closing time."""
    if working_days:
        moment = at_hour(add_working_days(moment.date(), working_days), CLOSING_HOUR)
    return moment + timedelta(hours=hours, seconds=seconds)


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
        return self.at(real_now())

    def at(self, real: float) -> datetime:
        """Virtual time at a moment of real time, as the clock was set when somebody looked."""
        if not self._is_set:
            return datetime.fromtimestamp(real, SHANGHAI)
        return self._virtual + timedelta(seconds=(real - self._real) * self._rate)

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
            taken = Setting.of(setting)
            self._virtual, self._real, self._rate = taken.virtual, taken.real, taken.rate
        self._is_set = setting is not None

    @property
    def rate(self) -> float:
        """City seconds a real second; 0: it stands still."""
        self.look()
        return self._rate if self._is_set else 1.0

    def set(self, moment: datetime, *, rate: float | None = None) -> datetime:
        """Jump to `moment`. `rate` 0 stands still, 1 runs; None: at the same as before."""
        with self._alone():
            kept = self.rate
            rate = kept if rate is None else rate
            self._write(Setting(virtual=moment, real=real_now(), rate=rate))
        return self.now()

    def advance(
        self,
        *,
        working_days: int = 0,
        hours: float = 0,
        seconds: float = 0,
        rate: float | None = None,
    ) -> datetime:
        """Jump ahead by exactly that much, and go on at `rate`; SpoiledClock.

        Whole working days end at closing time, when all due that day is decided. Of two who
        advance at once each moves it, whichever processes they are.
        """
        with self._alone():
            before, real = self.in_force(), real_now()
            moment = ahead(before.at(real), working_days=working_days, hours=hours, seconds=seconds)
            rate = before.rate if rate is None else rate
            self._write(Setting(virtual=moment, real=real, rate=rate))
        return self.now()

    def forget(self) -> None:
        """Show real time again."""
        with self._alone():
            self._file.path.unlink(missing_ok=True)

    def in_force(self) -> Setting:
        """What the file tells this moment; SpoiledClock where it tells nothing."""
        try:
            return Setting.of(json.loads(self._file.path.read_text("utf-8")))
        except FileNotFoundError:
            real = real_now()
            return Setting(virtual=datetime.fromtimestamp(real, SHANGHAI), real=real, rate=1.0)
        except KeyError as missing:
            raise SpoiledClock(f"{missing} is missing") from None
        except (ValueError, TypeError) as wrong:
            raise SpoiledClock(str(wrong)) from None

    def _write(self, setting: Setting) -> None:
        write_atomically(self._file.path, setting.told)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep out whoever else sets this clock; ends with the process, too."""
        path = self._file.path
        file = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)
