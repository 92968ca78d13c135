"""A case moves here and nowhere else: one event in, the next case out. Pure.

Facts of departments may come twice, late or out of order: each step keeps its dated facts and is
folded from them anew (`step_facts`), then the case follows (`case_rules`). Terminal states absorb.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import repeat

from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, CaseState, Event, EventKind, Mark, Step, StepState
from schema.domain.case_rules import TERMINAL, commands, issue_due, settle
from schema.domain.certificate_data import certificate_from, certificate_to
from schema.domain.one_thing import Item, OneThing
from schema.domain.outside import may_be_reported, raising, standing
from schema.domain.step_events import tell
from schema.domain.step_facts import OBJECTION, SETTLED, add_mark, began

__all__ = ["TERMINAL", "certificate_from", "certificate_to", "commands", "issue_due", "reduce"]


def reduce(case: Case | None, event: Event, one_thing: OneThing, calendar: WorkingCalendar) -> Case:
    """The case after this event. ValueError when the first event is not a submission."""
    if case is None:
        first = settle(_submitted(event, one_thing), one_thing, calendar)
        return replace(first, steps=tuple(_since(None, s, event.at) for s in first.steps))
    told = _told(case, event, one_thing) if event.case == case.id else case
    if told == case:
        return case
    moved = settle(told, one_thing, calendar)
    steps = tuple(map(_since, case.steps, moved.steps, repeat(event.at)))
    done = case.done_at or (_ended_at(steps, event) if moved.state in TERMINAL else None)
    after = replace(moved, steps=steps, done_at=done)
    return case if after == case else replace(after, revision=case.revision + 1)


def _ended_at(steps: Iterable[Step], event: Event) -> datetime:
    """Not before anything that was decided, whichever was told last."""
    settled = (s.since for s in steps if s.state in SETTLED and s.since is not None)
    return max([event.at, *settled])


def _told(case: Case, event: Event, one_thing: OneThing) -> Case:
    if event.item is not None:
        return _item_told(case, event)
    tell = _CASE.get(event.kind)
    return tell(case, event, one_thing) if tell and case.state not in TERMINAL else case


def _since(before: Step | None, after: Step, at: datetime) -> Step:
    """The step with the moment its state began: as its facts date it, or when we came to know."""
    same = before is not None and before.state is after.state
    known = before.since if before is not None and same else at
    since = began(after) or known
    return after if after.since is since else replace(after, since=since)


def _submitted(event: Event, one_thing: OneThing) -> Case:
    if event.kind is not EventKind.SUBMITTED:
        raise ValueError(f"a case begins with its submission, not with {event.kind.value}")
    data = event.data
    items = [one_thing.item(item) for item in data["items"]]
    return Case(
        id=event.case,
        one_thing=one_thing.id,
        version=one_thing.version,
        variant=data.get("variant"),
        district=data.get("district"),
        applicant_ref=data["applicant_ref"],
        agent_ref=data.get("agent_ref"),
        pledges=tuple(data.get("pledges", ())),
        deferred=tuple(data.get("deferred", ())),
        state=CaseState.IN_PROGRESS,
        steps=tuple(_waiting(i, data.get("deferred", ())) for i in items),
        submitted_at=event.at,
    )


def _waiting(item: Item, deferred: Collection[str]) -> Step:
    codes = tuple(m.code for m in item.materials if m.code in deferred)
    return Step(item=item.id, department=item.department, state=StepState.WAITING, deferred=codes)


# -- events of the whole case ---------------------------------------------------------------------


def _withdrawal_requested(case: Case, event: Event, one_thing: OneThing) -> Case:
    return replace(case, withdrawal="applicant") if case.state is not CaseState.ISSUING else case


def _reported(case: Case, event: Event, one_thing: OneThing) -> Case:
    """An outside event; an objection holds the clock of the items it is raised against."""
    name = event.data["event"]
    if name in case.reported or not may_be_reported(case.reported, name):
        return case
    raised = raising(name)
    steps = tuple(
        _objected(step, event, "raised" if name == raised else "settled")
        if raised is not None and one_thing.item(step.item).suspending_event == raised
        else step
        for step in case.steps
    )
    return replace(case, steps=steps, reported=standing(case.reported, name))


def _objected(step: Step, event: Event, kind: str) -> Step:
    """The clock is held or let go; where the step stands does not change by it."""
    at = max([event.at, *(m.at for m in step.history if m.kind in OBJECTION)])
    held = add_mark(step, Mark(kind=kind, at=at))
    return replace(held, state=step.state)


def _issued(case: Case, event: Event, one_thing: OneThing) -> Case:
    if case.state is not CaseState.ISSUING:
        return case
    steps = tuple(_never_filed(step) for step in case.steps)
    return replace(case, state=CaseState.DONE, steps=steps, bundle=event.data.get("bundle"))


def _never_filed(step: Step) -> Step:
    return replace(step, state=StepState.SKIPPED) if step.state is StepState.WAITING else step


_CASE: Mapping[EventKind, Callable[[Case, Event, OneThing], Case]] = {
    EventKind.WITHDRAWAL_REQUESTED: _withdrawal_requested,
    EventKind.REPORTED: _reported,
    EventKind.ISSUED: _issued,
}


def _item_told(case: Case, event: Event) -> Case:
    ended = case.state in TERMINAL
    steps = tuple(
        _told_of(step, tell(step, event, case), ended) if step.item == event.item else step
        for step in case.steps
    )
    return replace(case, steps=steps)


def _told_of(before: Step, after: Step, ended: bool) -> Step:
    """Of a settled step in a case that ended only certificates and surplus filings are news."""
    if not ended or before.state not in SETTLED:
        return after
    if (after.certificate, after.surplus) == (before.certificate, before.surplus):
        return before
    return replace(
        before, history=after.history, certificate=after.certificate, surplus=after.surplus
    )
