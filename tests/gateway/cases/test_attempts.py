"""How attempts are written down: so that gateways of the version before read them as well."""

from types import SimpleNamespace

import pytest

from gateway.cases.attempts import columns, read
from schema.domain.delivery_policy import Act, Attempt, Outcome, Send, next_move
from tests.schema.test_delivery_policy import LOOKUP

BEFORE = [one for one in Outcome if one is not Outcome.UNPROVEN]  # what gateways of 0.1 know


def unproven(detail: str | None, fault: str | None) -> Attempt:
    return Attempt(act=Act.SEND, outcome=Outcome.UNPROVEN, detail=detail, fault=fault)


ATTEMPTS = [
    unproven("当前状态不允许该操作", "2003"),
    unproven(None, None),
    unproven('"unproven"', "E1"),
    *(Attempt(act=Act.SEND, outcome=outcome) for outcome in BEFORE),
    Attempt(act=Act.SEND, outcome=Outcome.REFUSED, detail="no"),
    Attempt(act=Act.ASK, outcome=Outcome.OK, detail="unproven"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_is_read_as_it_was_and_written_in_words_that_were_known_before(
    attempt: Attempt,
) -> None:
    written = columns(attempt)

    assert written["outcome"] in BEFORE
    assert read(SimpleNamespace(act=attempt.act.value, **written)) == attempt


def test_a_gateway_of_before_asks_about_an_unproven_refusal_as_about_what_is_unknown() -> None:
    written = columns(unproven("no", "2003"))

    seen = Attempt(act=Act.SEND, outcome=Outcome(str(written["outcome"])), detail=written["detail"])
    absent = Attempt(act=Act.ASK, outcome=Outcome.ABSENT)
    assert next_move([seen, absent, absent], LOOKUP) == Send()


def test_what_was_written_under_its_own_name_is_read_still() -> None:
    row = SimpleNamespace(act="send", outcome="unproven", detail="no")

    assert read(row) == unproven("no", None)
