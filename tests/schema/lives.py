"""A life of a case as it comes about: what is done, what departments know, what is told of it.

A moment is an act or a telling. An act is recorded as it is done: what came of a command of ours,
what a person did, what time brought. A telling is a fact of a department, a receipt or a status,
that happened some time before it came in.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from schema.domain.case import Case, Event, EventKind, Step, StepState, Verb
from schema.domain.case_rules import TERMINAL
from schema.domain.one_thing import OneThing
from schema.domain.reducer import reduce
from schema.domain.reference import reference
from schema.domain.step_facts import SETTLED
from tests.schema.stories import CALENDAR, CASE, MONDAY, event, said

_UNFILED = frozenset({StepState.WAITING, StepState.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One event, and whether it only tells what happened before."""

    event: Event
    telling: bool
    filed: frozenset[str]  # the items that were filed by then


def started(case: Case) -> set[str]:
    """The items that are filed, or were."""
    return {step.item for step in case.steps if step.state not in _UNFILED}


def absorbed(telling: Event, case: Case) -> bool:
    """Whether it is about a decided item of a case that has ended: that takes no news."""
    return case.state in TERMINAL and case.step(telling.item or "").state in SETTLED


@dataclass(slots=True)
class Desk:
    """A filing at its department."""

    receipt: str
    at: float
    standing: str = "received"


@dataclass(slots=True)
class Life:
    """One life so far."""

    thing: OneThing
    draw: Random
    case: Case
    hours: float = 0.0
    moments: list[Moment] = field(default_factory=list)
    untold: list[Event] = field(default_factory=list)
    desks: dict[str, Desk] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)  # receipts nobody says anything of any more
    doubtful: set[str] = field(default_factory=set)  # items of which something may have arrived
    keys: set[str] = field(default_factory=set)
    filed: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.filed = started(self.case)

    def act(self, one: Event) -> None:
        """Something is done; once."""
        if one.key not in self.keys:
            self.add(one, telling=False)

    def own(self, kind: EventKind, step: Step, verb: Verb, round_: int = 1, **data: Any) -> None:
        """What came of a command of ours."""
        self.act(event(kind, step.item, hours=self.hours, verb=verb, round=round_, **data))

    def add(self, one: Event, *, telling: bool) -> None:
        """A moment comes in."""
        if telling and one.key not in self.keys and absorbed(one, self.case):
            return  # nobody says more of what is decided in a case that has ended
        self.keys.add(one.key)
        self.moments.append(Moment(event=one, telling=telling, filed=frozenset(self.filed)))
        self.case = reduce(self.case, one, self.thing, CALENDAR)
        self.filed |= started(self.case)

    def tell(self) -> None:
        """One of the things that are untold comes in."""
        self.add(self.untold.pop(self.draw.randrange(len(self.untold))), telling=True)

    def tell_again(self) -> None:
        """What came in comes in again."""
        self.add(self.draw.choice(self.retellable()), telling=True)

    def retellable(self) -> list[Event]:
        """What may be told again."""
        told = (m.event for m in self.moments if m.telling)
        return [one for one in told if one.data["receipt"] not in self.gone]

    def hear_of(self, step: Step) -> None:
        """Everything untold about a filing comes in."""
        for one in [one for one in self.untold if one.data["receipt"] == step.receipt]:
            self.untold.remove(one)
            self.add(one, telling=True)

    def arrives(self, item: str) -> None:
        """The department has it; that, and what it says of it, are still to be told."""
        self.doubtful.add(item)
        receipt = f"r{item}{sum(one.startswith(f'r{item}') for one in self.gone)}"
        self.desks[item] = Desk(receipt=receipt, at=self.hours)
        at = (MONDAY + timedelta(hours=self.hours)).isoformat()
        self.untold.append(
            event(EventKind.FILED, item, hours=self.hours, receipt=receipt, received_at=at)
        )
        self.says(item, "received")

    def says(self, item: str, status: str) -> None:
        """Its department comes to something; that is still to be told."""
        desk = self.desks[item]
        desk.standing, desk.at = status, self.hours
        paper = {"number": f"n{item}", "name": "证", "issued_on": "2026-09-08"}
        more: dict[str, Any] = {"certificate": paper} if status == "granted" else {"note": status}
        mine = reference(CASE, item, Verb.FILE, 1)
        self.untold.append(
            said(item, status, self.hours, receipt=desk.receipt, reference=mine, **more)
        )
