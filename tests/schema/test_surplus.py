"""Numbers: the one that counts, those told by a clerk, and those found beside."""

import pytest

from schema.domain import surplus
from schema.domain.case import CaseState, EventKind, StepState, SurplusState, Verb
from schema.domain.case_rules import commands
from schema.domain.reference import parse_reference
from tests.schema.stories import (
    CASE,
    case_of,
    event,
    filed,
    granted,
    item,
    on,
    resolved,
    said,
    step_of,
    thing_of,
)

ONE = thing_of(item("A"))
TWINS = event(EventKind.DUPLICATE_FOUND, "A", hours=1, receipts=["rX", "rY"], adopted="rA")
CONFIRMING = event(EventKind.FILING_UNKNOWN, "A", hours=1, attempt=1)
PARKED = event(EventKind.FILING_PARKED, "A", hours=1)


def test_each_surplus_filing_is_withdrawn_by_a_command_that_names_it() -> None:
    case = case_of(ONE, TWINS, filed("A"))

    wanted = commands(case, ONE)

    assert [c.reference for c in wanted] == [f"{CASE}:A:withdraw:2", f"{CASE}:A:withdraw:3"]
    assert [surplus.receipt_of(case, c) for c in wanted] == ["rX", "rY"]
    assert case.step("A").receipt == "rA"


def test_surplus_filings_are_withdrawn_after_the_case_has_ended_too() -> None:
    case = case_of(ONE, filed("A"), granted("A", 5), event(EventKind.ISSUED, hours=90))
    done = on(case, ONE, [TWINS])

    assert (done.state, done.done_at) == (CaseState.DONE, case.done_at)
    assert [c.round for c in commands(done, ONE)] == [2, 3]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (EventKind.SURPLUS_WITHDRAWN, SurplusState.WITHDRAWN),
        (EventKind.SURPLUS_KEPT, SurplusState.KEPT),
    ],
)
def test_what_became_of_a_surplus_filing_ends_its_command_and_nothing_else(
    kind: EventKind, state: SurplusState
) -> None:
    before = case_of(ONE, TWINS, filed("A"), said("A", "accepted", 3))
    case = on(before, ONE, [event(kind, "A", verb=Verb.WITHDRAW, round=2, hours=4, receipt="rX")])

    assert [s.state for s in case.step("A").surplus] == [state, SurplusState.WITHDRAWING]
    assert [c.round for c in commands(case, ONE)] == [3]
    assert case.step("A").state is StepState.ACCEPTED


def test_trouble_with_a_surplus_withdrawal_is_no_trouble_of_the_step() -> None:
    parked = event(EventKind.FILING_PARKED, "A", verb=Verb.WITHDRAW, round=2, hours=4)
    lost = event(EventKind.FILING_UNKNOWN, "A", verb=Verb.WITHDRAW, round=3, hours=4, problem="x")
    done = event(EventKind.FILING_RESOLVED, "A", verb=Verb.WITHDRAW, round=2, hours=5, receipt="rX")
    case = case_of(ONE, TWINS, filed("A"), said("A", "accepted", 3), parked, lost)

    assert (case.step("A").state, case.step("A").problem) == (StepState.ACCEPTED, None)
    assert case.step("A").surplus[0].parked == f"{CASE}:A:withdraw:2"
    assert on(case, ONE, [done]).step("A").surplus[0].state is SurplusState.WITHDRAWN


def test_another_number_under_our_reference_is_surplus_and_never_replaces_the_first() -> None:
    step = step_of(ONE, filed("A"), filed("A", 2, receipt="rZ"), filed("A", 3, receipt="rZ"))

    assert step.receipt == "rA"
    assert [s.receipt for s in step.surplus] == ["rZ"]


def test_what_the_department_says_of_a_surplus_filing_says_nothing_of_the_step() -> None:
    case = case_of(ONE, TWINS, filed("A"), said("A", "refused", 3, receipt="rX"))
    back = on(case, ONE, [said("A", "withdrawn", 4, receipt="rX")]).step("A")

    assert case.step("A").state is StepState.RECEIVED
    assert back.surplus[0].state is SurplusState.WITHDRAWN


def test_a_number_a_clerk_told_is_replaced_by_the_departments_own() -> None:
    told = case_of(ONE, PARKED, resolved("A", "typo"))
    right = on(told, ONE, [said("A", "accepted", 5)]).step("A")

    assert (told.step("A").receipt, told.step("A").receipt_told) == ("typo", True)
    assert (right.receipt, right.receipt_told, right.surplus) == ("rA", False, ())
    assert right.state is StepState.ACCEPTED


def test_what_was_said_of_a_wrongly_told_number_does_not_count() -> None:
    strange = said("A", "inspection", 3, receipt="typo", reference="other:B:file:1")
    nameless = said("A", "inspection", 4, receipt="typo", reference=None)
    step = step_of(ONE, PARKED, resolved("A", "typo"), strange, nameless, said("A", "received", 5))

    assert (step.receipt, step.state) == ("rA", StepState.RECEIVED)
    assert step.suspensions == ()


