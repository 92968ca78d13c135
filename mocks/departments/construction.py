"""The construction department: SOAP 1.2 in GB18030, every message an XML document in a string."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from mocks.core.credentials import CONSTRUCTION_PASSWORD, CONSTRUCTION_USER
from mocks.core.direct import Direct
from mocks.core.filed import (
    Filed,
    Paper,
    Status,
    Step,
    UnknownNumber,
    WrongStatus,
    decided_within,
)
from mocks.core.http import seen_by_now
from mocks.core.kit import Kit
from mocks.departments import construction_building as building
from mocks.departments import construction_register as registered
from mocks.departments.construction_words import day, moment
from mocks.soap.envelope import SoapFault, Version, Whose
from mocks.soap.forms import Varies
from mocks.soap.inner import InnerSchema
from mocks.soap.laid_out import SLOT, LaidOut
from mocks.soap.server import Endpoint, Handler, Reply, application
from mocks.soap.wsdl import load
from mocks.soap.xml import Element, Unreadable, record

ENCODING = "GB18030"
FAULTS = "http://service.jzgl.sh.gov.example/fault"
_MINISTRY, _OFFICE = "11100000000013338W", "11310000002421124M"

NUMBER = "JS{day:%y%m%d}{seq:05d}"


def _paper(name: str, number: str, kind: str) -> Paper:
    return Paper(name=name, number=number, type_code=_MINISTRY + kind, issuer=_OFFICE)


SERVICES = (
    decided_within(
        5,
        Step(status=Status.INSPECTION, working_days=2),
        id="structural_review",
        name="房屋安全性论证及施工图审查",
        paper=_paper("施工图审查合格书", "沪审图〔{day:%Y}〕{seq:05d}号", "041"),
    ),
    decided_within(
        1,
        id="project_registration",
        name="项目报建与合同备案",
        paper=_paper("报建备案表", "沪报建〔{day:%Y}〕{seq:05d}号", "042"),
    ),
    decided_within(
        1,
        id="commencement",
        name="开工信息报送或施工许可",
        paper=_paper("施工许可（开工信息）凭证", "3101{day:%Y%m%d}{seq:04d}", "009"),
    ),
)

SERVICE_CODE = {"structural_review": "01", "project_registration": "02", "commencement": "03"}
SERVICE_OF = {code: service for service, code in SERVICE_CODE.items()}
STATUS = {
    Status.RECEIVED: "0",
    Status.ACCEPTED: "1",
    Status.SUPPLEMENT: "2",
    Status.INSPECTION: "3",
    Status.GRANTED: "4",
    Status.REFUSED: "5",
    Status.WITHDRAWN: "6",
}
REASONS = ("JS-BY-01",)
_LISTS = frozenset({"PW", "CL", "NR"})
_BATCH = frozenset({"SLBH", *registered.KEYS})
_BATCHED = frozenset({"queryItems", *registered.OPERATIONS})
_PROVEN = frozenset({"queryBuilding", *registered.OPERATIONS})
_ONLY_ASK = frozenset({"queryItems", "queryByRef", *_PROVEN})
_KEY = Varies("[0-9A-Za-z]{1,64}", "0")
_VARIES = {
    "JYLSH": Varies("[0-9A-Za-z:._-]{1,96}", "0"),
    "FSSJ": Varies("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", "1970-01-01 00:00:00"),
    "WBLSH": Varies("[0-9A-Za-z:._-]{1,96}", "0"),
    **dict.fromkeys(("JZWBM", *_BATCH), _KEY),
}
Act = Callable[[dict[str, Any]], Reply]


def fault(code: str, text: str, whose: Whose = Whose.SENDER) -> SoapFault:
    """A fault with the department's code as its subcode."""
    return SoapFault(whose, text, subcode=(FAULTS, code))


class Inner:
    """Opens and seals the documents inside the strings of one operation."""

    def __init__(self, kit: Kit, operation: str) -> None:
        self._lists = _BATCH if operation in _BATCHED else _LISTS
        self._clock = kit.clock
        self._proven = operation in _PROVEN
        self._schema = InnerSchema(kit.contract_dir / f"inner-{operation}.xsd")
        self._varies = _VARIES if operation in _ONLY_ASK else {}

    def handler(self, act: Act, brief: building.Told | None = None) -> Handler:
        """`act` on the inner body, for the server to call with the outer one."""

        def answered(asked: Mapping[str, Any]) -> Reply:
            serial, answer = asked["HEAD"]["JYLSH"], act(asked["BODY"])
            return {"return": self._sealed(serial, answer, moment(self._clock.now()))}

        return Handler(
            act=answered, read=self._opened, varies=self._varies, proven=self._proven, brief=brief
        )

    def laid_out(self, tag: str, answer: Reply) -> LaidOut:
        """A reply of these answers; its serial and its moment are the first values."""
        told = {"return": self._sealed(SLOT, answer, SLOT)}
        return LaidOut(tag, told, Version.SOAP12, ENCODING, qualified=False)

    def _opened(self, body: Element) -> Mapping[str, Any]:
        try:
            root = self._schema.read(record(body)["xmlParam"], ENCODING)
        except Unreadable as wrong:
            raise fault("E1002", f"内层报文错误：{wrong}") from None
        if root.tag != "REQUEST":
            raise fault("E1002", "内层报文错误：须为 REQUEST")
        head = record(root[0])
        if (head["USERID"], head["PASSWORD"]) != (CONSTRUCTION_USER, CONSTRUCTION_PASSWORD):
            _stranger()
        return {"HEAD": head, "BODY": record(root[1], self._lists)}

    def _sealed(self, serial: str, answer: Reply, at: str | None) -> str:
        head = {"JYLSH": serial, "CODE": "0000", "MSG": "成功", "CLSJ": at}
        told = {"HEAD": head, "BODY": answer}
        return self._schema.write("RESPONSE", told, ENCODING, check=not self._proven)


