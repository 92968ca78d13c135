"""What the store keeps of a case, its steps and its commands, as rows for who looks for them."""

from typing import Any

from gateway.cases import codec
from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, Command, Step
from schema.domain.case_rules import issue_due, watched
from schema.domain.one_thing import OneThing


def case_row(case: Case, one_thing: OneThing, calendar: WorkingCalendar) -> dict[str, Any]:
    """The case itself; who reads cases finds it by these columns."""
    due = issue_due(case, one_thing, calendar)
    return {
        "id": case.id,
        "one_thing": case.one_thing,
        "version": case.version,
        "district": case.district,
        "applicant_ref": case.applicant_ref,
        "agent_ref": case.agent_ref,
        "state": case.state.value,
        "submitted_at": case.submitted_at.isoformat(),
        "issue_due_at": due.timestamp() if due else None,
        "revision": case.revision,
        "body": codec.case_bytes(case),
    }


def delivery_row(command: Command, department: str) -> dict[str, Any]:
    """A command that is to be sent for the first time."""
    return {
        "reference": command.reference,
        "case_id": command.case,
        "department": department,
        "tick": 1,
        "state": "under_way",
        "due_at": 0.0,
        "due_after": 0,
    }


def step_row(case: Case, step: Step, one_thing: OneThing) -> dict[str, Any]:
    """A step; what is to be watched, and what is due, is found by it."""
    return {
        "case_id": case.id,
        "item": step.item,
        "department": step.department,
        "service": one_thing.item(step.item).service,
        "state": step.state.value,
        "receipt": step.receipt,
        "watched": watched(case, step),
        "due_on": step.due_on.isoformat() if step.due_on else None,
        "statutory_due_on": step.statutory_due_on.isoformat() if step.statutory_due_on else None,
    }
