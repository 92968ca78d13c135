"""应急管理(消防): fire inspection before opening. Blind to repeats; progress by polling with ETag.

10 收件 received · 20 受理 accepted · 30 现场检查 inspection (day 6) · 31 检查合格 passed (day 7)
40 补正 supplement · 50 合格 granted (day 10) · 60 不合格 refused · 90 撤回 withdrawn
"""

import hmac
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from mocks.core.clock import at_hour
from mocks.core.contract import Contract, Fault
from mocks.core.credentials import FIRE_TOKEN
from mocks.core.direct import Direct
from mocks.core.filed import (
    DeskError,
    Filed,
    Paper,
    Status,
    Step,
    UnknownNumber,
    decided_within,
)
from mocks.core.kit import Kit
from mocks.core.question import Question
from mocks.core.rest import Call, Manners, application, json_reply

SERVICES = (
    decided_within(
        10,
        Step(status=Status.INSPECTION, working_days=6),
        Step(status=Status.INSPECTION_PASSED, working_days=7),
        id="fire_safety_inspection",
        name="公众聚集场所投入使用、营业前消防安全检查",
        paper=Paper(
            name="公众聚集场所投入使用、营业前消防安全检查合格证",
            number="沪消安检字〔{day:%Y}〕{seq:06d}号",
            type_code="11100000MB03271699" + "022",
            issuer="11310000MB2F30462P",
        ),
    ),
)
NUMBER = "XF{day:%Y%m%d}{seq:06d}"

STATUS = {
    Status.RECEIVED: 10,
    Status.ACCEPTED: 20,
    Status.INSPECTION: 30,
    Status.INSPECTION_PASSED: 31,
    Status.SUPPLEMENT: 40,
    Status.GRANTED: 50,
    Status.REFUSED: 60,
    Status.WITHDRAWN: 90,
}
REASONS = ("1", "2")


def error(status: int, code: int, text: str) -> Response:
    """The department's error."""
    return json_reply({"errorCode": code, "errorMsg": text}, status)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _midnight(day: date) -> int:
    return _ms(at_hour(day, 0))


class _Manners(Manners):
    def stranger(self, question: Question, operation: str) -> Response | None:
        shown = question.header(b"authorization") or ""
        if hmac.compare_digest(shown.encode(), f"Bearer {FIRE_TOKEN}".encode()):
            return None
        return error(401, 40101, "令牌无效")

    def invalid(self, operation: str, faults: Sequence[Fault]) -> Response:
        return error(400, 40001, f"参数错误: {faults[0].pointer or '/'} {faults[0].message}"[:200])

    def untaken(self, operation: str, why: str) -> Response:
        return error(415, 41501, f"媒体类型不支持: {why}"[:200])

    def busy(self) -> Response:
        return error(503, 50301, "系统繁忙,请求未处理")

    def unwilling(self, reason: DeskError) -> Response:
        if isinstance(reason, UnknownNumber):
            return error(404, 40401, "申报不存在")
        return error(409, 40901, "当前状态不允许该操作")


def _info(filed: Filed) -> dict[str, Any]:
    info: dict[str, Any] = {
        "id": filed.number,
        "statusCode": STATUS[filed.status],
        "statusTime": _ms(filed.status_at),
        "receiveTime": _ms(filed.received_at),
        "remark": filed.reference,
        "opinion": filed.note,
        "supplementTimes": len(filed.supplements),
    }
    if filed.status is Status.REFUSED:
        info["rejectReason"] = int(filed.reason or REASONS[0])
    if (paper := filed.certificate) is not None:
        info["certificate"] = {
            "certNo": paper.number,
            "certName": paper.name,
            "eLicenceId": paper.licence_id,
            "issueDate": _midnight(paper.issued_on),
        }
    return info


def _tagged(question: Question, info: dict[str, Any]) -> Response:
    tag = f'"{sha256(repr(info).encode()).hexdigest()[:16]}"'
    if question.header(b"if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return json_reply(info, headers={"ETag": tag})


def build(kit: Kit) -> Direct:
    """The fire department's web application."""
    desk = kit.desk

    def create(call: Call) -> Response:
        if kit.city.company_by_uscc(call.body["creditCode"]) is None:
            return error(422, 42201, "不予受理:统一社会信用代码不存在")
        filed = desk.receive(call.body["remark"], "fire_safety_inspection", call.body)
        return json_reply({"id": filed.number, "receiveTime": _ms(filed.received_at)}, 201)

    def get(call: Call) -> Response:
        return _tagged(call.question, _info(desk.by_number(call.path("id"))))

    def supplement(call: Call) -> Response:
        # a repeat under the same remark is told apart by nothing: the counter sees two
        filed = desk.supplement(call.path("id"), "", {"supplement": call.body})
        return json_reply(_info(filed))

    def revoke(call: Call) -> Response:
        if desk.by_number(call.path("id")).status is Status.WITHDRAWN:
            return error(409, 40902, "申报已撤回")
        filed = desk.withdraw(call.path("id"), call.body["remark"], call.body["reason"])
        return json_reply(_info(filed))

    handlers = {
        "createDeclaration": create,
        "getDeclaration": get,
        "supplementDeclaration": supplement,
        "revokeDeclaration": revoke,
    }
    return application(kit, Contract.of(kit.contract_dir), _Manners(), handlers)
