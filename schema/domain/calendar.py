"""Working days (工作日) as a value: which days offices work, and how sure we are of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from itertools import islice
from typing import Final

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
YEARS: Final = range(1949, 2201)
"""In which anything of ours can happen. Systems write moments of no time at all as 0001-01-01 or
9999-12-31, beside which no day can be counted."""

_DAY = timedelta(days=1)
_FIRST, _LAST = date(YEARS.start, 1, 1), date(YEARS.stop - 1, 12, 31)
_A_WEEK, _LONG = 7, 400  # days; beyond so many it is cheaper to look at those that were moved
# The notice of a year moves days of the December before it too: 2018-12-29 became a working
# Saturday, 2022-12-31 a holiday.
_TURN_OF_YEAR = (12, 24)


def local_day(at: datetime) -> date:
    """The calendar day in Shanghai of an aware moment; outside of `YEARS` their nearest day."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    if at.year not in YEARS:
        return _FIRST if at.year < YEARS.start else _LAST
    return min(max(_FIRST, at.astimezone(SHANGHAI).date()), _LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Monday to Friday, without the holidays, with the make-up days (调休).

    `known_years` are those whose State Council notice is in `holidays` and `make_up_days`; answers
    that touch any other year are provisional.
    """

    holidays: frozenset[date] = field(default=frozenset(), repr=False)
    make_up_days: frozenset[date] = field(default=frozenset(), repr=False)
    known_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        both = self.holidays & self.make_up_days
        if both:
            raise ValueError(f"{min(both)} is both a holiday and a make-up day")

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day."""
        if day in self.make_up_days:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def provisional(self, day_from: date, day_to: date) -> bool:
        """Whether any day from `day_from` to `day_to`, both included, may still be moved.

        The last week of December depends on the next year's notice as well.
        """
        last = day_to.year + ((day_to.month, day_to.day) >= _TURN_OF_YEAR)
        return any(year not in self.known_years for year in range(day_from.year, last + 1))

    def working_days_after(self, start: date) -> Iterator[date]:
        """Every working day after `start`, without end; `start` itself is not among them."""
        day = start
        while True:
            day += _DAY
            if self.is_working(day):
                yield day

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after `start`; `start` itself for none."""
        if n < 0:
            raise ValueError("working days are counted forwards")
        return max(islice(self.working_days_after(start), n), default=start)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`."""
        days = (end - start).days
        if days > _LONG:
            return self._between_far(start, end, days)
        return sum(self.is_working(start + _DAY * i) for i in range(1, days + 1))

    def _between_far(self, start: date, end: date, days: int) -> int:
        """The same, by whole weeks and the days that were moved."""
        weeks, rest = divmod(days, _A_WEEK)
        last = [start + _DAY * i for i in range(1, rest + 1)]
        weekdays = weeks * 5 + sum(day.weekday() < 5 for day in last)
        made_up = sum(start < day <= end and day.weekday() >= 5 for day in self.make_up_days)
        off = sum(start < day <= end and day.weekday() < 5 for day in self.holidays)
        return weekdays + made_up - off
