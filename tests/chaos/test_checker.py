"""The checker finds what it is for: evidence is written by hand, one thing is wrong with each."""

from dataclasses import replace
from functools import cache

import pytest

from schema.domain.case import CaseState, EventKind
from tests.chaos.checker import verdict
from tests.chaos.evidence import Evidence
from tests.chaos.handmade import (
    CASE,
    HISTORY,
    NUMBERS,
    acked,
    also,
    asked,
    decision,
    event,
    filing,
    good,
    lapsed,
    reduced,
    rows,
    supplement,
    supplemented,
    told_by,
    until,
    withdrawal,
)


@cache
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
        "a second supplement that never arrived": (
            supplemented(supplement("E", 2), times=2),
            "lost",
        ),
        "a first supplement that never arrived": (
            supplemented(supplement("E", 3), times=2),
            "lost",
        ),
        "a supplement less than were acknowledged, where none is named": (
            supplemented(supplement("E", None), times=2),
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
        "a request that lapsed": (lapsed("granted"), "ends"),
        "a request that lapsed in a case that was withdrawn": (lapsed("withdrawn"), "ends"),
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


@pytest.mark.parametrize("rounds", [(2, 3), (None, None)], ids=["by reference", "by number"])
def test_supplements_that_arrived_round_by_round_are_not_lost(
    rounds: tuple[int | None, int | None],
) -> None:
    evidence = supplemented(*(supplement("E", round_) for round_ in rounds), times=2)

    _, found = verdict(evidence)

    assert found["lost"] == []


def test_a_supplement_the_department_said_no_to_is_not_lost() -> None:
    declined = event(
        EventKind.SUPPLEMENT_REFUSED, "no", "E", 1.3, reference=f"{CASE}:E:supplement:2"
    )
    again = asked(3, 1.4)[1:]
    history = (*HISTORY[:6], *asked(2, 1.2)[:2], declined, *again, *HISTORY[6:])

    _, found = verdict(told_by(supplemented(supplement("E", 3), times=2), *history))

    assert (found["lost"], found["replay"]) == ([], [])


def test_what_is_filed_anew_after_a_supplement_is_looked_for_under_its_one_reference() -> None:
    mine = {"reference": f"{CASE}:E:file:1"}
    history = (
        *HISTORY[:6],
        *asked(2, 1.2),
        event(EventKind.FILING_MISSING, "missing", "E", 1.5, **mine, receipt=NUMBERS["E"]),
        event(EventKind.FILING_RESOLVED, "gone", "E", 1.6, **mine, receipt=None),
        event(EventKind.FILED, "anew", "E", 1.7, **mine, receipt=NUMBERS["E"]),
        *HISTORY[6:],
    )
    evidence = told_by(good(), *history)

    _, found = verdict(evidence)

    assert evidence.cases[CASE].step("E").first_round == 2
    assert found["lost"] == []


def test_lives_tell_what_never_went_on() -> None:
    last = {"end": "stopped", "never_resumed": [f"{CASE}:A:file:1"]}

    figures, _ = verdict(replace(good(), starts=[{"end": "random"}, last]))

    assert figures["never_resumed"] == [f"{CASE}:A:file:1"]
