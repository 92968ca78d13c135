"""What a clerk is told to do comes to what is done once they have done it."""

from datetime import UTC, datetime

import pytest

from schema.domain.case import Verb
from schema.domain.problem import ProblemCode
from schema.domain.reference import command
from schema.domain.text import Text
from schema.domain.waits import Wait, WaitOn, WaitReason
from schema.graph.remedies import remedy

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PARKED = Wait(
    item="c",
    on=WaitOn.CLERK,
    why=WaitReason.CLARIFICATION,
    since=NOON,
    due_on=NOON.date(),
)
ANEW = {Verb.FILE: "filed anew", Verb.SUPPLEMENT: "delivered anew", Verb.WITHDRAW: "tried anew"}


def told(verb: Verb, problem: ProblemCode | None) -> Text:
    return remedy(
        PARKED,
        command("31010420261123-AB", "c", verb, 1),
        "HS-1",
        Text(zh="市场监管局", en="the market office"),
        overdue=False,
        may_retry=False,
        problem=problem,
    )


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("problem", [None, ProblemCode.DEPARTMENT_TIMEOUT])
def test_what_is_in_doubt_goes_out_anew_once_it_was_not_received(
    verb: Verb, problem: ProblemCode | None
) -> None:
    assert ANEW[verb] in told(verb, problem).en


@pytest.mark.parametrize("verb", Verb)
def test_what_was_refused_in_doubtful_words_is_not_said_to_go_out_anew(verb: Verb) -> None:
    text = told(verb, ProblemCode.DEPARTMENT_REFUSAL_DOUBTED)

    assert ANEW[verb] not in text.en
    assert "nothing is sent again" in text.en
    assert "随后" not in text.zh
    assert "不再" in text.zh
