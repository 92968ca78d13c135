"""What a case waits for, on whom, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import strawberry

from schema.domain.calendar import local_day
from schema.domain.case import Case
from schema.domain.text import Text
from schema.domain.waits import Wait, WaitOn, WaitReason, command_of, receipt_of, waits
from schema.graph.fields import Info, computed, published
from schema.graph.readings import department_name
from schema.graph.remedies import may_be_retried, remedy
from schema.graph.step_view import item_name
from schema.graph.texts import TextType

WHY: Mapping[WaitReason, Text] = {
    WaitReason.REPORT: Text(zh="等待申请人报告事件", en="the applicant reports what has happened"),
    WaitReason.OBJECTION: Text(zh="等待异议解决", en="the objection is settled"),
    WaitReason.SUPPLEMENT: Text(
        zh="等待申请人补正", en="the applicant adds what the department asked for"
    ),
    WaitReason.FOLLOW_UP: Text(
        zh="等待申请人补交容缺材料", en="the applicant hands in what may follow"
    ),
    WaitReason.FILING: Text(zh="正在报送部门", en="it is delivered to the department"),
    WaitReason.CONFIRMATION: Text(
        zh="正在确认部门是否收到", en="it is confirmed that the department has it"
    ),
    WaitReason.CLARIFICATION: Text(
        zh="窗口人员正向部门核实", en="a clerk hears from the department what happened"
    ),
    WaitReason.MISSING: Text(
        zh="部门查无此件，窗口人员正在核实",
        en="a clerk finds out why the department does not have it",
    ),
    WaitReason.ACCEPTANCE: Text(zh="等待部门受理", en="the department accepts it"),
    WaitReason.DECISION: Text(zh="等待部门决定", en="the department decides"),
    WaitReason.INSPECTION: Text(zh="等待现场核查结束", en="the inspection on site ends"),
    WaitReason.NOTICE: Text(zh="等待公示结束", en="the public notice ends"),
    WaitReason.DELIVERY: Text(
        zh="正在向部门送达补正材料", en="the supplement is delivered to the department"
    ),
    WaitReason.WITHDRAWAL: Text(zh="正在撤回", en="it is taken back"),
    WaitReason.SURPLUS: Text(
        zh="正在撤回重复收件", en="a filing received more than once is taken back"
    ),
    WaitReason.CERTIFICATE: Text(zh="等待部门制证", en="the department issues the certificate"),
    WaitReason.ISSUE: Text(zh="等待统一发证", en="the certificates are handed over"),
}
published(
    WaitOn,
    "Whose turn it is.",
    {
        "APPLICANT": "The applicant.",
        "CLERK": "A clerk, who asks the department.",
        "DEPARTMENT": "The department.",
        "GATEWAY": "This service.",
    },
)
published(
    WaitReason,
    "What is waited for.",
    {reason.name: f"{WHY[reason].en.capitalize()}." for reason in WaitReason},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitView:
    """A wait with the words for its item, and the case it is found in."""

    wait: Wait
    name: Text | None
    case: Case


def waits_of(case: Case, info: Info) -> Sequence[WaitView]:
    """What the case waits for, most urgent first; nothing where its one thing is gone."""
    thing = info.context.catalogue.find(case.one_thing, case.version)
    if thing is None:
        return []
    return [
        WaitView(wait=wait, name=item_name(thing, wait.item) if wait.item else None, case=case)
        for wait in waits(case, thing, info.context.calendar)
    ]


def _item(parent: strawberry.Parent[WaitView]) -> str | None:
    return parent.wait.item


def _name(parent: strawberry.Parent[WaitView]) -> Text | None:
    return parent.name


def _on(parent: strawberry.Parent[WaitView]) -> WaitOn:
    return parent.wait.on


def _why(parent: strawberry.Parent[WaitView]) -> WaitReason:
    return parent.wait.why


def _text(parent: strawberry.Parent[WaitView]) -> Text:
    return WHY[parent.wait.why]


def _since(parent: strawberry.Parent[WaitView]) -> datetime:
    return parent.wait.since


def _due_on(parent: strawberry.Parent[WaitView]) -> date:
    return parent.wait.due_on


def _reference(parent: strawberry.Parent[WaitView], info: Info) -> str | None:
    command = command_of(parent.wait, parent.case)
    return command.reference if command and "clerk" in info.context.viewer.roles else None


def _remedy(parent: strawberry.Parent[WaitView], info: Info) -> Text | None:
    if "clerk" not in info.context.viewer.roles:
        return None
    wait, command = parent.wait, command_of(parent.wait, parent.case)
    step = parent.case.step(wait.item) if wait.item else None
    department = step.department if step else None
    return remedy(
        wait,
        command,
        receipt_of(wait, parent.case),
        department_name(department, info) if department else None,
        overdue=wait.due_on < local_day(info.context.now),
        may_retry=may_be_retried(command, department, info.context.departments),
        problem=step.problem if step else None,
    )


@strawberry.type(name="Wait", description="One thing that somebody has to do next.")
class WaitType:
    """Source: `schema.graph.waits.WaitView`."""

    item: strawberry.ID | None = computed(_item, "The item it concerns; absent: the whole case.")
    name: TextType | None = computed(_name, "The item's name.")
    on: WaitOn = computed(_on, "Whose turn it is.")
    why: WaitReason = computed(_why, "What is waited for.")
    text: TextType = computed(_text, "The same in words.")
    since: datetime = computed(_since, "Since when.")
    due_on: date = computed(_due_on, "The day after which somebody should ask.")
    reference: str | None = computed(
        _reference, "The command it is about, as a clerk resolves or retries it; for clerks only."
    )
    remedy: TextType | None = computed(_remedy, "What to do now; for clerks only.")
