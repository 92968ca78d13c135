"""When a department is closed: outside its office hours, or in a window of its own.

Hours are local time of the virtual clock. A window that ends no later than it begins ends the next
day, and belongs to the day it began on.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from mocks.core.clock import add_working_days, is_working_day
from mocks.scenarios.model import Scenario, Window

NEXT_MORNING = "next_morning"
_MORNING = time(9)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


def answers(
    scenarios: Iterable[Scenario], department: str, now: datetime, operation: str | None = None
) -> tuple[str, ...]:
    """What a department that is closed now answers, by the first scenario that says so first.

    Empty while it is open. Without an operation: hours that are told for operations are left out.
    """
    found = (_answers(scenario, department, now, operation) for scenario in scenarios)
    return tuple(answer for scenario in found for answer in scenario)


def next_morning(now: datetime) -> datetime:
    """Nine o'clock on the next working morning, today's when it is not nine yet."""
    today = now.date()
    if not is_working_day(today) or now.time() >= _MORNING:
        today = add_working_days(today, 1)
    return datetime.combine(today, _MORNING, now.tzinfo)


def _answers(
    scenario: Scenario, department: str, now: datetime, operation: str | None
) -> list[str]:
    closed = [w.answer for w in _ours(scenario.closed, department, operation) if covers(w, now)]
    office = _ours(scenario.opened, department, operation)
    if office and not any(covers(window, now) for window in office):
        closed.append(office[0].answer)
    return closed


def _ours(windows: Iterable[Window], department: str, operation: str | None) -> list[Window]:
    return [
        window
        for window in windows
        if (not window.departments or department in window.departments)
        and (not window.operations or operation in window.operations)
    ]  # fmt: skip


def covers(window: Window, now: datetime) -> bool:
    """Whether a moment lies in the window; its beginning does, its end does not."""
    today, hour = now.date(), now.time()
    if window.begins < window.ends:
        return window.begins <= hour < window.ends and _is_day(window, today)
    began_today = hour >= window.begins and _is_day(window, today)
    return began_today or (hour < window.ends and _is_day(window, today - _DAY))


def _is_day(window: Window, day: date) -> bool:
    if (window.first and day < window.first) or (window.last and day > window.last):
        return False
    kind = "working" if is_working_day(day) else "rest"
    return not window.days or bool(window.days & {_WEEK[day.weekday()], kind})
