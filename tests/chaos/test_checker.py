"""The checker finds what it is for: evidence is written by hand, one thing is wrong with each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.cases import codec
from schema.catalogue import load
from schema.domain.calendar import SHANGHAI
from schema.domain.case import Case, CaseState, Event, EventKind
from schema.domain.reducer import reduce
from schema.working_days import load_working_calendar
from tests.chaos.checker import verdict
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
    for one in history:
        case = reduce(case, one, current(), load_working_calendar())
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


def broken() -> dict[str, tuple[Evidence, str]]:
    """What is wrong in words: the evidence, and the check that must say so."""
    fine, base = good(), until(good(), 7)
    surplus = filing("E", "LH20260302-00002")
    without_e = {**fine.ledgers, "greening": []}
    other = replace(fine.cases[CASE], state=CaseState.REFUSED)
    steps = tuple(
        replace(step, receipt="LH20260302-00009") if step.item == "E" else step
        for step in fine.cases[CASE].steps
    )
    misnamed = replace(fine.cases[CASE], steps=steps)
    gap = [row for row in fine.events[CASE] if row["n"] != 4]
    backwards = [{**row, "recorded_at": -row["recorded_at"]} for row in fine.events[CASE]]
    running = [{**fine.deliveries[0], "state": "under_way"}]
    under_way = [{"id": f"{CASE}:A:file:1#1", "status": "PENDING"}]
    refused = [filing("A"), decision(NUMBERS["A"], "refused")]
    unequal = {**fine.acks[0], "answers": [[CASE, "2026-03-02"], ["another", "2026-03-02"]]}
    return {
        "a case that is gone": (replace(fine, cases={}), "lost"),
        "an application never acknowledged": (replace(fine, acks=[]), "lost"),
        "a filing that never arrived": (replace(fine, ledgers=without_e), "lost"),
        "a supplement that never arrived": (
            acked(fine, kind="supplemented", case=CASE, item="E", accepted=True),
            "lost",
        ),
        "a withdrawal that is forgotten": (
            acked(fine, kind="withdrawn", case=CASE, accepted=True),
            "lost",
        ),
        "a reference filed twice": (also(fine, "greening", surplus), "doubled"),
        "a withdrawal sent through twice": (
            also(fine, "greening", withdrawal(NUMBERS["E"]), withdrawal(NUMBERS["E"])),
            "doubled",
        ),
        "a filing of nobody's case": (also(fine, "market", filing("A", "SJ9", "gone")), "orphans"),
        "a filing known under another number": (
            replace(fine, cases={CASE: misnamed}),
            "orphans",
        ),
        "a filing left open by a case that has ended": (
            replace(fine, ledgers={**fine.ledgers, "greening": [filing("E")]}),
            "orphans",
        ),
        "a case that does not end": (base, "stuck"),
        "a command that does not end": (replace(fine, deliveries=running), "stuck"),
        "a command the engine still has": (replace(fine, engine=under_way), "stuck"),
        "a state its events do not tell": (replace(fine, cases={CASE: other}), "replay"),
        "an event that is missing": (replace(fine, events={CASE: gap}), "replay"),
        "events recorded against the clock": (replace(fine, events={CASE: backwards}), "replay"),
        "a grant nobody gave": (
            replace(
                fine,
                ledgers={**fine.ledgers, "market": refused},
            ),
            "untold",
        ),
        "an end that was not to be": (
            replace(fine, acks=[{**fine.acks[0], "fate": "refused"}]),
            "ends",
        ),
        "one request answered in two ways": (replace(fine, acks=[unequal]), "answers"),
        "a masked error": (acked(fine, kind="internal", codes=["INTERNAL"]), "answers"),
        "a gateway that fell over": (replace(fine, starts=[{"end": "ended by itself"}]), "lives"),
        "a store that is damaged": (replace(fine, integrity="page 7 is lost"), "store"),
    }


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    _, found = verdict(good())

    assert {name: list(findings) for name, findings in found.items() if findings} == {}


@pytest.mark.parametrize("wrong", broken())
def test_what_is_wrong_is_found(wrong: str) -> None:
    evidence, check = broken()[wrong]

    _, found = verdict(evidence)

    assert found[check] != []


def test_every_check_can_fail() -> None:
    _, found = verdict(good())

    assert {check for _, check in broken().values()} == set(found)


def test_a_surplus_filing_that_was_taken_back_is_no_double() -> None:
    number = "LH20260302-00002"
    taken_back = also(good(), "greening", filing("E", number), withdrawal(number))

    figures, found = verdict(taken_back)

    assert (found["doubled"], found["orphans"]) == ([], [])
    assert figures["surplus_taken_back"] == 1


def test_a_case_that_waits_for_a_clerk_is_not_stuck() -> None:
    reference = f"{CASE}:E:file:1"
    parked = event(EventKind.FILING_PARKED, "parked:1", "E", 1.2, reference=reference, why="blind")
    history = (*HISTORY[:4], parked)
    evidence = replace(
        good(),
        cases={CASE: reduced(history)},
        events={CASE: rows(history)},
        deliveries=[{"reference": reference, "department": "greening", "state": "parked"}],
        ledgers={**good().ledgers, "greening": []},
    )

    _, found = verdict(evidence)

    assert {name: list(findings) for name, findings in found.items() if findings} == {}
