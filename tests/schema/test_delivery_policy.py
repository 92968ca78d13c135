"""The filing protocol as a table, and what holds for every history."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.domain.delivery_policy import (
    Act,
    Adopt,
    Ask,
    Attempt,
    Move,
    Outcome,
    Park,
    Refuse,
    Rule,
    Send,
    may_have_arrived,
    next_move,
)
from schema.domain.department import Repeats

KEY = Rule(repeats=Repeats.KEY, settle_s=9.0)
LOOKUP = Rule(repeats=Repeats.LOOKUP, settle_s=9.0)
BLIND = Rule(repeats=Repeats.BLIND, settle_s=9.0)
RULES = (KEY, LOOKUP, BLIND)
IN_DOUBT = frozenset({Outcome.UNKNOWN, Outcome.OPEN})


def sent(outcome: Outcome, detail: str | None = None) -> Attempt:
    return Attempt(act=Act.SEND, outcome=outcome, detail=detail)


def asked(outcome: Outcome, detail: str | None = None) -> Attempt:
    return Attempt(act=Act.ASK, outcome=outcome, detail=detail)


def told(outcome: Outcome, detail: str | None = None) -> Attempt:
    return Attempt(act=Act.TOLD, outcome=outcome, detail=detail)


UNKNOWN, NOT_SENT = sent(Outcome.UNKNOWN), sent(Outcome.NOT_SENT)
ABSENT, FAILED = asked(Outcome.ABSENT), asked(Outcome.FAILED)

TABLE: list[tuple[Rule, list[Attempt], Move]] = [
    (LOOKUP, [], Send()),
    (BLIND, [sent(Outcome.OK, "7")], Adopt("7")),
    (BLIND, [sent(Outcome.REFUSED, "no")], Refuse("no")),
    (BLIND, [NOT_SENT], Send(0.5)),
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
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT] * 6 + [told(Outcome.ABSENT)], Send()),
    (LOOKUP, [UNKNOWN, *[FAILED] * 40], Park("cannot be asked")),
    (LOOKUP, [UNKNOWN, ABSENT, ABSENT, sent(Outcome.REFUSED, "dup")], Ask(0.0)),
    (LOOKUP, [sent(Outcome.REFUSED, "no")], Refuse("no")),
]


@pytest.mark.parametrize(("rule", "history", "move"), TABLE)
def test_the_next_move_follows_from_what_was_tried(
    rule: Rule, history: list[Attempt], move: Move
) -> None:
    assert next_move(history, rule) == move


def test_waits_grow_to_a_limit_and_attempts_end_with_a_person() -> None:
    assert next_move([NOT_SENT] * 30, KEY) == Send(300.0)
    assert next_move([NOT_SENT] * 500, KEY) == Park("not reachable")


def test_a_doubtful_refusal_stands_when_the_department_has_nothing() -> None:
    history = [UNKNOWN, ABSENT, ABSENT, sent(Outcome.REFUSED, "no"), ABSENT, ABSENT]
    assert next_move(history, LOOKUP) == Refuse("no")


SENDS = st.sampled_from(
    [Outcome.OK, Outcome.REFUSED, Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.OPEN]
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
