"""The life of a case beside the straight road: time, objections, lapses, optional items."""

from datetime import date, datetime, timedelta

import pytest

from schema.domain.calendar import SHANGHAI
from schema.domain.case import UNNAMED, Case, CaseState, Event, EventKind, StepState, Verb
from schema.domain.case_rules import commands
from schema.domain.deadlines import fallen_due
from schema.domain.one_thing import OneThing, RefusalPolicy
from tests.schema.stories import (
    CALENDAR,
    MONDAY,
    SKETCH,
    case_of,
    event,
    filed,
    granted,
    item,
    on,
    reported,
    resolved,
    said,
    step_of,
    thing_of,
)

ONE = thing_of(item("A"))
LAPSING = thing_of(item("A", supplement_days=3), item("B"))
OWING = thing_of(item("A", materials=(SKETCH,)))
NOTICED = thing_of(
    item("A", suspending_event="objection_raised"), item("B", "A"), item("C", after_event="built")
)


def due(case: Case, thing: OneThing, days: float) -> list[Event]:
    return list(fallen_due(case, thing, CALENDAR, MONDAY + timedelta(days=days)))


def told_of(case: Case, thing: OneThing, days: float) -> list[tuple[EventKind, object]]:
    return [(e.kind, e.data.get("limit")) for e in due(case, thing, days)]


def supplement(kind: EventKind, hours: float, round_: int = 2, **data: object) -> Event:
    return event(kind, "A", hours=hours, verb=Verb.SUPPLEMENT, round=round_, **data)


# -- owing ----------------------------------------------------------------------------------------


def test_what_is_owed_is_asked_for_from_acceptance_while_the_clock_runs() -> None:
    before = case_of(OWING, filed("A"), deferred=["M1"])
    step = on(before, OWING, [said("A", "accepted", 2)]).step("A")

    assert before.step("A").owes == ()
    assert (step.owes, step.suspensions) == (("M1",), ())
    assert step.supplement_due_on == date(2026, 9, 11)


def test_a_department_that_accepts_conditionally_is_owed_something_unnamed() -> None:
    step = step_of(ONE, filed("A"), said("A", "conditionally_accepted", 2, note="效果图"))

    assert (step.owes, step.request) == ((UNNAMED,), "效果图")
    assert step.supplement_due_on == date(2026, 10, 19)


def test_what_is_owed_is_delivered_while_the_department_goes_on() -> None:
    case = case_of(
        OWING,
        filed("A"),
        said("A", "accepted", 2),
        supplement(EventKind.SUPPLEMENT_SENT, 3, materials=["M1"]),
        said("A", "inspection", 4),
        deferred=["M1"],
    )
    after = on(case, OWING, [supplement(EventKind.SUPPLEMENT_DELIVERED, 5)]).step("A")

    assert case.step("A").state is StepState.INSPECTION
    assert [c.reference.split(":", 1)[1] for c in commands(case, OWING)] == ["A:supplement:2"]
    assert (after.state, after.owes) == (StepState.INSPECTION, ())
    assert [s.reason for s in after.suspensions] == ["inspection"]


def test_an_owed_supplement_that_is_parked_is_freed_into_what_the_department_said() -> None:
    case = case_of(
        OWING,
        filed("A"),
        said("A", "accepted", 2),
        supplement(EventKind.SUPPLEMENT_SENT, 3, materials=["M1"]),
        supplement(EventKind.FILING_PARKED, 4),
        deferred=["M1"],
    )
    there = on(case, OWING, [resolved("A", "yes", 5, verb=Verb.SUPPLEMENT, round=2)]).step("A")

    assert case.step("A").state is StepState.PARKED
    assert (there.state, there.owes, there.parked) == (StepState.ACCEPTED, (), None)


# -- time -----------------------------------------------------------------------------------------


def test_nothing_asked_for_in_five_working_days_is_accepted_from_the_day_of_receipt() -> None:
    case = case_of(ONE, filed("A"))
    on_monday, on_tuesday = due(case, ONE, 7), due(case, ONE, 8)
    step = on(case, ONE, on_tuesday).step("A")

    assert on_monday == []
    assert [e.kind for e in on_tuesday] == [EventKind.DEEMED_ACCEPTED]
    assert step.state is StepState.ACCEPTED
    assert step.accepted_at == MONDAY + timedelta(hours=1)
    assert step.due_on == date(2026, 9, 14)
    assert step.since == datetime(2026, 9, 15, tzinfo=SHANGHAI)


