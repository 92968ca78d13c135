"""What each SOAP department is asked, as a client of its contract would: every operation of it, a
filing from its receipt to its certificate, and what must be refused.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mocks.core import credentials
from mocks.core.city import DEMO

WHEN = "2026-09-21 09:00:00"
MUST_UNDERSTAND = "MustUnderstand"


class Talk(Protocol):
    """Asks, and lets working days pass. `fault`: the code of the fault that must come of it."""

    def ask(
        self, operation: str, words: Mapping[str, Any], *, fault: str = "", strange: bool = False
    ) -> str:
        """The text of the reply."""
        ...

    def later(self, days: int) -> None:
        """So many working days pass."""
        ...

    def found(self, said: str, name: str) -> str:
        """The text of the first element or document's element of this name; it must be there."""
        ...


def planning(talk: Talk) -> None:
    """Filed, supplemented, withdrawn, granted; asked by reference."""
    at = "2026-09-21T09:00:00+08:00"
    who = {"Name": "天平路188号业主委员会", "Identifier": "91310104MA1FRC2J0X"}
    site = {"Address": "上海市徐汇区天平路188号补正"}

    def submit(reference: str, **choice: Any) -> None:
        asked = {"CaseRef": reference, "SubmittedAt": at, "Applicant": who, **choice}
        talk.found(talk.ask("SubmitCase", asked), "AcceptNo")

    parcel = {"ParcelNo": DEMO["parcel_no"]}
    talk.found(talk.ask("GetParcel", parcel), "LandUse")
    talk.ask("GetParcel", parcel, fault=MUST_UNDERSTAND, strange=True)
    talk.ask("GetParcel", {"ParcelNo": "x" * 41}, fault="P1001")
    submit("f:1", Permit={"Site": site, "Cost": "880000.00"})
    submit("f:2", Notice={"Site": {"Address": "天平路188号"}, "NoticeText": "拟加装电梯一台"})
    talk.ask("SupplementCase", {"CaseRef": "f:2", "SupplementRef": "s"}, fault="P2002")
    talk.later(2)
    given = {"CaseRef": "f:1", "SupplementRef": "s:1", "Amendment": {"Name": "Cost", "Value": "1"}}
    talk.found(talk.ask("SupplementCase", given), "ReceivedAt")
    talk.later(1)
    talk.found(talk.ask("QueryCase", {"CaseRef": "f:2"}), "NoticePeriod")
    back = {"CaseRef": "f:2", "WithdrawRef": "w:1", "Reason": "不办了"}
    assert talk.found(talk.ask("WithdrawCase", back), "Status") == "09"
    talk.ask("WithdrawCase", back, fault="P2003")
    talk.ask("WithdrawCase", {**back, "CaseRef": "nobody"}, fault="P2001")
    talk.later(20)
    talk.found(talk.ask("QueryCase", {"CaseRef": "f:1"}), "CertNo")
    talk.ask("WithdrawCase", {**back, "CaseRef": "f:1"}, fault="P2004")
    talk.ask("QueryCase", {"CaseRef": "nobody"})


