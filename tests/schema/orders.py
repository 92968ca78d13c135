"""Other orders in which the same life may come in.

What must keep its order, because the one was the cause of the other:

1. Acts stay in the order in which they were done, and each was possible: the command it is about
   had been given, what it answers had been asked.
2. A telling comes after the fact, so after every act that had been done by then: it may be told
   later than it was, never earlier.
3. A filing is found missing after everything its department has said of it; what is gone is not
   spoken of again.
4. A supplement is sent after everything its department had said by then: that is what it answers.
5. The same items are filed, and an act finds those filed that it found: a filing that was made
   cannot be unmade by news, nor one that was never made be made.
6. The word that ends a case comes after what else is said of decided items: a case that has ended
   takes no news of those.

Everything else is free: tellings come late, past acts and past one another, any number of times.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from schema.domain.case import Case, CaseState, Event, EventKind, StepState, Verb
from schema.domain.deadlines import fallen_due
from schema.domain.one_thing import OneThing
from schema.domain.reducer import commands, reduce
from schema.domain.reference import parse_reference, reference
from schema.domain.surplus import is_beyond
from tests.schema.lives import Moment, absorbed, started
from tests.schema.stories import CALENDAR

_LATE, _CATCH_UP, _AGAIN = 0.5, 0.3, 0.1


@dataclass(slots=True)
class Order:
    """One of them, made while the moments of a life are walked through."""

    thing: OneThing
    draw: Random
    case: Case
    filed: frozenset[str]  # the items that are filed in this life
    ended_last: bool = True  # whether the sixth holds
    events: list[Event] = field(default_factory=list)
    late: list[Event] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    known: set[str] = field(default_factory=set)  # what has come in, by key
    so_far: set[str] = field(default_factory=set)  # the items that were filed by now
    given: set[str] = field(default_factory=set)  # commands, by reference

    def take(self, moments: Sequence[Moment]) -> None:
        """Let it all come in."""
        self._follow()
        for moment in moments:
            if moment.telling and self.draw.random() < _LATE:
                self.late.append(moment.event)
            else:
                self._in_turn(moment)
            while self.late and self.draw.random() < _CATCH_UP:
                self._catch_up()
            if self.told and self.draw.random() < _AGAIN:
                self._apply(self.draw.choice(self.told))
        while self.late:
            self._catch_up()

    def _catch_up(self) -> None:
        """Tell one of what is late, whichever may come now."""
        self._tell(self._next(self.draw.sample(self.late, len(self.late))))

    def _next(self, late: Sequence[Event]) -> Event:
        """The first of these that may come before all others."""
        return next(one for one in late if self._may_come(one, [x for x in late if x is not one]))

    def _tell(self, one: Event) -> None:
        self.late.remove(one)
        self._apply(one)
        self.told.append(one)

    def _in_turn(self, moment: Moment) -> None:
        """Apply it, once what must come before has come."""
        filed = frozenset[str]() if moment.telling else moment.filed
        while self.late and not (filed <= self.so_far and self._may_come(moment.event, self.late)):
            self._tell(self._next(self.late))
        assert filed <= self.so_far, moment
        assert self._may_come(moment.event, self.late), moment
        self._apply(moment.event)
        self.told += [moment.event] if moment.telling else []

    def _apply(self, one: Event) -> None:
        if one.kind is not EventKind.SUPPLEMENT_SENT:
            gone = _closed(one, self.case)
            self.told = [t for t in self.told if t.data["receipt"] != gone]
        self.events.append(one)
        self.known.add(one.key)
        self.case = reduce(self.case, one, self.thing, CALENDAR)
        self._follow()

    def _follow(self) -> None:
        self.so_far |= started(self.case)
        self.given.update(c.reference for c in commands(self.case, self.thing))

    # -- what must come before --------------------------------------------------------------------

    def _may_come(self, one: Event, late: Sequence[Event]) -> bool:
        """Whether this may come in now, while all that is late comes later still."""
        after = reduce(self.case, one, self.thing, CALENDAR)
        news = (telling for telling in late if telling.key not in self.known)
        silenced = self.ended_last and any(absorbed(telling, after) for telling in news)
        closed = _closed(one, self.case)
        unsaid = closed is not None and any(late_.data["receipt"] == closed for late_ in late)
        return self._possible(one) and self._keeps(after) and not silenced and not unsaid

    def _keeps(self, after: Case) -> bool:
        """Whether every item is still filed, or not, as in this life."""
        return all(
            (step.item in self.filed) is (step.state is not StepState.SKIPPED)
            for before, step in zip(self.case.steps, after.steps, strict=True)
            if before.state is StepState.WAITING and step.state is not StepState.WAITING
        )

    def _possible(self, one: Event) -> bool:
        """Whether it can happen as the case stands."""
        special = _POSSIBLE.get(one.kind)
        if special is not None and not one.data.get("abandoned"):
            return special(self, one)
        about = parse_reference(str(one.data.get("reference", "")))
        if about is None:
            return True
        filing = about.verb is Verb.FILE or is_beyond(about)
        there = filing or self.case.step(about.item).receipt is not None
        return there and about.reference in self.given

    def is_told(self, one: Event) -> bool:
        """A department speaks of what was sent to it."""
        return reference(one.case, one.item or "", Verb.FILE, 1) in self.given

    def is_answered(self, one: Event) -> bool:
        """A supplement is asked for, or owed, and none is on its way."""
        step = self.case.step(one.item or "")
        asked = step.state is StepState.SUPPLEMENT_REQUESTED or bool(step.owes)
        return asked and not step.supplementing

    def is_due(self, one: Event) -> bool:
        """Time has brought it."""
        fallen = fallen_due(self.case, self.thing, CALENDAR, one.at)
        return one.key in {due.key for due in fallen}

    def is_asked(self, one: Event) -> bool:
        """A clerk is asked about it."""
        parked = [step.parked for step in self.case.steps]
        parked += [surplus.parked for step in self.case.steps for surplus in step.surplus]
        return one.data["reference"] in parked

    def is_missed(self, one: Event) -> bool:
        """The number is one it had been given."""
        return bool(self.case.step(one.item or "").receipt == one.data["receipt"])

    def is_issued(self, one: Event) -> bool:
        """Everything is granted."""
        return self.case.state is CaseState.ISSUING


_POSSIBLE: Mapping[EventKind, Callable[[Order, Event], bool]] = {
    EventKind.FILED: Order.is_told,
    EventKind.PROGRESSED: Order.is_told,
    EventKind.SUPPLEMENT_SENT: Order.is_answered,
    EventKind.LAPSED: Order.is_due,
    EventKind.DEEMED_ACCEPTED: Order.is_due,
    EventKind.FILING_RESOLVED: Order.is_asked,
    EventKind.FILING_RETRIED: Order.is_asked,
    EventKind.FILING_MISSING: Order.is_missed,
    EventKind.ISSUED: Order.is_issued,
}


def _closed(one: Event, case: Case) -> str | None:
    """The receipt of which nothing that is late may be told after this."""
    step = case.step(one.item) if one.item else None
    lost = one.kind is EventKind.FILING_RESOLVED and step is not None and step.missing
    closes = lost or one.kind in (EventKind.FILING_MISSING, EventKind.SUPPLEMENT_SENT)
    return step.receipt if step and closes else None
