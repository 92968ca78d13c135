"""One step of a case with what gives it its words: the case, and the item it stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schema.domain.calendar import WorkingCalendar, local_day
from schema.domain.case import Case, Step
from schema.domain.clock import ClockReading, StatutoryClock, read_clock
from schema.domain.one_thing import Item, OneThing
from schema.domain.text import Text
from schema.graph.words import OUTSIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step with its case and, where the catalogue still has it, its one thing and item."""

    step: Step
    case: Case
    thing: OneThing | None
    item: Item | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What a step waits for: another item, or an outside event."""

    id: str
    name: Text
    event: bool


def views(case: Case, thing: OneThing | None) -> Sequence[StepView]:
    """The steps of a case, each with its item."""
    items = {item.id: item for item in thing.items} if thing else {}
    return [
        StepView(step=step, case=case, thing=thing, item=items.get(step.item))
        for step in case.steps
    ]


def item_name(thing: OneThing | None, item: str) -> Text:
    """The item's name; its id where the catalogue no longer has it."""
    found = next((i.name for i in thing.items if i.id == item), None) if thing else None
    return found or Text(zh=item, en=item)


def awaited(view: StepView) -> Sequence[Awaited]:
    """What the step waits for, in words."""
    items = {step.item for step in view.case.steps}
    return [
        Awaited(id=name, name=item_name(view.thing, name), event=False)
        if name in items
        else Awaited(id=name, name=OUTSIDE.get(name) or Text(zh=name, en=name), event=True)
        for name in view.step.waits_for
    ]


def promised_days(view: StepView) -> int | None:
    """The promise that binds this step, in working days; a district may promise less."""
    if view.thing is None or view.item is None:
        return None
    districts = (d for d in view.thing.districts if d.code == view.case.district)
    shorter = next((d.promised_days for d in districts), {})
    return shorter.get(view.item.id, view.item.promised_days)


def clock(view: StepView, calendar: WorkingCalendar, now: datetime) -> ClockReading | None:
    """The promised clock as of now, or as it stood at the decision; None before acceptance."""
    limit, accepted = promised_days(view), view.step.accepted_at
    if limit is None or accepted is None:
        return None
    started = StatutoryClock(
        started_on=local_day(accepted), limit=limit, suspensions=view.step.suspensions
    )
    return read_clock(started, calendar, local_day(view.step.decided_at or now))
