"""Greening and city appearance: SOAP 1.1 rpc/literal, refusals in normal replies, a change feed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from mocks.core.credentials import GREENING_APP_CODE
from mocks.core.direct import Direct
from mocks.core.filed import (
    Change,
    Filed,
    Paper,
    Service,
    Status,
    UnknownNumber,
    WrongStatus,
    decided_within,
)
from mocks.core.http import seen_by_now
from mocks.core.kit import Kit
from mocks.soap import xml
from mocks.soap.envelope import SoapFault, Version, Whose
from mocks.soap.forms import Varies
from mocks.soap.server import Endpoint, Handler, Reply, application
from mocks.soap.wsdl import load
from mocks.soap.xml import Element, record

TYPES = "http://lhsr.sh.gov.example/signapp/types"
_MINISTRY, _OFFICE = "11100000000013338W", "1131000000242216XE"
PAGE = 200

NUMBER = "LH{day:%Y%m%d}-{seq:05d}"
SERVICES: tuple[Service, ...] = (
    decided_within(
        5,
        id="signboard",
        name="户外招牌设置",
        paper=Paper(
            name="户外招牌设置备案凭证",
            number="沪招备〔{day:%Y}〕{seq:06d}号",
            type_code=f"{_MINISTRY}061",
            issuer=_OFFICE,
            years=3,
        ),
        defers=True,
    ),
    decided_within(
        1,
        id="kitchen_waste",
        name="餐厨废弃物收运申报",
        paper=Paper(
            name="餐厨废弃物收运申报回执",
            number="沪餐废〔{day:%Y}〕{seq:06d}号",
            type_code=f"{_MINISTRY}062",
            issuer=_OFFICE,
        ),
        defers=True,
    ),
)

KIND = {"signboard": "ZP", "kitchen_waste": "CC"}
STATUS = {
    Status.RECEIVED: "S0",
    Status.ACCEPTED: "S1",
    Status.CONDITIONALLY_ACCEPTED: "S4",
    Status.SUPPLEMENT: "S2",
    Status.INSPECTION: "S3",
    Status.GRANTED: "S8",
    Status.REFUSED: "S9",
    Status.WITHDRAWN: "SX",
}
REASONS = ("LH-BY-02",)
OK = {"resultCode": "0", "resultMsg": "成功"}
_LISTS = frozenset({"material", "field"})
_NUMBER = Varies("[0-9A-Za-z:._-]{1,96}", "0")
_VARIES = {
    "findByRef": {"refNo": _NUMBER},
    "getApplication": {"applyNo": _NUMBER},
    "listChanges": {"since": Varies("[0-9]{1,18}", "0")},
}
Act = Callable[[dict[str, Any]], Reply]


class Declined(Exception):
    """A business error, said inside a normal reply."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def _stranger() -> Declined:
    return Declined("1001", "AppCode 无效")


def fault(code: str, text: str, whose: Whose = Whose.RECEIVER) -> SoapFault:
    """A system error as the contract declares it."""
    detail = xml.build(f"{{{TYPES}}}serviceError", {"code": code, "message": text}, None)
    return SoapFault(whose, text, detail=detail)


def moment(at: datetime) -> str:
    """Local time without an offset."""
    return at.replace(tzinfo=None).isoformat(" ", "seconds")


