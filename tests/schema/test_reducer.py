"""A case as its events tell it: each fact once, in any order, to the same end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.domain.calendar import SHANGHAI, WorkingCalendar
from schema.domain.case import Case, CaseState, Event, EventKind, StepState, Verb
from schema.domain.case_rules import TERMINAL, issue_due, parse_reference, reference
from schema.domain.one_thing import Edge, EdgeKind, Item, OneThing, RefusalPolicy
from schema.domain.reducer import commands, reduce
from schema.domain.step_facts import SETTLED
from schema.domain.text import Text

MONDAY = datetime(2026, 9, 7, 10, tzinfo=SHANGHAI)
CALENDAR = WorkingCalendar(known_years=frozenset({2026}))
CASE = "31010420260907-AAAAAAAA0"
WORD = Text(zh="词", en="word")


def item(name: str, *after: str, **more: Any) -> Item:
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


def one_thing(*items: Item, policy: RefusalPolicy = RefusalPolicy.OTHERS_GO_ON) -> OneThing:
    return OneThing(
        id="thing",
        version="1",
        name=WORD,
        summary=WORD,
        lead_department="deptA",
        action="new",
        items=items or (item("A"), item("B", "A"), item("C", "A"), item("D", "B", "C")),
        fields=(),
        variants=(),
        rules=(),
        districts=(),
        issue_days=1,
        on_refusal=policy,
    )


THING = one_thing()


def event(
    kind: EventKind,
    name: str | None = None,
    *,
    hours: float = 0,
    verb: Verb = Verb.FILE,
    **data: Any,
) -> Event:
    at = MONDAY + timedelta(hours=hours)
    about = {"reference": reference(CASE, name, verb, data.pop("round", 1))} if name else {}
    return Event(
        key=f"{kind}:{name}:{hours}:{sorted(data.items())}",
        case=CASE,
        kind=kind,
        at=at,
        actor="test",
        item=name,
        data={**about, **data},
    )


def submitted(thing: OneThing = THING) -> Event:
    items = [i.id for i in thing.items]
    return event(
        EventKind.SUBMITTED, one_thing="thing", version="1", applicant_ref="e:1", items=items
    )


def filed(name: str, hours: float = 1) -> Event:
    return event(EventKind.FILED, name, hours=hours, receipt=f"r{name}")


def said(name: str, status: str, hours: float, **more: Any) -> Event:
    at = (MONDAY + timedelta(hours=hours)).isoformat()
    data = {"receipt": f"r{name}", "status": status, "at": at, **more}
    return event(EventKind.PROGRESSED, name, hours=hours, **data)


def granted(name: str, hours: float) -> Event:
    paper = {"number": f"n{name}", "name": "证", "issued_on": "2026-09-08"}
    return said(name, "granted", hours, certificate=paper)


def told(*events: Event, thing: OneThing = THING) -> Case:
    case: Case | None = None
    for one in (submitted(thing), *events):
        case = reduce(case, one, thing, CALENDAR)
    assert case is not None
    return case


def states(case: Case) -> str:
    return " ".join(step.state.value for step in case.steps)


def test_a_case_begins_with_its_submission_only() -> None:
    with pytest.raises(ValueError, match="begins with its submission"):
        reduce(None, filed("A"), THING, CALENDAR)


def test_only_what_waits_for_nothing_is_filed_first() -> None:
    case = told()

    assert states(case) == "filing waiting waiting waiting"
    assert [c.reference for c in commands(case, THING)] == [f"{CASE}:A:file:1"]
    assert parse_reference(f"{CASE}:A:file:1") == commands(case, THING)[0]
    assert case.step("D").waits_for == ("B", "C")


def test_a_grant_starts_what_waited_for_it_side_by_side() -> None:
    case = told(filed("A"), granted("A", 5))

    assert states(case) == "granted filing filing waiting"
    assert [c.item for c in commands(case, THING)] == ["B", "C"]


def test_a_decision_may_overtake_the_reply() -> None:
    case = told(event(EventKind.FILING_UNKNOWN, "A", attempt=1), granted("A", 5), filed("A", 9))

    assert case.step("A").state is StepState.GRANTED
    assert case.step("A").receipt == "rA"


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([event(EventKind.FILING_UNKNOWN, "A")], StepState.CONFIRMING),
        ([event(EventKind.FILING_NOT_SENT, "A")], StepState.FILING),
        ([event(EventKind.FILING_PARKED, "A")], StepState.PARKED),
        ([event(EventKind.FILING_PARKED, "A"), filed("A")], StepState.RECEIVED),
        ([filed("A"), event(EventKind.FILING_UNKNOWN, "A")], StepState.RECEIVED),
        ([filed("A"), event(EventKind.FILING_REFUSED, "A", reason="x")], StepState.RECEIVED),
        ([event(EventKind.FILING_REFUSED, "A", reason="x"), filed("A")], StepState.REFUSED),
        ([filed("A"), said("A", "accepted", 2), said("A", "received", 1)], StepState.ACCEPTED),
        ([filed("A"), said("A", "inspection", 3), said("A", "accepted", 2)], StepState.INSPECTION),
        ([filed("A"), said("A", "refused", 3), granted("A", 2)], StepState.REFUSED),
        ([filed("A"), granted("A", 3), said("A", "withdrawn", 4)], StepState.GRANTED),
    ],
)
def test_a_step_is_where_its_facts_put_it(events: list[Event], state: StepState) -> None:
    assert told(*events).step("A").state is state


def test_due_dates_run_from_acceptance_in_working_days() -> None:
    step = told(filed("A"), said("A", "accepted", 2)).step("A")

    assert (step.due_on, step.statutory_due_on) == (date(2026, 9, 14), date(2026, 10, 5))


def test_a_supplement_moves_the_due_date_by_the_days_it_took() -> None:
    case = told(
        filed("A"),
        said("A", "accepted", 2),
        said("A", "supplement_requested", 24, note="图纸"),
        event(EventKind.SUPPLEMENT_SENT, "A", hours=72, verb=Verb.SUPPLEMENT, round=2),
    )
    under_way = case.step("A")
    wanted = commands(case, THING)
    case = reduce(
        case,
        event(EventKind.SUPPLEMENT_DELIVERED, "A", hours=73, verb=Verb.SUPPLEMENT, round=2),
        THING,
        CALENDAR,
    )

    assert under_way.state is StepState.SUPPLEMENTING
    assert [c.reference for c in wanted] == [f"{CASE}:A:supplement:2"]
    assert case.step("A").state is StepState.ACCEPTED
    assert case.step("A").due_on == date(2026, 9, 16)


def test_an_inspection_stops_the_clock_until_the_department_goes_on() -> None:
    case = told(
        filed("A"),
        said("A", "accepted", 2),
        said("A", "inspection", 24),
        said("A", "accepted", 48),
    )

    assert case.step("A").state is StepState.ACCEPTED
    assert case.step("A").due_on == date(2026, 9, 15)


def test_a_refusal_leaves_the_others_and_ends_what_waits_for_it() -> None:
    case = told(filed("A"), granted("A", 2), filed("B"), filed("C"), said("B", "refused", 3))

    assert states(case) == "granted refused received skipped"
    assert case.state is CaseState.IN_PROGRESS
    assert told_more(case, granted("C", 9)).state is CaseState.REFUSED


def told_more(case: Case, *events: Event, thing: OneThing = THING) -> Case:
    for one in events:
        case = reduce(case, one, thing, CALENDAR)
    return case


def test_a_refusal_takes_the_others_back_where_the_one_thing_says_so() -> None:
    thing = replace(THING, on_refusal=RefusalPolicy.WITHDRAW_OTHERS)
    case = told(
        filed("A"), granted("A", 2), filed("B"), filed("C"), said("B", "refused", 3), thing=thing
    )

    assert states(case) == "granted refused withdrawing skipped"
    assert [c.reference for c in commands(case, thing)] == [f"{CASE}:C:withdraw:1"]
    back = event(EventKind.WITHDRAWN, "C", hours=9, verb=Verb.WITHDRAW)
    assert told_more(case, back, thing=thing).state is CaseState.REFUSED


def test_a_withdrawal_waits_for_what_may_have_arrived() -> None:
    case = told(
        event(EventKind.FILING_UNKNOWN, "A"), event(EventKind.WITHDRAWAL_REQUESTED, hours=2)
    )
    assert states(case) == "confirming skipped skipped skipped"
    assert case.state is CaseState.WITHDRAWING

    arrived = told_more(case, filed("A", 3))
    assert [c.verb for c in commands(arrived, THING)] == [Verb.WITHDRAW]
    gone = event(EventKind.FILING_RESOLVED, "A", hours=3, receipt=None, abandoned=True)
    assert told_more(case, gone).state is CaseState.WITHDRAWN


def test_a_refused_withdrawal_leaves_no_trouble_behind() -> None:
    trouble = event(
        EventKind.FILING_UNKNOWN, "A", hours=3, verb=Verb.WITHDRAW, problem="DEPARTMENT_FAULT"
    )
    asked = told(filed("A"), event(EventKind.WITHDRAWAL_REQUESTED, hours=2))
    doubted = told_more(asked, trouble)

    kept = told_more(
        doubted, event(EventKind.WITHDRAWAL_REFUSED, "A", hours=4, verb=Verb.WITHDRAW, reason="x")
    )

    assert doubted.step("A").problem == "DEPARTMENT_FAULT"
    assert kept.step("A").withdrawal_refused
    assert kept.step("A").problem is None


@pytest.mark.parametrize("theirs", ["E01", "CONFLICT"])  # some departments' codes look like ours
def test_a_refusal_shows_its_reason_and_not_the_departments_code(theirs: str) -> None:
    doubted = event(EventKind.FILING_UNKNOWN, "A", problem="DEPARTMENT_FAULT")

    case = told(doubted, event(EventKind.FILING_REFUSED, "A", reason="no licence", code=theirs))

    step = case.step("A")
    assert (step.state, step.refusal, step.problem) == (StepState.REFUSED, "no licence", None)


def test_a_step_that_waits_for_an_outside_event_waits_for_the_applicant() -> None:
    thing = one_thing(item("A"), item("B", "A", after_event="built"))
    case = told(filed("A"), granted("A", 2), thing=thing)

    assert case.state is CaseState.AWAITING_APPLICANT
    assert case.step("B").waits_for == ("built",)
    reported = told_more(case, event(EventKind.REPORTED, event="built"), thing=thing)
    assert reported.step("B").state is StepState.FILING


def all_granted() -> Case:
    """Everything granted, the last on Wednesday just after midnight."""
    return told(*(e for i, n in enumerate("ABCD") for e in (filed(n, i), granted(n, 12 * i + 2))))


def test_certificates_are_issued_once_the_next_working_day_at_nine() -> None:
    case = all_granted()
    due = issue_due(case, THING, CALENDAR)
    issued = event(EventKind.ISSUED, hours=72)
    done = told_more(case, issued)

    assert case.state is CaseState.ISSUING
    assert due == datetime(2026, 9, 10, 9, tzinfo=SHANGHAI)
    assert done.state is CaseState.DONE
    assert [c.number for c in done.certificates] == ["nA", "nB", "nC", "nD"]
    assert told_more(done, issued, event(EventKind.WITHDRAWAL_REQUESTED)) == done


def test_nothing_is_issued_before_everything_is_granted() -> None:
    case = told(filed("A"), granted("A", 2), event(EventKind.ISSUED))

    assert case.state is CaseState.IN_PROGRESS
    assert case.certificates == ()
    assert issue_due(case, THING, CALENDAR) is None


NAMES = ("A", "B", "C", "D")


def department_story(name: str, start: int) -> list[Event]:
    """What one department says about one item, in its own order."""
    return [
        said(name, "received", start),
        said(name, "accepted", start + 1),
        said(name, "inspection", start + 30),
        said(name, "accepted", start + 60),
        granted(name, start + 90),
    ]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_what_departments_say_converges_in_any_order_and_however_often(data: st.DataObject) -> None:
    thing = one_thing(*(item(n) for n in NAMES))
    facts = [e for i, n in enumerate(NAMES) for e in department_story(n, i)]
    twice = facts + data.draw(st.lists(st.sampled_from(facts), max_size=6))
    shuffled: Sequence[Event] = data.draw(st.permutations(twice))

    straight, mixed = told(*facts, thing=thing), told(*shuffled, thing=thing)

    assert [replace(s, filed_at=None) for s in mixed.steps] == [
        replace(s, filed_at=None) for s in straight.steps
    ]
    assert mixed.state is straight.state is CaseState.ISSUING


def any_event() -> st.SearchStrategy[Event]:
    hours = st.integers(0, 200)
    names = st.sampled_from(NAMES)
    statuses = st.sampled_from(
        [
            "received",
            "accepted",
            "inspection",
            "notice",
            "supplement_requested",
            "granted",
            "refused",
            "withdrawn",
        ]
    )
    own = st.sampled_from(
        [
            EventKind.FILING_NOT_SENT,
            EventKind.FILING_UNKNOWN,
            EventKind.FILING_PARKED,
            EventKind.FILING_REFUSED,
            EventKind.SUPPLEMENT_SENT,
            EventKind.SUPPLEMENT_DELIVERED,
            EventKind.WITHDRAWN,
            EventKind.WITHDRAWAL_REFUSED,
            EventKind.DEADLINE_PASSED,
        ]
    )
    whole = st.sampled_from([EventKind.WITHDRAWAL_REQUESTED, EventKind.ISSUED])
    verbs = st.sampled_from(list(Verb))
    return st.one_of(
        st.builds(said, names, statuses, hours),
        st.builds(filed, names, hours),
        st.builds(granted, names, hours),
        st.builds(lambda k, n, v, h: event(k, n, verb=v, hours=h), own, names, verbs, hours),
        st.builds(
            lambda n, r, h: event(EventKind.FILING_RESOLVED, n, receipt=r, hours=h),
            names,
            st.sampled_from([None, "rA"]),
            hours,
        ),
        st.builds(lambda k, h: event(k, hours=h), whole, hours),
    )


@given(st.lists(any_event(), max_size=30), st.sampled_from(list(RefusalPolicy)))
@settings(max_examples=150, deadline=None)
def test_whatever_happens_settled_stays_settled_and_the_rest_has_a_way_out(
    events: list[Event], policy: RefusalPolicy
) -> None:
    thing = replace(THING, on_refusal=policy)
    case = told(thing=thing)
    for one in events:
        after = reduce(case, one, thing, CALENDAR)
        assert reduce(after, one, thing, CALENDAR).state is after.state
        for before, step in zip(case.steps, after.steps, strict=True):
            assert before.state not in SETTLED or step.state is before.state
            assert len([m for m in step.history if m.kind in ("granted", "refused")]) <= 1
        assert case.state not in TERMINAL or ended_alike(after, case)
        case = after
    if case.state not in TERMINAL:
        assert has_exit(case, thing)


def ended_alike(after: Case, before: Case) -> bool:
    """What ended stays as it ended; only filings found beside and late certificates are news."""
    steps = tuple(
        replace(s, surplus=b.surplus, certificate=b.certificate, history=b.history, since=b.since)
        for s, b in zip(after.steps, before.steps, strict=True)
    )
    same = replace(after, steps=steps, revision=before.revision, certificates=before.certificates)
    return same == before


def has_exit(case: Case, thing: OneThing) -> bool:
    """Something is sent, somebody is asked, or a decision is awaited: nothing is stuck."""
    if case.state is CaseState.ISSUING:
        return issue_due(case, thing, CALENDAR) is not None
    moving = [s for s in case.steps if s.state not in SETTLED and s.state is not StepState.WAITING]
    return bool(moving) or case.state is CaseState.AWAITING_APPLICANT
