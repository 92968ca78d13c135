"""The planning department as a client meets it: tokens, a choice, and questions by reference."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from zeep.exceptions import Fault
from zeep.wsse.username import UsernameToken

from mocks.core.city import DEMO
from mocks.core.clock import real_now

NS = "http://ghzyj.sh.gov.example/plancase"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PROFILE = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    "#PasswordDigest"
)
SECRET = "planning-demo-secret"
MEDIA = "text/xml; charset=utf-8"
REF = "310104:L3:file:1"
SITE = {"Address": "上海市徐汇区天平路188号", "Floors": 6, "Households": 24}
WHO = {"Name": "天平路188号业主委员会", "Identifier": "91310104MA1FRC2J0X"}
AT = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
PERMIT = {"Site": SITE, "Designer": "沪上设计院", "AddedArea": Decimal("31.50"), "LiftStops": 6}
NOTICE = {"Site": SITE, "NoticePlace": "小区大门", "NoticeText": "拟加装电梯一台"}


def token(
    *,
    nonce: bytes = b"0123456789abcdef",
    age: float = 0.0,
    user: str = "onething",
    secret: str = SECRET,
    kind: str = PROFILE,
) -> str:
    created = datetime.fromtimestamp(real_now() - age, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha1(nonce + created.encode() + secret.encode()).digest()  # noqa: S324
    return (
        f'<w:Security xmlns:w="{WSSE}" xmlns:u="{WSU}" s:mustUnderstand="1"><w:UsernameToken>'
        f"<w:Username>{user}</w:Username>"
        f'<w:Password Type="{kind}">{base64.b64encode(digest).decode()}</w:Password>'
        f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>"
        f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
    )


def golden(header: str, body: str) -> bytes:
    """A message written by hand."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<s:Header>{header}</s:Header><s:Body xmlns="{NS}/types">{body}</s:Body></s:Envelope>'
    ).encode()


QUERY = f"<QueryCase><CaseRef>{REF}</CaseRef></QueryCase>"
SUBMIT = (
    f"<SubmitCase><CaseRef>{REF}</CaseRef><SubmittedAt>2026-09-21T09:00:00+08:00</SubmittedAt>"
    "<Applicant><Name>业委会</Name><Identifier>1</Identifier></Applicant>"
    "<Permit><Site><Address>天平路188号</Address></Site><Cost>880000.00</Cost></Permit>"
    "</SubmitCase>"
)


@pytest.fixture
def planning(department: Any) -> Any:
    return department("planning")


@pytest.fixture
def service(planning: Any, transport: Any) -> Any:
    make: Any = UsernameToken  # zeep has no types
    name = make("onething", SECRET, use_digest=True)
    return planning.client(transport=transport, wsse=name)


def send(planning: Any, body: str, operation: str, header: str | None = None) -> Any:
    content = golden(token() if header is None else header, body)
    return planning.post(content, content_type=MEDIA, action=f"{NS}/{operation}")


def submit(service: Any, reference: str = REF, **choice: Any) -> Any:
    chosen = choice or {"Permit": PERMIT}
    return service.SubmitCase(CaseRef=reference, SubmittedAt=AT, Applicant=WHO, **chosen)


def only(service: Any) -> Any:
    (case,) = service.QueryCase(REF)
    return case


def fault_code(said: Fault) -> str:
    return str(said.detail.findtext(f".//{{{NS}/types}}Code"))


def test_a_parcel_is_described_by_its_codes(planning: Any, service: Any) -> None:
    known = planning.kit.city.parcel(DEMO["parcel_no"])
    found = service.GetParcel(DEMO["parcel_no"])
    assert found.LandUse in {"0701", "0709", "0901", "0902"}
    assert (found.Area, found.PlanUnit) == (known.area, known.plan_unit)
    assert found.asOf == planning.kit.clock.now()
    assert service.GetParcel("nowhere") is None


def test_a_plan_not_yet_approved_has_a_nil_date(planning: Any, service: Any) -> None:
    numbers = (f"310104000000GB{block:05d}" for block in range(100))
    parcels = [planning.kit.city.parcel(number) for number in numbers]
    pending = next(parcel for parcel in parcels if parcel.approved_on is None)
    assert service.GetParcel(pending.parcel_no).ApprovedOn is None

    body = f"<GetParcel><ParcelNo>{pending.parcel_no}</ParcelNo></GetParcel>"
    raw = send(planning, body, "GetParcel")
    assert b'xsi:nil="true"' in raw.content


