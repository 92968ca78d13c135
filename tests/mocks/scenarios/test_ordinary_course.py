"""The ordinary course does to the minute what a script of steps does that is counted at receipt."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.core.clock import add_working_days, at_hour, working_days_between
from mocks.core.filed import MARKERS, Due, Service, Status, Step
from mocks.core.kit import DEPARTMENTS, department_module
from mocks.scenarios.machine import draws
from mocks.scenarios.model import TAKES_MORE
from mocks.scenarios.ordinary import ordinary
from tests.mocks.scenarios.office import on
from tests.mocks.scenarios.walking import history, received_filing, walked

SERVICES = [s for name in DEPARTMENTS for s in department_module(name).SERVICES]
DRAW = draws(1, "test")
Told = list[tuple[Status, datetime]]
MOMENTS = st.integers(0, 60 * 24 * 350).map(lambda n: on(1, 2, 0) + timedelta(minutes=n))


def by_script(service: Service, markers: set[str], received: datetime, handed_in: int) -> Told:
    """The history by a list of steps; a supplement comes `handed_in` minutes after it was asked."""
    steps = [Due(status=step.status, at=step.due(received)) for step in service.steps]
    told: Told = [(Status.RECEIVED, received)]
    if service.defers and "容缺" in markers:
        steps[0] = replace(steps[0], status=Status.CONDITIONALLY_ACCEPTED)
    if "搁置" in markers:
        steps = steps[:1]
    elif "补正" in markers:
        first_day = Step(status=Status.SUPPLEMENT, working_days=1).due(received)
        asked = min([first_day, *(due.at for due in steps[1:])])
        steps.insert(1, Due(status=Status.SUPPLEMENT, at=asked))
    while steps:
        due, *steps = steps
        refused = due.status is Status.GRANTED and "违规" in markers
        told.append((Status.REFUSED if refused else due.status, due.at))
        if due.status is Status.SUPPLEMENT:
            now = due.at + timedelta(minutes=handed_in)
            told.append((Status.ACCEPTED, now))
            steps = [replace(later, at=_moved(later.at, due.at, now)) for later in steps]
    return told


def _moved(due: datetime, paused: datetime, now: datetime) -> datetime:
    left = working_days_between(paused.date(), due.date())
    return at_hour(add_working_days(now.date(), left)) if left else now + timedelta(minutes=1)


def by_course(service: Service, markers: set[str], received: datetime, handed_in: int) -> Told:
    """The history by the course of states."""
    fields = {"text": "".join(sorted(markers))}
    filed = received_filing(ordinary(service, fields), received, fields=fields)
    return history(walked(filed, DRAW, handing_in=[timedelta(minutes=handed_in)]))


@given(
    st.sampled_from(SERVICES),
    st.sets(st.sampled_from(MARKERS)),
    MOMENTS,
    st.integers(0, 60 * 24 * 20),
)
@settings(max_examples=100, deadline=None)
def test_a_course_of_states_tells_what_a_script_of_steps_told(
    service: Service, markers: set[str], received: datetime, handed_in: int
) -> None:
    told = by_course(service, markers, received, handed_in)

    assert told == by_script(service, markers, received, handed_in)


def test_every_state_that_takes_more_in_says_what_follows() -> None:
    for service in SERVICES:
        for text in ("", "补正", "容缺", "搁置容缺", "补正容缺"):
            for state in ordinary(service, {"text": text}).states.values():
                assert (state.status in TAKES_MORE) == any(move.on for move in state.then)
