"""A department's answer that came after its command was given up: what it proves all the same."""

from collections.abc import Iterator
from datetime import datetime

from gateway.cases.attempts import Errand
from gateway.cases.errand import Result
from gateway.cases.outcome import events_of
from schema.domain.case import Case, Command, Event, EventKind, Verb
from schema.domain.delivery_policy import Adopt


def late_evidence(
    errand: Errand, command: Command, result: Result, case: Case, at: datetime
) -> Iterator[Event]:
    """It arrived; or, where another filing was adopted meanwhile, it arrived as well."""
    receipt = result.attempt.detail
    adopted = case.step(command.item).receipt
    if command.verb is not Verb.FILE or adopted in (None, receipt):
        yield from events_of(errand, command, result, Adopt(receipt), at)
        return
    yield Event(
        key=f"duplicate:{command.reference}:{receipt}",
        case=command.case,
        kind=EventKind.DUPLICATE_FOUND,
        at=at,
        actor=f"department:{errand.department}",
        item=command.item,
        data={"reference": command.reference, "receipts": [receipt]},
    )