def test_a_notice_hangs_ten_calendar_days(planning: Any, service: Any) -> None:
    submit(service, Notice=NOTICE)
    planning.later(seconds=600)
    case = only(service)
    assert (case.CaseType, case.Status) == ("GS", "03")
    period = (case.NoticePeriod.StartOn, case.NoticePeriod.EndOn)
    assert period == (date(2026, 9, 21), date(2026, 9, 30))

    planning.later(hours=24 * 9)
    assert only(service).Status == "03"
    planning.later(hours=25)
    case = only(service)
    assert (case.Status, case.StatusAt.date()) == ("07", date(2026, 10, 1))
    assert case.Certificate.CertName == "加装电梯方案公示结果"


def test_a_permit_takes_ten_working_days_over_the_holidays(planning: Any, service: Any) -> None:
    receipt = submit(service)
    assert (receipt.CaseRef, receipt.Status) == (REF, "01")
    planning.later(working_days=9)
    assert only(service).Status == "02"
    planning.later(working_days=1)
    certificate = only(service).Certificate
    # 25 September and 1 to 7 October are holidays; Saturday 10 October is worked for them.
    assert certificate.IssuedOn == date(2026, 10, 12)
    assert certificate.LicenceId.startswith("1.2.156.3005.2.11100000MB03271699022.")
    assert certificate.ValidUntil is None


def test_a_repeated_reference_makes_a_second_case(service: Any) -> None:
    numbers = [submit(service).AcceptNo, submit(service).AcceptNo]
    assert [case.AcceptNo for case in service.QueryCase(REF)] == numbers
    assert service.QueryCase("unknown") == []


def test_a_supplement_is_asked_for_and_received(planning: Any, service: Any) -> None:
    submit(service, Permit={**PERMIT, "Designer": "补正设计院"})
    planning.later(working_days=1)
    assert only(service).Status == "04"
    assert "补正" in only(service).Advice

    change = [{"Name": "Designer", "Value": "沪上设计院"}]
    answer = service.SupplementCase(REF, "s:1", "已改", change)
    assert answer.Status == "02"
    assert [s.SupplementRef for s in only(service).Supplement] == ["s:1"]

    planning.later(working_days=10)
    assert only(service).Status == "07"


def test_a_refusal_carries_its_code_and_sentence(planning: Any, service: Any) -> None:
    submit(service, Permit={**PERMIT, "Designer": "违规设计院"})
    planning.later(working_days=10)
    case = only(service)
    assert (case.Status, case.ReasonCode, case.Certificate) == ("08", "GH-BY-03", None)
    assert "不予许可" in case.Advice


def test_what_cannot_be_done_is_a_declared_fault(planning: Any, service: Any) -> None:
    codes = []

    def refused(act: Any, *arguments: str) -> None:
        with pytest.raises(Fault) as said:
            act(*arguments)
        codes.append(fault_code(said.value))

    refused(service.WithdrawCase, "unknown", "w", "不办了")
    submit(service)
    refused(service.SupplementCase, REF, "s:1")
    assert service.WithdrawCase(REF, "w", "不办了").Status == "09"
    refused(service.WithdrawCase, REF, "w", "不办了")
    submit(service, "other")
    planning.later(working_days=10)
    refused(service.WithdrawCase, "other", "w", "不办了")
    assert codes == ["P2001", "P2002", "P2003", "P2004"]


def test_a_busy_department_takes_nothing_in(planning: Any, service: Any) -> None:
    planning.spoil(operation="SubmitCase", kind="busy", first=1)
    with pytest.raises(Fault) as said:
        submit(service)
    assert (said.value.code, fault_code(said.value)) == ("soap:Server", "P9001")
    assert planning.kit.ledger.entries() == ()


