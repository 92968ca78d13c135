"""What happened to a case, and what stands in its way, in words for people."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from schema.domain.case import Event, EventKind
from schema.domain.filing import ItemStatus
from schema.domain.problem import ProblemCode
from schema.domain.text import Text

_TROUBLE: Mapping[str, tuple[str, str]] = {
    ProblemCode.DEPARTMENT_UNREACHABLE: (
        "暂时连接不上{zh}的系统，稍后自动重新报送。",
        "The system of {en} cannot be reached; it will be sent again automatically.",
    ),
    ProblemCode.DEPARTMENT_TIMEOUT: (
        "{zh}的系统未及时答复，正在确认是否已收到。",
        "The system of {en} did not answer in time; whether it arrived is being confirmed.",
    ),
    ProblemCode.DEPARTMENT_BUSY: (
        "{zh}的系统繁忙，稍后自动重新报送。",
        "The system of {en} is busy; it will be sent again automatically.",
    ),
    ProblemCode.DEPARTMENT_FAULT: (
        "{zh}的系统报错，正在核实。",
        "The system of {en} reported an error; this is being looked into.",
    ),
    ProblemCode.DEPARTMENT_BROKE_CONTRACT: (
        "{zh}的系统答复不符合约定，正在核实。",
        "The answer of {en} is not what was agreed; this is being looked into.",
    ),
    ProblemCode.DEPARTMENT_MISCONFIGURED: (
        "与{zh}的连接需要我方处理，已记录待运维人员处理。",
        "The connection to {en} needs our attention; it is on record for our operators.",
    ),
    ProblemCode.DEPARTMENT_REFUSAL_DOUBTED: (
        "{zh}答复不予受理，但仍可能已收下，正在核实。",
        "{en} refused it, and may have it all the same; this is being looked into.",
    ),
    ProblemCode.DEPARTMENT_RECEIPT_TAKEN: (
        "该收件号属于{zh}的另一件申报，正在核实本申报的收件号。",
        "The number is that of another filing at {en}; the number of this one is being found out.",
    ),
}
_OTHER_TROUBLE = (
    "向{zh}报送时遇到问题，正在核实。",
    "There is a problem with {en}; this is being looked into.",
)

_STATUS: Mapping[ItemStatus, tuple[str, str]] = {
    ItemStatus.RECEIVED: ("已收件", "was registered by the department"),
    ItemStatus.ACCEPTED: ("已受理", "was accepted"),
    ItemStatus.CONDITIONALLY_ACCEPTED: ("已容缺受理", "was accepted, something may follow later"),
    ItemStatus.SUPPLEMENT_REQUESTED: ("需要补正", "needs a supplement"),
    ItemStatus.INSPECTION: ("进入现场核查", "is being inspected on site"),
    ItemStatus.NOTICE: ("正在公示", "is being publicly announced"),
    ItemStatus.GRANTED: ("已准予", "was granted"),
    ItemStatus.REFUSED: ("不予许可", "was refused"),
    ItemStatus.WITHDRAWN: ("已撤回", "was taken back"),
}

OUTSIDE: Mapping[str, Text] = {
    "construction_finished": Text(zh="施工完成", en="the construction work is finished"),
    "objection_raised": Text(zh="收到异议", en="an objection was raised"),
    "objection_settled": Text(zh="异议已解决", en="the objection is settled"),
}

_EVENT: Mapping[EventKind, tuple[str, str]] = {
    EventKind.SUBMITTED: ("申请已提交", "The application was submitted"),
    EventKind.FILING_NOT_SENT: (
        "“{zh}”暂未送达，将自动重新报送",
        "{en}: not delivered yet, it will be sent again",
    ),
    EventKind.FILING_UNKNOWN: (
        "“{zh}”已发出，正在确认部门是否收到",
        "{en}: sent, whether it arrived is being confirmed",
    ),
    EventKind.FILING_PARKED: (
        "“{zh}”由窗口人员向部门核实",
        "{en}: a clerk is asking the department",
    ),
    EventKind.FILING_RESOLVED: (
        "窗口人员已核实“{zh}”的报送情况",
        "{en}: a clerk has clarified what happened",
    ),
    EventKind.FILING_RETRIED: (
        "窗口人员已要求重新办理“{zh}”的报送",
        "{en}: a clerk had it tried again",
    ),
    EventKind.FILED: ("“{zh}”部门已收到", "{en}: the department has received it"),
    EventKind.FILING_REFUSED: ("“{zh}”部门不予接收", "{en}: the department would not take it"),
    EventKind.PROGRESSED: ("“{zh}”状态更新", "{en}: a new status"),
    EventKind.SUPPLEMENT_SENT: ("“{zh}”已提交补正", "{en}: a supplement was sent"),
    EventKind.SUPPLEMENT_DELIVERED: (
        "“{zh}”部门已收到补正",
        "{en}: the department has the supplement",
    ),
    EventKind.SUPPLEMENT_REFUSED: (
        "“{zh}”部门未接收补正，请重新补正",
        "{en}: the department did not take the supplement; please supplement again",
    ),
    EventKind.WITHDRAWAL_REQUESTED: ("已申请撤回", "Taking the case back was asked for"),
    EventKind.WITHDRAWAL_REFUSED: (
        "“{zh}”已无法撤回，以部门决定为准",
        "{en}: too late to take back, the decision stands",
    ),
    EventKind.WITHDRAWN: ("“{zh}”已撤回", "{en}: taken back"),
    EventKind.DUPLICATE_FOUND: (
        "“{zh}”部门存在重复收件，正在核实",
        "{en}: the department holds it more than once; this is being looked into",
    ),
    EventKind.SURPLUS_WITHDRAWN: (
        "“{zh}”的重复收件已撤回，保留一份",
        "{en}: the surplus filing was taken back, one remains",
    ),
    EventKind.SURPLUS_KEPT: (
        "“{zh}”的重复收件部门未予撤回",
        "{en}: the department would not give back a surplus filing",
    ),
    EventKind.FILING_MISSING: (
        "“{zh}”部门查无此件，由窗口人员核实",
        "{en}: the department cannot find it, a clerk is asking",
    ),
    EventKind.DEEMED_ACCEPTED: (
        "“{zh}”逾期未告知补正，自收到之日起视为受理",
        "{en}: nothing was asked for in time, accepted by law from the day it was received",
    ),
    EventKind.LAPSED: (
        "“{zh}”逾期未补正，视为撤回",
        "{en}: the supplement never came, it is taken back",
    ),
    EventKind.REPORTED: ("申请人已报告外部事件", "The applicant reported an outside event"),
    EventKind.DEADLINE_NEAR: ("“{zh}”办理期限临近", "{en}: the due date is near"),
    EventKind.DEADLINE_PASSED: ("“{zh}”已超过办理期限", "{en}: the due date has passed"),
    EventKind.ISSUED: ("证照已全部发放", "All certificates were issued"),
}


_UNASKED = ("“{zh}”已办结，无需再核实", "{en}: it is settled, nothing needs clarifying any more")


class Actor(StrEnum):
    """Who made something happen; never by name."""

    APPLICANT = "applicant"
    CLERK = "clerk"
    DEPARTMENT = "department"
    GATEWAY = "gateway"


def actor_of(event: Event) -> Actor:
    """The role behind an event; the gateway where it is none of the others."""
    role = event.actor.partition(":")[0]
    return Actor(role) if role in {actor.value for actor in Actor} else Actor.GATEWAY


def happened_at(event: Event) -> datetime:
    """When it happened, by the clock of whoever did it; of a filing its department says when."""
    told = event.data.get("received_at") if event.kind is EventKind.FILED else None
    return datetime.fromisoformat(told) if told else event.at


def known_code(code: str | None) -> ProblemCode | None:
    """The problem of this code; None for a department's own fault code."""
    return ProblemCode(code) if code and code in ProblemCode.__members__ else None


def trouble_text(code: str, department: Text) -> Text:
    """A delivery trouble as its applicant should read it."""
    zh, en = _TROUBLE.get(code, _OTHER_TROUBLE)
    return Text(zh=zh.format(zh=department.zh), en=en.format(en=department.en))


def event_text(event: Event, item: Text | None) -> Text:
    """An event as a sentence; a status is told by its own words."""
    name = item or Text(zh="本办件", en="The case")
    status = _status_of(event)
    if event.kind is EventKind.PROGRESSED and status is not None:
        zh, en = _STATUS[status]
        return Text(zh=f"“{name.zh}”{zh}", en=f"{name.en} {en}")
    outside = OUTSIDE.get(str(event.data.get("event")))
    if event.kind is EventKind.REPORTED and outside is not None:
        return Text(zh=f"申请人已报告：{outside.zh}", en=f"The applicant reported: {outside.en}")
    zh, en = _UNASKED if event.data.get("overtaken") else _EVENT[event.kind]
    return Text(zh=zh.format(zh=name.zh), en=en.format(en=name.en))


def _status_of(event: Event) -> ItemStatus | None:
    status = event.data.get("status")
    return next((known for known in ItemStatus if known.value == status), None)
