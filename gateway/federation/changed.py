"""Which remembered values a case's event makes old: what its department told of it, and to whom."""

from collections.abc import Iterator

from gateway.federation.memory import Tag, of_number, of_people
from schema.domain.case import Case, Event, Step


def made_old(case: Case, event: Event) -> Iterator[Tag]:
    """What is to be asked anew now that this happened; `case` as the event left it.

    At the department of the event's item: where the filing stands, for everybody, and the registers
    as the case's people see them, which a decision may have changed.
    """
    step = next((step for step in case.steps if step.item == event.item), None)
    if step is not None:
        yield from _of_step(case, step)


def of_case(case: Case) -> Iterator[Tag]:
    """Everything departments told of a case."""
    for step in case.steps:
        yield from _of_step(case, step)


def _of_step(case: Case, step: Step) -> Iterator[Tag]:
    if step.receipt is not None:
        yield of_number(step.department, step.receipt)
    yield of_people(step.department, scope(case.applicant_ref, None))
    if case.agent_ref is not None:
        yield of_people(step.department, scope(case.agent_ref, case.applicant_ref))


def scope(subject: str, acting_for: str | None) -> str:
    """Whose eyes an answer is for; nothing is remembered across scopes.

    No two of them are alike, whatever an issuer of tokens calls its people.
    """
    return f"{len(subject)}:{subject}|{acting_for or ''}"
