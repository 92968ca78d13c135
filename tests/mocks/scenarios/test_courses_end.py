"""Whatever a scenario file says: once it is taken, every filing ends, or waits where it says so."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from mocks.core.filed import FINAL, Filed
from mocks.scenarios.control import all_terms
from mocks.scenarios.courses import course
from mocks.scenarios.machine import draws
from mocks.scenarios.model import TAKES_MORE, Course, Scenario, WrongScenario
from mocks.scenarios.reading import understood
from mocks.scenarios.terms import Terms
from tests.mocks.scenarios.office import on
from tests.mocks.scenarios.walking import NeverEnds, received_filing, walked

TERMS = all_terms()
SERVICES = [(term, service) for term in TERMS for service in term.services.values()]
NAMES = ("received", "accepted", "looked_at", "asked", "granted", "refused")
STATUSES = {"looked_at": "accepted", "asked": "supplement_requested"}
AFTERS: tuple[dict[str, Any], ...] = (
    {"seconds": 1}, {"minutes": 30}, {"hours": 5.5}, {"working_days": 3},
    {"calendar_days": 9, "at": "16:30"},
)  # fmt: skip


def wild(number: int) -> dict[str, Any]:
    """The states of a file as somebody might write it, wrong more often than not."""
    random_ = random.Random(number)
    made: dict[str, Any] = {"received": _body(random_, "received")}
    leads = list(_targets(made["received"]))
    while leads:
        name = leads.pop()
        if name not in made and name in NAMES[1:4] and (name in STATUSES or random_.random() < 0.8):
            made[name] = _body(random_, name)
            leads += _targets(made[name])
    return made


def _body(random_: random.Random, name: str) -> dict[str, Any]:
    later = NAMES[NAMES.index(name) + 1 :]
    certain = random_.choice(later if random_.random() < 0.8 else NAMES)
    then: list[dict[str, Any]] = [{"after": random_.choice(AFTERS), "to": certain}]
    if random_.random() < 0.6:
        some = {to: random_.randint(1, 5) for to in random_.sample(NAMES, 2)}
        guarded = {"after": random_.choice(AFTERS), "to": some, "round": [1, random_.randint(1, 4)]}
        then.insert(0, guarded)
    if random_.random() < 0.5:
        then[-1]["since"] = random_.choice(("entry", "receipt"))
    if name == "asked":
        then = [
            {"on": "supplement", "to": random_.choice(NAMES[1:])},
            *then[: random_.randint(0, 2)],
        ]
    elif random_.random() < 0.1:
        return {"then": [], "stays": True}
    return {"status": STATUSES.get(name, name), "then": then}


def _targets(body: Mapping[str, Any]) -> list[str]:
    return [
        to
        for move in body["then"]
        for to in ([move["to"]] if isinstance(move["to"], str) else move["to"])
    ]


def taken(
    states: Mapping[str, Any], meant: Terms, service: str, terms: Sequence[Terms] = TERMS
) -> Scenario | None:
    """The scenario these states make for one service, when it is taken."""
    told = {
        "title": {"zh": "题", "en": "title"},
        "meets": {"departments": [meant.department], "services": [service]},
        "states": states,
    }
    try:
        return understood(Path("made.toml"), told, terms)
    except WrongScenario:
        return None


def waits_or_ends(filed: Filed) -> bool:
    """Whether it was decided, or is where a file says that it waits."""
    state = filed.course.states[filed.state]
    awaits = state.status in TAKES_MORE and any(move.on for move in state.then)
    return filed.status in FINAL or state.stays or awaits


@given(
    st.integers(0, 2**32),
    st.sampled_from(SERVICES),
    st.lists(st.integers(0, 40).map(lambda days: timedelta(days=days)), max_size=6),
    st.integers(0, 60 * 24 * 300),
)
@settings(max_examples=200, deadline=None)
def test_a_file_that_is_taken_ends_every_filing_or_lets_it_wait(
    number: int, where: Any, handing_in: list[timedelta], minute: int
) -> None:
    meant, service = where
    scenario = taken(wild(number), meant, service.id)
    event("taken" if scenario else "refused")
    if scenario is None:
        return
    moment = on(1, 2, 0) + timedelta(minutes=minute)
    filed = received_filing(course(scenario, service), moment)

    ended = walked(filed, draws(number, meant.department), handing_in=handing_in)

    assert waits_or_ends(ended)
    times = [step.at for step in ended.history]
    assert times == sorted(times)


def test_a_file_that_would_lead_round_for_ever_is_never_taken() -> None:
    meant, service = SERVICES[0]
    made = [wild(number) for number in range(150)]
    strict = [taken(states, meant, service.id) for states in made]
    unchecked = [taken(states, meant, service.id, terms=()) for states in made]

    endless = [
        place
        for place, scenario in enumerate(unchecked)
        if scenario and _never_ends(course(scenario, service))
    ]

    assert len(endless) >= 5
    assert [strict[place] for place in endless] == [None] * len(endless)
    assert sum(scenario is not None for scenario in strict) >= 50


def _never_ends(made: Course) -> bool:
    try:
        walked(received_filing(made, on(9, 21)), draws(1, "test"))
    except NeverEnds:
        return True
    return False