def test_what_was_asked_for_in_time_and_told_late_undoes_the_acceptance_by_law() -> None:
    case = case_of(ONE, filed("A"))
    deemed = on(case, ONE, due(case, ONE, 8))
    late = on(deemed, ONE, [said("A", "supplement_requested", 100)]).step("A")

    assert (late.state, late.accepted_at) == (StepState.SUPPLEMENT_REQUESTED, None)


@pytest.mark.parametrize("status", ["accepted", "supplement_requested", "inspection"])
def test_a_department_that_did_something_has_not_accepted_by_law(status: str) -> None:
    case = case_of(ONE, filed("A"), said("A", status, 5))

    assert EventKind.DEEMED_ACCEPTED not in [e.kind for e in due(case, ONE, 20)]


def test_a_due_date_is_near_and_then_passed_once_each() -> None:
    case = case_of(ONE, filed("A"), said("A", "accepted", 2))
    near, again = due(case, ONE, 6), due(case, ONE, 7)

    assert told_of(case, ONE, 3) == []
    assert [e.key for e in near] == [e.key for e in again]
    assert told_of(case, ONE, 7) == [(EventKind.DEADLINE_NEAR, "promised")]
    assert told_of(case, ONE, 8) == [(EventKind.DEADLINE_PASSED, "promised")]
    assert told_of(case, ONE, 30)[1] == (EventKind.DEADLINE_PASSED, "statutory")


@pytest.mark.parametrize(("days", "near"), [(2, False), (3, True)])
def test_a_limit_of_less_than_three_days_is_never_near(days: int, near: bool) -> None:
    thing = thing_of(item("A", promised_days=days))
    case = case_of(thing, filed("A"), said("A", "accepted", 2))

    assert bool(told_of(case, thing, days)) is near


@pytest.mark.parametrize("status", ["inspection", "notice"])
def test_a_clock_that_stands_still_tells_nothing(status: str) -> None:
    case = case_of(ONE, filed("A"), said("A", "accepted", 2), said("A", status, 3))

    assert due(case, ONE, 60) == []


def test_a_supplement_that_never_comes_lapses_and_the_filing_is_taken_back() -> None:
    case = case_of(LAPSING, filed("A"), filed("B"), said("A", "supplement_requested", 2))
    assert told_of(case, LAPSING, 2) == [(EventKind.DEADLINE_NEAR, "supplement")]
    [lapsed] = [e for e in due(case, LAPSING, 4) if e.item == "A"]
    after = on(case, LAPSING, [lapsed])
    end = [event(EventKind.WITHDRAWN, "A", verb=Verb.WITHDRAW, hours=99), granted("B", 100)]

    assert (lapsed.kind, case.step("A").supplement_due_on) == (EventKind.LAPSED, date(2026, 9, 10))
    assert after.step("A").state is StepState.WITHDRAWING
    assert [c.reference.split(":", 1)[1] for c in commands(after, LAPSING)] == ["A:withdraw:1"]
    ended = on(after, LAPSING, end)
    assert (ended.state, [c.number for c in ended.certificates]) == (CaseState.WITHDRAWN, ["nB"])


def test_where_the_catalogue_sets_no_period_a_supplement_is_only_reminded_of() -> None:
    case = case_of(ONE, filed("A"), said("A", "supplement_requested", 2))

    assert case.step("A").supplement_due_on == date(2026, 10, 19)
    assert told_of(case, ONE, 43) == [(EventKind.DEADLINE_PASSED, "supplement")]


def test_a_supplement_sent_in_time_does_not_lapse() -> None:
    case = case_of(
        LAPSING,
        filed("A"),
        said("A", "supplement_requested", 2),
        supplement(EventKind.SUPPLEMENT_SENT, 70),
    )
    lapsed = event(EventKind.LAPSED, "A", hours=90)

    assert EventKind.LAPSED not in [e.kind for e in due(case, LAPSING, 9)]
    assert on(case, LAPSING, [lapsed]) == case


# -- objections -----------------------------------------------------------------------------------


def test_an_objection_holds_the_clock_and_what_depends_on_the_item() -> None:
    case = case_of(NOTICED, filed("A"), said("A", "notice", 2), reported("objection_raised", 24))
    held = on(case, NOTICED, [granted("A", 48)])
    free = on(held, NOTICED, [reported("objection_settled", 72)])

    assert case.step("A").state is StepState.NOTICE
    assert [s.reason for s in case.step("A").suspensions] == ["notice", "objection"]
    assert held.step("B").waits_for == ("objection_settled",)
    assert free.step("B").state is StepState.FILING


