"""Whether a filing arrived, and under which number: what delivery, clerks and departments told."""

from dataclasses import replace
from datetime import datetime
from functools import reduce

from schema.domain import surplus
from schema.domain.case import Case, Event, Mark, Step, StepState, SurplusState, Verb
from schema.domain.own_facts import marked, verb_of
from schema.domain.reference import reference
from schema.domain.step_facts import OBJECTION, SETTLED, add_mark, received, said


def filing_reference(case: str, item: str) -> str:
    """The reference of an item's filing: the same however often it is sent, or filed anew."""
    return reference(case, item, Verb.FILE, 1)


def is_open(step: Step) -> bool:
    """On its way and not known to have arrived."""
    return step.receipt is None and step.state in (
        StepState.FILING,
        StepState.CONFIRMING,
        StepState.PARKED,
    )


def not_sent(step: Step, event: Event, case: Case) -> Step:
    return _troubled(step, event, StepState.FILING)


def unknown(step: Step, event: Event, case: Case) -> Step:
    return _troubled(step, event, StepState.CONFIRMING)


def _troubled(step: Step, event: Event, state: StepState) -> Step:
    if step.state in SETTLED or (verb_of(event) is Verb.FILE and step.receipt is not None):
        return step
    attempts = max(step.attempts, int(event.data.get("attempt", 0)))
    state = state if is_open(step) else step.state
    return replace(step, state=state, problem=event.data.get("problem"), attempts=attempts)


def parked(step: Step, event: Event, case: Case) -> Step:
    filed = verb_of(event) is Verb.FILE and step.receipt is not None
    if step.state in SETTLED or filed or step.state is StepState.WAITING:
        return step
    trouble = {"parked": event.data["reference"], "problem": event.data.get("problem")}
    return replace(step, state=StepState.PARKED, **trouble)


def resolved(step: Step, event: Event, case: Case) -> Step:
    """What a clerk found out: it arrived (a receipt), or it did not and is sent again."""
    receipt, verb = event.data.get("receipt"), verb_of(event)
    if verb is not Verb.FILE:
        return _errand_resolved(step, event, verb) if _asked(step, event) else step
    if step.missing and _asked(step, event):
        return _found_again(step, receipt) if receipt else _gone(step)
    if receipt:
        return step if step.receipt else _numbered(step, event, told=True)
    if not is_open(step):
        return step
    state = StepState.SKIPPED if event.data.get("abandoned") else StepState.FILING
    return replace(step, state=state, parked=None, problem=None)


def retried(step: Step, event: Event, case: Case) -> Step:
    """Another round of what was parked; what only waited to be tried again stays as it is."""
    verb = verb_of(event)
    if not _asked(step, event) or step.missing:
        return step
    if verb is not Verb.FILE:
        return _errand_resolved(step, event, verb)
    state = StepState.CONFIRMING if event.data.get("in_doubt") else StepState.FILING
    return replace(step, state=state, parked=None, problem=None) if is_open(step) else step


def _asked(step: Step, event: Event) -> bool:
    return step.parked == event.data.get("reference")


def _errand_resolved(step: Step, event: Event, verb: Verb) -> Step:
    """What became of a parked supplement or withdrawal."""
    freed = replace(said(step), parked=None, problem=None)
    if verb is Verb.WITHDRAW:
        freed = replace(freed, state=StepState.WITHDRAWING)
    kind = "supplement_delivered" if verb is Verb.SUPPLEMENT else "withdrawn"
    return marked(freed, event, kind) if event.data.get("receipt") else freed


def missing(step: Step, event: Event, case: Case) -> Step:
    """The department does not have what it gave a number for: a clerk must ask."""
    sought = step.missing and step.parked is not None  # a clerk is asking already
    if step.state in SETTLED or step.receipt is None or sought:
        return step
    if event.data.get("receipt", step.receipt) != step.receipt:
        return step
    return replace(
        step,
        state=StepState.PARKED,
        missing=True,
        parked=filing_reference(case.id, step.item),
        problem=event.data.get("problem"),
    )


def _found_again(step: Step, receipt: str) -> Step:
    """It is there after all; a clerk may have been told another number."""
    other = receipt != step.receipt
    step = surplus.ended(step, receipt, SurplusState.KEPT)
    kept = replace(step, receipt=receipt, receipt_told=step.receipt_told or other)
    return replace(said(kept), missing=False, parked=None, problem=None)


def _gone(step: Step) -> Step:
    """It is not there: filed anew, and nothing said about the lost filing counts any more."""
    anew = Step(
        item=step.item,
        department=step.department,
        state=StepState.FILING,
        deferred=step.deferred,
        surplus=step.surplus,
        round=step.round,
        first_round=step.round,
        withdrawal_refused=step.withdrawal_refused,
    )
    objections = (mark for mark in step.history if mark.kind in OBJECTION)
    return reduce(add_mark, objections, anew)


def filed(step: Step, event: Event, case: Case) -> Step:
    """The department's own number: it counts unless another one does already."""
    receipt = event.data["receipt"]
    if receipt == step.receipt:
        step = _received(step, event)
        return confirmed(_found_again(step, receipt) if step.missing else step, receipt)
    if step.state is StepState.WAITING:
        return step
    if surplus.is_surplus(step, receipt):
        return step
    if step.receipt is not None and step.receipt_told:
        return _renumbered(step, receipt)
    if step.receipt is not None or step.state in SETTLED:
        return surplus.found(step, [receipt])
    return _numbered(step, event)


def _renumbered(step: Step, receipt: str) -> Step:
    """The department's own number for a clerk's: what was said of that one was said of another."""
    step = replace(step, receipt=receipt, receipt_told=False, missing=False, parked=None)
    if step.state in SETTLED:
        return step
    ours = tuple(mark for mark in step.history if mark.kind in OBJECTION)
    return said(replace(step, history=ours, first_round=step.round))


def _numbered(step: Step, event: Event, *, told: bool = False) -> Step:
    """The step with its number; a clerk's number is only told."""
    if step.state in SETTLED or step.state is StepState.WAITING:
        return step
    at = event.data.get("received_at")
    filed_at = datetime.fromisoformat(at) if at else event.at
    receipt = event.data["receipt"]
    step = surplus.ended(step, receipt, SurplusState.KEPT) if told else step
    arrived = replace(step, receipt=receipt, receipt_told=told, filed_at=filed_at)
    return replace(said(arrived), parked=None, problem=None)


def _received(step: Step, event: Event) -> Step:
    """The day its department says it received it; other news may have come in before that."""
    at = event.data.get("received_at")
    return received(step, datetime.fromisoformat(at)) if at else step


def confirmed(step: Step, receipt: str) -> Step:
    """A number a clerk told, when the department itself names it."""
    return replace(step, receipt_told=False) if receipt == step.receipt else step


def duplicate_found(step: Step, event: Event, case: Case) -> Step:
    """Further filings under one reference; the one adopted with them is none of these."""
    adopted = event.data.get("adopted")
    return surplus.found(step, (r for r in event.data["receipts"] if r != adopted))


def filing_refused(step: Step, event: Event, case: Case) -> Step:
    """Final, with the reason; the department's own code stays in the event, for operators."""
    if not is_open(step):
        return step  # a receipt proves more than a refusal of what was sent again
    mark = Mark(kind="refused", at=event.at, refusal=event.data.get("reason"))
    return replace(add_mark(step, mark), problem=None, parked=None)
