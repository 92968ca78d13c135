"""What a clerk does about a wait, in words: one sentence for every reason anybody waits."""

from collections.abc import Mapping

from schema.domain.case import Command, Verb
from schema.domain.delivery_rule import rule_for
from schema.domain.department import Repeats
from schema.domain.problem import ProblemCode
from schema.domain.text import Text
from schema.domain.waits import Wait, WaitOn, WaitReason
from schema.graph.ports import Departments

_OURSELVES = Text(zh="本系统", en="this service")
_CLARIFY: Mapping[Verb, tuple[str, str]] = {
    Verb.FILE: (
        "请向{zh}核实是否收到流水号 {reference}：已收到则登记其收件号，"
        "未收到则登记未收到，随后重新报送。",
        "Ask {en} whether it has received {reference}: resolve it with the department's number, "
        "or as not received, and it is filed anew.",
    ),
    Verb.SUPPLEMENT: (
        "请向{zh}核实收件号 {receipt} 的补正是否收到：已收到则以该号登记，"
        "未收到则登记未收到，随后重新送达。",
        "Ask {en} whether the supplement to {receipt} has arrived: resolve it with that number, "
        "or as not received, and it is delivered anew.",
    ),
    Verb.WITHDRAW: (
        "请向{zh}核实收件号 {receipt} 是否已撤回：已撤回则以该号登记，"
        "未撤回则登记未收到，随后再次撤回。",
        "Ask {en} whether {receipt} has been taken back: resolve it with that number, or as not "
        "received, and taking it back is tried anew.",
    ),
}
_DOUBTED: Mapping[Verb, tuple[str, str]] = {
    Verb.FILE: (
        "{zh}曾答复不予受理流水号 {reference}，但仍可能已收下。请核实：已收到则登记其收件号，"
        "未收到则登记未收到，即按不予受理办结，不再报送。",
        "{en} refused {reference}, and may have it all the same. Ask: resolve it with the "
        "department's number, or as not received: it then counts as refused, and nothing is sent "
        "again.",
    ),
    Verb.SUPPLEMENT: (
        "{zh}曾答复不接收收件号 {receipt} 的补正，但仍可能已收下。请核实：已收到则以该号登记，"
        "未收到则登记未收到，即按未接收处理，不再送达，由申请人重新补正。",
        "{en} refused the supplement to {receipt}, and may have it all the same. Ask: resolve it "
        "with that number, or as not received: it then counts as refused, nothing is sent again, "
        "and the applicant supplements anew.",
    ),
    Verb.WITHDRAW: (
        "{zh}曾答复不予撤回收件号 {receipt}，但仍可能已撤回。请核实：已撤回则以该号登记，"
        "未撤回则登记未收到，即以部门决定为准，不再撤回。",
        "{en} would not give {receipt} back, and may have done so all the same. Ask: resolve it "
        "with that number, or as not received: the decision then stands, and nothing is sent "
        "again.",
    ),
}
_MISSING = (
    "{zh}曾给出收件号 {receipt}，现查无此件。请核实：仍在则登记其收件号，"
    "确无则登记未收到，随后重新报送。",
    "{en} gave the number {receipt} and cannot find it. Ask: resolve it with the number it has, "
    "or as not received, and it is filed anew.",
)
_RETRY_FIRST = (
    "也可先重试，由系统再次核对。",
    "Or retry first: this service then looks again by itself.",
)
_OUR_TURN = (
    "无需操作，系统自动办理。若{zh}的系统曾中断且已恢复，可立即重试。",
    "Nothing: it goes on by itself. When {en} was down and is back, a retry makes it go on now.",
)
_OUR_TURN_LATE = (
    "已超过应办日期：请确认{zh}的系统是否可用，恢复后重试。",
    "It takes too long: see whether the system of {en} works, then retry.",
)
_THEIR_TURN = (
    "{due} 前无需操作；其后仍无结果，请向{zh}询问 {receipt}。",
    "Nothing until {due}; after that ask {en} about {receipt}.",
)
_THEIR_TURN_LATE = (
    "已超过 {due}：请向{zh}催办 {receipt}。",
    "Due on {due}, which has passed: ask {en} about {receipt}.",
)
_APPLICANT: Mapping[WaitReason, tuple[str, str]] = {
    WaitReason.REPORT: (
        "请联系申请人：事件发生后由其报告。",
        "Ask the applicant: they report it once it has happened.",
    ),
    WaitReason.OBJECTION: (
        "请联系申请人：异议解决后由其报告。",
        "Ask the applicant: they report it once the objection is settled.",
    ),
    WaitReason.SUPPLEMENT: (
        "请提醒申请人在 {due} 前补正。",
        "Remind the applicant to supplement by {due}.",
    ),
    WaitReason.FOLLOW_UP: (
        "请提醒申请人在 {due} 前补交容缺材料。",
        "Remind the applicant to hand in by {due} what was to follow.",
    ),
}
_ISSUE = (
    "无需操作，{due} 自动统一发证；逾期未发的，请查看尚缺哪一张证照。",
    "Nothing: the certificates are handed over on {due}. When they are not, see which is lacking.",
)


def may_be_retried(
    command: Command | None, department: str | None, departments: Departments
) -> bool:
    """Whether the department can be asked about the command, or be sent the same again."""
    infos = (view.info for view in departments.all())
    info = next((info for info in infos if info.id == department), None)
    if info is None or command is None:
        return False
    return rule_for(info, command.verb).repeats is not Repeats.BLIND


def remedy(
    wait: Wait,
    command: Command | None,
    receipt: str | None,
    department: Text | None,
    *,
    overdue: bool,
    may_retry: bool,
    problem: str | None = None,
) -> Text:
    """What to do now about this wait; `problem` is what its step is troubled by."""
    reference = command.reference if command else "–"
    named = department or _OURSELVES
    words = {
        "zh": named.zh,
        "en": named.en,
        "reference": reference,
        "receipt": receipt or reference,
        "due": wait.due_on.isoformat(),
    }
    doubted = problem == ProblemCode.DEPARTMENT_REFUSAL_DOUBTED
    zh, en = _sentence(wait, command, overdue=overdue, doubted=doubted)
    text = Text(zh=zh.format(**words), en=en.format(**words))
    if wait.on is WaitOn.CLERK and wait.why is not WaitReason.MISSING and may_retry:
        return Text(zh=text.zh + _RETRY_FIRST[0], en=f"{text.en} {_RETRY_FIRST[1]}")
    return text


def _sentence(
    wait: Wait, command: Command | None, *, overdue: bool, doubted: bool
) -> tuple[str, str]:
    if wait.why is WaitReason.MISSING:
        return _MISSING
    if wait.why is WaitReason.ISSUE:
        return _ISSUE
    match wait.on:
        case WaitOn.CLERK:
            clarify = _DOUBTED if doubted else _CLARIFY
            return clarify[command.verb if command else Verb.FILE]
        case WaitOn.APPLICANT:
            return _APPLICANT[wait.why]
        case WaitOn.DEPARTMENT:
            return _THEIR_TURN_LATE if overdue else _THEIR_TURN
        case WaitOn.GATEWAY:
            return _OUR_TURN_LATE if overdue else _OUR_TURN
