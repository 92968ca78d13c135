"""Why a request changed nothing, in two languages."""

from gateway.cases.tables import RECEIPT_SIZE
from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text
from schema.graph.ports import Rejected

ABSENT = Problem(
    code=ProblemCode.NOT_ALLOWED_OR_ABSENT,
    text=Text(zh="没有找到，或无权办理。", en="There is no such thing, or it is not yours."),
)
UNKNOWN_ONE_THING = Problem(
    code=ProblemCode.UNKNOWN_ONE_THING,
    text=Text(zh="没有这件事。", en="This service is not on offer."),
    path=("oneThing",),
)
OTHERS_ENTERPRISE = Problem(
    code=ProblemCode.MISMATCH,
    text=Text(
        zh="统一社会信用代码与登录企业不一致，只能为本企业办理。",
        en="This is not the enterprise you are logged in for; apply for your own.",
    ),
    path=("uscc",),
)
UNREADABLE_RECEIPT = Problem(
    code=ProblemCode.BAD_FORMAT,
    text=Text(
        zh="请填写部门的收件号；部门未收到时请不填（null）。",
        en="Give the department's number; leave it out (null) when nothing was received.",
    ),
    path=("receipt",),
)
RECEIPT_TOO_LONG = Problem(
    code=ProblemCode.OUT_OF_RANGE,
    text=Text(
        zh=f"收件号不能超过{RECEIPT_SIZE}个字符。",
        en=f"A department's number has at most {RECEIPT_SIZE} characters.",
    ),
    path=("receipt",),
)
RECEIPT_TAKEN = Problem(
    code=ProblemCode.CONFLICT,
    text=Text(
        zh="该收件号属于该部门的另一件报送，请再向部门核实。",
        en="This number belongs to another filing at this department; ask the department again.",
    ),
    path=("receipt",),
)
TOO_MUCH = Problem(
    code=ProblemCode.OUT_OF_RANGE,
    text=Text(zh="草稿内容过大。", en="The draft holds too much."),
    path=("answers",),
)
CONFLICT = Problem(
    code=ProblemCode.CONFLICT,
    text=Text(
        zh="该请求编号已用于另一内容，或该申请已经提交。",
        en="This request id was used for something else, or the application is submitted already.",
    ),
)


class Undone(Exception):
    """Rolls the transaction back and carries the answer out."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__("nothing changed")
        self.rejected = rejected


def rejected(*problems: Problem, case: str | None = None) -> Rejected:
    """A mutation that changed nothing."""
    return Rejected(problems=problems, case=case)


def wrong_state(zh: str, en: str, *path: str) -> Rejected:
    """What the state of the case does not allow now."""
    text = Text(zh=zh, en=en)
    return rejected(Problem(code=ProblemCode.WRONG_STATE, text=text, path=path))


def unwritable(*path: str) -> Problem:
    """A text with characters no department's message can carry."""
    text = Text(zh="含有无法书写的控制字符。", en="It contains control characters.")
    return Problem(code=ProblemCode.BAD_FORMAT, text=text, path=path)


def missing_material(code: str, name: Text) -> Problem:
    """A material nobody but the applicant can bring."""
    text = Text(zh=f"请上传{name.zh}", en=f"{name.en} is missing")
    return Problem(code=ProblemCode.MATERIAL_MISSING, text=text, path=("materials", code))


def unknown_material(code: str) -> Problem:
    """A code this application does not ask for, or a document that was never uploaded."""
    text = Text(
        zh=f"材料{code}不需要或尚未上传", en=f"Material {code} is not asked for or not here"
    )
    return Problem(code=ProblemCode.MATERIAL_UNKNOWN, text=text, path=("materials", code))


def missing_pledge(code: str, name: Text) -> Problem:
    """A document that was neither brought nor pledged for."""
    text = Text(
        zh=f"请作出承诺或上传：{name.zh}",
        en=f"Make the pledge in place of “{name.en}”, or upload it",
    )
    return Problem(code=ProblemCode.PLEDGE_MISSING, text=text, path=("pledges", code))


def unknown_pledge(code: str) -> Problem:
    """A promise this application does not ask for."""
    text = Text(zh=f"本申请没有承诺事项{code}", en=f"No pledge {code} is asked for here")
    return Problem(code=ProblemCode.PLEDGE_UNKNOWN, text=text, path=("pledges", code))


def not_deferrable(code: str) -> Problem:
    """A material that may not follow, or is not asked for."""
    text = Text(zh=f"材料{code}不可容缺后补", en=f"Material {code} cannot follow later")
    return Problem(code=ProblemCode.NOT_A_CHOICE, text=text, path=("deferred", code))


def mismatch(code: str, name: Text) -> Problem:
    """A verification that was answered with no."""
    text = Text(zh=f"{name.zh}：核验不一致", en=f"{name.en}: the authority's data differ")
    return Problem(code=ProblemCode.MISMATCH, text=text, path=("materials", code))


def unavailable(code: ProblemCode, name: Text) -> Problem:
    """A verification that was not answered: not a mismatch, and no obstacle."""
    text = Text(
        zh=f"{name.zh}：暂时无法核验，由部门在审查时核实",
        en=f"{name.en}: cannot be verified just now; the department checks it later",
    )
    return Problem(code=code, text=text)
