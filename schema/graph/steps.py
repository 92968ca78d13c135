"""The steps of a case: one item each, with its department, number, clock and live state."""

from collections.abc import Awaitable, Sequence
from datetime import date, datetime

import strawberry

from schema.domain.case import UNNAMED, StepState, Suspension
from schema.domain.clock import ClockReading
from schema.domain.department import ProgressMode
from schema.domain.filing import Certificate, ItemStatus
from schema.domain.problem import ProblemCode
from schema.domain.reading import Reading
from schema.domain.text import Text
from schema.graph import step_view
from schema.graph.departments import DepartmentType
from schema.graph.fields import Info, computed, plain
from schema.graph.ports import DepartmentView
from schema.graph.problems import TroubleType
from schema.graph.readings import PROBLEM, PROVENANCE, VALUE, ProvenanceType, department_name
from schema.graph.registers import DEPARTMENT_CALL, NOTHING
from schema.graph.step_view import Awaited, StepView
from schema.graph.texts import TextType
from schema.graph.words import known_code, trouble_text


@strawberry.type(name="Certificate", description="What a department issued.")
class CertificateType:
    """Source: `schema.domain.filing.Certificate`."""

    number: str = plain("Its number.")
    name: str = plain("What it is, as the department calls it.")
    issued_on: date = plain("The day it was issued.")
    licence_id: str | None = plain("Its electronic licence identifier (GB/T 36904).")
    valid_until: date | None = plain("The last day it is valid; absent: no end.")


@strawberry.type(name="Progress", description="Where a filing stands, in the department's words.")
class ProgressType:
    """Source: `schema.domain.filing.Progress`."""

    receipt: str = plain("The department's own number.")
    status: ItemStatus = plain("Its status in the common vocabulary.")
    at: datetime = plain("Since when, by the department.")
    note: str | None = plain("What the department adds.")
    certificate: CertificateType | None = plain("What it issued.")


@strawberry.type(name="ProgressReading", description="One read of a filing's live state.")
class ProgressReadingType:
    """Source: a Reading whose value is a Progress."""

    value: ProgressType | None = plain(VALUE)
    provenance: ProvenanceType | None = plain(PROVENANCE)
    problem: TroubleType | None = plain(PROBLEM)


@strawberry.type(name="Suspension", description="A stretch in which the clock stands still.")
class SuspensionType:
    """Source: `schema.domain.case.Suspension`."""

    reason: str = plain("supplement, inspection, notice or objection.")
    since: datetime = plain("When it began.")
    until: datetime | None = plain("When it ended; absent: it still stands.")


@strawberry.type(
    name="StepClock", description="The promised working-day clock of one step (工作日)."
)
class StepClockType:
    """Source: `schema.domain.clock.ClockReading`."""

    due_on: date = plain("The last day in time; later if a suspension still open goes on.")
    used: int = plain("Working days used.")
    remaining: int = plain("Working days left; below zero: overdue.")
    suspended: int = plain("Working days in which the clock stood still.")
    running: bool = plain("False while a suspension is open.")
    overdue: bool = plain("Whether the promise is broken.")
    provisional: bool = plain("True while a year's holidays are not announced yet.")


@strawberry.type(name="Awaited", description="What a step waits for.")
class AwaitedType:
    """Source: `schema.graph.step_view.Awaited`."""

    id: strawberry.ID = plain("The item's id or the event's name.")
    name: TextType = plain("In words.")
    event: bool = plain("True: an outside event somebody must report; false: another item.")


def _item(parent: strawberry.Parent[StepView]) -> str:
    return parent.step.item


def _name(parent: strawberry.Parent[StepView]) -> Text:
    return step_view.item_name(parent.thing, parent.step.item)


def _department(parent: strawberry.Parent[StepView], info: Info) -> DepartmentView | None:
    views = info.context.departments.all()
    return next((view for view in views if view.info.id == parent.step.department), None)


def _department_name(parent: strawberry.Parent[StepView], info: Info) -> Text:
    return department_name(parent.step.department, info)


def _state(parent: strawberry.Parent[StepView]) -> StepState:
    return parent.step.state


def _status(parent: strawberry.Parent[StepView]) -> ItemStatus | None:
    return parent.step.status


def _status_at(parent: strawberry.Parent[StepView]) -> datetime | None:
    return parent.step.status_at


def _receipt(parent: strawberry.Parent[StepView]) -> str | None:
    return parent.step.receipt


def _filed_at(parent: strawberry.Parent[StepView]) -> datetime | None:
    return parent.step.filed_at


def _accepted_at(parent: strawberry.Parent[StepView]) -> datetime | None:
    return parent.step.accepted_at


