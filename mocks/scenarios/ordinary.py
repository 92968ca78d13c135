"""The course every service takes on its own, as its script says, and what markers make of it.

A text of the filing as it was received chooses: 搁置 stays accepted, 补正 is asked for more once on
the first working day, 容缺 is accepted with that still to follow where the service defers. 违规 in
the filing as it stands when it is decided is refused.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mocks.core.filed import (
    DEFERRAL_MARKER,
    REFUSAL_MARKER,
    SHELVED_MARKER,
    SUPPLEMENT_MARKER,
    Service,
    Status,
    Step,
    marked,
)
from mocks.scenarios.model import ORDINARY, START, SUPPLEMENT, After, Course, Move, State, Where

_ASKED, _RESUMED = "asked", "resumed"
_CHOOSING = (SHELVED_MARKER, SUPPLEMENT_MARKER, DEFERRAL_MARKER)
_REFUSED = Where(contains=REFUSAL_MARKER)


def ordinary(service: Service, fields: Mapping[str, Any]) -> Course:
    """The course of a filing with these fields."""
    return _course(service, marked(fields, _CHOOSING))


@lru_cache(maxsize=256)
def _course(service: Service, markers: frozenset[str]) -> Course:
    shelved, asks = SHELVED_MARKER in markers, SUPPLEMENT_MARKER in markers
    first, *rest = service.steps
    onwards = () if shelved else _onwards(rest)
    ask = _ask(rest) if asks and not shelved else ()
    states = _later(rest)
    states[first.status] = State(status=first.status, then=ask + onwards, stays=shelved)
    begins = first.status
    if service.defers and DEFERRAL_MARKER in markers:
        begins = Status.CONDITIONALLY_ACCEPTED
        handed_in = (Move(on=SUPPLEMENT, to={first.status: 1}),)
        states[begins] = State(status=begins, then=handed_in + ask + onwards, stays=shelved)
    if ask:
        states[_ASKED] = State(
            status=Status.SUPPLEMENT, then=(Move(on=SUPPLEMENT, to={_RESUMED: 1}),)
        )
        states[_RESUMED] = State(status=first.status, then=onwards)
    states[START] = State(status=Status.RECEIVED, then=(_counted(first, {begins: 1}),))
    return Course(id=ORDINARY, states=states)


def _later(steps: list[Step]) -> dict[str, State]:
    """The states after the first, each with its way to the next."""
    states: dict[str, State] = {}
    for place, step in enumerate(steps):
        states[step.status] = State(
            status=step.status,
            then=_onwards(steps[place + 1 :]),
            certificate=step.status is Status.GRANTED,
        )
    states[Status.REFUSED] = State(status=Status.REFUSED)
    return states


def _onwards(steps: list[Step]) -> tuple[Move, ...]:
    """The way to the next step; a grant may turn into a refusal."""
    if not steps:
        return ()
    move = _counted(steps[0], {steps[0].status: 1})
    if steps[0].status is not Status.GRANTED:
        return (move,)
    refused = _counted(steps[0], {Status.REFUSED: 1}, where=(_REFUSED,))
    return (refused, move)


def _ask(rest: list[Step]) -> tuple[Move, ...]:
    """Asked on the first working day, and in any case before the next step."""
    within_the_day = [s for s in rest if not s.working_days and not s.calendar_days]
    asked = Step(status=Status.SUPPLEMENT, working_days=1)
    return (_counted(within_the_day[0] if within_the_day else asked, {_ASKED: 1}),)


def _counted(step: Step, to: Mapping[str, float], *, where: tuple[Where, ...] = ()) -> Move:
    days = bool(step.working_days or step.calendar_days)
    after = After(
        minutes=0 if days else step.minutes,
        working_days=step.working_days,
        calendar_days=step.calendar_days,
    )
    return Move(to=to, after=after, since_receipt=True, where=where)
