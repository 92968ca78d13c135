"""When a rule is in force, by the departments' clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of virtual time, days of the week, hours of the day; what is None is not asked."""

    since: datetime | None = None
    until: datetime | None = None
    weekdays: frozenset[int] | None = None
    hours: tuple[time, time] | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The window a rule names."""
        return cls(
            since=told.get("from"),
            until=told.get("until"),
            weekdays=told.get("weekdays"),
            hours=told.get("hours"),
        )

    @property
    def always(self) -> bool:
        """Whether no clock need be asked."""
        told = (self.since, self.until, self.weekdays, self.hours)
        return all(one is None for one in told)

    @property
    def never(self) -> tuple[str, str] | None:
        """What keeps it shut for ever: the key, and how to mend it; None when nothing does."""
        if self.since and self.until and self.until <= self.since:
            return "until", "is not after from, so it never strikes; write a later moment"
        if self.hours and self.hours[0] == self.hours[1]:
            said = f"{self.hours[0]:%H:%M}-{self.hours[1]:%H:%M}"
            return "hours", f"{said} is no time at all; for the whole day leave it out"
        return None

    def open_at(self, now: datetime | None) -> bool:
        """Whether `now`, in Shanghai's time, lies inside; the ends of spans do not."""
        if self.always:
            return True
        if now is None:
            return False
        if (self.since and now < self.since) or (self.until and now >= self.until):
            return False
        if self.weekdays is not None and now.weekday() not in self.weekdays:
            return False
        return self.hours is None or _within(self.hours, now.time())


def _within(hours: tuple[time, time], now: time) -> bool:
    start, end = hours
    if start <= end:
        return start <= now < end
    return now >= start or now < end
