"""Every course a scenario makes of a service: laid over the ordinary one, and sure to end.

A filing ends decided, or waits where a file says so. Time alone cannot lead it round for ever: a
way round has a move that is taken in told rounds only, or a state that waits for the applicant.
"""

from collections.abc import Iterator, Sequence

from mocks.core.filed import FINAL, Service
from mocks.scenarios.model import (
    START,
    SUPPLEMENT,
    TAKES_MORE,
    Course,
    Mistake,
    Scenario,
    State,
)
from mocks.scenarios.ordinary import ordinary
from mocks.scenarios.terms import Terms


def course(scenario: Scenario, service: Service) -> Course:
    """The course of a filing for this service; no marker but 违规 counts any more."""
    return Course(
        id=scenario.id, states={**ordinary(service, {}).states, **scenario.states}
    )  # fmt: skip


def wrong_courses(scenario: Scenario, terms: Sequence[Terms]) -> Iterator[Mistake]:
    """What is wrong with the courses this scenario makes of the services it meets."""
    if not scenario.states or not terms:
        return
    file, led_to = scenario.file.name, set[str]()
    meant = [
        (term, service)
        for term in terms
        for service in term.services.values()
        if scenario.meets.speaks_of(term.department, service.id)
    ]
    if not meant:
        yield Mistake(
            file=file, key="meets", sentence="no service is meant, so no filing is met",
            remedy="name a department that decides something, or a service of it",
        )  # fmt: skip
        return
    for term, service in meant:
        made = course(scenario, service)
        reached = _reached(made)
        led_to |= reached
        for key, sentence, remedy in _wrong(made, reached, term, service):
            yield Mistake(file=file, key=key, sentence=sentence, remedy=remedy)
    for name in scenario.states.keys() - led_to:
        yield Mistake(
            file=file, key=f"states.{name}", sentence="nothing leads there",
            remedy=f"lead a move to {name}, or take the state out",
        )  # fmt: skip


Said = tuple[str, str, str]  # key, sentence, remedy


def _wrong(made: Course, reached: set[str], term: Terms, service: Service) -> Iterator[Said]:
    for name in sorted(reached):
        key = f"states.{name}"
        if (state := made.states.get(name)) is None:
            yield (
                key,
                f"is not there for {term.department}'s {service.id}",
                f"tell [{key}], or leave that service out of meets",
            )
            continue
        yield from _unsayable(key, state, term)
        yield from _stuck(key, state)
        yield from _undone(key, name, state, made)
    for name in sorted(_endless(made)):
        yield (
            f"states.{name}.then",
            "time alone leads round and back here for ever",
            "give a move of that way a round = 1, or let a state of it wait for a supplement",
        )


def _reached(made: Course) -> set[str]:
    reached, next_ = set[str](), [START]
    while next_:
        name = next_.pop()
        if name not in reached:
            reached.add(name)
            state = made.states.get(name)
            next_ += [to for move in (state.then if state else ()) for to in move.to]
    return reached


def _unsayable(key: str, state: State, term: Terms) -> Iterator[Said]:
    """What the department has no code for."""
    if state.status not in term.statuses:
        known = ", ".join(sorted(term.statuses))
        yield (
            f"{key}.status",
            f"{term.department} has no code for {state.status.value}",
            f"write one of {known}, or leave {term.department} out of meets",
        )
    if state.reason is not None and state.reason not in term.reasons:
        yield (
            f"{key}.reason",
            f"{term.department} knows no reason {state.reason!r}",
            f"write one of {', '.join(term.reasons)}",
        )


def _stuck(key: str, state: State) -> Iterator[Said]:
    """A state that may be left under conditions only, or never."""
    timed, certain = state.timed, [move for move in state.then if move.certain]
    takes_more = any(move.on == SUPPLEMENT for move in certain)
    if state.stays and timed:
        yield f"{key}.stays", "something comes next in time", "take stays or those moves out"
    if state.status in TAKES_MORE and not takes_more:
        yield (
            f"{key}.then",
            "awaits a supplement and does not say what follows it",
            'tell { on = "supplement", to = … } without conditions',
        )
    elif not (certain or state.stays or state.status in FINAL):
        yield (
            f"{key}.then",
            "may be left under conditions only, or not at all",
            "tell a move without round and where, or stays = true",
        )


def _undone(key: str, name: str, state: State, made: Course) -> Iterator[Said]:
    """Decisions taken back, and supplements nobody takes in."""
    targets = [made.states[to] for move in state.then for to in move.to if to in made.states]
    if state.status in FINAL and any(to.status is not state.status for to in targets):
        yield (
            f"{key}.then",
            f"{state.status.value} is final and cannot turn into something else",
            f"lead to states whose status is {state.status.value}",
        )
    if state.status not in TAKES_MORE and any(move.on for move in state.then):
        yield (
            f"{key}.then",
            f"nobody hands anything in while a filing is {state.status.value}",
            f"give {name} the status supplement_requested or conditionally_accepted",
        )


def _endless(made: Course) -> set[str]:
    """States on a way round that time alone takes without an end: what is left when every state
    whose ways on have all ended is taken away, again and again."""
    onwards = {
        name: {to for move in state.timed if not move.rounds for to in move.to}
        for name, state in made.states.items()
    }
    while ended := {name for name, to in onwards.items() if not to & onwards.keys()}:
        for name in ended:
            del onwards[name]
    return {name for name in onwards if _leads_back(name, onwards)} & _reached(made)


def _leads_back(name: str, onwards: dict[str, set[str]]) -> bool:
    seen, next_ = set[str](), list(onwards[name])
    while next_:
        here = next_.pop()
        if here == name:
            return True
        if here not in seen:
            seen.add(here)
            next_ += onwards.get(here, ())
    return False