def test_the_ledger_holds_the_case_and_no_token(planning: Any) -> None:
    assert send(planning, SUBMIT, "SubmitCase").status_code == 200
    (entry,) = planning.kit.ledger.entries()
    assert entry["service"] == "lift_planning_permit"
    assert entry["fields"]["Permit"] == {"Site": {"Address": "天平路188号"}, "Cost": "880000.00"}
    assert "Nonce" not in str(entry)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (lambda: "", "InvalidSecurity"),
        (lambda: token() + token(nonce=b"other"), "InvalidSecurity"),
        (lambda: token(age=310), "MessageExpired"),
        (lambda: token(age=-310), "MessageExpired"),
        (lambda: token(secret="guess"), "FailedAuthentication"),
        (lambda: token(user="someone"), "FailedAuthentication"),
        (lambda: token(kind=PROFILE.replace("Digest", "Text")), "UnsupportedSecurityToken"),
        (lambda: token().replace("<w:Nonce>", "<w:Nonce>*"), "InvalidSecurity"),
    ],
)
def test_a_bad_token_is_a_wsse_fault(planning: Any, sent: Callable[[], str], code: str) -> None:
    response = send(planning, SUBMIT, "SubmitCase", sent())
    assert response.status_code == 500
    (fault,) = etree.fromstring(response.content).iter("faultcode")
    assert fault.text == f"f:{code}"
    assert fault.nsmap["f"] == WSSE
    assert planning.kit.ledger.entries() == ()


def test_a_token_that_is_nearly_stale_is_let_in(planning: Any) -> None:
    assert send(planning, QUERY, "QueryCase", token(age=290)).status_code == 200


def test_a_nonce_is_taken_once(planning: Any) -> None:
    first, again = (send(planning, QUERY, "QueryCase", token()) for _ in range(2))
    other = send(planning, QUERY, "QueryCase", token(nonce=b"another"))
    assert [r.status_code for r in (first, again, other)] == [200, 500, 200]
    assert b"InvalidSecurityToken" in again.content


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        (SUBMIT.replace("<Permit>", "<Notice/><Permit>"), "SubmitCase"),
        (SUBMIT.replace("880000.00", "a lot"), "SubmitCase"),
        (SUBMIT.replace("2026-09-21T09:00:00+08:00", "yesterday"), "SubmitCase"),
        (SUBMIT, "QueryCase"),
        (SUBMIT + QUERY, "SubmitCase"),
        ("<DropCase/>", "DropCase"),
        ("", "SubmitCase"),
    ],
)
def test_a_request_that_breaks_the_contract_is_p1001(
    planning: Any, body: str, operation: str
) -> None:
    response = send(planning, body, operation)
    assert response.status_code == 500
    assert b"P1001" in response.content
    assert planning.kit.ledger.entries() == ()


def test_headers_nobody_understands_are_refused(planning: Any) -> None:
    header = token() + '<x:Route xmlns:x="urn:x" s:mustUnderstand="1"/>'
    response = send(planning, QUERY, "QueryCase", header)
    assert b"MustUnderstand" in response.content


def test_every_reply_and_fault_is_valid_by_the_contract(planning: Any, service: Any) -> None:
    schema = etree.XMLSchema(etree.parse(planning.kit.contract_dir / "plan-case.xsd"))
    parcel = f"<GetParcel><ParcelNo>{DEMO['parcel_no']}</ParcelNo></GetParcel>"
    withdraw = f"<WithdrawCase><CaseRef>{REF}</CaseRef><WithdrawRef>w</WithdrawRef><Reason/>"
    supplement = f"<SupplementCase><CaseRef>{REF}</CaseRef><SupplementRef>s</SupplementRef>"
    asked = [
        (parcel, "GetParcel"),
        (SUBMIT.replace("天平路188号", "天平路188号补正"), "SubmitCase"),
        (supplement + "</SupplementCase>", "SupplementCase"),
        (withdraw + "</WithdrawCase>", "WithdrawCase"),
        (QUERY, "QueryCase"),
        (withdraw + "</WithdrawCase>", "WithdrawCase"),
    ]
    names: list[str] = []
    for number, (body, operation) in enumerate(asked):
        response = send(planning, body, operation, token(nonce=b"%d" % number))
        answered: Any = etree.fromstring(response.content)[0]
        (content,) = answered.xpath("*[not(detail)] | */detail/*")
        schema.assertValid(etree.fromstring(etree.tostring(content)))
        names.append(etree.QName(content).localname)
        planning.later(hours=timedelta(days=2) / timedelta(hours=1))
    assert names == [
        "GetParcelResponse",
        "SubmitCaseResponse",
        "SupplementCaseResponse",
        "WithdrawCaseResponse",
        "QueryCaseResponse",
        "CaseFault",
    ]
