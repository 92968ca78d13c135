"""Cases told by their events, for tests of what follows from them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from schema.domain.calendar import SHANGHAI, WorkingCalendar
from schema.domain.case import Case, Event, EventKind, Step, Verb
from schema.domain.one_thing import (
    Edge,
    EdgeKind,
    Fate,
    Item,
    Material,
    OneThing,
    RefusalPolicy,
)
from schema.domain.reducer import reduce
from schema.domain.reference import reference
from schema.domain.text import Text

MONDAY = datetime(2026, 9, 7, 10, tzinfo=SHANGHAI)
CALENDAR = WorkingCalendar(known_years=frozenset({2026}))
CASE = "31010420260907-AAAAAAAA0"
WORD = Text(zh="词", en="word")
SKETCH = Material(code="M1", name=WORD, copies=1, fate=Fate.SUBMIT, later_days=4)


def item(name: str, *after: str, **more: Any) -> Item:
    """An item with a promise of 5 days and a limit of 20."""
    values: dict[str, Any] = {"promised_days": 5, "statutory_days": 20}
    return Item(
        id=name,
        name=WORD,
        department=f"dept{name}",
        service=f"s{name}",
        visits_before=1,
        basis=WORD,
        edges=tuple(Edge(kind=EdgeKind.PRE, item=other) for other in after),
        **{**values, **more},
    )


def thing_of(*items: Item, policy: RefusalPolicy = RefusalPolicy.OTHERS_GO_ON) -> OneThing:
    return OneThing(
        id="thing",
        version="1",
        name=WORD,
        summary=WORD,
        lead_department="deptA",
        action="new",
        items=items,
        fields=(),
        variants=(),
        rules=(),
        districts=(),
        issue_days=1,
        on_refusal=policy,
    )


def event(
    kind: EventKind,
    name: str | None = None,
    *,
    hours: float = 0,
    verb: Verb = Verb.FILE,
    **data: Any,
) -> Event:
    about = {"reference": reference(CASE, name, verb, data.pop("round", 1))} if name else {}
    return Event(
        key=f"{kind}:{name}:{verb}:{hours}:{sorted(data.items(), key=str)}",
        case=CASE,
        kind=kind,
        at=MONDAY + timedelta(hours=hours),
        actor="test",
        item=name,
        data={**about, **data},
    )


def submitted(thing: OneThing, **more: Any) -> Event:
    items = [i.id for i in thing.items]
    data = {"one_thing": "thing", "version": "1", "applicant_ref": "e:1", "items": items}
    return event(EventKind.SUBMITTED, **{**data, **more})


def filed(name: str, hours: float = 1, receipt: str | None = None) -> Event:
    return event(EventKind.FILED, name, hours=hours, receipt=receipt or f"r{name}")


def said(name: str, status: str, hours: float, **more: Any) -> Event:
    at = (MONDAY + timedelta(hours=hours)).isoformat()
    data = {"receipt": f"r{name}", "status": status, "at": at, **more}
    return event(EventKind.PROGRESSED, name, hours=hours, **data)


def granted(name: str, hours: float) -> Event:
    paper = {"number": f"n{name}", "name": "证", "issued_on": "2026-09-08"}
    return said(name, "granted", hours, certificate=paper)


def reported(name: str, hours: float) -> Event:
    return event(EventKind.REPORTED, hours=hours, event=name)


def resolved(name: str, receipt: str | None, hours: float = 2, **more: Any) -> Event:
    return event(EventKind.FILING_RESOLVED, name, hours=hours, receipt=receipt, **more)


def on(case: Case, thing: OneThing, events: Sequence[Event]) -> Case:
    for one in events:
        case = reduce(case, one, thing, CALENDAR)
    return case


def case_of(thing: OneThing, *events: Event, **submission: Any) -> Case:
    first = reduce(None, submitted(thing, **submission), thing, CALENDAR)
    return on(first, thing, events)


def step_of(thing: OneThing, *events: Event, **submission: Any) -> Step:
    """The step A of a case with these events."""
    return case_of(thing, *events, **submission).step("A")
