"""The keys of calls: what every call takes, and what each kind of call gives."""

from collections.abc import Mapping

from adapters.manifest.key import Key, Type, line, number, table, text
from adapters.manifest.model import VERBS
from adapters.outcome import Meaning

LABEL = (
    text("zh", "中文", "Chinese", required=True),
    text("en", "英文", "English", required=True),
)


def fault_keys(zh: str, en: str) -> Key:
    """A table of the department's codes and their meanings."""
    code = text("<code>", "部门代码的含义", "what this code means", allowed=tuple(Meaning))
    return table("faults", zh, en, code)


OUTCOME = (
    line("code", "结果代码的路径", "path of the result code in a normal reply"),
    Key(
        name="success",
        type=Type.WORDS,
        zh="表示成功的代码",
        en="the codes that mean success",
    ),
    line("text", "部门说明的路径", "path of the department's own sentence"),
    text(
        "fault_code",
        "故障代码的路径",
        "SOAP: path below <Fault>; REST: path in the body of a 4xx/5xx",
    ),
    text("fault_text", "故障说明的路径", "path of the fault's sentence"),
)
_INNER = table(
    "inner",
    "应答字符串内的 XML 文档",
    "the answer is an XML document inside a string of the reply",
    text("at", "该字符串的路径", "path of the string", required=True),
    text("root", "文档根元素", '"contract/inner.xsd#Element"', required=True),
    text("error", "表示失败的另一根元素", "another root of that XSD, which means failure"),
    protocol="soap",
)
_CERTIFICATE = (
    line("number", "证照编号", "its number", merged=True),
    line("name", "证照名称", "its name", merged=True),
    line("issued_on", "发证日期", "date of issue", merged=True),
    line("licence_id", "电子证照标识", "id of the electronic licence"),
    line("valid_until", "有效期至", "last day it holds"),
)
_STANDING = (
    line("status", "状态（经代码表）", "where it stands, through a code table", merged=True),
    line("at", "状态时间", "since when", merged=True),
    line("reference", "我方流水号", "our reference"),
    line("note", "部门意见", "the department's remark"),
    line("refusal_code", "不予许可原因代码", "why it was refused"),
    table("certificate", "证照", "what was issued", *_CERTIFICATE),
)
_RECEIPT = (
    line("number", "受理编号", "the department's number", merged=True),
    line("received_at", "收件时间", "when it was received", merged=True),
    line(
        "reference", "我方流水号", "our reference, where the answer repeats it; another is refused"
    ),
)
_DONE = (
    line("receipt", "受理编号", "whose filing it is, where the answer says it; another is refused"),
    line(
        "reference",
        "我方流水号",
        "what we sent as `reference`, where the answer repeats it; another is refused",
    ),
)
_WHOSE = line("receipt", "受理编号", "whose status it is (needed with `batch`)")
_TOLD = line("receipt", "受理编号", "whose status it is", merged=True)

REPLIES: Mapping[str, tuple[Key, ...]] = {
    "file": _RECEIPT,
    "find_filing": _RECEIPT,
    "supplement": _DONE,
    "withdraw": _DONE,
    "find_supplement": (
        line("found", "是否已收到", "whether it arrived (true/false)"),
        line("reference", "我方流水号", "with `each`: found when a row has ours"),
    ),
    "progress": (*_STANDING, _WHOSE),
    "certificate": (
        *_CERTIFICATE,
        line("receipt", "受理编号", "whose it is, where the answer says it; another is refused"),
    ),
    "verification": (
        line("matches", "是否一致", "whether the claims match", merged=True),
        line("reason", "原因", "why not"),
    ),
    "feed": (
        *_STANDING,
        _TOLD,
        line("cursor", "下一页游标", "where the next page starts; no leading dot", merged=True),
        line("more", "是否还有", "whether there is more already"),
    ),
    "callback": (*_STANDING, _TOLD),
}
ANY_REPLY = line("<field>", "字段取值", "where the field of this name comes from")


def call_keys(kind: str, *more: Key, operation: bool = False) -> tuple[Key, ...]:
    """The keys of one kind of call; `operation`: it must stand in this very table."""
    reply = REPLIES.get(kind, (ANY_REPLY,))
    return (
        text(
            "operation",
            "合同中的操作名",
            'SOAP: the operation\'s name; REST: the operationId, or "POST /path"',
            required=operation,
            merged=not operation,
        ),
        Key(name="request", type=Type.TREE, zh="请求报文", en="the message to send, section 2"),
        table("reply", "取应答中的什么", "what to take from the answer, section 3", *reply),
        line("each", "重复部分的路径", "path of the repeated part of the answer"),
        _INNER,
        table("outcome", "本调用的结果规则", "overrides `[outcome]` for this call", *OUTCOME),
        table("each_outcome", "逐行的结果规则", "the same per row of `each`", *OUTCOME[:3]),
        fault_keys("本调用的代码含义", "extends `[faults]` for this call"),
        Key(
            name="conditional",
            type=Type.FLAG,
            zh="带 ETag 条件请求",
            en="remember the ETag and send If-None-Match; 304 means as before",
            protocol="rest",
        ),
        *more,
    )


BATCH = number("batch", "一次最多几个", "how many at once; default 1", type=Type.WHOLE, least=1)


def verb_keys() -> tuple[Key, ...]:
    """A table of keys for every verb."""
    return tuple(
        table(verb, f"动作 {verb}", f"the call `{verb}`", *call_keys(verb, *_batch(verb)))
        for verb in VERBS
    )


def _batch(verb: str) -> tuple[Key, ...]:
    return (BATCH,) if verb == "progress" else ()
