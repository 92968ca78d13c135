"""The plan of one thing and the days it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import strawberry

from schema.domain.calendar import WorkingCalendar, local_day
from schema.domain.one_thing import OneThing
from schema.domain.plan import Plan, PlanStep, plan_items
from schema.domain.text import Text
from schema.graph.applying import AnswersArgument, DistrictArgument, VariantArgument, choice
from schema.graph.fields import Info, computed, plain
from schema.graph.readings import department_name
from schema.graph.step_view import item_name
from schema.graph.texts import TextType


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan and the one thing that gives its items their names."""

    plan: Plan
    thing: OneThing


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStepView:
    """A step of a plan and the one thing that gives its item its name."""

    step: PlanStep
    thing: OneThing


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When one item is due if everything before it takes as long as promised."""

    item: str
    name: Text
    promised_on: date
    statutory_on: date
    provisional: bool


def _item(parent: strawberry.Parent[PlanStepView]) -> str:
    return parent.step.item


def _name(parent: strawberry.Parent[PlanStepView]) -> Text:
    return item_name(parent.thing, parent.step.item)


def _department(parent: strawberry.Parent[PlanStepView]) -> str:
    return parent.step.department


def _department_name(parent: strawberry.Parent[PlanStepView], info: Info) -> Text:
    return department_name(parent.step.department, info)


def _wave(parent: strawberry.Parent[PlanStepView]) -> int:
    return parent.step.wave


def _after(parent: strawberry.Parent[PlanStepView]) -> Sequence[str]:
    return parent.step.after


def _alongside(parent: strawberry.Parent[PlanStepView]) -> Sequence[str]:
    return parent.step.alongside


def _after_event(parent: strawberry.Parent[PlanStepView]) -> str | None:
    return parent.step.after_event


def _starts_after(parent: strawberry.Parent[PlanStepView]) -> int:
    return parent.step.starts_after


def _ends_by(parent: strawberry.Parent[PlanStepView]) -> int:
    return parent.step.ends_by


def _critical(parent: strawberry.Parent[PlanStepView]) -> bool:
    return parent.step.critical


@strawberry.type(name="PlanStep", description="One item in the plan.")
class PlanStepType:
    """Source: PlanStepView."""

    item: strawberry.ID = computed(_item, "The item.")
    name: TextType = computed(_name, "Its name.")
    department: strawberry.ID = computed(_department, "Who decides it.")
    department_name: TextType = computed(_department_name, "The name of that department.")
    wave: int = computed(_wave, "The wave in which it runs; 1 is the first.")
    after: list[strawberry.ID] = computed(_after, "The items it waits for.", size=3)
    alongside: list[strawberry.ID] = computed(_alongside, "The items beside it.", size=3)
    after_event: str | None = computed(_after_event, "An outside event it waits for.")
    starts_after: int = computed(_starts_after, "Working days before it starts.")
    ends_by: int = computed(_ends_by, "Working days by which it ends.")
    critical: bool = computed(_critical, "Whether a day lost here is lost for all.")


def _steps(parent: strawberry.Parent[PlanView]) -> Sequence[PlanStepView]:
    return [PlanStepView(step=step, thing=parent.thing) for step in parent.plan.steps]


def _waves(parent: strawberry.Parent[PlanView]) -> Sequence[Sequence[str]]:
    return parent.plan.waves


def _critical_path(parent: strawberry.Parent[PlanView]) -> Sequence[str]:
    return parent.plan.critical_path


def _promised_days(parent: strawberry.Parent[PlanView]) -> int:
    return parent.plan.promised_days


def _counted_days(parent: strawberry.Parent[PlanView]) -> int:
    return parent.plan.counted_days


def _serial_days(parent: strawberry.Parent[PlanView]) -> int:
    return parent.plan.statutory_serial_days


def _notice_days(parent: strawberry.Parent[PlanView]) -> int:
    return parent.plan.notice_calendar_days


def _issue_days(parent: strawberry.Parent[PlanView]) -> int:
    return parent.plan.issue_days


@strawberry.type(name="Plan", description="What runs when; days are working days.")
class PlanType:
    """Source: PlanView."""

    steps: list[PlanStepType] = computed(_steps, "All steps, first to last.", size=8)
    waves: list[list[strawberry.ID]] = computed(_waves, "What runs side by side.", size=5)
    critical_path: list[strawberry.ID] = computed(
        _critical_path, "The chain of items that takes longest.", size=5
    )
    promised_days: int = computed(_promised_days, "Until everything is issued.")
    counted_days: int = computed(_counted_days, "The same without steps whose clock is stopped.")
    statutory_serial_days: int = computed(
        _serial_days, "One item after another, as the law allows."
    )
    notice_calendar_days: int = computed(
        _notice_days, "Calendar days of public notices beside the working days."
    )
    issue_days: int = computed(_issue_days, "Of these, for issuing the certificates.")


@strawberry.type(name="Deadline", description="When one item is due.")
class DeadlineType:
    """Source: Deadline."""

    item: strawberry.ID = plain("The item.")
    name: TextType = plain("Its name.")
    promised_on: date = plain("The day it is promised by.")
    statutory_on: date = plain("The day the law would allow, from the same start.")
    provisional: bool = plain("True while a year's holidays are not announced yet.")


def plan_of(
    parent: strawberry.Parent[OneThing],
    variant: VariantArgument = None,
    answers: AnswersArgument = None,
    district: DistrictArgument = None,
) -> PlanView:
    chosen = choice(parent, variant, answers)
    return PlanView(plan=plan_items(parent, chosen.items, district=district), thing=parent)


def deadlines_of(
    parent: strawberry.Parent[OneThing],
    info: Info,
    submitted_on: Annotated[
        date | None, strawberry.argument(description="The day of acceptance; absent: today.")
    ] = None,
    variant: VariantArgument = None,
    answers: AnswersArgument = None,
    district: DistrictArgument = None,
) -> Sequence[Deadline]:
    chosen = choice(parent, variant, answers)
    start = submitted_on or local_day(info.context.now)
    made = plan_items(parent, chosen.items, district=district)
    return [_deadline(parent, step, start, info.context.calendar) for step in made.steps]


def _deadline(thing: OneThing, step: PlanStep, start: date, calendar: WorkingCalendar) -> Deadline:
    item = thing.item(step.item)
    promised = calendar.add_working_days(start, step.ends_by)
    statutory = calendar.add_working_days(start, step.starts_after + item.statutory_days)
    return Deadline(
        item=step.item,
        name=item.name,
        promised_on=promised,
        statutory_on=statutory,
        provisional=calendar.provisional(start, max(promised, statutory)),
    )
