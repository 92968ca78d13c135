"""The filing protocol as a table, and what holds for every history."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.domain.delivery_policy import (
    TAKEN,
    UNSENDABLE,
    Act,
    Adopt,
    Ask,
    Attempt,
    Move,
    Outcome,
    Park,
    Refuse,
    Send,
    may_have_arrived,
    may_retry,
    next_move,
)
from schema.domain.delivery_rule import Rule
from schema.domain.department import Repeats

KEY = Rule(repeats=Repeats.KEY, settle_s=9.0)
LOOKUP = Rule(repeats=Repeats.LOOKUP, settle_s=9.0)
BLIND = Rule(repeats=Repeats.BLIND, settle_s=9.0)
RULES = (KEY, LOOKUP, BLIND)
IN_DOUBT = frozenset({Outcome.UNKNOWN, Outcome.OPEN, Outcome.UNPROVEN})


def sent(outcome: Outcome, detail: str | None = None) -> Attempt:
    return Attempt(act=Act.SEND, outcome=outcome, detail=detail)


def asked(outcome: Outcome, detail: str | None = None) -> Attempt:
    return Attempt(act=Act.ASK, outcome=outcome, detail=detail)


def told(outcome: Outcome, detail: str | None = None) -> Attempt:
    return Attempt(act=Act.TOLD, outcome=outcome, detail=detail)


RETRY = told(Outcome.RETRY)
UNFIT = Attempt(act=Act.SEND, outcome=Outcome.NOT_SENT, detail=UNSENDABLE)
UNPROVEN, REFUSED = sent(Outcome.UNPROVEN, "no"), sent(Outcome.REFUSED, "no")
UNKNOWN, NOT_SENT = sent(Outcome.UNKNOWN), sent(Outcome.NOT_SENT)
ABSENT, FAILED = asked(Outcome.ABSENT), asked(Outcome.FAILED)
# Answered, or looked up, with the number of another filing.
ANSWERED, NAMED = sent(Outcome.UNKNOWN, TAKEN), asked(Outcome.FAILED, TAKEN)

TABLE: list[tuple[Rule, list[Attempt], Move]] = [
    (LOOKUP, [], Send()),
    (BLIND, [sent(Outcome.OK, "7")], Adopt("7")),
    (BLIND, [sent(Outcome.REFUSED, "no")], Refuse("no")),
    (BLIND, [UNPROVEN], Refuse("no")),
    (LOOKUP, [UNPROVEN], Ask(9.0)),
    (LOOKUP, [UNPROVEN, asked(Outcome.OK, "7")], Adopt("7")),
    (LOOKUP, [UNPROVEN, ABSENT], Ask(9.0)),
    (LOOKUP, [UNPROVEN, ABSENT, ABSENT], Refuse("no")),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT, UNPROVEN], Ask(9.0)),
    (LOOKUP, [UNPROVEN, *[FAILED] * 40], Park("cannot be asked")),
    (LOOKUP, [UNPROVEN, *[FAILED] * 40, told(Outcome.ABSENT)], Refuse("no")),
    (LOOKUP, [UNPROVEN, *[FAILED] * 40, RETRY, *[FAILED] * 40, told(Outcome.ABSENT)], Refuse("no")),
    (LOOKUP, [UNPROVEN, NAMED, told(Outcome.ABSENT)], Refuse("no")),
    (LOOKUP, [UNKNOWN, REFUSED, *[FAILED] * 40, told(Outcome.ABSENT)], Refuse("no")),
    (LOOKUP, [UNPROVEN, *[FAILED] * 40, told(Outcome.OK, "7")], Adopt("7")),
    (LOOKUP, [UNPROVEN, told(Outcome.ABSENT)], Send()),  # it had arrived, and went missing
    (KEY, [UNPROVEN], Send(0.5)),
    (KEY, [UNPROVEN, sent(Outcome.OK, "7")], Adopt("7")),
    (KEY, [UNPROVEN, UNPROVEN], Refuse("no")),
    (KEY, [UNPROVEN, UNKNOWN, UNPROVEN], Refuse("no")),
    (BLIND, [NOT_SENT], Send(0.5)),
    (BLIND, [UNFIT], Park(UNSENDABLE)),
    (LOOKUP, [NOT_SENT, UNFIT], Park(UNSENDABLE)),
    (KEY, [UNFIT, RETRY], Send()),
    (BLIND, [UNFIT, RETRY], Send()),
    (BLIND, [NOT_SENT, NOT_SENT, NOT_SENT], Send(2.0)),
    (BLIND, [UNKNOWN], Park("outcome unknown")),
    (BLIND, [sent(Outcome.OPEN)], Park("outcome unknown")),
    (BLIND, [UNKNOWN, told(Outcome.OK, "7")], Adopt("7")),
    (BLIND, [UNKNOWN, told(Outcome.ABSENT)], Send()),
    (KEY, [UNKNOWN], Send(0.5)),
    (KEY, [sent(Outcome.OPEN)], Send(0.5)),
    (KEY, [UNKNOWN, sent(Outcome.REFUSED, "no")], Refuse("no")),
    (LOOKUP, [UNKNOWN], Ask(9.0)),
    (LOOKUP, [UNKNOWN, asked(Outcome.OK, "7")], Adopt("7")),
    (LOOKUP, [UNKNOWN, ABSENT], Ask(9.0)),
    (LOOKUP, [UNKNOWN, FAILED], Ask(0.5)),
    (LOOKUP, [UNKNOWN, ABSENT, FAILED], Ask(0.5)),
    (LOOKUP, [UNKNOWN, ABSENT, FAILED, ABSENT], Send()),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT], Send()),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT, UNKNOWN, ABSENT], Ask(9.0)),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT] * 6, Park("sent often, never seen")),
    (LOOKUP, [*[NOT_SENT] * 6, UNKNOWN, ABSENT, ABSENT], Send()),
    (LOOKUP, [*[NOT_SENT, UNKNOWN, ABSENT, ABSENT] * 5], Send()),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT] * 6 + [told(Outcome.ABSENT)], Send()),
    (LOOKUP, [UNKNOWN, *[FAILED] * 40], Park("cannot be asked")),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT, sent(Outcome.REFUSED, "dup")], Ask(0.0)),
    (LOOKUP, [sent(Outcome.REFUSED, "no")], Refuse("no")),
    (KEY, [*[UNKNOWN] * 500, RETRY], Send()),
    (KEY, [*[UNKNOWN] * 500, RETRY, UNKNOWN], Send(0.5)),
    (BLIND, [UNKNOWN, RETRY], Park("outcome unknown")),
    (BLIND, [*[NOT_SENT] * 500, RETRY], Send()),
    (BLIND, [NOT_SENT, NOT_SENT, NOT_SENT, RETRY], Send()),
    (LOOKUP, [NOT_SENT, NOT_SENT, NOT_SENT, RETRY], Send()),
    (LOOKUP, [UNKNOWN, *[FAILED] * 40, RETRY], Ask(0.0)),
    (LOOKUP, [UNKNOWN, *[FAILED] * 3, RETRY], Ask(0.0)),
    (LOOKUP, [UNKNOWN, *[FAILED] * 3, RETRY, ABSENT], Ask(9.0)),
    (LOOKUP, [UNKNOWN, RETRY], Ask(9.0)),
    (LOOKUP, [UNKNOWN, RETRY, RETRY], Ask(9.0)),
    (LOOKUP, [UNKNOWN, ABSENT, RETRY], Ask(9.0)),
    (LOOKUP, [UNKNOWN, ABSENT, RETRY, ABSENT], Ask(9.0)),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT] * 6 + [RETRY], Ask(0.0)),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT] * 6 + [RETRY, ABSENT, ABSENT], Send()),
    (LOOKUP, [*[UNKNOWN, ABSENT, ABSENT] * 6, RETRY, asked(Outcome.OK, "7")], Adopt("7")),
    (BLIND, [ANSWERED], Park(TAKEN)),
    (KEY, [ANSWERED], Park(TAKEN)),
    (KEY, [UNKNOWN, ANSWERED], Park(TAKEN)),
    (KEY, [ANSWERED, RETRY], Send()),
    (KEY, [NAMED], Park(TAKEN)),
    (KEY, [NAMED, RETRY], Send()),
    (LOOKUP, [ANSWERED], Ask(9.0)),
    (LOOKUP, [ANSWERED, asked(Outcome.OK, "7")], Adopt("7")),
    (LOOKUP, [ANSWERED, FAILED], Ask(0.5)),
    (LOOKUP, [ANSWERED, ABSENT], Ask(9.0)),
    (LOOKUP, [ANSWERED, ABSENT, ABSENT], Park(TAKEN)),
    (LOOKUP, [ANSWERED, ABSENT, ABSENT, RETRY], Ask(0.0)),
    (LOOKUP, [ANSWERED, ABSENT, ABSENT, RETRY, ABSENT, ABSENT], Park(TAKEN)),
    (LOOKUP, [ANSWERED, ABSENT, ABSENT, told(Outcome.ABSENT)], Send()),
    (LOOKUP, [ANSWERED, NAMED], Park(TAKEN)),
    (LOOKUP, [UNKNOWN, NAMED], Park(TAKEN)),
    (LOOKUP, [UNKNOWN, NAMED, RETRY], Ask(0.0)),
]

RETRIES: list[tuple[Rule, list[Attempt], bool]] = [
    (KEY, [], False),  # it is about to be sent
    (KEY, [UNKNOWN] * 500, True),
    (KEY, [UNKNOWN, UNKNOWN], True),
    (KEY, [UNKNOWN, UNKNOWN, RETRY], False),  # ordered already
    (BLIND, [UNKNOWN], False),  # only the department knows
    (BLIND, [NOT_SENT, NOT_SENT], True),  # it did not arrive, for sure
    (BLIND, [NOT_SENT] * 500, True),
    (LOOKUP, [UNKNOWN], False),  # the department is left time to settle
    (LOOKUP, [UNKNOWN, ABSENT], False),
    (LOOKUP, [UNKNOWN, FAILED, FAILED], True),
    (LOOKUP, [UNKNOWN, *[FAILED] * 40], True),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT] * 6, True),
    (LOOKUP, [sent(Outcome.OK, "7")], False),
    (LOOKUP, [sent(Outcome.REFUSED, "no")], False),
    (KEY, [ANSWERED], True),
    (KEY, [NAMED], True),
    (BLIND, [ANSWERED], False),
    (LOOKUP, [ANSWERED], False),
    (LOOKUP, [ANSWERED, ABSENT, ABSENT], True),
]


@pytest.mark.parametrize(("rule", "history", "may"), RETRIES)
def test_another_round_may_be_ordered_of_what_waits_and_not_of_what_is_in_doubt(
    rule: Rule, history: list[Attempt], may: bool
) -> None:
    assert may_retry(history, rule) is may


@pytest.mark.parametrize(("rule", "history", "move"), TABLE)
def test_the_next_move_follows_from_what_was_tried(
    rule: Rule, history: list[Attempt], move: Move
) -> None:
    assert next_move(history, rule) == move


def test_waits_grow_to_a_limit_and_attempts_end_with_a_person() -> None:
    assert next_move([NOT_SENT] * 30, KEY) == Send(300.0)
    assert next_move([NOT_SENT] * 500, KEY) == Park("not reachable")


@pytest.mark.parametrize("rest", [[ABSENT, ABSENT], [*[FAILED] * 40, told(Outcome.ABSENT)]])
def test_a_refusal_that_was_asked_about_keeps_the_departments_code(rest: list[Attempt]) -> None:
    refused = Attempt(act=Act.SEND, outcome=Outcome.UNPROVEN, detail="no", fault="2003")

    assert next_move([refused, *rest], LOOKUP) == Refuse("no", "2003")


@pytest.mark.parametrize(
    ("rule", "doubtful"), [(LOOKUP, UNPROVEN), (KEY, UNKNOWN), (KEY, UNPROVEN)]
)
def test_where_every_word_is_a_refusal_a_clerk_is_asked_once_at_most(
    rule: Rule, doubtful: Attempt
) -> None:
    history, asked_clerk = [doubtful], 0
    while not isinstance(move := next_move(history, rule), Refuse):
        asked_clerk += isinstance(move, Park)
        answers = {Send: UNPROVEN, Ask: FAILED, Park: told(Outcome.ABSENT)}
        history.append(answers[type(move)])
        assert asked_clerk <= 1


def test_a_doubtful_refusal_stands_when_the_department_has_nothing() -> None:
    history = [UNKNOWN, ABSENT, ABSENT, sent(Outcome.REFUSED, "no"), ABSENT, ABSENT]
    assert next_move(history, LOOKUP) == Refuse("no")


SENDS = st.sampled_from(
    [
        *(Outcome.OK, Outcome.REFUSED, Outcome.UNPROVEN),
        *(Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.OPEN),
    ]
)
ASKS = st.sampled_from([Outcome.OK, Outcome.ABSENT, Outcome.FAILED])
TELLS = st.sampled_from([Outcome.OK, Outcome.ABSENT])


def walk(rule: Rule, draw: Callable[[st.SearchStrategy[Outcome]], Outcome], steps: int) -> None:
    """Obey the policy against a department that may do anything; check every send."""
    history: list[Attempt] = []
    for _ in range(steps):
        match next_move(history, rule):
            case Send():
                assert rule.repeats is Repeats.KEY or not may_have_arrived(history)
                history.append(sent(draw(SENDS)))
            case Ask():
                assert rule.repeats is Repeats.LOOKUP
                history.append(asked(draw(ASKS)))
            case Park():
                history.append(told(draw(TELLS)))
            case Adopt() | Refuse():
                return


@given(st.data(), st.sampled_from(RULES))
@settings(max_examples=150, deadline=None)
def test_what_may_have_arrived_is_never_sent_again_blindly(data: st.DataObject, rule: Rule) -> None:
    walk(replace(rule, asks=3, sends=4, blind_sends=2), data.draw, 25)


def waited(draw: Callable[[st.SearchStrategy[int]], int], after: float) -> float:
    """How long of a wait passed before a clerk came by."""
    return draw(st.integers(0, 4)) * after / 4  # exact, as are all the waits of these rules


def settled(history: Sequence[tuple[float, Attempt]], rule: Rule) -> bool:
    """Whether since the last send in doubt two look-ups that may be believed found nothing."""
    doubts = [n for n, (_, a) in enumerate(history) if a.act is Act.SEND and a.outcome in IN_DOUBT]
    if not doubts:
        return True
    sent_at, since = history[doubts[-1]][0], history[doubts[-1] :]
    if any(a.act is Act.TOLD and a.outcome is Outcome.ABSENT for _, a in since):
        return True
    absents = [at for at, a in since if a == ABSENT]
    early = [at for at in absents if at < sent_at + rule.settle_s]
    return not early and len(absents) >= 2 and absents[-1] - absents[0] >= rule.settle_s


@given(st.data(), st.sampled_from(RULES))
@settings(max_examples=200, deadline=None)
def test_orders_of_impatient_clerks_never_lead_to_a_blind_second_send(
    data: st.DataObject, rule: Rule
) -> None:
    rule = replace(rule, asks=3, sends=4, blind_sends=2)
    now, dated = 0.0, list[tuple[float, Attempt]]()
    for _ in range(30):
        history = [attempt for _, attempt in dated]
        move = next_move(history, rule)
        if isinstance(move, Adopt | Refuse):
            return
        after = 0.0 if isinstance(move, Park) else move.after
        if data.draw(st.integers(0, 3)) == 0:  # whether or not it may be ordered
            now += waited(data.draw, after)
            dated.append((now, RETRY))
            continue
        now += after
        match move:
            case Send():
                assert rule.repeats is Repeats.KEY or not may_have_arrived(history)
                assert rule.repeats is not Repeats.LOOKUP or settled(dated, rule)
                dated.append((now, sent(data.draw(SENDS))))
            case Ask():
                assert rule.repeats is Repeats.LOOKUP
                dated.append((now, asked(data.draw(ASKS))))
            case Park():
                dated.append((now, told(data.draw(TELLS))))


SAID = [ANSWERED, UNKNOWN, NOT_SENT, sent(Outcome.OPEN), sent(Outcome.REFUSED, "no"), UNPROVEN]
LOOKED_UP = [NAMED, ABSENT, FAILED]


@given(st.data(), st.sampled_from(RULES))
@settings(max_examples=200, deadline=None)
def test_what_was_answered_with_another_number_is_sent_again_only_when_a_person_says_so(
    data: st.DataObject, rule: Rule
) -> None:
    rule, history, answered = replace(rule, asks=3, sends=4, blind_sends=2), list[Attempt](), False
    for _ in range(25):
        move = next_move(history, rule)
        if data.draw(st.integers(0, 3)) == 0:
            history.append(RETRY)
            continue
        match move:
            case Send():
                assert not answered or rule.repeats is Repeats.KEY
                history.append(data.draw(st.sampled_from(SAID)))
                answered = answered or history[-1] == ANSWERED
            case Ask():
                history.append(data.draw(st.sampled_from(LOOKED_UP)))
            case Park():
                assert may_have_arrived(history) or not answered
                history.append(told(Outcome.ABSENT))
                answered = False
            case Adopt() | Refuse():
                return


@given(st.lists(SENDS, min_size=1, max_size=6))
@settings(max_examples=100)
def test_a_blind_department_gets_one_send_in_doubt_at_most(outcomes: list[Outcome]) -> None:
    history: list[Attempt] = []
    for outcome in outcomes:
        if not isinstance(next_move(history, BLIND), Send):
            break
        history.append(sent(outcome))
    assert sum(a.outcome in IN_DOUBT for a in history) <= 1


@pytest.mark.parametrize("rule", RULES)
def test_every_wait_has_an_end(rule: Rule) -> None:
    for fate in (Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.OPEN):
        history: list[Attempt] = []
        for _ in range(600):
            move = next_move(history, rule)
            if isinstance(move, Park):
                break
            history.append(sent(fate) if isinstance(move, Send) else FAILED)
        assert isinstance(next_move(history, rule), Park)