class Greening:
    """The operations over the desk."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def submit(self, service: str) -> Act:
        """Takes filings for one service in; a repeated reference makes a second one."""

        def taken_in(asked: dict[str, Any]) -> Reply:
            filed = self._kit.desk.receive(asked["refNo"], service, asked["application"])
            return {**OK, "applyNo": filed.number, "acceptTime": moment(filed.received_at)}

        return taken_in

    def find_by_ref(self, asked: dict[str, Any]) -> Reply:
        """All filings under a reference, oldest first."""
        kit = self._kit
        found = seen_by_now(kit.desk, kit.faults, "findByRef", asked["refNo"])
        return {**OK, "apply": [application_info(filed) for filed in found]}

    def list_changes(self, asked: dict[str, Any]) -> Reply:
        """The changes after a cursor, oldest first."""
        most, since = int(asked["max"]), asked["since"]
        if not 1 <= most <= PAGE or not (since == "" or (since.isascii() and since.isdigit())):
            raise Declined("1002", "游标或条数不正确")
        page = self._kit.desk.changed_since(since, most)
        return {
            **OK,
            "nextCursor": page.cursor,
            "more": page.more,
            "change": [self._change(change) for change in page.items],
        }

    def get_application(self, asked: dict[str, Any]) -> Reply:
        """One filing as it stands."""
        return {**OK, "apply": application_info(self._kit.desk.by_number(asked["applyNo"]))}

    def supplement(self, asked: dict[str, Any]) -> Reply:
        """More for a filing that was asked for it."""
        given = {
            "fields": _inside(asked["fields"], "field"),
            "supplementMaterial": _inside(asked["materials"], "material"),
            "remark": asked["remark"],
        }
        desk, number = self._kit.desk, asked["applyNo"]
        try:
            filed = desk.supplement(number, asked["supplementRef"], given)
        except WrongStatus:
            raise Declined("1102", "该申请当前不需要补正") from None
        return {**OK, "applyNo": filed.number, "status": STATUS[filed.status]}

    def cancel(self, asked: dict[str, Any]) -> Reply:
        """Take a filing back."""
        desk, number = self._kit.desk, asked["applyNo"]
        if desk.by_number(number).status is Status.WITHDRAWN:
            raise Declined("1103", "该申请已撤件")
        try:
            filed = desk.withdraw(number, asked["cancelRef"], asked["reason"])
        except WrongStatus:
            raise Declined("1104", "该申请已办结，不能撤件") from None
        return {**OK, "applyNo": filed.number, "status": STATUS[filed.status]}

    def _change(self, change: Change) -> Mapping[str, Any]:
        filed = self._kit.desk.by_number(change.number)
        shown = application_info(filed)
        return {
            **shown,
            "status": STATUS[change.status],
            "statusTime": moment(change.at),
            "reasonCode": _reason(change.status),
            "opinion": change.note,
            "cert": shown["cert"] if change.status is Status.GRANTED else None,
        }


def _inside(value: Any, name: str) -> list[Any]:
    """The entries of a list element, which is plain text when it is empty."""
    return list(value[name]) if isinstance(value, Mapping) else []


def _reason(status: Status) -> str | None:
    return REASONS[0] if status is Status.REFUSED else None


def application_info(filed: Filed) -> dict[str, Any]:
    """An application as the contract shows it."""
    return {
        "applyNo": filed.number,
        "refNo": filed.reference,
        "busiType": KIND[filed.service],
        "acceptTime": moment(filed.received_at),
        "status": STATUS[filed.status],
        "statusTime": moment(filed.status_at),
        "reasonCode": _reason(filed.status),
        "opinion": filed.note,
        "supplement": [
            {"supplementRef": reference, "time": moment(filed.supplemented_at)}
            for reference in filed.supplements
            if filed.supplemented_at
        ],
        "cert": _certificate(filed),
    }


def _certificate(filed: Filed) -> Mapping[str, Any] | None:
    paper = filed.certificate
    if paper is None:
        return None
    return {
        "certNo": paper.number,
        "certName": paper.name,
        "issueDate": paper.issued_on,
        "elicenceId": paper.licence_id,
        "expireDate": paper.valid_until,
    }


def _spoken(act: Act) -> Callable[[dict[str, Any]], Reply]:
    """The act behind the AppCode check; what it declines becomes a result code."""

    def spoken(asked: dict[str, Any]) -> Reply:
        try:
            if asked["AppCode"] != GREENING_APP_CODE:
                raise _stranger()
            return {"result": act(asked)}
        except UnknownNumber:
            return {"result": {"resultCode": "1101", "resultMsg": "受理号不存在"}}
        except Declined as said:
            return _said(said)

    return spoken


def _read(body: Element) -> Any:
    return record(body, _LISTS)


def _said(declined: Declined) -> Reply:
    return {"result": {"resultCode": declined.code, "resultMsg": declined.text}}


def _busy() -> NoReturn:
    raise fault("SYS_BUSY", "系统繁忙，请求未处理")


def build_endpoint(kit: Kit) -> Endpoint:
    """How the department speaks."""
    greening = Greening(kit)
    acts: dict[str, Act] = {
        "submitSignboard": greening.submit("signboard"),
        "submitKitchenWaste": greening.submit("kitchen_waste"),
        "findByRef": greening.find_by_ref,
        "listChanges": greening.list_changes,
        "supplement": greening.supplement,
        "cancel": greening.cancel,
        "getApplication": greening.get_application,
    }
    return Endpoint(
        contract=load(kit.contract_dir / "signapp.wsdl"),
        version=Version.SOAP11,
        namespace=None,
        operations={
            name: Handler(act=_spoken(act), read=_read, varies=_VARIES.get(name, {}))
            for name, act in acts.items()
        },
        malformed=lambda text: fault("SYS_FORMAT", f"报文不符合接口：{text}", Whose.SENDER),
        busy=_busy,
        stranger=lambda: _said(_stranger()),
    )


def build(kit: Kit) -> Direct:
    """The department's web application."""
    return application(build_endpoint(kit), kit)
