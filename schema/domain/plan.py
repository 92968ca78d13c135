"""The plan of one thing: which items run when, and how many working days that takes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from schema.domain.condition import Answers
from schema.domain.one_thing import EdgeKind, Item, OneThing
from schema.domain.order import finishes, longest_path, waves
from schema.domain.selection import NO_ANSWERS, select

ORDERING = frozenset({EdgeKind.PRE, EdgeKind.POST})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One item in the plan; days are working days counted from the day of acceptance."""

    item: str
    department: str
    wave: int  # 1 is the first
    after: tuple[str, ...]
    alongside: tuple[str, ...]  # parallel and crossing items of the same plan
    after_event: str | None
    starts_after: int
    ends_by: int
    critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All steps, first to last, and what they add up to in working days."""

    steps: tuple[PlanStep, ...]
    waves: tuple[tuple[str, ...], ...]
    critical_path: tuple[str, ...]
    promised_days: int  # along the critical path, and the issue
    counted_days: int  # the same without items whose clock is stopped
    statutory_serial_days: int  # one item after another, as the law allows
    notice_calendar_days: int  # public notices beside the working days
    issue_days: int


def plan(
    one_thing: OneThing,
    answers: Answers = NO_ANSWERS,
    *,
    variant: str | None = None,
    district: str | None = None,
) -> Plan:
    """The plan for these answers; without answers, of everything the one thing may need."""
    return plan_items(one_thing, select(one_thing, answers, variant), district=district)


def plan_items(one_thing: OneThing, items: Sequence[Item], *, district: str | None = None) -> Plan:
    """The plan of exactly these items; prerequisites on items that are not among them vanish."""
    before = prerequisites(items)
    shorter = _promises(one_thing, district)
    promised = {item.id: _working_days(item, shorter) for item in items}
    counted = {item.id: 0 if item.clock_stopped else promised[item.id] for item in items}
    finish = finishes(before, promised)
    path = longest_path(before, promised)
    order = waves(before)
    return Plan(
        steps=_steps(items, before, order, finish, promised, frozenset(path)),
        waves=order,
        critical_path=path,
        promised_days=max(finish.values(), default=0) + one_thing.issue_days,
        counted_days=max(finishes(before, counted).values(), default=0) + one_thing.issue_days,
        statutory_serial_days=sum(item.statutory_days for item in items),
        notice_calendar_days=sum(item.calendar_days for item in items),
        issue_days=one_thing.issue_days,
    )


def prerequisites(items: Sequence[Item]) -> dict[str, tuple[str, ...]]:
    """For each item the items of the same selection that must be granted before it."""
    selected = {item.id for item in items}
    return {item.id: _needs(item, selected) for item in items}


def missing(
    item: Item,
    selected: Collection[str],
    granted: Collection[str],
    reported: Collection[str],
) -> tuple[str, ...]:
    """What the item still waits for: items not granted yet, then an event not reported yet."""
    items = tuple(name for name in _needs(item, selected) if name not in granted)
    waits_for_event = item.after_event is not None and item.after_event not in reported
    return (*items, item.after_event) if waits_for_event and item.after_event else items


def waits_for(
    one_thing: OneThing, item: str, granted: Collection[str], reported: Collection[str]
) -> tuple[str, ...]:
    """What an item still waits for when every item of the one thing takes part."""
    return missing(one_thing.item(item), [i.id for i in one_thing.items], granted, reported)


def _needs(item: Item, selected: Collection[str]) -> tuple[str, ...]:
    needs = (edge.item for edge in item.edges if edge.kind in ORDERING and edge.item in selected)
    return tuple(dict.fromkeys(needs))


def _promises(one_thing: OneThing, district: str | None) -> Mapping[str, int]:
    found = next((d for d in one_thing.districts if d.code == district), None)
    return found.promised_days if found else {}


def _working_days(item: Item, shorter: Mapping[str, int]) -> int:
    """A public notice hangs for calendar days while the clock stands still: no working day."""
    return 0 if item.calendar_days else shorter.get(item.id, item.promised_days)


def _steps(
    items: Sequence[Item],
    before: Mapping[str, tuple[str, ...]],
    order: Sequence[Sequence[str]],
    finish: Mapping[str, int],
    length: Mapping[str, int],
    critical: Collection[str],
) -> tuple[PlanStep, ...]:
    by_id = {item.id: item for item in items}
    return tuple(
        PlanStep(
            item=name,
            department=by_id[name].department,
            wave=number,
            after=before[name],
            alongside=_alongside(by_id[name], by_id),
            after_event=by_id[name].after_event,
            starts_after=finish[name] - length[name],
            ends_by=finish[name],
            critical=name in critical,
        )
        for number, wave in enumerate(order, start=1)
        for name in wave
    )


def _alongside(item: Item, selected: Collection[str]) -> tuple[str, ...]:
    beside = (e.item for e in item.edges if e.kind not in ORDERING and e.item in selected)
    return tuple(dict.fromkeys(beside))
