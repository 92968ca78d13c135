"""What comes next for a filing: pure, from its course, its standing and keyed draws.

Of the moves that hold, the one due first is taken, and of those due together the one told first.
Draws depend on seed, department, reference, course, state and round, so that nothing another filing
does, and no order of calls, changes them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mocks.core.clock import add_working_days, at_hour, working_days_between
from mocks.core.filed import Due, Filed
from mocks.core.numbers import drawn
from mocks.scenarios.model import Course, Move

Draw = Callable[..., float]
"""A number from 0 up to but not including 1, always the same for the same parts."""

_FINE = 10**12


def draws(seed: int, department: str) -> Draw:
    """The draws of one department."""

    def draw(*parts: object) -> float:
        return drawn(seed, "scenario", department, *parts) % _FINE / _FINE

    return draw


def next_due(course: Course, filed: Filed, draw: Draw) -> Due | None:
    """The step time alone will bring; None while the filing waits for somebody, or stays."""
    state = course.states.get(filed.state)
    if state is None:
        return None
    round_ = filed.rounds.get(filed.state, 1)
    holding = [move for move in state.timed if move.holds(round_, filed.fields)]
    if not holding:
        return None
    at, move = min(((_due(move, filed), move) for move in holding), key=lambda pair: pair[0])
    to = _drawn(move, filed, draw)
    return Due(status=course.states[to].status, at=at, state=to)


def on_event(course: Course, filed: Filed, event: str, draw: Draw) -> str | None:
    """The state an event leads to; None where it leads nowhere."""
    state = course.states.get(filed.state)
    round_ = filed.rounds.get(filed.state, 1)
    for move in state.then if state else ():
        if move.on == event and move.holds(round_, filed.fields):
            return _drawn(move, filed, draw)
    return None


def _due(move: Move, filed: Filed) -> datetime:
    if move.after is None:
        raise ValueError("a move on an event is not due at a time")
    if not move.since_receipt:
        return move.after.due(filed.entered_at)
    due = move.after.due(filed.received_at)
    return max(filed.entered_at, after_pauses(due, filed.pauses))


def after_pauses(due: datetime, pauses: Sequence[tuple[datetime, datetime]]) -> datetime:
    """When something is due that was put off by pauses, oldest first.

    After each it is as many working days off as it was when the pause began.
    """
    for paused, resumed in pauses:
        left = working_days_between(paused.date(), due.date())
        if left:
            due = at_hour(add_working_days(resumed.date(), left))
        else:
            due = resumed + timedelta(minutes=1)
    return due


def _drawn(move: Move, filed: Filed, draw: Draw) -> str:
    names = list(move.to)
    if len(names) == 1:
        return names[0]
    round_ = filed.rounds.get(filed.state, 1)
    place = draw(filed.reference, filed.course.id, filed.state, round_) * sum(move.to.values())
    for name, weight in move.to.items():
        place -= weight
        if place < 0:
            return name
    return names[-1]