class Construction:
    """The operations over the desk and the register of buildings."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def query_building(self, asked: dict[str, Any]) -> Reply:
        """The building, or nothing."""
        return building.found(self._kit, asked["JZWBM"])

    def apply(self, asked: dict[str, Any]) -> Reply:
        """A new filing, even when the reference has one already; its building must exist."""
        house = asked["XM"].get("JZWBM")
        if house and self._kit.city.building(house) is None:
            raise fault("E2101", "建筑物编码不存在，不予登记")
        filed = self._kit.desk.receive(asked["WBLSH"], SERVICE_OF[asked["SQLX"]], asked)
        return {
            "SLBH": filed.number,
            "XMBH": f"XM{filed.number}",
            "WBLSH": filed.reference,
            "SLSJ": moment(filed.received_at),
            "ZT": STATUS[filed.status],
        }

    def query_items(self, asked: dict[str, Any]) -> Reply:
        """The filings with these numbers; unknown numbers are not mentioned."""
        found = [self._kit.desk.find(number) for number in dict.fromkeys(asked["SLBH"])]
        return _listed([filed for filed in found if filed is not None])

    def query_by_ref(self, asked: dict[str, Any]) -> Reply:
        """All filings under a reference, oldest first."""
        kit = self._kit
        return _listed(seen_by_now(kit.desk, kit.faults, "queryByRef", asked["WBLSH"]))

    def supplement(self, asked: dict[str, Any]) -> Reply:
        """More for a filing that was asked for it."""
        given = {"NR": asked.get("NR", []), "BZCL": asked.get("CLLB"), "BZSM": asked.get("BZSM")}
        try:
            filed = self._kit.desk.supplement(asked["SLBH"], asked["BZLSH"], given)
        except UnknownNumber:
            raise fault("E2001", "受理编号不存在") from None
        except WrongStatus:
            raise fault("E2002", "该件当前不需要补正") from None
        return {
            "SLBH": filed.number,
            "ZT": STATUS[filed.status],
            "BZSJ": moment(filed.supplemented_at),
        }

    def revoke(self, asked: dict[str, Any]) -> Reply:
        """Take a filing back."""
        number = asked["SLBH"]
        try:
            if self._kit.desk.by_number(number).status is Status.WITHDRAWN:
                raise fault("E2003", "该件已撤销")
            filed = self._kit.desk.withdraw(number, asked["CXLSH"], asked["CXYY"])
        except UnknownNumber:
            raise fault("E2001", "受理编号不存在") from None
        except WrongStatus:
            raise fault("E2004", "该件已办结，不能撤销") from None
        return {"SLBH": filed.number, "ZT": STATUS[filed.status]}


def _listed(found: Sequence[Filed]) -> Reply:
    return {"ITEMLIST": {"ITEM": [_item(filed) for filed in found]}}


def _item(filed: Filed) -> Mapping[str, Any]:
    return {
        "SLBH": filed.number,
        "WBLSH": filed.reference,
        "XMBH": f"XM{filed.number}",
        "SQLX": SERVICE_CODE[filed.service],
        "SLSJ": moment(filed.received_at),
        "ZT": STATUS[filed.status],
        "ZTSJ": moment(filed.status_at),
        "YJDM": (filed.reason or REASONS[0]) if filed.status is Status.REFUSED else None,
        "YJ": filed.note,
        "BZ": [
            {"BZLSH": reference, "BZSJ": moment(filed.supplemented_at)}
            for reference in filed.supplements
        ],
        "ZZ": _certificate(filed),
    }


def _certificate(filed: Filed) -> Mapping[str, Any] | None:
    paper = filed.certificate
    if paper is None:
        return None
    return {
        "ZZBH": paper.number,
        "ZZMC": paper.name,
        "FZRQ": day(paper.issued_on),
        "ZZBS": paper.licence_id,
        "YXQZ": day(paper.valid_until),
    }


def _stranger() -> NoReturn:
    raise fault("E1003", "用户名或密码错误")


def _busy() -> NoReturn:
    raise fault("BUSY", "系统繁忙，请求未处理", Whose.RECEIVER)


def build_endpoint(kit: Kit) -> Endpoint:
    """How the department speaks."""
    construction = Construction(kit)
    acts: dict[str, Act] = {
        "queryBuilding": construction.query_building,
        "applyItem": construction.apply,
        "queryItems": construction.query_items,
        "queryByRef": construction.query_by_ref,
        "supplementItem": construction.supplement,
        "revokeItem": construction.revoke,
        "queryProjects": lambda asked: registered.projects(kit, asked),
        "queryPermits": lambda asked: registered.permits(kit, asked),
    }
    contract = load(kit.contract_dir / "jzgl-service.wsdl")
    inner = {name: Inner(kit, name) for name in acts}
    tag = contract.named("queryBuilding").reply
    laid_out = partial(inner["queryBuilding"].laid_out, tag)
    told = {"queryBuilding": building.told(kit.city, laid_out)}
    return Endpoint(
        contract=contract,
        version=Version.SOAP12,
        namespace=None,
        operations={name: inner[name].handler(act, told.get(name)) for name, act in acts.items()},
        malformed=lambda text: fault("E1001", f"报文不符合接口规范：{text}"),
        busy=_busy,
        stranger=_stranger,
        charset=ENCODING,
    )


def build(kit: Kit) -> Direct:
    """The department's web application."""
    return application(build_endpoint(kit), kit)
