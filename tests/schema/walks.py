"""Random lives of a case: departments decide, it is told late and twice, commands come to grief,
people think better of it, time passes. A walk does only what could be done at that moment, and
knows only some kinds of trouble, so that each kind is met alone and with every other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from schema.domain.case import (
    CaseState,
    EventKind,
    Step,
    StepState,
    Surplus,
    SurplusState,
    Verb,
)
from schema.domain.case_rules import TERMINAL, issue_due
from schema.domain.deadlines import fallen_due
from schema.domain.outside import may_be_reported
from schema.domain.reference import reference
from schema.domain.step_facts import SETTLED
from tests.schema.lives import Life
from tests.schema.stories import CALENDAR, CASE, MONDAY, event, reported

_ON_ITS_WAY = frozenset({StepState.FILING, StepState.CONFIRMING, StepState.PARKED})
_AT_WORK = frozenset({StepState.ACCEPTED, StepState.INSPECTION, StepState.NOTICE})
_MINDED = 0.1  # to think better of it, when one could
_OUTSIDE = ("built", "objection_raised", "objection_settled")
_NEXT = {
    "received": ("accepted", "conditionally_accepted", "supplement_requested"),
    "accepted": ("inspection", "notice", "supplement_requested", "granted", "refused"),
    "conditionally_accepted": ("accepted", "inspection", "granted", "granted", "refused"),
    "inspection": ("accepted", "supplement_requested", "granted"),
    "notice": ("accepted", "granted", "refused"),
    "supplement_requested": (),  # it goes on when something came
}
_TROUBLE = {"refused": "refusal", "supplement_requested": "supplement"}
TROUBLES = ("delivery", "withdrawal", "beyond", "missing", "objection", "refusal", "supplement")
Move = Callable[[], None]


@dataclass(slots=True)
class Walk(Life):
    """One life, made step by step."""

    troubles: frozenset[str] = frozenset(TROUBLES)

    def go(self, steps: int) -> None:
        """So many steps; in the end everything there is to tell is told."""
        for _ in range(steps):
            self.hours += self.draw.choice((0.25, 0.5, 1, 3, 9, 30))
            self.draw.choice([*self._moves()])()
        while self.untold:
            self.tell()

    def _moves(self) -> Iterator[Move]:
        if self.untold:
            yield from (self.tell,) * 3
        if self.retellable():
            yield self.tell_again
        yield self._time_passes
        yield from self._people()
        for step in self.case.steps:
            yield from self._filing(step)
            yield from (*self._department(step),) * 2
            yield from (*self._supplement(step),) * 2
            yield from self._withdrawal(step)
            if "missing" in self.troubles:
                yield from self._missing(step)
            if "beyond" in self.troubles:
                yield from self._beyond(step)

    # -- people and time --------------------------------------------------------------------------

    def _time_passes(self) -> None:
        self.hours += self.draw.choice((24, 72, 200))
        now = MONDAY + timedelta(hours=self.hours)
        for one in [*fallen_due(self.case, self.thing, CALENDAR, now)]:
            self.act(one)
        due = issue_due(self.case, self.thing, CALENDAR)
        if due is not None and due <= now:
            self.act(event(EventKind.ISSUED, hours=self.hours))

    def _people(self) -> Iterator[Move]:
        case = self.case
        if case.state in TERMINAL:
            return
        for name in _OUTSIDE[: 3 if "objection" in self.troubles else 1]:
            if name not in case.reported and may_be_reported(case.reported, name):
                yield partial(self._report, name)
        minded = "withdrawal" in self.troubles and self.draw.random() < _MINDED
        if minded and case.state is not CaseState.ISSUING and not case.withdrawal:
            yield self._take_back

    def _report(self, name: str) -> None:
        self.act(reported(name, self.hours))

    def _take_back(self) -> None:
        self.act(event(EventKind.WITHDRAWAL_REQUESTED, hours=self.hours))

    # -- one item: filed, and decided by its department -------------------------------------------

    def _filing(self, step: Step) -> Iterator[Move]:
        """What comes of the command to file it, while nobody knows its receipt."""
        if step.receipt is not None or step.state not in _ON_ITS_WAY:
            return
        own = partial(self.own, step=step, verb=Verb.FILE)
        desk = self.desks.get(step.item)
        if step.state is StepState.PARKED:
            yield partial(own, EventKind.FILING_RESOLVED, receipt=desk.receipt if desk else None)
            yield partial(own, EventKind.FILING_RETRIED, in_doubt=True)
            return
        if self.case.withdrawal and step.item not in self.doubtful:
            yield partial(own, EventKind.FILING_RESOLVED, receipt=None, abandoned=True)
            return
        if "delivery" in self.troubles:
            attempt = step.attempts + 1
            yield partial(own, EventKind.FILING_NOT_SENT, attempt=attempt, problem="E0")
            yield partial(self._is_lost, step, attempt)
        if step.item in self.doubtful:
            yield partial(own, EventKind.FILING_PARKED, why="unknown", problem="E0")
        if desk is None:
            yield from (partial(self.arrives, step.item),) * 2
        if desk is None and "refusal" in self.troubles:
            yield partial(own, EventKind.FILING_REFUSED, reason="no", code="E1")

    def _is_lost(self, step: Step, attempt: int) -> None:
        """It was sent, and nobody knows whether it arrived."""
        self.doubtful.add(step.item)
        own = partial(self.own, step=step, verb=Verb.FILE)
        own(EventKind.FILING_UNKNOWN, attempt=attempt, problem="E0")

    def _department(self, step: Step) -> Iterator[Move]:
        desk = self.desks.get(step.item)
        if desk is not None and desk.at < self.hours and not step.missing:
            for status in _NEXT.get(desk.standing, ()):
                if _TROUBLE.get(status, status) in (status, *self.troubles):
                    yield partial(self.says, step.item, status)

    def _missing(self, step: Step) -> Iterator[Move]:
        """The department does not find it any more; a clerk finds out."""
        own = partial(self.own, step=step, verb=Verb.FILE)
        if step.missing and step.parked == reference(CASE, step.item, Verb.FILE, 1):
            yield partial(own, EventKind.FILING_RESOLVED, receipt=step.receipt)
            yield partial(self._is_gone, step)
        elif step.receipt is not None and step.state not in SETTLED and not step.missing:
            yield partial(self._is_missed, step)

    def _is_missed(self, step: Step) -> None:
        """The department is asked, and has nothing: whatever it said before has come in."""
        self.hear_of(step)
        if self.case.step(step.item).state not in SETTLED:
            self.own(EventKind.FILING_MISSING, step, Verb.FILE, receipt=step.receipt)

    def _is_gone(self, step: Step) -> None:
        """What is gone is not spoken of any more."""
        self.own(EventKind.FILING_RESOLVED, step, Verb.FILE, receipt=None)
        self.gone.add(step.receipt or "")
        self.doubtful.discard(step.item)
        self.desks.pop(step.item, None)
        self.untold = [one for one in self.untold if one.data["receipt"] not in self.gone]

    @staticmethod
    def _wants_more(step: Step) -> bool:
        owing = step.state in _AT_WORK and bool(step.owes)
        asked = step.state is StepState.SUPPLEMENT_REQUESTED
        return (asked or owing) and not step.supplementing

    # -- supplements, withdrawals, filings beyond the first ---------------------------------------

    def _supplement(self, step: Step) -> Iterator[Move]:
        own = partial(self.own, step=step, verb=Verb.SUPPLEMENT)
        if self._wants_more(step):
            yield from (partial(self._sends_more, step, codes) for codes in ([], ["M1"]))
        if step.supplementing and step.state not in SETTLED:
            yield from self._supplementing(step, partial(own, round_=step.round))

    def _sends_more(self, step: Step, codes: list[str]) -> None:
        """It answers everything that was said until now."""
        self.hear_of(step)
        now = self.case.step(step.item)
        if self._wants_more(now):
            sent = EventKind.SUPPLEMENT_SENT
            self.own(sent, now, Verb.SUPPLEMENT, now.round + 1, materials=codes)

    def _supplementing(self, step: Step, own: Callable[..., None]) -> Iterator[Move]:
        """What comes of the command to hand it in."""
        if step.parked == reference(CASE, step.item, Verb.SUPPLEMENT, step.round):
            for receipt in (None, step.receipt):
                yield partial(own, EventKind.FILING_RESOLVED, receipt=receipt)
        elif step.state is not StepState.PARKED:
            yield partial(self._handed_in, step, own)
            yield partial(own, EventKind.SUPPLEMENT_REFUSED, reason="no")
            yield partial(own, EventKind.FILING_UNKNOWN, attempt=1)
            yield partial(own, EventKind.FILING_PARKED, why="unknown")

    def _handed_in(self, step: Step, own: Callable[..., None]) -> None:
        own(EventKind.SUPPLEMENT_DELIVERED)
        desk = self.desks.get(step.item)
        if desk is not None and desk.standing == "supplement_requested":
            desk.standing = "accepted"

    def _withdrawal(self, step: Step) -> Iterator[Move]:
        own = partial(self.own, step=step, verb=Verb.WITHDRAW)
        if step.parked == reference(CASE, step.item, Verb.WITHDRAW, 1):
            for receipt in (None, step.receipt):
                yield partial(own, EventKind.FILING_RESOLVED, receipt=receipt)
        if step.state is not StepState.WITHDRAWING:
            return
        yield partial(own, EventKind.FILING_PARKED, why="unknown")
        desk = self.desks.get(step.item)
        if desk is not None and desk.standing in ("granted", "refused"):
            yield partial(own, EventKind.WITHDRAWAL_REFUSED, reason="late")
        else:
            yield partial(self._is_back, step, own)

    def _is_back(self, step: Step, own: Callable[..., None]) -> None:
        own(EventKind.WITHDRAWN)
        if step.item in self.desks:
            self.says(step.item, "withdrawn")

    def _beyond(self, step: Step) -> Iterator[Move]:
        found = f"r{step.item}x{len(step.surplus)}"
        if step.receipt is not None and len(step.surplus) < 2:
            own = partial(self.own, step=step, verb=Verb.FILE)
            there = [step.receipt, found]
            yield partial(own, EventKind.DUPLICATE_FOUND, receipts=there, adopted=step.receipt)
        for round_, one in enumerate(step.surplus, start=2):
            if one.state is SurplusState.WITHDRAWING:
                yield from self._one_beyond(step, one, round_)

    def _one_beyond(self, step: Step, one: Surplus, round_: int) -> Iterator[Move]:
        own = partial(self.own, step=step, verb=Verb.WITHDRAW, round_=round_)
        if one.parked:
            for receipt in (None, one.receipt):
                yield partial(own, EventKind.FILING_RESOLVED, receipt=receipt)
            return
        for kind in (EventKind.SURPLUS_WITHDRAWN, EventKind.SURPLUS_KEPT):
            yield partial(own, kind, receipt=one.receipt)
        yield partial(own, EventKind.FILING_PARKED, why="unknown")
