"""What a department's failure means to people: a table; nothing of its inside gets out."""

from collections.abc import Mapping
from datetime import datetime

from adapters.errors import AdapterError
from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text

_TEXTS: Mapping[ProblemCode, tuple[str, str]] = {
    ProblemCode.DEPARTMENT_UNREACHABLE: (
        "暂时连接不上{zh}的系统，请稍后再试。",
        "The system of {en} cannot be reached at the moment; please try again later.",
    ),
    ProblemCode.DEPARTMENT_TIMEOUT: (
        "{zh}的系统未在规定时间内答复，请稍后再试。",
        "The system of {en} did not answer in time; please try again later.",
    ),
    ProblemCode.DEPARTMENT_BUSY: (
        "{zh}的系统繁忙，请稍后再试。",
        "The system of {en} is busy; please try again later.",
    ),
    ProblemCode.DEPARTMENT_FAULT: (
        "{zh}的系统报错，已记录。",
        "The system of {en} reported an error; it has been noted.",
    ),
    ProblemCode.DEPARTMENT_BROKE_CONTRACT: (
        "{zh}的系统答复不符合约定，未予采用，已记录待查。",
        "The answer of {en} is not what was agreed and was not used; why is on record.",
    ),
    ProblemCode.DEPARTMENT_MISCONFIGURED: (
        "与{zh}的连接需要我方处理，已记录待运维人员处理。",
        "The connection to {en} needs our attention; it is on record for our operators.",
    ),
    ProblemCode.OUT_OF_TIME: (
        "本次查询的时间已用完，未及向{zh}查询，请稍后再试。",
        "The time for this answer was over before {en} was asked; please try again.",
    ),
}


def problem(error: AdapterError, department: Text, retry_at: datetime | None = None) -> Problem:
    """The problem a citizen may read; a code without its own words is a fault."""
    code = error.code if error.code in _TEXTS else ProblemCode.DEPARTMENT_FAULT
    zh, en = _TEXTS[code]
    text = Text(zh=zh.format(zh=department.zh), en=en.format(en=department.en))
    return Problem(code=code, text=text, retry_at=retry_at)
