"""What may not be said of a deed, and what was not struck."""

from typing import Any

import pytest

from adapters.errors import NotDelivered, OutcomeUnknown
from mocks.faults.table import KINDS
from tests.faults.questions import Question
from tests.faults.striking import spared
from tests.faults.test_differences import ENTRY, RECEIPT
from tests.faults.verdict import Verdict, judged

TWICE = [ENTRY, {**ENTRY, "receipt": "FG2"}]
UNKNOWN = OutcomeUnknown("fire", "file")


async def _nothing(*_: Any) -> None:
    """Nobody asks."""


FILING = Question(verb="file", about="signboard", ask=_nothing, reference="r")


@pytest.mark.parametrize(
    ("kind", "outcome", "deeds", "verdict"),
    [
        ("reset", RECEIPT, TWICE, Verdict.LIE),
        ("reset", UNKNOWN, TWICE, Verdict.LIE),
        ("reset", UNKNOWN, TWICE[:1], Verdict.TYPED),
        ("reset", RECEIPT, [ENTRY, {**ENTRY, "reference": "q"}], Verdict.TRUE),
        ("processed_twice", RECEIPT, TWICE, Verdict.TRUE),
        ("processed_twice", NotDelivered("fire", "file"), TWICE, Verdict.LIE),
    ],
)
def test_one_filing_is_one_deed_unless_the_department_itself_does_it_twice(
    kind: str, outcome: Any, deeds: Any, verdict: Verdict
) -> None:
    assert judged(kind, "greening", FILING, outcome, deeds).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "places", "error", "none"),
    [
        ("nan_numbers", None, False, True),
        ("nan_numbers", None, True, False),  # it may have failed before the reply was told
        ("nan_numbers", 0, True, True),
        ("nan_numbers", 2, False, False),
        ("malformed", None, False, False),
    ],
)
def test_a_value_with_no_place_that_was_struck_is_no_proof(
    kind: str, places: int | None, *, error: bool, none: bool
) -> None:
    assert spared(KINDS[kind], places, error=error) is none
