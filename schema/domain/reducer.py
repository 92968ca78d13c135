"""A case moves here and nowhere else: one event in, the next case out. Pure.

Facts of departments may come twice, late or out of order: each step keeps its dated facts and is
folded from them anew (`step_facts`), then the case follows (`case_rules`). Terminal states absorb.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, CaseState, Event, EventKind, Mark, Step, StepState, Verb
from schema.domain.case_rules import TERMINAL, commands, issue_due, parse_reference, settle
from schema.domain.filing import Certificate
from schema.domain.one_thing import OneThing
from schema.domain.step_facts import SETTLED, add_mark

__all__ = ["TERMINAL", "certificate_from", "certificate_to", "commands", "issue_due", "reduce"]


def reduce(case: Case | None, event: Event, one_thing: OneThing, calendar: WorkingCalendar) -> Case:
    """The case after this event. ValueError when the first event is not a submission."""
    if case is None:
        return settle(_submitted(event, one_thing), one_thing, calendar)
    if case.state in TERMINAL or event.case != case.id:
        return case
    told = _case_told(case, event) if event.item is None else _item_told(case, event)
    if told == case:
        return case
    moved = settle(told, one_thing, calendar)
    done = event.at if moved.state in TERMINAL else None
    return replace(moved, revision=case.revision + 1, done_at=done)


def certificate_to(certificate: Certificate) -> dict[str, Any]:
    """A certificate as event data."""
    until = certificate.valid_until
    return {
        "number": certificate.number,
        "name": certificate.name,
        "issued_on": certificate.issued_on.isoformat(),
        "licence_id": certificate.licence_id,
        "valid_until": until.isoformat() if until else None,
    }


def certificate_from(data: Mapping[str, Any]) -> Certificate:
    """A certificate from event data."""
    until = data.get("valid_until")
    return Certificate(
        number=data["number"],
        name=data["name"],
        issued_on=date.fromisoformat(data["issued_on"]),
        licence_id=data.get("licence_id"),
        valid_until=date.fromisoformat(until) if until else None,
    )


def _submitted(event: Event, one_thing: OneThing) -> Case:
    if event.kind is not EventKind.SUBMITTED:
        raise ValueError(f"a case begins with its submission, not with {event.kind.value}")
    data = event.data
    items = [one_thing.item(item) for item in data["items"]]
    return Case(
        id=event.case,
        one_thing=one_thing.id,
        version=one_thing.version,
        variant=data.get("variant"),
        district=data.get("district"),
        applicant_ref=data["applicant_ref"],
        agent_ref=data.get("agent_ref"),
        state=CaseState.IN_PROGRESS,
        steps=tuple(
            Step(item=i.id, department=i.department, state=StepState.WAITING) for i in items
        ),
        submitted_at=event.at,
    )


# -- events of the whole case ---------------------------------------------------------------------


def _case_told(case: Case, event: Event) -> Case:
    tell = _CASE.get(event.kind)
    return tell(case, event) if tell else case


def _withdrawal_requested(case: Case, event: Event) -> Case:
    return replace(case, withdrawal="applicant") if case.state is not CaseState.ISSUING else case


def _reported(case: Case, event: Event) -> Case:
    name = event.data["event"]
    return case if name in case.reported else replace(case, reported=(*case.reported, name))


def _issued(case: Case, event: Event) -> Case:
    if case.state is not CaseState.ISSUING:
        return case
    steps = tuple(_never_filed(step) for step in case.steps)
    bundle = tuple(s.certificate for s in steps if s.certificate is not None)
    return replace(case, state=CaseState.DONE, steps=steps, certificates=bundle)


def _never_filed(step: Step) -> Step:
    return replace(step, state=StepState.SKIPPED) if step.state is StepState.WAITING else step


_CASE: Mapping[EventKind, Callable[[Case, Event], Case]] = {
    EventKind.WITHDRAWAL_REQUESTED: _withdrawal_requested,
    EventKind.REPORTED: _reported,
    EventKind.ISSUED: _issued,
}


# -- events of one step ---------------------------------------------------------------------------


def _item_told(case: Case, event: Event) -> Case:
    tell = _STEP.get(event.kind)
    if tell is None or all(step.item != event.item for step in case.steps):
        return case
    steps = tuple(tell(s, event, case) if s.item == event.item else s for s in case.steps)
    return replace(case, steps=steps)


def _open(step: Step) -> bool:
    """On its way and not known to have arrived."""
    return step.receipt is None and step.state in (
        StepState.FILING,
        StepState.CONFIRMING,
        StepState.PARKED,
    )


def _not_sent(step: Step, event: Event, case: Case) -> Step:
    return _troubled(step, event, StepState.FILING)


def _unknown(step: Step, event: Event, case: Case) -> Step:
    return _troubled(step, event, StepState.CONFIRMING)


def _troubled(step: Step, event: Event, state: StepState) -> Step:
    if step.state in SETTLED or (_verb(event) is Verb.FILE and step.receipt is not None):
        return step
    attempts = max(step.attempts, int(event.data.get("attempt", 0)))
    state = state if _open(step) else step.state
    return replace(step, state=state, problem=event.data.get("problem"), attempts=attempts)


def _parked(step: Step, event: Event, case: Case) -> Step:
    filed = _verb(event) is Verb.FILE and step.receipt is not None
    if step.state in SETTLED or filed or step.state is StepState.WAITING:
        return step
    trouble = {"parked": event.data["reference"], "problem": event.data.get("problem")}
    return replace(step, state=StepState.PARKED, **trouble)


def _resolved(step: Step, event: Event, case: Case) -> Step:
    """What a clerk found out: it arrived (a receipt), or it did not and is sent again."""
    receipt, verb = event.data.get("receipt"), _verb(event)
    if verb is not Verb.FILE:
        if step.parked != event.data["reference"]:
            return step
        freed = replace(step, parked=None, problem=None, state=_BACK[verb])
        return _done(freed, event, verb) if receipt else freed
    if receipt:
        return _filed(step, event, case)
    if not _open(step):
        return step
    state = StepState.SKIPPED if event.data.get("abandoned") else StepState.FILING
    return replace(step, state=state, parked=None, problem=None)


_BACK = {Verb.SUPPLEMENT: StepState.SUPPLEMENTING, Verb.WITHDRAW: StepState.WITHDRAWING}


def _done(step: Step, event: Event, verb: Verb) -> Step:
    kind = "supplement_delivered" if verb is Verb.SUPPLEMENT else "withdrawn"
    return _marked(step, event, kind)


def _filed(step: Step, event: Event, case: Case) -> Step:
    if step.state in SETTLED or step.receipt is not None or step.state is StepState.WAITING:
        return step
    at = event.data.get("received_at")
    filed_at = datetime.fromisoformat(at) if at else event.at
    arrived = replace(step, receipt=event.data["receipt"], filed_at=filed_at)
    return replace(arrived, parked=None, problem=None, state=StepState.RECEIVED)


def _filing_refused(step: Step, event: Event, case: Case) -> Step:
    if not _open(step):
        return step  # a receipt proves more than a refusal of what was sent again
    mark = Mark(kind="refused", at=event.at, refusal=event.data.get("reason"))
    return replace(add_mark(step, mark), problem=event.data.get("code"), parked=None)


def _progressed(step: Step, event: Event, case: Case) -> Step:
    """A status of the department; it proves arrival when the receipt is news."""
    data = event.data
    if step.state is StepState.SKIPPED or step.state is StepState.WAITING:
        return step
    if step.receipt not in (None, data["receipt"]):
        return step  # another filing of the same reference: not this one
    if step.receipt is None:
        if step.state in SETTLED:
            return step
        step = _filed(step, event, case)
    certificate = data.get("certificate")
    mark = Mark(
        kind=data["status"],
        at=datetime.fromisoformat(data["at"]),
        note=data.get("note"),
        refusal=(data.get("note") or data.get("refusal_code")) if _refuses(data) else None,
        certificate=certificate_from(certificate) if certificate else None,
    )
    return _proved(step, add_mark(step, mark))


def _refuses(data: Mapping[str, Any]) -> bool:
    return bool(data["status"] == "refused")


def _proved(before: Step, after: Step) -> Step:
    """News of the department answers what was parked or in trouble before it."""
    if after.history == before.history:
        return before
    waits = StepState.SUPPLEMENTING, StepState.WITHDRAWING
    asked = parse_reference(before.parked) if before.parked else None
    if asked is None or asked.verb is Verb.FILE or after.state in SETTLED:
        return replace(after, parked=None, problem=None)
    if asked.verb is Verb.WITHDRAW or after.state in waits:
        return replace(after, state=StepState.PARKED)
    return replace(after, parked=None, problem=None)


def _supplement_sent(step: Step, event: Event, case: Case) -> Step:
    if step.state is not StepState.SUPPLEMENT_REQUESTED:
        return step
    at = max([event.at, *(m.at for m in step.history)])  # clocks differ; it answers the request
    return add_mark(step, Mark(kind="supplement_sent", at=at))


def _supplement_delivered(step: Step, event: Event, case: Case) -> Step:
    return _marked(step, event, "supplement_delivered")


def _supplement_refused(step: Step, event: Event, case: Case) -> Step:
    return _marked(step, event, "supplement_refused")


def _marked(step: Step, event: Event, kind: str) -> Step:
    """A fact of our own about this step: never dated before what it follows."""
    if step.state in SETTLED or step.receipt is None:
        return step
    about = parse_reference(str(event.data.get("reference", "")))
    if about is not None and about.verb is Verb.SUPPLEMENT and about.round != step.round:
        return step  # an older round, told late
    at = max([event.at, *(m.at for m in step.history)])
    mark = Mark(kind=kind, at=at, note=event.data.get("reason"))
    return replace(add_mark(step, mark), parked=None, problem=None)


def _withdrawn(step: Step, event: Event, case: Case) -> Step:
    return _marked(step, event, "withdrawn")


def _withdrawal_refused(step: Step, event: Event, case: Case) -> Step:
    """Too late to take back: the step is again what its department said last."""
    if step.state in SETTLED or step.withdrawal_refused:
        return step
    step = replace(step, withdrawal_refused=True, state=StepState.RECEIVED, parked=None)
    return add_mark(step, step.history[-1]) if step.history else step


def _verb(event: Event) -> Verb:
    about = parse_reference(str(event.data.get("reference", "")))
    return about.verb if about else Verb.FILE


_STEP: Mapping[EventKind, Callable[[Step, Event, Case], Step]] = {
    EventKind.FILING_NOT_SENT: _not_sent,
    EventKind.FILING_UNKNOWN: _unknown,
    EventKind.FILING_PARKED: _parked,
    EventKind.FILING_RESOLVED: _resolved,
    EventKind.FILED: _filed,
    EventKind.FILING_REFUSED: _filing_refused,
    EventKind.PROGRESSED: _progressed,
    EventKind.SUPPLEMENT_SENT: _supplement_sent,
    EventKind.SUPPLEMENT_DELIVERED: _supplement_delivered,
    EventKind.SUPPLEMENT_REFUSED: _supplement_refused,
    EventKind.WITHDRAWN: _withdrawn,
    EventKind.WITHDRAWAL_REFUSED: _withdrawal_refused,
}
