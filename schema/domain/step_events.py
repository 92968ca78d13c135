"""What one event tells about one step."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from schema.domain import arrival, own_facts, surplus
from schema.domain.arrival import confirmed, filed
from schema.domain.case import Case, Event, EventKind, Mark, Step, StepState, SurplusState, Verb
from schema.domain.certificate_data import certificate_from
from schema.domain.reference import parse_reference
from schema.domain.step_facts import SETTLED, add_mark


def tell(step: Step, event: Event, case: Case) -> Step:
    """The step after this event of its item; what cannot be about it changes nothing."""
    beyond = surplus.about(event)
    if beyond is not None:
        return surplus.told(step, event, beyond)
    told = _STEP.get(event.kind)
    return told(step, event, case) if told else step


def _surplus_withdrawn(step: Step, event: Event, case: Case) -> Step:
    return surplus.ended(step, event.data["receipt"], SurplusState.WITHDRAWN)


def _surplus_kept(step: Step, event: Event, case: Case) -> Step:
    return surplus.ended(step, event.data["receipt"], SurplusState.KEPT)


def _progressed(step: Step, event: Event, case: Case) -> Step:
    """A status of the department; it proves arrival when the receipt is news."""
    receipt, ours = event.data["receipt"], _names(event, case, step)
    if step.state is StepState.WAITING:
        return step
    if receipt != step.receipt and not surplus.is_surplus(step, receipt):
        step = _proves(step, event, case, ours=ours)
    if surplus.is_surplus(step, receipt):  # perhaps by this very word, which may be its end
        return _beyond(step, receipt, event.data["status"])
    if receipt == step.receipt and step.receipt_told and ours is not None:
        if not ours:
            return step  # a clerk's number turns out to be the number of somebody else's filing
        step = confirmed(step, receipt)
    if receipt != step.receipt or step.state is StepState.SKIPPED:
        return step
    return _proved(step, add_mark(step, _mark(event.data)))


def _proves(step: Step, event: Event, case: Case, *, ours: bool | None) -> Step:
    """A number that is news proves arrival, unless it may be another filing's, or is over."""
    over = event.data["status"] == "withdrawn"
    another = step.receipt is not None and (not ours or over)
    return step if another else filed(step, event, case)


def _beyond(step: Step, receipt: str, status: str) -> Step:
    """A filing beyond the one that counts: only its end is of interest."""
    back = status == "withdrawn"
    return surplus.ended(step, receipt, SurplusState.WITHDRAWN) if back else step


def _names(event: Event, case: Case, step: Step) -> bool | None:
    """Whether the department names our filing as the one it speaks of; None: it names none."""
    named = parse_reference(str(event.data.get("reference") or ""))
    if named is None:
        return None
    if (named.case, named.item) != (case.id, step.item):
        return False
    return True if named.verb is Verb.FILE else None


def _mark(data: Mapping[str, Any]) -> Mark:
    certificate = data.get("certificate")
    return Mark(
        kind=data["status"],
        at=datetime.fromisoformat(data["at"]),
        note=data.get("note"),
        refusal=(data.get("note") or data.get("refusal_code")) if _refuses(data) else None,
        certificate=certificate_from(certificate) if certificate else None,
    )


def _refuses(data: Mapping[str, Any]) -> bool:
    return bool(data["status"] == "refused")


def _proved(before: Step, after: Step) -> Step:
    """News of the department answers what was parked or in trouble before it."""
    if after.history == before.history:
        return before
    asked = parse_reference(before.parked) if before.parked else None
    if asked is None or asked.verb is Verb.FILE or after.state in SETTLED:
        return replace(after, parked=None, problem=None, missing=False)
    if asked.verb is Verb.WITHDRAW or after.supplementing:
        return replace(after, state=StepState.PARKED)
    return replace(after, parked=None, problem=None)


_STEP: Mapping[EventKind, Callable[[Step, Event, Case], Step]] = {
    EventKind.FILING_NOT_SENT: arrival.not_sent,
    EventKind.FILING_UNKNOWN: arrival.unknown,
    EventKind.FILING_PARKED: arrival.parked,
    EventKind.FILING_RESOLVED: arrival.resolved,
    EventKind.FILING_RETRIED: arrival.retried,
    EventKind.FILED: arrival.filed,
    EventKind.FILING_REFUSED: arrival.filing_refused,
    EventKind.PROGRESSED: _progressed,
    EventKind.SUPPLEMENT_SENT: own_facts.supplement_sent,
    EventKind.SUPPLEMENT_DELIVERED: own_facts.supplement_delivered,
    EventKind.SUPPLEMENT_REFUSED: own_facts.supplement_refused,
    EventKind.WITHDRAWN: own_facts.withdrawn,
    EventKind.WITHDRAWAL_REFUSED: own_facts.withdrawal_refused,
    EventKind.DUPLICATE_FOUND: arrival.duplicate_found,
    EventKind.SURPLUS_WITHDRAWN: _surplus_withdrawn,
    EventKind.SURPLUS_KEPT: _surplus_kept,
    EventKind.FILING_MISSING: arrival.missing,
    EventKind.DEEMED_ACCEPTED: own_facts.deemed_accepted,
    EventKind.LAPSED: own_facts.lapsed,
}
