"""The planning department: SOAP 1.1 document/literal, UsernameToken, asked by reference only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from mocks.core.clock import real_now
from mocks.core.credentials import PLANNING_PASSWORD, PLANNING_USER
from mocks.core.direct import Direct
from mocks.core.filed import Filed, Paper, Service, Status, Step, WrongStatus, decided_within
from mocks.core.http import seen_by_now
from mocks.core.kit import Kit
from mocks.core.records import Parcel
from mocks.soap import xml
from mocks.soap.envelope import SoapFault, Version, Whose
from mocks.soap.forms import Varies
from mocks.soap.laid_out import SLOT, LaidOut
from mocks.soap.server import Endpoint, Handler, Reply, application
from mocks.soap.wsdl import Contract, load
from mocks.soap.wsse import SECURITY, TOKEN_VARIES, WSSE, UsernameTokens, shown_by
from mocks.soap.xml import NIL_VALUE, Element, record

TYPES = "http://ghzyj.sh.gov.example/plancase/types"
CHARSET = "UTF-8"
_MINISTRY, _OFFICE = "11100000MB03271699", "11310000MB2F304184"
NOTICE, PERMIT = "lift_plan_notice", "lift_planning_permit"
NOTICE_DAYS = 10

NUMBER = "沪规收〔{day:%Y}〕{seq:06d}号"
SERVICES = (
    Service(
        id=NOTICE,
        name="加装电梯方案公示",
        steps=(
            Step(status=Status.ACCEPTED, minutes=1),
            Step(status=Status.NOTICE, minutes=2),
            Step(status=Status.GRANTED, calendar_days=NOTICE_DAYS),
        ),
        paper=Paper(
            name="加装电梯方案公示结果",
            number="沪规公示〔{day:%Y}〕{seq:05d}号",
            type_code=f"{_MINISTRY}031",
            issuer=_OFFICE,
        ),
    ),
    decided_within(
        10,
        id=PERMIT,
        name="建设工程规划许可",
        paper=Paper(
            name="建设工程规划许可证",
            number="建字第3101{day:%Y}{seq:05d}号",
            type_code=f"{_MINISTRY}022",
            issuer=_OFFICE,
        ),
    ),
)

STATUS = {
    Status.RECEIVED: "01",
    Status.ACCEPTED: "02",
    Status.NOTICE: "03",
    Status.SUPPLEMENT: "04",
    Status.INSPECTION: "05",
    Status.GRANTED: "07",
    Status.REFUSED: "08",
    Status.WITHDRAWN: "09",
}
REASONS = ("GH-BY-03",)
CASE_TYPE = {NOTICE: "GS", PERMIT: "XK"}
LAND_USE = {
    "城镇住宅用地": "0701",
    "商住混合用地": "0709",
    "商业服务业用地": "0901",
    "商务办公用地": "0902",
}
_LISTS = frozenset({"Material", "Precondition", "Amendment"})
_VARIES = {
    "ParcelNo": Varies(r"[0-9A-Z]{1,40}", "0"),
    "CaseRef": Varies(r"[0-9A-Za-z:._-]{1,96}", "0"),
    **TOKEN_VARIES,
}


def fault(code: str, text: str, whose: Whose = Whose.SENDER) -> SoapFault:
    """A fault as the contract declares it."""
    detail = xml.build(f"{{{TYPES}}}CaseFault", {"Code": code, "Text": text}, TYPES)
    return SoapFault(whose, text, detail=detail)


class Planning:
    """The operations of the contract over the desk and the land register."""

    def __init__(self, kit: Kit, contract: Contract) -> None:
        self._kit = kit
        fields = dict.fromkeys(("@asOf", "ParcelNo", "LandUse", "Area", "PlanUnit"), SLOT)
        self._unknown = _laid_out(contract, None)
        self._approved = _laid_out(contract, {**fields, "ApprovedOn": SLOT})
        self._unapproved = _laid_out(contract, {**fields, "ApprovedOn": NIL_VALUE})

    def get_parcel(self, asked: dict[str, Any]) -> Reply:
        """The parcel, or nothing."""
        parcel = self._kit.city.parcel(asked["ParcelNo"])
        return {"Parcel": self._parcel(parcel) if parcel else None}

    def parcel_told(self, asked: dict[str, Any], at: datetime) -> bytes:
        """What `get_parcel` answers at that moment, written."""
        parcel = self._kit.city.parcel(asked["ParcelNo"])
        if parcel is None:
            return self._unknown.filled()
        moment, area = at.isoformat(timespec="seconds"), f"{parcel.area:f}"
        told = moment, parcel.parcel_no, LAND_USE[parcel.land_use], area, parcel.plan_unit
        if parcel.approved_on is None:
            return self._unapproved.filled(*told)
        return self._approved.filled(*told, parcel.approved_on.isoformat())

    def submit(self, fields: dict[str, Any]) -> Reply:
        """A new case, even when the reference has one already."""
        service = NOTICE if "Notice" in fields else PERMIT
        filed = self._kit.desk.receive(fields["CaseRef"], service, fields)
        return {
            "CaseRef": filed.reference,
            "AcceptNo": filed.number,
            "Status": STATUS[filed.status],
            "ReceivedAt": filed.received_at,
        }

    def query(self, asked: dict[str, Any]) -> Reply:
        """All cases under a reference, oldest first."""
        found = seen_by_now(self._kit.desk, self._kit.faults, "QueryCase", asked["CaseRef"])
        return {"Case": [case(filed) for filed in found]}

    def supplement(self, fields: dict[str, Any]) -> Reply:
        """More for the newest case in force under the reference."""
        filed = self._newest(fields["CaseRef"])
        given = {
            "Amendment": fields.get("Amendment", []),
            "SupplementMaterial": fields.get("Material", []),
            "Statement": fields.get("Statement"),
        }
        try:
            filed = self._kit.desk.supplement(filed.number, fields["SupplementRef"], given)
        except WrongStatus:
            raise fault("P2002", "该案件当前不需要补正") from None
        return {
            "CaseRef": filed.reference,
            "Status": STATUS[filed.status],
            "ReceivedAt": filed.supplemented_at,
        }

    def withdraw(self, fields: dict[str, Any]) -> Reply:
        """Take the newest case in force under the reference back, once for each WithdrawRef."""
        filed = self._newest(fields["CaseRef"])
        found = self._kit.desk.by_reference(filed.reference)
        again = any(one.withdrawn_under == fields["WithdrawRef"] for one in found)
        if again or filed.status is Status.WITHDRAWN:
            raise fault("P2003", "该案件已撤回")
        try:
            filed = self._kit.desk.withdraw(filed.number, fields["WithdrawRef"], fields["Reason"])
        except WrongStatus:
            raise fault("P2004", "该案件已办结，不能撤回") from None
        return {"CaseRef": filed.reference, "Status": STATUS[filed.status]}

    def _newest(self, reference: str) -> Filed:
        found: Sequence[Filed] = self._kit.desk.by_reference(reference)
        if not found:
            raise fault("P2001", "流水号不存在")
        in_force = [one for one in found if one.status is not Status.WITHDRAWN]
        return (in_force or found)[-1]

    def _parcel(self, parcel: Parcel) -> dict[str, Any]:
        return {
            "@asOf": self._kit.clock.now(),
            "ParcelNo": parcel.parcel_no,
            "LandUse": LAND_USE[parcel.land_use],
            "Area": parcel.area,
            "PlanUnit": parcel.plan_unit,
            "ApprovedOn": parcel.approved_on or NIL_VALUE,
        }


def _laid_out(contract: Contract, parcel: Mapping[str, Any] | None) -> LaidOut:
    tag = contract.named("GetParcel").reply
    return LaidOut(tag, {"Parcel": parcel}, Version.SOAP11, CHARSET, qualified=True)


def case(filed: Filed) -> dict[str, Any]:
    """A case as the contract shows it."""
    refused = filed.status is Status.REFUSED
    return {
        "CaseRef": filed.reference,
        "AcceptNo": filed.number,
        "CaseType": CASE_TYPE[filed.service],
        "ReceivedAt": filed.received_at,
        "Status": STATUS[filed.status],
        "StatusAt": filed.status_at,
        "NoticePeriod": _notice(filed),
        "ReasonCode": (filed.reason or REASONS[0]) if refused else None,
        "Advice": filed.note,
        "Supplement": [
            {"SupplementRef": reference, "ReceivedAt": filed.supplemented_at}
            for reference in filed.supplements
        ],
        "Certificate": _certificate(filed),
    }


def _notice(filed: Filed) -> dict[str, Any] | None:
    begun = next((step.at for step in filed.history if step.status is Status.NOTICE), None)
    if begun is None:
        return None
    return {"StartOn": begun.date(), "EndOn": begun.date() + timedelta(days=NOTICE_DAYS - 1)}


def _certificate(filed: Filed) -> dict[str, Any] | None:
    paper = filed.certificate
    if paper is None:
        return None
    return {
        "CertNo": paper.number,
        "CertName": paper.name,
        "IssuedOn": paper.issued_on,
        "LicenceId": paper.licence_id,
        "ValidUntil": paper.valid_until or NIL_VALUE,
    }


def _busy() -> NoReturn:
    raise fault("P9001", "系统繁忙，请求未处理", Whose.RECEIVER)


def _stranger() -> NoReturn:
    raise SoapFault(Whose.SENDER, "Created 已过期", subcode=(WSSE, "MessageExpired"))


def build_endpoint(kit: Kit) -> Endpoint:
    """How the department speaks."""
    contract = load(kit.contract_dir / "plan-case.wsdl")
    planning = Planning(kit, contract)
    tokens = UsernameTokens(PLANNING_USER, PLANNING_PASSWORD)

    def listed(body: Element) -> Any:
        return record(body, _LISTS)

    return Endpoint(
        contract=contract,
        version=Version.SOAP11,
        namespace=TYPES,
        operations={
            "GetParcel": Handler(
                act=planning.get_parcel, varies=_VARIES, proven=True, brief=planning.parcel_told
            ),
            "SubmitCase": Handler(act=planning.submit, read=listed),
            "QueryCase": Handler(act=planning.query, varies=_VARIES),
            "SupplementCase": Handler(act=planning.supplement, read=listed),
            "WithdrawCase": Handler(act=planning.withdraw),
        },
        malformed=lambda text: fault("P1001", f"报文不符合接口规范：{text}"),
        busy=_busy,
        stranger=_stranger,
        shown=shown_by,
        admit=lambda shown: tokens.admit(shown, real_now()),
        understood=frozenset({SECURITY}),
        charset=CHARSET,
    )


def build(kit: Kit) -> Direct:
    """The department's web application."""
    return application(build_endpoint(kit), kit)
