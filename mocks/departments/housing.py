"""房屋管理: the property register and lift consents. HTTP 200 always; failure is inside the reply.

BJZT   desk                       custom.code
01 收件 received                   0    success                 2003 not in this status
02 受理 accepted                   1001 missing, 1002 malformed 2004 withdrawn already
03 补正 supplement requested       1003 unknown application     9001 busy, nothing done
05 准予 granted                    2001 nothing found
06 不予 refused                    2002 no such filing
09 撤回 withdrawn
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
from starlette.responses import Response

from mocks.core.contract import Contract, Fault
from mocks.core.credentials import HOUSING_APP_KEY
from mocks.core.direct import Direct
from mocks.core.filed import (
    DeskError,
    Filed,
    Paper,
    Status,
    UnknownNumber,
    decided_within,
)
from mocks.core.http import seen_by_now
from mocks.core.kit import Kit
from mocks.core.question import Question
from mocks.core.records import Property
from mocks.core.rest import Call, Manners, application, json_reply

_OFFICE = "11310000002419808G"
_MINISTRY = "11100000000013338W"
SERVICES = (
    decided_within(
        5,
        id="lift_consent_plan",
        name="既有多层住宅加装电梯实施计划",
        paper=Paper(
            name="加装电梯实施计划批复",
            number="沪房加梯〔{day:%Y}〕{seq:06d}号",
            type_code=_MINISTRY + "101",
            issuer=_OFFICE,
        ),
    ),
    decided_within(
        5,
        id="joint_acceptance",
        name="加装电梯联合竣工验收备案",
        paper=Paper(
            name="加装电梯联合竣工验收备案证明",
            number="沪房验备〔{day:%Y}〕{seq:06d}号",
            type_code=_MINISTRY + "102",
            issuer=_OFFICE,
        ),
    ),
)
NUMBER = "FG{day:%Y%m%d}{seq:06d}"

_SERVICE = {"FG-JZDT-01": "lift_consent_plan", "FG-JZDT-10": "joint_acceptance"}
_ITEM = {service: code for code, service in _SERVICE.items()}
_FORM = {"FG-JZDT-01": "SSJH", "FG-JZDT-10": "LHYS"}
STATUS = {
    Status.RECEIVED: "01",
    Status.ACCEPTED: "02",
    Status.SUPPLEMENT: "03",
    Status.GRANTED: "05",
    Status.REFUSED: "06",
    Status.WITHDRAWN: "09",
}
REASONS = ("R01", "R02")
_USE = {"居住": "10", "商业": "20", "办公": "30"}
_GOOD = "操作成功"
# a list of one to twenty texts without escapes
_NUMBERS = re.compile(
    rb'\{ ?"certNos" ?: ?\[ ?"[^"\\\x00-\x1f]*"(?: ?, ?"[^"\\\x00-\x1f]*"){0,19} ?\] ?\}'
)
_ALREADY = "办件已撤回"


def reply(code: str, text: str, data: object = None, *, status: str = "0") -> Response:
    """The envelope, always with HTTP 200."""
    return json_reply(_said(code, text, data, status=status))


def _said(code: str, text: str, data: object = None, *, status: str = "0") -> dict[str, Any]:
    body: dict[str, Any] = {
        "status": {"code": status, "text": "success" if status == "0" else text},
        "custom": {"code": code, "text": text},
    }
    if data is not None:
        body["data"] = data
    return body


def _good(data: object) -> Response:
    return reply("0", _GOOD, data)


def _day(value: date) -> str:
    return f"{value:%Y%m%d}"


def _second(value: datetime) -> str:
    return f"{value:%Y%m%d%H%M%S}"


class _Manners(Manners):
    def stranger(self, question: Question, operation: str) -> Response | None:
        if question.header(b"x-app-key") == HOUSING_APP_KEY:
            return None
        return reply("1003", "应用未授权", status="401")

    def invalid(self, operation: str, faults: Sequence[Fault]) -> Response:
        if any("more than" in fault.message for fault in faults):
            return reply("1005", "批量超过上限")
        first = faults[0]
        code = "1001" if first.missing else "1002"
        word = "必填参数缺失" if first.missing else "参数格式错误"
        return reply(code, f"{word}:{first.pointer or '/'} {first.message}"[:200])

    def untaken(self, operation: str, why: str) -> Response:
        return reply("1002", f"参数格式错误:{why}"[:200])

    def busy(self) -> Response:
        return reply("9001", "系统繁忙,请稍后再试")

    def unwilling(self, reason: DeskError) -> Response:
        if isinstance(reason, UnknownNumber):
            return reply("2002", "办件不存在")
        return reply("2003", "当前状态不允许该操作")


class _Housing:
    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    def batch(self, call: Call) -> Response:
        return _good(self._titled(call.body["certNos"]))

    def plain_batch(self, query: bytes, body: bytes) -> object:
        """What `batch` says to some numbers and nothing else."""
        if _NUMBERS.fullmatch(body) is None:
            return None
        try:
            numbers = orjson.loads(body)["certNos"]
        except ValueError:  # no UTF-8
            return None
        return _said("0", _GOOD, self._titled(numbers))

    def _titled(self, numbers: Sequence[str]) -> dict[str, Any]:
        titles, unknown, find = [], [], self.kit.city.property_by_cert
        for number in dict.fromkeys(numbers):
            if (title := find(number)) is None:
                unknown.append(number)
            else:
                titles.append(_title(title))
        return {"list": titles, "WCX": unknown}

    def search(self, call: Call) -> Response:
        title = self.kit.city.property_by_address(call.query("address"))
        if title is None:
            return reply("2001", "未查询到数据")
        return _good({"list": [_title(title)], "WCX": []})

    def submit(self, call: Call) -> Response:
        code = call.body["SXBM"]
        if _FORM[code] not in call.body:
            return reply("1001", f"必填参数缺失:/{_FORM[code]}")
        return _good(_receipt(self.kit.desk.receive(call.body["YWLSH"], _SERVICE[code], call.body)))

    def find(self, call: Call) -> Response:
        kit, reference = self.kit, call.query("bizRef")
        seen = seen_by_now(kit.desk, kit.faults, call.operation, reference)
        return _good({"list": [_receipt(filed) for filed in seen]})

    def get(self, call: Call) -> Response:
        return _good(_matter(self.kit.desk.by_number(call.path("slbh"))))

    def batch_status(self, call: Call) -> Response:
        found = {no: self.kit.desk.find(no) for no in call.body["SLBH"]}
        return _good(
            {
                "list": [_matter(filed) for filed in found.values() if filed],
                "WCX": [no for no, filed in found.items() if filed is None],
            }
        )

    def supplement(self, call: Call) -> Response:
        more = {"补充": call.body}
        filed = self.kit.desk.supplement(call.path("slbh"), call.body["BZLSH"], more)
        return _good(_matter(filed))

    def cancel(self, call: Call) -> Response:
        number = call.path("slbh")
        if self.kit.desk.by_number(number).status is Status.WITHDRAWN:
            return reply("2004", _ALREADY)
        filed = self.kit.desk.withdraw(number, call.body["CXLSH"], call.body["CXYY"])
        return _good(_matter(filed))


def _title(title: Property) -> dict[str, Any]:
    return {
        "CQZH": title.cert_no,
        "ZL": title.address,
        "QLR": title.owner_name,
        "YT": _USE[title.use],
        "JZMJ": float(title.area),
        "SZC": title.floor,
        "ZCS": title.floor_count,
        "XZQHDM": title.district_code,
        "JDMC": title.street,
        "LZBH": title.building_no,
        "DKBH": title.parcel_no,
    }


def _receipt(filed: Filed) -> dict[str, Any]:
    return {
        "SLBH": filed.number,
        "YWLSH": filed.reference,
        "SJSJ": _second(filed.received_at),
    }


def _matter(filed: Filed) -> dict[str, Any]:
    matter = _receipt(filed) | {
        "SXBM": _ITEM[filed.service],
        "BJZT": STATUS[filed.status],
        "ZTSJ": _second(filed.status_at),
        "BLYJ": filed.note,
        "BZLSH": list(filed.supplements),
    }
    if filed.status is Status.REFUSED:
        matter["BYXKYY"] = filed.reason or REASONS[0]
    if (paper := filed.certificate) is not None:
        matter["ZZXX"] = {
            "ZZBH": paper.number,
            "ZZMC": paper.name,
            "ZZBS": paper.licence_id,
            "FZRQ": _day(paper.issued_on),
            "YXQZ": _day(paper.valid_until) if paper.valid_until else None,
        }
    return matter


def build(kit: Kit) -> Direct:
    """The housing department's web application."""
    desk = _Housing(kit)
    handlers = {
        "queryPropertyBatch": desk.batch,
        "searchProperty": desk.search,
        "submitMatter": desk.submit,
        "findMatter": desk.find,
        "getMatter": desk.get,
        "queryMatterBatch": desk.batch_status,
        "supplementMatter": desk.supplement,
        "cancelMatter": desk.cancel,
    }
    contract, plain = Contract.of(kit.contract_dir), {"queryPropertyBatch": desk.plain_batch}
    return application(kit, contract, _Manners(), handlers, plain=plain)