class _InTexts:
    """How the construction department is asked: a document inside a text."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(self, operation: str, body: str, *, password: str = "", **how: Any) -> str:
        """The text of the reply."""
        head = (
            f"<USERID>{credentials.CONSTRUCTION_USER}</USERID>"
            f"<PASSWORD>{password or credentials.CONSTRUCTION_PASSWORD}</PASSWORD>"
            f"<JYLSH>t-1</JYLSH><FSSJ>{WHEN}</FSSJ>"
        )
        whole = f"<REQUEST><HEAD>{head}</HEAD><BODY>{body}</BODY></REQUEST>"
        declared = f'<?xml version="1.0" encoding="GB18030"?>{whole}'
        return self._talk.ask(operation, {"xmlParam": declared}, **how)


def _application(reference: str, more: str = "") -> str:
    return (
        f"<WBLSH>{reference}</WBLSH><SQLX>01</SQLX><SQSJ>{WHEN}</SQSJ>"
        "<SQR><SQRMC>业主委员会</SQRMC><SQRDM>91310104MA1FRC2J0X</SQRDM></SQR>"
        f"<XM><XMDZ>天平路188号</XMDZ>{more}<SJDW>沪上设计院𠮷</SJDW></XM>"
    )


def construction(talk: Talk) -> None:
    """Filed, supplemented, revoked, granted, and the register; in documents inside texts."""
    ask = _InTexts(talk)
    _buildings(talk, ask)
    ask("applyItem", _application("f:0", "<JZWBM>nowhere</JZWBM>"), fault="E2101")
    first = talk.found(ask("applyItem", _application("f:1补正")), "SLBH")
    second = talk.found(ask("applyItem", _application("f:2")), "SLBH")
    ask("supplementItem", f"<SLBH>{second}</SLBH><BZLSH>s</BZLSH>", fault="E2002")
    ask("supplementItem", "<SLBH>none</SLBH><BZLSH>s</BZLSH>", fault="E2001")
    talk.later(3)
    given = f"<SLBH>{first}</SLBH><BZLSH>s:1</BZLSH><NR><MC>面积</MC><Z>31.50</Z></NR>"
    talk.found(ask("supplementItem", given), "BZSJ")
    back = f"<SLBH>{second}</SLBH><CXLSH>w:1</CXLSH><CXYY>不办了</CXYY>"
    assert talk.found(ask("revokeItem", back), "ZT") == "6"
    ask("revokeItem", back, fault="E2003")
    talk.later(20)
    ask("revokeItem", back.replace(second, first), fault="E2004")
    talk.found(ask("queryItems", f"<SLBH>{first}</SLBH><SLBH>{second}</SLBH>"), "ZZBH")
    talk.found(ask("queryByRef", "<WBLSH>f:1补正</WBLSH>"), "WBLSH")
    ask("queryByRef", "<WBLSH>nobody</WBLSH>")


def _buildings(talk: Talk, ask: _InTexts) -> None:
    building = f"<JZWBM>{DEMO['building_no']}</JZWBM>"
    talk.found(ask("queryBuilding", building), "NHDJ")
    ask("queryBuilding", building, fault=MUST_UNDERSTAND, strange=True)
    ask("queryBuilding", building, fault="E1003", password="guess")
    ask("queryBuilding", "<JZW/>", fault="E1002")
    talk.ask("queryBuilding", {}, fault="E1001")
    ask("queryBuilding", "<JZWBM>nowhere</JZWBM>")
    projects = ask("queryProjects", f"<ZDDM>{DEMO['parcel_no']}</ZDDM>")
    ask("queryPermits", f"<XMBH>{talk.found(projects, 'XMBH')}</XMBH>")


class _WithResult:
    """How greening is asked: with its AppCode, answered with a result code, 0 where all is well."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def __call__(
        self,
        operation: str,
        words: Mapping[str, Any],
        *,
        code: str = "0",
        app: str = credentials.GREENING_APP_CODE,
        fault: str = "",
        strange: bool = False,
    ) -> str:
        """The text of the reply."""
        asked = {"AppCode": app, **words}
        said = self._talk.ask(operation, asked, fault=fault, strange=strange)
        assert fault or self._talk.found(said, "resultCode") == code, said
        return said


_FIRM = {"applyTime": WHEN, "unitName": "小满餐饮", "unitCode": "91310104MA188WXJ2E"}
_SIGN = {
    **_FIRM, "legalPerson": "沈若梅", "setAddress": "天平路188号补正", "signText": "小满",
    "signType": "1", "length": "4.50", "height": "0.8", "thickness": "0.15",
    "offGround": "3.2", "light": "1",
}  # fmt: skip


