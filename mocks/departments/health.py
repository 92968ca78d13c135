"""卫健: how many of a shop's staff hold a health certificate. Slow: it asks every district in turn.

code 00 found · 96 nothing known · 95 stranger (HTTP 401) · 97 missing · 98 malformed · 99 failed
"""

import re
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from mocks.core.city import City
from mocks.core.contract import Contract, Fault
from mocks.core.credentials import HEALTH_API_KEY
from mocks.core.direct import Direct
from mocks.core.faults import Fault as BadDay
from mocks.core.filed import DeskError, Service
from mocks.core.kit import Kit
from mocks.core.question import Question
from mocks.core.rest import Call, Manners, application, json_reply

SERVICES: tuple[Service, ...] = ()
NUMBER = ""
_CODE = re.compile(rb"creditCode=([0-9A-Z]{18})")
USUAL_DAY = BadDay(kind="delay", delay_s=0.4)


class _Manners(Manners):
    def stranger(self, question: Question, operation: str) -> Response | None:
        if question.header(b"x-api-key") == HEALTH_API_KEY:
            return None
        return json_reply({"code": "95", "msg": "未授权"}, 401)

    def invalid(self, operation: str, faults: Sequence[Fault]) -> Response:
        return json_reply({"code": "97", "msg": "参数缺失:" + faults[0].pointer.lstrip("/")})

    def busy(self) -> Response:
        return json_reply({"code": "99", "msg": "系统失败,请重试"})

    def unwilling(self, reason: DeskError) -> Response:
        return self.busy()


def build(kit: Kit) -> Direct:
    """The health department's web application."""

    def summary(call: Call) -> Response:
        code = call.query("creditCode")
        if len(code) != 18:
            return json_reply({"code": "98", "msg": "参数格式错误:creditCode"})
        return json_reply(_summed(kit.city, code))

    def plain_summary(query: bytes, body: bytes) -> object:
        if body or (asked := _CODE.fullmatch(query)) is None:
            return None
        return _summed(kit.city, asked[1].decode())

    return application(
        kit, Contract.of(kit.contract_dir), _Manners(), {"certificateSummary": summary},
        plain={"certificateSummary": plain_summary}, usual=USUAL_DAY,
    )  # fmt: skip


def _summed(city: City, code: str) -> dict[str, Any]:
    if (found := city.health(code)) is None:
        return {"code": "96", "msg": "无数据"}
    data = {
        "creditCode": code,
        "validCount": found.valid_count,
        "nextExpireDate": found.next_expiry.isoformat() if found.next_expiry else None,
    }
    return {"code": "00", "msg": "成功", "data": data}