def test_a_number_a_clerk_told_and_the_department_names_is_the_departments_own() -> None:
    step = step_of(
        ONE, PARKED, resolved("A", "rA"), said("A", "accepted", 3), filed("A", 4, receipt="rB")
    )

    assert (step.receipt, step.receipt_told) == ("rA", False)
    assert [s.receipt for s in step.surplus] == ["rB"]


def test_a_filing_that_arrives_after_it_was_given_up_is_withdrawn() -> None:
    gone = case_of(
        ONE,
        CONFIRMING,
        event(EventKind.WITHDRAWAL_REQUESTED, hours=2),
        resolved("A", None, 3, abandoned=True),
    )
    late = on(gone, ONE, [said("A", "received", 9)])

    assert (gone.state, late.state) == (CaseState.WITHDRAWN, CaseState.WITHDRAWN)
    assert [surplus.receipt_of(late, c) for c in commands(late, ONE)] == ["rA"]


def test_a_filing_the_department_cannot_find_is_parked_with_its_reference() -> None:
    lost = event(EventKind.FILING_MISSING, "A", hours=5, receipt="rA", problem="P")
    step = step_of(ONE, filed("A"), said("A", "accepted", 3), lost)

    assert (step.state, step.missing, step.problem) == (StepState.PARKED, True, "P")
    assert step.parked == f"{CASE}:A:file:1"


def test_a_missing_filing_is_found_again_or_filed_anew() -> None:
    lost = event(EventKind.FILING_MISSING, "A", hours=5, receipt="rA")
    case = case_of(ONE, filed("A"), said("A", "accepted", 3), lost)
    there = on(case, ONE, [resolved("A", "rA", 6)]).step("A")
    gone = on(case, ONE, [resolved("A", None, 6)])

    assert (there.state, there.missing) == (StepState.ACCEPTED, False)
    assert (gone.step("A").state, gone.step("A").receipt) == (StepState.FILING, None)
    assert [c.reference for c in commands(gone, ONE)] == [f"{CASE}:A:file:1"]
    assert on(case, ONE, [granted("A", 7)]).state is CaseState.ISSUING


def test_a_receipt_of_a_command_is_none_when_nothing_is_surplus() -> None:
    case = case_of(ONE, filed("A"))
    command = parse_reference(f"{CASE}:A:withdraw:2")

    assert command is not None
    assert surplus.receipt_of(case, command) is None


MISSING = event(EventKind.FILING_MISSING, "A", hours=5, receipt="rA")


def test_nothing_beside_a_missing_filing_is_withdrawn_until_a_clerk_has_asked() -> None:
    lost = case_of(ONE, filed("A"), MISSING, said("A", "accepted", 6, receipt="rB"))
    other = on(lost, ONE, [resolved("A", "rB", 7)])
    found, gone = on(lost, ONE, [resolved("A", "rA", 7)]), on(lost, ONE, [resolved("A", None, 7)])

    assert [s.receipt for s in lost.step("A").surplus] == ["rB"]
    assert commands(lost, ONE) == commands(other, ONE) == ()
    assert [surplus.receipt_of(found, c) for c in commands(found, ONE)] == ["rB"]
    assert [c.reference for c in commands(gone, ONE)] == [
        f"{CASE}:A:file:1", f"{CASE}:A:withdraw:2",
    ]  # fmt: skip


def test_a_parked_withdrawal_beside_a_missing_filing_can_still_be_resolved() -> None:
    parked = event(EventKind.FILING_PARKED, "A", verb=Verb.WITHDRAW, round=2, hours=4)
    case = case_of(ONE, TWINS, filed("A"), parked, MISSING)

    assert [c.reference for c in commands(case, ONE)] == [f"{CASE}:A:withdraw:2"]


def test_what_is_said_of_a_number_a_clerk_chose_from_the_surplus_is_said_of_the_step() -> None:
    lost = case_of(ONE, filed("A"), MISSING, said("A", "received", 6, receipt="rB"))
    chosen = on(lost, ONE, [resolved("A", "rB", 7), said("A", "accepted", 8, receipt="rB")])

    assert (chosen.step("A").receipt, chosen.step("A").state) == ("rB", StepState.ACCEPTED)


def test_a_missing_filing_its_department_lists_again_stands_where_it_stood() -> None:
    step = step_of(ONE, filed("A"), said("A", "accepted", 3), MISSING, filed("A", 6))

    assert (step.state, step.missing, step.parked) == (StepState.ACCEPTED, False, None)


def test_a_missing_filing_that_took_a_supplement_may_go_missing_again() -> None:
    asked = said("A", "supplement_requested", 3)
    sent = event(EventKind.SUPPLEMENT_SENT, "A", verb=Verb.SUPPLEMENT, round=2, hours=4)
    taken = event(EventKind.SUPPLEMENT_DELIVERED, "A", verb=Verb.SUPPLEMENT, round=2, hours=6)
    case = case_of(ONE, filed("A"), asked, sent, MISSING, taken)
    again = on(case, ONE, [MISSING]).step("A")

    assert case.step("A").parked is None
    assert (again.state, again.parked) == (StepState.PARKED, f"{CASE}:A:file:1")