def _decided_at(parent: strawberry.Parent[StepView]) -> datetime | None:
    return parent.step.decided_at


def _due_on(parent: strawberry.Parent[StepView]) -> date | None:
    return parent.step.due_on


def _statutory_due_on(parent: strawberry.Parent[StepView]) -> date | None:
    return parent.step.statutory_due_on


def _clock(parent: strawberry.Parent[StepView], info: Info) -> ClockReading | None:
    return step_view.clock(parent, info.context.calendar, info.context.now)


def _waits_for(parent: strawberry.Parent[StepView]) -> Sequence[Awaited]:
    return step_view.awaited(parent)


def _suspensions(parent: strawberry.Parent[StepView]) -> Sequence[Suspension]:
    return parent.step.suspensions


def _request(parent: strawberry.Parent[StepView]) -> str | None:
    return parent.step.request


def _owes(parent: strawberry.Parent[StepView]) -> Sequence[str]:
    return [code for code in parent.step.owes if code != UNNAMED]


def _supplement_due_on(parent: strawberry.Parent[StepView]) -> date | None:
    return parent.step.supplement_due_on


def _since(parent: strawberry.Parent[StepView]) -> datetime | None:
    return parent.step.since


def _refusal(parent: strawberry.Parent[StepView]) -> str | None:
    return parent.step.refusal


def _certificate(parent: strawberry.Parent[StepView]) -> Certificate | None:
    return parent.step.certificate


def _problem_code(parent: strawberry.Parent[StepView]) -> ProblemCode | None:
    return known_code(parent.step.problem)


def _problem(parent: strawberry.Parent[StepView], info: Info) -> Text | None:
    if parent.step.problem is None:
        return None
    return trouble_text(parent.step.problem, department_name(parent.step.department, info))


def _parked(parent: strawberry.Parent[StepView], info: Info) -> str | None:
    return parent.step.parked if "clerk" in info.context.viewer.roles else None


def _live(parent: strawberry.Parent[StepView], info: Info) -> Reading | Awaitable[Reading]:
    step, item = parent.step, parent.item
    if step.receipt is None or item is None:
        return NOTHING
    department = _department(parent, info)
    if department is not None and department.info.progress is ProgressMode.NONE:
        return NOTHING
    return info.context.reads.progress(step.department, item.service, step.receipt)


@strawberry.type(name="Step", description="One item of a case.")
class StepType:
    """Source: StepView."""

    item: strawberry.ID = computed(_item, "The item's id in the one thing.")
    name: TextType = computed(_name, "The item's name.")
    department: DepartmentType | None = computed(_department, "The department that decides it.")
    department_name: TextType = computed(_department_name, "The name of that department.")
    state: StepState = computed(_state, "Where it stands.")
    since: datetime | None = computed(_since, "Since when it stands there.")
    status: ItemStatus | None = computed(_status, "The last status the department reported.")
    status_at: datetime | None = computed(_status_at, "Since when, by the department.")
    receipt: str | None = computed(_receipt, "The department's own number for it.")
    filed_at: datetime | None = computed(_filed_at, "When the department received it.")
    accepted_at: datetime | None = computed(_accepted_at, "When it was accepted; the clock began.")
    decided_at: datetime | None = computed(_decided_at, "When it was decided.")
    due_on: date | None = computed(_due_on, "The day by which a decision is promised.")
    statutory_due_on: date | None = computed(_statutory_due_on, "The day the law sets.")
    clock: StepClockType | None = computed(_clock, "The promised clock; absent before acceptance.")
    waits_for: list[AwaitedType] = computed(_waits_for, "What must happen first.", size=3)
    suspensions: list[SuspensionType] = computed(
        _suspensions, "The stretches in which its clock stood still.", size=3
    )
    request: str | None = computed(_request, "What the department asks the applicant to add.")
    owes: list[strawberry.ID] = computed(
        _owes, "The materials still to follow its acceptance (容缺), by code.", size=3
    )
    supplement_due_on: date | None = computed(
        _supplement_due_on, "Until when what is asked for, or owed, may be handed in."
    )
    refusal: str | None = computed(_refusal, "Why it was refused, in the department's words.")
    certificate: CertificateType | None = computed(_certificate, "What was issued.")
    problem_code: ProblemCode | None = computed(_problem_code, "The last trouble with delivery.")
    problem: TextType | None = computed(_problem, "The same trouble in words.")
    parked: str | None = computed(
        _parked, "The reference a clerk must ask the department about; for clerks only."
    )
    live: ProgressReadingType = computed(
        _live, "What the department itself says now.", weight=DEPARTMENT_CALL
    )
