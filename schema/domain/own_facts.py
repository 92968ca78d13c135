"""What we did ourselves with a filing that arrived, and what followed: facts dated by our clock."""

from dataclasses import replace
from datetime import datetime

from schema.domain.case import Case, Event, Mark, Step, StepState, Verb
from schema.domain.reference import parse_reference
from schema.domain.step_facts import SETTLED, add_mark, said


def supplement_sent(step: Step, event: Event, case: Case) -> Step:
    if step.supplementing or not (step.state is StepState.SUPPLEMENT_REQUESTED or step.owes):
        return step
    at = max([event.at, *(m.at for m in step.history)])  # clocks differ; it answers the request
    codes = event.data.get("materials")
    materials = None if codes is None else tuple(codes)
    return add_mark(step, Mark(kind="supplement_sent", at=at, materials=materials))


def supplement_delivered(step: Step, event: Event, case: Case) -> Step:
    return marked(step, event, "supplement_delivered")


def supplement_refused(step: Step, event: Event, case: Case) -> Step:
    return marked(step, event, "supplement_refused")


def marked(step: Step, event: Event, kind: str) -> Step:
    """A fact of our own about this step: never dated before what it follows."""
    if step.state in SETTLED or step.receipt is None:
        return step
    about = parse_reference(str(event.data.get("reference", "")))
    if about is not None and about.verb is Verb.SUPPLEMENT and about.round != step.round:
        return step  # an older round, told late
    at = max([event.at, *(m.at for m in step.history)])
    mark = Mark(kind=kind, at=at, note=event.data.get("reason"))
    return replace(add_mark(step, mark), parked=None, problem=None)


def withdrawn(step: Step, event: Event, case: Case) -> Step:
    return marked(step, event, "withdrawn")


def withdrawal_refused(step: Step, event: Event, case: Case) -> Step:
    """Too late to take back: the step is again what its department said last."""
    if step.state in SETTLED or step.withdrawal_refused:
        return step
    return replace(said(step), withdrawal_refused=True, parked=None, problem=None)


def deemed_accepted(step: Step, event: Event, case: Case) -> Step:
    """Nothing was asked for in the days the law gives; what was said in time, told late, counts."""
    if step.receipt is None:
        return step
    at = datetime.fromisoformat(event.data["at"])
    accepted = add_mark(step, Mark(kind="deemed_accepted", at=at))
    parked = step.state is StepState.PARKED
    return replace(accepted, state=step.state) if parked else accepted


def lapsed(step: Step, event: Event, case: Case) -> Step:
    asked = step.state is StepState.SUPPLEMENT_REQUESTED
    return replace(step, lapsed=True) if asked else step


def verb_of(event: Event) -> Verb:
    about = parse_reference(str(event.data.get("reference", "")))
    return about.verb if about else Verb.FILE
