"""Where an answer differs from the truth is told by its fields, whatever it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.contract import Changes
from schema.domain.filing import Certificate, ItemStatus, Progress, Receipt, Verdict
from tests.faults.differences import ABSENT, ADDED, DEED, differing, undone

AT = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)
PAPER = Certificate(number="1", name="许可", issued_on=date(2026, 9, 21))
ROW = Progress(receipt="FG1", status=ItemStatus.GRANTED, at=AT, reference="r", certificate=PAPER)
FEED = Changes(progress=(ROW, replace(ROW, receipt="FG2")), cursor="2", more=False)
RECORD = {"uscc": "91", "name": "小满", "premises": None}
RECEIPT = Receipt(number="FG1", received_at=AT)
DIFFERING: list[tuple[Any, Any, set[str]]] = [
    (FEED, FEED, set()),
    (replace(FEED, cursor="9"), FEED, {"cursor"}),
    (replace(FEED, more=True), FEED, {"more"}),
    (replace(FEED, progress=(*FEED.progress, replace(ROW, receipt="FG3"))), FEED,
     {"added", "receipt"}),
    (replace(FEED, progress=(*FEED.progress, ROW)), FEED, {ADDED}),
    (replace(FEED, progress=FEED.progress[:1]), FEED, {ABSENT}),
    (replace(FEED, progress=(ROW, replace(ROW, receipt="FG2", at=AT + timedelta(1)))), FEED,
     {"at"}),
    ({"FG1": None}, {"FG1": ROW}, {ABSENT}),
    ({"FG1": replace(ROW, certificate=None)}, {"FG1": ROW}, {"certificate"}),
    ({"FG1": replace(ROW, certificate=replace(PAPER, name="x"))}, {"FG1": ROW},
     {"certificate.name"}),
    ({"91": RECORD}, {"91": RECORD}, set()),
    ({"91": {**RECORD, "name": "大满", "premises": "沪"}}, {"91": RECORD}, {"name", "premises"}),
    ({"91": {**RECORD, "name": None}}, {"91": RECORD}, {"name"}),
    ({"91": [RECORD, RECORD]}, {"91": [RECORD]}, {ADDED}),
    ({"91": []}, {"91": [RECORD]}, {ABSENT}),
    ({"91": RECORD, "92": RECORD}, {"91": RECORD}, {ADDED}),
    ([], [RECEIPT], {ABSENT}),
    ([replace(RECEIPT, number="FG9")], [RECEIPT], {"number"}),
    (None, PAPER, {ABSENT}),
    (Verdict(matches=False), Verdict(matches=True), {"matches"}),
    (1, True, {"value"}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "truth", "fields"), DIFFERING)
def test_a_difference_is_told_by_its_fields(value: Any, truth: Any, fields: set[str]) -> None:
    assert differing(value, truth) == fields


ENTRY = {"kind": "filing", "reference": "r", "receipt": "FG1", "at": AT.isoformat()}
FILED, ADDED_TO = {"kind": "filing", "reference": "r"}, {"kind": "supplement", "receipt": "FG1"}
DEEDS: list[tuple[Any, dict[str, str], list[dict[str, str]], set[str]]] = [
    (RECEIPT, FILED, [ENTRY], set()),
    (Receipt(number="FG1/r", received_at=AT), FILED, [ENTRY], set()),
    (Receipt(number="FG1/q", received_at=AT), FILED, [ENTRY], {"number"}),
    (replace(RECEIPT, number="FG2"), FILED, [ENTRY], {"number"}),
    (replace(RECEIPT, received_at=AT + timedelta(hours=9)), FILED, [ENTRY], {"received_at"}),
    (replace(RECEIPT, number="FG2"), FILED, [ENTRY, {**ENTRY, "receipt": "FG2"}], set()),
    (RECEIPT, {**FILED, "reference": "q"}, [ENTRY], {DEED}),
    (RECEIPT, FILED, [], {DEED}),
    (None, ADDED_TO, [{**ENTRY, "kind": "supplement"}], set()),
    (None, ADDED_TO, [ENTRY], {DEED}),
    (None, ADDED_TO, [{**ENTRY, "kind": "supplement", "receipt": "FG2"}], {DEED}),
]


@pytest.mark.parametrize(("value", "told", "deeds", "fields"), DEEDS)
def test_what_was_said_to_be_done_is_held_to_the_deed_that_was_asked_for(
    value: Any, told: dict[str, str], deeds: list[dict[str, str]], fields: set[str]
) -> None:
    assert undone(value, told, deeds) == fields
