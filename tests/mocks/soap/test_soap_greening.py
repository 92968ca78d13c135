"""Greening and city appearance as a client meets it: through zeep, and through raw bytes."""

from datetime import datetime
from typing import Any

import httpx
import pytest
from lxml import etree
from zeep.exceptions import Fault

from mocks.core.clock import real_now
from mocks.soap.wsdl import load
from tests.mocks.conftest import until

APP = "onething"
NS = "http://lhsr.sh.gov.example/signapp"
SIGN = {
    "applyTime": "2026-09-21 09:00:00",
    "unitName": "上海徐汇小满餐饮有限公司",
    "unitCode": "91310104MA1FRC2J0X",
    "legalPerson": "沈若梅",
    "setAddress": "上海市徐汇区天平路188号1层",
    "licenceNo": "310104000000001",
    "agent": {"agentName": "陆知远", "agentCertNo": "x", "agentMobile": "139"},
    "signText": "小满",
    "signType": "1",
    "length": "4.50",
    "height": "0.8",
    "thickness": "0.15",
    "offGround": "3.2",
    "light": "1",
    "material": [
        {
            "code": "D6",
            "name": "效果图",
            "digest": "0" * 64,
            "bytes": 10,
            "mime": "application/pdf",
        }
    ],
}
WASTE = {
    "applyTime": "2026-09-21 09:00:00",
    "unitName": "上海徐汇小满餐饮有限公司",
    "unitCode": "91310104MA1FRC2J0X",
    "foodPermitNo": "JY23101040000001",
}
# What another vendor's client sends: other prefixes, a declaration, white space.
GOLDEN = f"""<?xml version="1.0" encoding="utf-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:m="{NS}">
  <SOAP-ENV:Header/>
  <SOAP-ENV:Body>
    <m:submitKitchenWaste>
      <AppCode>onething</AppCode>
      <refNo>case:E:file:1</refNo>
      <application>
        <applyTime>2026-09-21 09:00:00</applyTime>
        <unitName>上海徐汇小满餐饮有限公司</unitName>
        <unitCode>91310104MA1FRC2J0X</unitCode>
      </application>
    </m:submitKitchenWaste>
  </SOAP-ENV:Body>
</SOAP-ENV:Envelope>"""


@pytest.fixture
def greening(department: Any) -> Any:
    return department("greening")


@pytest.fixture
def service(greening: Any, transport: Any) -> Any:
    return greening.client(transport=transport)


def file_sign(service: Any, **changes: Any) -> str:
    answer = service.submitSignboard(APP, "case:D:file:1", {**SIGN, **changes})
    assert answer.resultCode == "0"
    return str(answer.applyNo)


def info(service: Any, number: str) -> Any:
    return service.getApplication(APP, number).apply


def raw(greening: Any, body: str, action: str = "submitKitchenWaste") -> Any:
    return greening.post(
        body.encode(), content_type="text/xml; charset=utf-8", action=f"{NS}#{action}"
    )


def fault_code(response: Any) -> str:
    assert response.status_code == 500
    root = etree.fromstring(response.content)
    return str(root.xpath("string(//*[local-name()='serviceError']/code)"))


def test_a_sign_is_granted_after_five_working_days(greening: Any, service: Any) -> None:
    number = file_sign(service)
    assert info(service, number).status == "S0"

    greening.later(seconds=120)
    assert info(service, number).status == "S1"
    greening.later(working_days=4)  # Friday is the holiday 中秋节, so this ends on 28 September
    assert info(service, number).status == "S1"
    greening.later(working_days=1)

    granted = info(service, number)
    assert (granted.status, granted.statusTime) == ("S8", "2026-09-29 10:00:00")
    assert granted.cert.certName == "户外招牌设置备案凭证"
    assert granted.cert.elicenceId.startswith("1.2.156.3005.2.")


def test_kitchen_waste_takes_one_working_day(greening: Any, service: Any) -> None:
    answer = service.submitKitchenWaste(APP, "case:E:file:1", WASTE)
    greening.later(working_days=1)
    assert info(service, answer.applyNo).status == "S8"


