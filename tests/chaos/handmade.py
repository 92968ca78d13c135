"""Evidence written by hand: a good run of one application, and what may be changed about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from gateway.cases import codec
from schema.catalogue import load
from schema.domain.calendar import SHANGHAI
from schema.domain.case import Case, Event, EventKind
from schema.domain.reducer import reduce
from schema.working_days import load_working_calendar
from tests.chaos.evidence import Evidence
from tests.chaos.plan import Plan

CASE = "31010420260302-TESTCASE1"
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
ITEMS = {"A": "market", "E": "greening"}
NUMBERS = {"A": "SJ20260302000001", "E": "LH20260302-00001"}
Entry = dict[str, Any]


def event(
    kind: EventKind, key: str, item: str | None = None, days: float = 0, **data: Any
) -> Event:
    return Event(
        key=f"{key}:{item}",
        case=CASE,
        kind=kind,
        at=BEGAN + timedelta(days=days),
        actor="gateway",
        item=item,
        data=data,
    )


def submitted() -> Event:
    return event(
        EventKind.SUBMITTED,
        "submitted",
        one_thing="open_restaurant",
        version=current().version,
        items=list(ITEMS),
        applicant_ref="somebody",
        district="310104",
    )


def filed(item: str) -> Event:
    reference = f"{CASE}:{item}:file:1"
    return event(EventKind.FILED, "arrived", item, reference=reference, receipt=NUMBERS[item])


def told(item: str, status: str, days: float) -> Event:
    at = (BEGAN + timedelta(days=days)).isoformat()
    data = {"receipt": NUMBERS[item], "status": status, "at": at}
    return event(EventKind.PROGRESSED, f"progress:{status}", item, days, **data)


@cache
def current() -> Any:
    return load().find("open_restaurant")


HISTORY = (
    submitted(),
    filed("A"),
    told("A", "accepted", 0.1),
    told("A", "granted", 1),
    filed("E"),
    told("E", "accepted", 1.1),
    told("E", "granted", 2),
    event(EventKind.ISSUED, "issued", days=3),
)


def reduced(history: Sequence[Event]) -> Case:
    case: Case | None = None
    calendar = load_working_calendar()
    for one in history:
        case = reduce(case, one, current(), calendar)
    assert case is not None
    return case


def rows(history: Sequence[Event]) -> list[Mapping[str, Any]]:
    return [
        {**codec.event_row(one), "seq": n, "n": n, "recorded_at": float(n)}
        for n, one in enumerate(history, start=1)
    ]


def filing(item: str, number: str | None = None, case: str = CASE) -> Entry:
    reference = f"{case}:{item}:file:1"
    return {"kind": "filing", "receipt": number or NUMBERS[item], "reference": reference}


def supplement(item: str, round_: int | None) -> Entry:
    """Without a round, of a department that writes no reference down."""
    mine = f"{CASE}:{item}:supplement:{round_}" if round_ else ""
    return {"kind": "supplement", "receipt": NUMBERS[item], "reference": mine}


def decision(number: str, status: str) -> Entry:
    return {"kind": "decision", "receipt": number, "status": status}


def withdrawal(number: str) -> Entry:
    return {"kind": "withdrawal", "receipt": number, "reference": f"{CASE}:E:withdraw:1"}


def good() -> Evidence:
    """One application of two items, granted and issued; nothing is wrong."""
    ack = {
        "kind": "submitted",
        "number": 0,
        "case": CASE,
        "fate": "granted",
        "answers": [[CASE, "2026-03-02"]],
    }
    ledgers: dict[str, list[Entry]] = {
        department: [filing(item), decision(NUMBERS[item], "granted")]
        for item, department in ITEMS.items()
    }
    return Evidence(
        plan=Plan(name="written by hand", applications=1),
        acks=[ack],
        starts=[{"end": "random"}, {"end": "stopped"}],
        ledgers=ledgers,
        cases={CASE: reduced(HISTORY)},
        events={CASE: rows(HISTORY)},
        attempts=[],
        deliveries=[
            {"reference": f"{CASE}:{item}:file:1", "department": department, "state": "done"}
            for item, department in ITEMS.items()
        ],
        engine=[],
        integrity="ok",
    )


def also(evidence: Evidence, department: str, *entries: Entry) -> Evidence:
    ledger = [*evidence.ledgers[department], *entries]
    return replace(evidence, ledgers={**evidence.ledgers, department: ledger})


def until(evidence: Evidence, length: int) -> Evidence:
    """The same, when only so much had happened."""
    history = HISTORY[:length]
    return replace(evidence, cases={CASE: reduced(history)}, events={CASE: rows(history)})


def acked(evidence: Evidence, **ack: Any) -> Evidence:
    return replace(evidence, acks=[*evidence.acks, ack])


def supplemented(*entries: Entry, times: int) -> Evidence:
    """E was supplemented so many times, each acknowledged; this is what its department has."""
    evidence = also(good(), "greening", *entries)
    for _ in range(times):
        evidence = acked(evidence, kind="supplemented", case=CASE, item="E", accepted=True)
    return evidence


def asked(round_: int, days: float) -> tuple[Event, Event, Event]:
    """E is asked for more, that is sent, and arrives."""
    mine = {"reference": f"{CASE}:E:supplement:{round_}"}
    return (
        told("E", "supplement_requested", days),
        event(EventKind.SUPPLEMENT_SENT, f"sent:{round_}", "E", days + 0.1, round=round_),
        event(EventKind.SUPPLEMENT_DELIVERED, f"there:{round_}", "E", days + 0.2, **mine),
    )


def told_by(evidence: Evidence, *history: Event) -> Evidence:
    """The same, with another history."""
    return replace(evidence, cases={CASE: reduced(history)}, events={CASE: rows(history)})


def lapsed(fate: str) -> Evidence:
    """E was asked for more, nothing came in time, and it was taken back."""
    taken_back = also(good(), "greening", withdrawal(NUMBERS["E"]))
    ack = {**taken_back.acks[0], "fate": fate}
    reference = {"reference": f"{CASE}:E:withdraw:1"}
    return told_by(
        replace(taken_back, acks=[ack]),
        *HISTORY[:5],
        told("E", "supplement_requested", 1.2),
        event(EventKind.LAPSED, "lapsed", "E", 9),
        event(EventKind.WITHDRAWN, "back", "E", 9.1, **reference),
    )
