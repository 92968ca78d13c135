"""When a filing's steps are due: counted at receipt, counted on after a pause for a supplement."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mocks.core.clock import add_working_days, at_hour, working_days_between
from mocks.core.filed import (
    DEFERRAL_MARKER,
    SHELVED_MARKER,
    SUPPLEMENT_MARKER,
    Due,
    Service,
    Status,
    Step,
    marked,
)

_ASKED = Step(status=Status.SUPPLEMENT, working_days=1)


def schedule(service: Service, fields: Mapping[str, Any], received: datetime) -> tuple[Due, ...]:
    """The steps of a filing received then, with what its markers change."""
    steps = [Due(status=step.status, at=step.due(received)) for step in service.steps]
    if service.defers and marked(fields, DEFERRAL_MARKER):
        steps[0] = replace(steps[0], status=Status.CONDITIONALLY_ACCEPTED)
    if marked(fields, SHELVED_MARKER):
        return tuple(steps[:1])
    if marked(fields, SUPPLEMENT_MARKER):
        # asked once, on the first working day, and in any case before the next step
        asked = min([_ASKED.due(received), *(due.at for due in steps[1:])])
        steps.insert(1, Due(status=Status.SUPPLEMENT, at=asked))
    return tuple(steps)


def resumed(pending: Sequence[Due], paused: datetime, now: datetime) -> tuple[Due, ...]:
    """The steps left after a pause: as many working days off as they were when it began."""
    return tuple(replace(due, at=_moved(due.at, paused, now)) for due in pending)


def _moved(due: datetime, paused: datetime, now: datetime) -> datetime:
    left = working_days_between(paused.date(), due.date())
    if not left:
        return now + timedelta(minutes=1)
    return at_hour(add_working_days(now.date(), left))