def test_the_ledger_holds_the_fields_as_they_were_received(greening: Any, service: Any) -> None:
    file_sign(service)
    entry = greening.kit.ledger.entries()[0]
    sent = {**SIGN, "material": [{**SIGN["material"][0], "bytes": "10"}]}  # type: ignore[index]
    assert (entry["kind"], entry["service"], entry["fields"]) == ("filing", "signboard", sent)


def test_a_repeated_reference_makes_a_second_filing(service: Any) -> None:
    numbers = [file_sign(service), file_sign(service)]
    found = service.findByRef(APP, "case:D:file:1").apply
    assert [one.applyNo for one in found] == numbers
    assert service.findByRef(APP, "case:D:file:2").apply == []


def test_a_lagging_look_up_does_not_show_what_just_came(greening: Any, service: Any) -> None:
    file_sign(service)
    greening.spoil(operation="findByRef", kind="lag", delay_s=30)
    assert service.findByRef(APP, "case:D:file:1").apply == []


def test_the_feed_tells_every_change_once_in_order(greening: Any, service: Any) -> None:
    number = file_sign(service)
    greening.later(working_days=6)

    first = service.listChanges(APP, "", 2)
    second = service.listChanges(APP, first.nextCursor, 2)

    assert [(c.applyNo, c.status) for c in first.change] == [(number, "S0"), (number, "S1")]
    assert [c.cert is not None for c in first.change] == [False, False]
    assert [(c.status, c.cert is not None) for c in second.change] == [("S8", True)]
    assert (first.more, second.more) == (True, False)
    assert service.listChanges(APP, second.nextCursor, 2).change == []


def test_a_supplement_is_asked_for_once_and_its_receipt_shown(greening: Any, service: Any) -> None:
    number = file_sign(service, signText="小满 补正")
    greening.later(working_days=1)
    assert info(service, number).status == "S2"
    assert "补正" in info(service, number).opinion

    fields = {"field": [{"name": "signText", "value": "小满"}]}
    answer = service.supplement(APP, number, "case:D:supplement:1", "已改", fields, {})
    assert (answer.resultCode, answer.status) == ("0", "S1")
    assert info(service, number).supplement[0].supplementRef == "case:D:supplement:1"

    greening.later(working_days=5)
    assert info(service, number).status == "S8"
    again = service.supplement(APP, number, "case:D:supplement:2", "", {}, {})
    assert again.resultCode == "1102"


def test_a_refusal_carries_its_code_and_sentence(greening: Any, service: Any) -> None:
    number = file_sign(service, signText="违规大字")
    greening.later(working_days=6)
    refused = info(service, number)
    assert (refused.status, refused.reasonCode) == ("S9", "LH-BY-02")
    assert "不予许可" in refused.opinion
    assert refused.cert is None


def test_a_withdrawn_application_says_so_the_second_time(service: Any) -> None:
    number = file_sign(service)
    assert service.cancel(APP, number, "case:D:withdraw:1", "不办了").status == "SX"
    assert service.cancel(APP, number, "case:D:withdraw:1", "不办了").resultCode == "1103"


def test_a_decided_application_cannot_be_withdrawn(greening: Any, service: Any) -> None:
    number = file_sign(service)
    greening.later(working_days=6)
    assert service.cancel(APP, number, "r", "不办了").resultCode == "1104"


def test_business_errors_stand_in_normal_replies(service: Any) -> None:
    assert service.getApplication("someone", "x").resultCode == "1001"
    assert service.getApplication(APP, "x").resultCode == "1101"
    assert service.cancel(APP, "x", "r", "").resultCode == "1101"
    assert service.supplement(APP, "x", "r", "", {}, {}).resultCode == "1101"
    assert service.listChanges(APP, "last week", 10).resultCode == "1002"
    assert service.listChanges(APP, "", 1000).resultCode == "1002"


