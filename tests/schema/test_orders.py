"""One life, told in other orders, often, from the store: the same case, whatever happened in it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cases.codec import case_bytes, case_from, event_from, event_row
from schema.domain.case import Case, Event, EventKind, Step, StepState, Surplus, SurplusState
from schema.domain.one_thing import OneThing, RefusalPolicy
from schema.domain.reducer import reduce
from schema.domain.step_facts import began
from tests.schema.orders import Order
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
    said,
    submitted,
    thing_of,
)
from tests.schema.walks import TROUBLES, Walk

DEFERRED = ["M1"]
randoms = st.randoms(use_true_random=False)


def _apart(known: set[str]) -> frozenset[str]:
    """While a clerk asks about a missing filing nothing found beside it is withdrawn: what is
    ordered then depends on when the clerk was asked, which is an act. Each has lives of its own.
    """
    return frozenset(known - {"missing"} if {"beyond", "missing"} <= known else known)


troubles = st.sets(st.sampled_from(TROUBLES)).map(_apart)
policies = st.sampled_from(list(RefusalPolicy))
lengths = st.integers(5, 50)


def town(policy: RefusalPolicy) -> OneThing:
    """A owes something, B is after A and open to objections, C after B and an event, D optional."""
    return thing_of(
        item("A", materials=(SKETCH,), supplement_days=3),
        item("B", "A", suspending_event="objection_raised"),
        item("C", "B", after_event="built"),
        item("D", mandatory=False, supplement_days=5),
        policy=policy,
    )


def life(draw: Random, policy: RefusalPolicy, known: frozenset[str], steps: int) -> Walk:
    """One random life, from its submission on."""
    thing = town(policy)
    walk = Walk(thing=thing, draw=draw, case=case_of(thing, deferred=DEFERRED), troubles=known)
    walk.go(steps)
    return walk


def in_another_order(walk: Walk, *, ended_last: bool = True) -> Case:
    """The same life, as it might have come in too."""
    order = Order(
        thing=walk.thing,
        draw=walk.draw,
        case=case_of(walk.thing, deferred=DEFERRED),
        filed=frozenset(walk.filed),
        ended_last=ended_last,
    )
    order.take(walk.moments)
    return order.case


def told(case: Case) -> Case:
    """All of it that is told by facts. How often it changed is not, nor when it came to be known
    what no fact dates, nor what an item waited for that was never filed.
    """
    return replace(case, revision=0, steps=tuple(map(_told, case.steps)))


def _told(step: Step) -> Step:
    if step.state is StepState.SKIPPED:
        return replace(step, since=None, waits_for=(), history=(), suspensions=())
    return replace(step, since=began(step))


def end(case: Case) -> object:
    """What a case came to."""
    steps = [
        (s.item, s.state, s.receipt, s.decided_at, s.refusal, s.certificate, s.surplus)
        for s in case.steps
    ]
    return case.state, case.done_at, case.certificates, steps


@given(randoms, policies, troubles, lengths)
@settings(max_examples=120, deadline=None)
def test_a_life_in_any_order_its_causes_allow_is_the_same_case(
    draw: Random, policy: RefusalPolicy, known: frozenset[str], steps: int
) -> None:
    walk = life(draw, policy, known, steps)

    assert told(in_another_order(walk)) == told(walk.case)


@given(randoms, policies, troubles, lengths)
@settings(max_examples=80, deadline=None)
def test_a_decision_that_overtakes_what_was_said_before_it_ends_a_case_alike(
    draw: Random, policy: RefusalPolicy, known: frozenset[str], steps: int
) -> None:
    walk = life(draw, policy, known, steps)

    assert end(in_another_order(walk, ended_last=False)) == end(walk.case)


@given(randoms, policies, troubles, lengths)
@settings(max_examples=80, deadline=None)
def test_a_case_goes_on_from_its_store_at_any_moment_as_if_nothing_had_been(
    draw: Random, policy: RefusalPolicy, known: frozenset[str], steps: int
) -> None:
    walk = life(draw, policy, known, steps)
    events = [submitted(walk.thing, deferred=DEFERRED), *(m.event for m in walk.moments)]
    stored = [event_from(event_row(one)) for one in events]
    restarts = draw.randrange(len(stored))
    case: Case | None = None
    for n, one in enumerate(stored):
        case = reduce(case, one, walk.thing, CALENDAR)
        case = case_from(case_bytes(case)) if n == restarts else case

    assert case == walk.case


def test_walks_meet_everything_that_may_happen_to_a_case() -> None:
    seen: Counter[EventKind] = Counter()
    for seed in range(150):
        draw = Random(seed)
        known = frozenset(t for t in TROUBLES if draw.random() < 0.5)
        walk = life(draw, draw.choice(list(RefusalPolicy)), known, 50)
        seen.update(moment.event.kind for moment in walk.moments)

    assert set(EventKind) - set(seen) == {EventKind.SUBMITTED}
    assert min(seen.values()) >= 3, seen


# -- what other orders have shown ------------------------------------------------------------------


def test_a_filing_was_received_when_its_department_says_so_whatever_came_in_first() -> None:
    thing = thing_of(item("A"))
    received = MONDAY + timedelta(hours=1)
    arrived = replace(
        filed("A", 9), data={**filed("A", 9).data, "received_at": received.isoformat()}
    )
    late = said("A", "inspection", 30)

    first, last = case_of(thing, arrived, late), case_of(thing, late, arrived)

    assert told(first) == told(last)
    assert last.step("A").filed_at == received


def test_a_filing_was_received_at_the_latest_when_something_was_said_of_it() -> None:
    thing = thing_of(item("A"))
    case = case_of(thing, said("A", "accepted", 30), said("A", "received", 2), filed("A", 40))

    assert case.step("A").filed_at == MONDAY + timedelta(hours=2)


def test_acceptance_by_law_follows_the_day_of_receipt_when_that_is_told_late() -> None:
    thing = thing_of(item("A"))
    at = (MONDAY + timedelta(days=8)).isoformat()
    deemed = event(EventKind.DEEMED_ACCEPTED, "A", hours=200, at=at)
    case = case_of(thing, filed("A", 9), deemed, said("A", "received", 2))

    assert case.step("A").accepted_at == MONDAY + timedelta(hours=2)


@pytest.mark.parametrize("first", ["A", "B"])
def test_a_case_ended_with_its_last_decision_whichever_was_told_last(first: str) -> None:
    thing = thing_of(item("A"), item("B"))
    words = [said("A", "refused", 10), granted("B", 20)]
    words = words if first == "A" else words[::-1]
    case = case_of(thing, filed("A"), filed("B"), *words)

    assert case.done_at == MONDAY + timedelta(hours=20)


def test_a_filing_beyond_the_first_that_is_told_of_as_withdrawn_needs_no_withdrawal() -> None:
    thing = thing_of(item("A"), item("B", "A"))
    skipped = case_of(thing, filed("A"), said("A", "refused", 2))
    word = said("B", "withdrawn", 3)
    once = on(skipped, thing, [word])

    assert once.step("B").surplus == (Surplus(receipt="rB", state=SurplusState.WITHDRAWN),)
    assert on(once, thing, [word]) == once


def test_what_changes_nothing_is_no_new_revision() -> None:
    thing = thing_of(item("A"))
    back: list[Event] = [filed("A"), event(EventKind.WITHDRAWAL_REQUESTED, hours=5)]
    case = case_of(thing, *back, said("A", "accepted", 3))

    assert on(case, thing, [said("A", "accepted", 3)]).revision == case.revision
    at = (MONDAY + timedelta(days=8)).isoformat()
    deemed = event(EventKind.DEEMED_ACCEPTED, "A", hours=200, at=at)
    once = on(case, thing, [deemed])
    assert on(once, thing, [deemed]) == once
