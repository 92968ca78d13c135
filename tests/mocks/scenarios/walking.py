"""A filing led through its course without a desk: as far as time and handed-in supplements go."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mocks.core.entered import decided, opened, supplemented
from mocks.core.filed import Filed, Status
from mocks.scenarios.machine import Draw, next_due, on_event
from mocks.scenarios.model import SUPPLEMENT, Course

_MOST = 200


class NeverEnds(AssertionError):
    """Time alone leads it on and on."""


def received_filing(
    course: Course, at: datetime, *, reference: str = "r", fields: Mapping[str, Any] | None = None
) -> Filed:
    """A filing as it comes in."""
    entry: dict[str, Any] = {
        "receipt": "1", "reference": reference, "service": "s", "fields": fields or {},
        "digest": "", "key": None, "at": at.isoformat(), "real_at": at.isoformat(),
    }  # fmt: skip
    return opened(entry, course)


def walked(filed: Filed, draw: Draw, *, handing_in: Sequence[timedelta] = ()) -> Filed:
    """Where it ends or waits, when it is handed more so long after each time it was asked."""
    left = list(handing_in)
    for _ in range(_MOST):
        if filed.status is Status.SUPPLEMENT and left:
            filed = _supplemented(filed, draw, left.pop(0))
        elif due := next_due(filed.course, filed, draw):
            entry = {"status": due.status, "state": due.state, "at": due.at.isoformat()}
            filed = decided(filed, {**entry, "certificate": None})
        else:
            return filed
    raise NeverEnds(filed.course)


def _supplemented(filed: Filed, draw: Draw, after: timedelta) -> Filed:
    state = on_event(filed.course, filed, SUPPLEMENT, draw)
    assert state is not None
    entry = {
        "at": (filed.entered_at + after).isoformat(), "fields": {}, "reference": "m",
        "state": state, "status": filed.course.states[state].status,
    }  # fmt: skip
    return supplemented(filed, entry)


def history(filed: Filed) -> list[tuple[Status, datetime]]:
    """Every status it had, and since when."""
    return [(step.status, step.at) for step in filed.history]