def test_a_busy_system_is_a_fault_and_nothing_is_filed(greening: Any, service: Any) -> None:
    greening.spoil(operation="submitSignboard", kind="busy", first=1)
    with pytest.raises(Fault) as busy:
        file_sign(service)
    assert busy.value.detail.findtext(".//code") == "SYS_BUSY"
    assert greening.kit.ledger.entries() == ()
    file_sign(service)


def test_raw_bytes_of_another_client_are_understood_and_answered_by_contract(
    greening: Any,
) -> None:
    response = raw(greening, GOLDEN)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/xml; charset=UTF-8"
    body = etree.fromstring(response.content)[0][0]
    assert body.tag == f"{{{NS}}}submitKitchenWasteResponse"
    assert body[0].tag == "result"
    load(greening.kit.contract_dir / "signapp.wsdl").check(body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<unitCode>91310104MA1FRC2J0X</unitCode>", ""),
        ("2026-09-21 09:00:00", "2026-09-21T09:00:00+08:00"),
        ("m:submitKitchenWaste>", "m:submitAnything>"),
        ("<AppCode>onething</AppCode>", "<m:AppCode>onething</m:AppCode>"),
        ("<SOAP-ENV:Header/>", "<SOAP-ENV:Body/>"),
        ('<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE x SYSTEM 'http://127.0.0.1/x'>"),
        ("</SOAP-ENV:Envelope>", ""),
    ],
)
def test_a_request_that_breaks_the_contract_gets_the_format_fault(
    greening: Any, old: str, new: str
) -> None:
    assert old in GOLDEN
    response = raw(greening, GOLDEN.replace(old, new))
    assert fault_code(response) == "SYS_FORMAT"
    assert greening.kit.ledger.entries() == ()


def test_an_action_that_names_another_operation_is_refused(greening: Any) -> None:
    assert fault_code(raw(greening, GOLDEN, action="cancel")) == "SYS_FORMAT"


def test_soap_twelve_is_refused_by_media_type_and_by_version(greening: Any) -> None:
    other = greening.post(GOLDEN.encode(), content_type="application/soap+xml", action="x")
    envelope = GOLDEN.replace(
        "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
    )
    version = raw(greening, envelope)
    assert other.status_code == 415
    assert b"VersionMismatch" in version.content


def test_of_a_long_content_type_the_beginning_is_read(greening: Any) -> None:
    near, far = (f"text/xml;{' ' * n}charset=x-none" for n in (500, 1500))

    action = f"{NS}#submitKitchenWaste"

    answers = [
        greening.post(GOLDEN.encode(), content_type=kind, action=action) for kind in (near, far)
    ]

    assert [answer.status_code for answer in answers] == [500, 200]


def test_a_filing_may_be_taken_in_after_its_sender_gave_up(greening: Any) -> None:
    greening.spoil(operation=["submitKitchenWaste"], kind="late_accept", delay_s=1.0, first=1)
    asked, entries = real_now(), greening.kit.ledger.entries

    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            greening.url,
            content=GOLDEN.encode(),
            headers={"content-type": "text/xml", "soapaction": f'"{NS}#submitKitchenWaste"'},
            timeout=0.2,
            trust_env=False,
        )

    assert entries() == ()
    until(entries, "it is taken in")
    (entry,) = entries()
    assert (entry["kind"], entry["reference"]) == ("filing", "case:E:file:1")
    assert datetime.fromisoformat(entry["real_at"]).timestamp() >= asked + 1.0


def test_what_may_follow_is_told_and_taken_at_once(greening: Any, service: Any) -> None:
    number = file_sign(service, signText="小满 容缺")
    greening.later(seconds=61)
    told = info(service, number)

    answer = service.supplement(APP, number, "case:D:supplement:1", "补交", {}, {})

    assert (told.status, told.opinion) == ("S4", "可容缺后补:小满 容缺, 10个工作日内补交")
    assert (answer.resultCode, answer.status) == ("0", "S1")
    greening.later(working_days=6)
    assert info(service, number).statusTime == "2026-09-29 10:00:00"