def test_an_objection_moves_the_due_date_until_it_is_settled_and_may_come_again() -> None:
    case = case_of(
        NOTICED,
        filed("A"),
        said("A", "accepted", 2),
        reported("objection_raised", 24),
        reported("objection_settled", 72),
    )
    again = on(case, NOTICED, [reported("objection_raised", 96)])

    assert case.step("A").due_on == date(2026, 9, 16)
    assert case.reported == ("objection_settled",)
    assert [s.until is None for s in again.step("A").suspensions] == [False, True]
    assert due(again, NOTICED, 60) == []


def test_an_objection_lengthens_a_public_notice_by_its_calendar_days() -> None:
    notice = item("A", calendar_days=10, suspending_event="objection_raised", statutory_days=0)
    thing = thing_of(notice)
    case = case_of(thing, filed("A"), said("A", "notice", 2))
    settled = on(case, thing, [reported("objection_raised", 24), reported("objection_settled", 96)])

    assert case.step("A").due_on == date(2026, 9, 17)
    assert settled.step("A").due_on == date(2026, 9, 20)


def test_what_nobody_raised_cannot_be_settled() -> None:
    case = case_of(NOTICED, filed("A"))

    assert on(case, NOTICED, [reported("objection_settled", 3)]) == case


# -- taking back, and ends ------------------------------------------------------------------------

RAISED = event(EventKind.WITHDRAWAL_REQUESTED, hours=2)
TAKEN_BACK = event(EventKind.WITHDRAWN, "A", hours=9, verb=Verb.WITHDRAW)


@pytest.mark.parametrize(
    "before",
    [
        [],
        [event(EventKind.FILING_NOT_SENT, "A", hours=1)],
        [event(EventKind.FILING_UNKNOWN, "A", hours=1)],
        [event(EventKind.FILING_PARKED, "A", hours=1)],
    ],
)
def test_a_filing_under_way_is_followed_up_before_it_is_taken_back(before: list[Event]) -> None:
    case = case_of(ONE, *before, RAISED)
    arrived = on(case, ONE, [filed("A", 3)])
    absent = on(case, ONE, [resolved("A", None, 3, abandoned=True)])

    assert case.state is CaseState.WITHDRAWING
    assert [c.verb for c in commands(arrived, ONE)] == [Verb.WITHDRAW]
    assert on(arrived, ONE, [TAKEN_BACK]).state is CaseState.WITHDRAWN
    assert (absent.state, commands(absent, ONE)) == (CaseState.WITHDRAWN, ())


@pytest.mark.parametrize("policy", list(RefusalPolicy))
def test_a_refusal_leaves_the_others_or_takes_them_back(policy: RefusalPolicy) -> None:
    thing = thing_of(item("A"), item("B"), policy=policy)
    case = case_of(
        thing,
        filed("A"),
        event(EventKind.FILING_UNKNOWN, "B", hours=1),
        said("A", "refused", 3),
    )
    arrived = on(case, thing, [filed("B", 4)])
    goes_on = policy is RefusalPolicy.OTHERS_GO_ON

    assert case.step("B").state is StepState.CONFIRMING
    state = StepState.RECEIVED if goes_on else StepState.WITHDRAWING
    assert arrived.step("B").state is state
    assert on(arrived, thing, [granted("B", 9)]).state is CaseState.REFUSED
    assert [c.number for c in on(arrived, thing, [granted("B", 9)]).certificates] == ["nB"]


def test_an_optional_item_is_followed_after_the_case_is_done() -> None:
    thing = thing_of(item("A"), item("B", mandatory=False), item("C", "B", mandatory=False))
    issued = event(EventKind.ISSUED, hours=72, bundle="jws")
    case = case_of(thing, filed("A"), granted("A", 2), issued)
    later = on(case, thing, [filed("B", 80), granted("B", 100)])

    assert (case.state, case.bundle) == (CaseState.DONE, "jws")
    assert [c.reference.split(":", 1)[1] for c in commands(case, thing)] == ["B:file:1"]
    assert case.step("C").state is StepState.SKIPPED
    assert (later.state, later.done_at, later.bundle) == (CaseState.DONE, case.done_at, "jws")
    assert [c.number for c in later.certificates] == ["nA", "nB"]


def test_a_certificate_told_after_the_end_joins_the_others() -> None:
    case = case_of(ONE, filed("A"), said("A", "granted", 2), event(EventKind.ISSUED, hours=200))
    assert case.certificates == ()
    assert [c.number for c in on(case, ONE, [granted("A", 2)]).certificates] == ["nA"]
