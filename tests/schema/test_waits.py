"""Whatever happens to a case: somebody's turn it is, until a day, and every state has a way out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cases.codec import case_bytes, case_from
from schema.domain.case import Case, CaseState, Event, EventKind, StepState, SurplusState, Verb
from schema.domain.case_rules import TERMINAL, commands
from schema.domain.deadlines import fallen_due
from schema.domain.one_thing import OneThing, RefusalPolicy
from schema.domain.reducer import reduce
from schema.domain.step_facts import SETTLED
from schema.domain.waits import WaitOn, WaitReason, waits
from schema.graph.waits import WHY
from schema.graph.words import event_text
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
    submitted,
    thing_of,
)

NAMES = ("A", "B", "C", "D")
STATUSES = (
    "received",
    "accepted",
    "conditionally_accepted",
    "inspection",
    "notice",
    "supplement_requested",
    "granted",
    "refused",
    "withdrawn",
)


def town(policy: RefusalPolicy = RefusalPolicy.OTHERS_GO_ON) -> OneThing:
    """A with something owed, B after A and open to objections, C after B, D optional."""
    return thing_of(
        item("A", materials=(SKETCH,), supplement_days=3),
        item("B", "A", suspending_event="objection_raised"),
        item("C", "B", after_event="built"),
        item("D", mandatory=False),
        policy=policy,
    )


def department_fact() -> st.SearchStrategy[Event]:
    names, hours = st.sampled_from(NAMES), st.integers(0, 900)
    receipts = st.sampled_from(["", "", "", "x"])
    return st.one_of(
        st.builds(
            lambda n, s, h, r: said(n, s, h, receipt=f"r{n}{r}"),
            names,
            st.sampled_from(STATUSES),
            hours,
            receipts,
        ),
        st.builds(lambda n, h, r: filed(n, h, f"r{n}{r}"), names, hours, receipts),
        st.builds(granted, names, hours),
    )


def own_fact() -> st.SearchStrategy[Event]:
    names, hours = st.sampled_from(NAMES), st.integers(0, 900)
    kinds = st.sampled_from(
        [
            EventKind.FILING_NOT_SENT,
            EventKind.FILING_UNKNOWN,
            EventKind.FILING_PARKED,
            EventKind.FILING_REFUSED,
            EventKind.FILING_MISSING,
            EventKind.SUPPLEMENT_SENT,
            EventKind.SUPPLEMENT_DELIVERED,
            EventKind.SUPPLEMENT_REFUSED,
            EventKind.WITHDRAWN,
            EventKind.WITHDRAWAL_REFUSED,
            EventKind.LAPSED,
            EventKind.DEADLINE_NEAR,
        ]
    )
    at = (MONDAY + timedelta(days=8)).isoformat()
    return st.one_of(
        st.builds(
            lambda k, n, v, r, h: event(k, n, verb=v, round=r, hours=h),
            kinds,
            names,
            st.sampled_from(list(Verb)),
            st.integers(1, 3),
            hours,
        ),
        st.builds(
            lambda n, v, r, h: event(EventKind.FILING_RESOLVED, n, verb=v, receipt=r, hours=h),
            names,
            st.sampled_from(list(Verb)),
            st.sampled_from([None, "rA", "rB"]),
            hours,
        ),
        st.builds(
            lambda n, h: event(EventKind.DUPLICATE_FOUND, n, hours=h, receipts=[f"r{n}x"]),
            names,
            hours,
        ),
        st.builds(
            lambda n, k, h: event(k, n, verb=Verb.WITHDRAW, round=2, hours=h, receipt=f"r{n}x"),
            names,
            st.sampled_from([EventKind.SURPLUS_WITHDRAWN, EventKind.SURPLUS_KEPT]),
            hours,
        ),
        st.builds(lambda n: event(EventKind.DEEMED_ACCEPTED, n, hours=200, at=at), names),
        st.builds(
            reported, st.sampled_from(["built", "objection_raised", "objection_settled"]), hours
        ),
        st.builds(
            lambda k, h: event(k, hours=h),
            st.sampled_from([EventKind.WITHDRAWAL_REQUESTED, EventKind.ISSUED]),
            hours,
        ),
    )


stories = st.lists(st.one_of(department_fact(), own_fact()), max_size=30)
policies = st.sampled_from(list(RefusalPolicy))


@given(stories, policies)
@settings(max_examples=150, deadline=None)
def test_a_case_that_has_not_ended_waits_for_somebody_until_a_day(
    events: list[Event], policy: RefusalPolicy
) -> None:
    thing = town(policy)
    case = case_of(thing, deferred=["M1"])
    for one in (None, *events):
        case = reduce(case, one, thing, CALENDAR) if one else case
        found = waits(case, thing, CALENDAR)
        assert found or case.state in TERMINAL
        assert all(wait.due_on >= wait.since.date() for wait in found if wait.item is None)
        assert [w.on for w in found] == sorted(
            (w.on for w in found), key=lambda on: on is not WaitOn.CLERK
        )
        turns = {(w.item, w.why) for w in found}
        for step in case.steps:
            assert step.since is not None
            surplus = [s for s in step.surplus if s.state is SurplusState.WITHDRAWING]
            assert not surplus or (step.item, WaitReason.SURPLUS) in turns


@given(stories, policies)
@settings(max_examples=150, deadline=None)
def test_a_case_told_again_from_its_events_is_the_same_case(
    events: list[Event], policy: RefusalPolicy
) -> None:
    thing = town(policy)
    case = case_of(thing, deferred=["M1"])
    for one in events:
        stored = case_from(case_bytes(case))
        assert stored == case
        case = reduce(stored, one, thing, CALENDAR)
    assert case == case_of(thing, *events, deferred=["M1"])


@given(stories, policies)
@settings(max_examples=150, deadline=None)
def test_what_is_settled_stays_and_what_ended_stays_ended(
    events: list[Event], policy: RefusalPolicy
) -> None:
    thing = town(policy)
    case = case_of(thing, deferred=["M1"])
    for one in events:
        after = reduce(case, one, thing, CALENDAR)
        for before, step in zip(case.steps, after.steps, strict=True):
            assert before.state not in SETTLED or step.state is before.state
            assert not {s.receipt for s in step.surplus if s.state is SurplusState.WITHDRAWING} & {
                step.receipt
            }
        if case.state in TERMINAL:
            assert (after.state, after.done_at) == (case.state, case.done_at)
            assert set(case.certificates) <= set(after.certificates)
        references = [c.reference for c in commands(after, thing)]
        assert len(references) == len(set(references))
        case = after


@given(stories, policies)
@settings(max_examples=150, deadline=None)
def test_the_same_event_told_twice_in_a_row_changes_nothing(
    events: list[Event], policy: RefusalPolicy
) -> None:
    thing = town(policy)
    case = case_of(thing, deferred=["M1"])
    for one in events:
        case = reduce(case, one, thing, CALENDAR)
        assert reduce(case, one, thing, CALENDAR) == case


def department_story(name: str, start: int) -> list[Event]:
    """What one department says about one item, and what time brings, in its own order."""
    return [
        said(name, "received", start),
        said(name, "conditionally_accepted", start + 1, note="后补"),
        said(name, "inspection", start + 30),
        said(name, "supplement_requested", start + 40),
        said(name, "accepted", start + 60),
        event(EventKind.DEEMED_ACCEPTED, name, hours=200, at="2026-09-15T00:00:00+08:00"),
        granted(name, start + 300),
    ]


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_facts_in_any_order_and_however_often_make_one_case(data: st.DataObject) -> None:
    thing = thing_of(*(item(name, materials=(SKETCH,)) for name in NAMES))
    arrivals = [filed(name, i) for i, name in enumerate(NAMES)]
    facts = [e for i, name in enumerate(NAMES) for e in department_story(name, i)]
    twice = facts + data.draw(st.lists(st.sampled_from(facts), max_size=6))
    mixed: Sequence[Event] = data.draw(st.permutations(twice))

    straight = case_of(thing, *arrivals, *facts, deferred=["M1"])
    other = case_of(thing, *arrivals, *mixed, deferred=["M1"])

    assert other.steps == straight.steps
    assert other.state is straight.state is CaseState.ISSUING


# -- ways out -------------------------------------------------------------------------------------

SENT = event(EventKind.SUPPLEMENT_SENT, "A", hours=4, verb=Verb.SUPPLEMENT, round=2)
DELIVERED = event(EventKind.SUPPLEMENT_DELIVERED, "A", hours=5, verb=Verb.SUPPLEMENT, round=2)
BACK = event(EventKind.WITHDRAWAL_REQUESTED, hours=5)
ASKED = [filed("A"), said("A", "supplement_requested", 2)]
WAYS_OUT: dict[StepState, tuple[list[Event], Event]] = {
    StepState.WAITING: ([filed("A"), granted("A", 2)], granted("B", 9)),
    StepState.FILING: ([], filed("A", 9)),
    StepState.CONFIRMING: ([event(EventKind.FILING_UNKNOWN, "A")], resolved("A", None, 9)),
    StepState.PARKED: ([event(EventKind.FILING_PARKED, "A")], resolved("A", None, 9)),
    StepState.RECEIVED: ([filed("A")], said("A", "accepted", 9)),
    StepState.ACCEPTED: ([filed("A"), said("A", "accepted", 2)], granted("A", 9)),
    StepState.SUPPLEMENT_REQUESTED: (ASKED, SENT),
    StepState.SUPPLEMENTING: ([*ASKED, SENT], DELIVERED),
    StepState.INSPECTION: ([filed("A"), said("A", "inspection", 2)], granted("A", 9)),
    StepState.NOTICE: ([filed("A"), said("A", "notice", 2)], granted("A", 9)),
    StepState.WITHDRAWING: (
        [filed("A"), BACK],
        event(EventKind.WITHDRAWN, "A", verb=Verb.WITHDRAW, hours=9),
    ),
}
ENDS: dict[CaseState, tuple[list[Event], Event]] = {
    CaseState.IN_PROGRESS: ([filed("A")], said("A", "refused", 3)),
    CaseState.AWAITING_APPLICANT: (ASKED, SENT),
    CaseState.ISSUING: ([filed("A"), granted("A", 2)], event(EventKind.ISSUED, hours=90)),
    CaseState.WITHDRAWING: WAYS_OUT[StepState.WITHDRAWING],
}


@pytest.mark.parametrize("state", [s for s in StepState if s not in SETTLED])
def test_every_state_of_a_step_has_a_way_out(state: StepState) -> None:
    thing = thing_of(item("A", *(["B"] if state is StepState.WAITING else [])), item("B"))
    before, exit_ = WAYS_OUT[state]
    before = [filed("B")] if state is StepState.WAITING else before
    case = case_of(thing, *before)

    assert case.step("A").state is state
    assert on(case, thing, [exit_]).step("A").state is not state


@pytest.mark.parametrize("state", [s for s in CaseState if s not in TERMINAL])
def test_every_state_of_a_case_has_a_way_out(state: CaseState) -> None:
    thing = thing_of(item("A"))
    before, exit_ = ENDS[state]
    case = case_of(thing, *before)

    assert case.state is state
    assert on(case, thing, [exit_]).state is not state


def test_what_is_parked_comes_first_and_then_what_is_due_first() -> None:
    thing = thing_of(item("A"), item("B"), item("C", after_event="built"))
    case = case_of(thing, filed("A"), event(EventKind.FILING_PARKED, "B", hours=1))
    found = waits(case, thing, CALENDAR)

    assert [(w.item, w.on, w.why) for w in found] == [
        ("B", WaitOn.CLERK, WaitReason.CLARIFICATION),
        ("A", WaitOn.DEPARTMENT, WaitReason.ACCEPTANCE),
        ("C", WaitOn.APPLICANT, WaitReason.REPORT),
    ]
    assert found[1].since == MONDAY + timedelta(hours=1)


def test_a_state_dates_from_what_the_department_says_not_from_when_it_was_told() -> None:
    case = case_of(thing_of(item("A")), filed("A"))
    late = replace(said("A", "accepted", 2), at=MONDAY + timedelta(days=3))

    assert reduce(case, late, thing_of(item("A")), CALENDAR).step("A").since == (
        MONDAY + timedelta(hours=2)
    )


def test_time_alone_tells_nothing_twice() -> None:
    thing = town()
    case: Case = case_of(thing, filed("A"), said("A", "supplement_requested", 2), deferred=["M1"])
    keys: list[str] = []
    for day in range(40):
        for one in fallen_due(case, thing, CALENDAR, MONDAY + timedelta(days=day)):
            if one.key not in keys:
                keys.append(one.key)
                case = reduce(case, one, thing, CALENDAR)

    assert [key.split(":")[0] for key in keys] == ["deadline_near", "lapsed"]


def test_every_event_and_every_wait_has_its_own_words() -> None:
    kinds = [k for k in EventKind if k is not EventKind.PROGRESSED]
    texts = [event_text(replace(submitted(town()), kind=kind), None) for kind in kinds]

    assert len({text.zh for text in texts}) == len({text.en for text in texts}) == len(kinds)
    assert set(WHY) == set(WaitReason)