def greening(talk: Talk) -> None:
    """Refusals in normal replies, system errors as faults, a feed of changes."""
    ask = _WithResult(talk)
    ask("findByRef", {"refNo": "nobody"})
    ask("findByRef", {"refNo": "nobody"}, strange=True, fault=MUST_UNDERSTAND)
    ask("findByRef", {"refNo": "nobody"}, app="stranger", code="1001")
    ask("findByRef", {"refNo": "x" * 97}, fault="SYS_FORMAT")

    def filed(reference: str, kind: str, application: Mapping[str, str]) -> str:
        said = ask(f"submit{kind}", {"refNo": reference, "application": application})
        return talk.found(said, "applyNo")

    first, second = filed("f:1", "Signboard", _SIGN), filed("f:2", "KitchenWaste", _FIRM)
    field = {"field": {"name": "height", "value": "0.9"}}
    more = {"supplementRef": "s:1", "remark": "已更换", "fields": field, "materials": {}}
    ask("supplement", {"applyNo": second, **more}, code="1102")
    ask("supplement", {"applyNo": "none", **more}, code="1101")
    talk.later(2)
    ask("supplement", {"applyNo": first, **more})
    back = {"applyNo": filed("f:3", "Signboard", _SIGN), "cancelRef": "w:1", "reason": "不办了"}
    ask("cancel", back)
    ask("cancel", back, code="1103")
    talk.later(20)
    ask("cancel", {**back, "applyNo": first}, code="1104")
    talk.found(ask("getApplication", {"applyNo": first}), "certNo")
    ask("getApplication", {"applyNo": "none"}, code="1101")
    talk.found(ask("findByRef", {"refNo": "f:1"}), "supplementRef")
    talk.found(ask("listChanges", {"since": "", "max": 200}), "nextCursor")
    ask("listChanges", {"since": "", "max": 201}, code="1002")


def police(talk: Talk) -> None:
    """Conclusions, people, and errors as documents."""

    def ask(
        operation: str, rows: str, *, licence: str = credentials.POLICE_LICENCE, **how: Any
    ) -> str:
        asked = f"<ROWS><INFO><SBM>onething</SBM></INFO>{rows}</ROWS>"
        return talk.ask(operation, {"inLicense": licence, "inConditions": asked}, **how)

    titles = "<ROW><GMSFHM>公民身份号码</GMSFHM><XM>姓名</XM></ROW>"
    person = (
        f"<ROW><GMSFHM>{DEMO['legal_rep_id_number']}</GMSFHM>"
        f"<XM>{DEMO['legal_rep_name']}</XM></ROW>"
    )
    check = titles + person
    assert talk.found(ask("nciicCheck", check), "result_xm") == "一致"
    other = check.replace(DEMO["legal_rep_name"], "别人")
    assert talk.found(ask("nciicCheck", other), "result_xm") == "不一致"
    nobody = titles + "<ROW><GMSFHM>none</GMSFHM><XM>无</XM></ROW>"
    talk.found(ask("nciicCheck", nobody), "errormesage")
    ask("nciicCheck", check, fault=MUST_UNDERSTAND, strange=True)
    assert talk.found(ask("nciicCheck", check, licence="stranger"), "ErrorCode") == "-80"
    assert talk.found(ask("nciicCheck", titles), "ErrorCode") == "-10"
    talk.ask("nciicCheck", {"inLicense": credentials.POLICE_LICENCE}, fault="Client")
    who = "<ROW><RYBH>人员编号</RYBH></ROW><ROW><RYBH>{}</RYBH></ROW>"
    talk.found(ask("nciicQueryPerson", who.format(DEMO["person_ref"])), "xm")
    talk.found(ask("nciicQueryPerson", who.format("nobody")), "errormesage")


TALKS: Mapping[str, Callable[[Talk], None]] = {
    "planning": planning, "construction": construction, "greening": greening, "police": police,
}  # fmt: skip
