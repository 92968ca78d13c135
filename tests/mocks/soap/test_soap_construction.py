"""The construction department as a client meets it: documents in strings, GB18030 on the wire."""

from collections.abc import Mapping
from typing import Any

import pytest
from lxml import etree
from zeep.exceptions import Fault

from mocks.core.city import DEMO

SERVICE = "http://service.jzgl.sh.gov.example/"
ENV = "http://www.w3.org/2003/05/soap-envelope"
MEDIA = "application/soap+xml; charset=GB18030"
HEAD = (
    "<HEAD><USERID>onething</USERID><PASSWORD>{password}</PASSWORD>"
    "<JYLSH>t-1</JYLSH><FSSJ>2026-09-21 09:00:00</FSSJ></HEAD>"
)
APPLICATION = (
    "<WBLSH>case:L4:file:1</WBLSH><SQLX>{kind}</SQLX><SQSJ>2026-09-21 09:00:00</SQSJ>"
    "<SQR><SQRMC>天平路188号业主委员会</SQRMC><SQRDM>91310104MA1FRC2J0X</SQRDM></SQR>"
    "<XM><XMDZ>上海市徐汇区天平路188号</XMDZ>{more}<SJDW>{designer}</SJDW><JDGD>21.5</JDGD></XM>"
    "<CLLB><CL><CLLX>L4.1</CLLX><CLMC>施工图</CLMC><ZYZ>{digest}</ZYZ><DX>9</DX>"
    "<MTLX>application/pdf</MTLX></CL></CLLB>"
)


def inner(body: str, password: str | None = None) -> str:
    head = HEAD.format(password=password or "construction-demo-secret")
    return f'<?xml version="1.0" encoding="GB18030"?><REQUEST>{head}<BODY>{body}</BODY></REQUEST>'


def application(kind: str = "01", more: str = "", designer: str = "沪上设计院𠮷") -> str:
    return APPLICATION.format(kind=kind, more=more, designer=designer, digest="a" * 64)


def golden(operation: str, document: str) -> str:
    """An envelope written by hand, the document escaped in CDATA."""
    return (
        f'<?xml version="1.0" encoding="GB18030"?>\n<e:Envelope xmlns:e="{ENV}"><e:Body>'
        f'<q:{operation} xmlns:q="{SERVICE}"><xmlParam><![CDATA[{document}]]></xmlParam>'
        f"</q:{operation}></e:Body></e:Envelope>"
    )


@pytest.fixture
def construction(department: Any) -> Any:
    return department("construction")


@pytest.fixture
def call(construction: Any, transport: Any) -> Any:
    """Calls through zeep; every answer is checked against its schema."""
    service = construction.client(transport=transport)

    def called(operation: str, body: str, **arguments: str) -> Any:
        text = service[operation](xmlParam=inner(body, **arguments))
        root = etree.fromstring(text.encode("gb18030"))
        file = construction.kit.contract_dir / f"inner-{operation}.xsd"
        etree.XMLSchema(etree.parse(file)).assertValid(root)
        assert (root.tag, root.findtext("HEAD/CODE")) == ("RESPONSE", "0000")
        return root.find("BODY")

    return called


def item(call: Any, number: str) -> Mapping[str, str]:
    found = call("queryItems", f"<SLBH>{number}</SLBH>").find("ITEMLIST/ITEM")
    return {e.tag: e.text for e in found.iter()}


def subcodes(fault: Fault) -> list[str]:
    return [qname.localname for qname in fault.subcodes]


def test_a_review_passes_the_experts_and_is_granted_after_five_days(
    construction: Any, call: Any
) -> None:
    receipt = call("applyItem", application())
    number = receipt.findtext("SLBH")
    assert (receipt.findtext("ZT"), receipt.findtext("SLSJ")) == ("0", "2026-09-21 09:00:00")

    construction.later(working_days=2)
    assert item(call, number)["ZT"] == "3"
    construction.later(working_days=3)

    done = item(call, number)
    assert (done["ZT"], done["ZTSJ"]) == ("4", "2026-09-29 10:00:00")
    assert (done["ZZMC"], done["FZRQ"]) == ("施工图审查合格书", "20260929")


@pytest.mark.parametrize("kind", ["02", "03"])
def test_registration_and_commencement_take_one_day(
    construction: Any, call: Any, kind: str
) -> None:
    number = call("applyItem", application(kind)).findtext("SLBH")
    construction.later(working_days=1)
    assert (item(call, number)["SQLX"], item(call, number)["ZT"]) == (kind, "4")


def test_a_building_is_described_by_its_own_codes(construction: Any, call: Any) -> None:
    number = DEMO["building_no"]
    known = construction.kit.city.building(number)
    found = call("queryBuilding", f"<JZWBM>{number}</JZWBM>").find("JZW")
    assert found.findtext("NHDJ") in "1234"
    assert found.findtext("CS") == str(known.floors)
    assert found.findtext("JGRQ") == "20120618"
    assert found.findtext("XFYSBH") == known.fire_acceptance_no
    assert call("queryBuilding", "<JZWBM>nowhere</JZWBM>").find("JZW") is None


def test_the_projects_of_parcels_are_listed_each_with_its_parcel(
    construction: Any, call: Any
) -> None:
    parcels = [DEMO["second"]["parcel_no"], "nowhere", DEMO["parcel_no"], DEMO["parcel_no"]]
    asked = "".join(f"<ZDDM>{parcel}</ZDDM>" for parcel in parcels)
    found = list(call("queryProjects", asked).iterfind("XMLIST/XM"))
    city = construction.kit.city
    known = [*city.projects(parcels[0]), *city.projects(parcels[2])]
    assert [e.findtext("XMBH") for e in found] == [one.project_no for one in known]
    assert [e.findtext("ZDDM") for e in found] == [one.parcel_no for one in known]
    assert (found[-1].findtext("JSJD"), found[-1].findtext("XMMC")) == (
        "5",
        "天平路188号外立面改造工程",
    )


def test_projects_and_permits_are_found_by_their_numbers(construction: Any, call: Any) -> None:
    project, permit = DEMO["project_no"], DEMO["permit_no"]
    found = call("queryProjects", f"<XMBH>{project}</XMBH><XMBH>XM0</XMBH>")
    assert [e.text for e in found.iterfind("XMLIST/XM/XMBH")] == [project]
    found = call("queryPermits", f"<XKBH>0</XKBH><XKBH>{permit}</XKBH>")
    assert [e.text for e in found.iterfind("XKLIST/XK/XKBH")] == [permit]
    found = call("queryPermits", f"<XMBH>{project}</XMBH>")
    known = construction.kit.city.permits(project)
    assert [e.text for e in found.iterfind("XKLIST/XK/XKLX")] == ["01", "02", "03", "04"]
    assert [e.text for e in found.iterfind("XKLIST/XK/FZRQ")] == [
        f"{one.issued_on:%Y%m%d}" for one in known
    ]
    assert call("queryPermits", "<XMBH>XM0</XMBH>").find("XKLIST/XK") is None


def test_a_batch_leaves_unknown_numbers_out(call: Any) -> None:
    numbers = [call("applyItem", application(kind)).findtext("SLBH") for kind in ("01", "02")]
    asked = "".join(f"<SLBH>{n}</SLBH>" for n in [numbers[1], "JS0", *numbers])
    found = call("queryItems", asked).iterfind("ITEMLIST/ITEM/SLBH")
    assert [e.text for e in found] == [numbers[1], numbers[0]]


def test_all_filings_of_a_reference_are_found(call: Any) -> None:
    numbers = [call("applyItem", application()).findtext("SLBH") for _ in range(2)]
    found = call("queryByRef", "<WBLSH>case:L4:file:1</WBLSH>").iterfind("ITEMLIST/ITEM/SLBH")
    assert [e.text for e in found] == numbers
    assert call("queryByRef", "<WBLSH>other</WBLSH>").find("ITEMLIST/ITEM") is None


def test_a_supplement_is_received_under_its_own_number(construction: Any, call: Any) -> None:
    number = call("applyItem", application(designer="补正设计院")).findtext("SLBH")
    construction.later(working_days=1)
    assert item(call, number)["ZT"] == "2"

    body = f"<SLBH>{number}</SLBH><BZLSH>s-1</BZLSH><NR><MC>SJDW</MC><Z>设计院</Z></NR>"
    assert call("supplementItem", body).findtext("ZT") == "1"
    assert item(call, number)["BZLSH"] == "s-1"

    construction.later(working_days=5)
    assert item(call, number)["ZT"] == "4"


def test_a_refusal_carries_its_code_and_sentence(construction: Any, call: Any) -> None:
    number = call("applyItem", application(designer="违规设计院")).findtext("SLBH")
    construction.later(working_days=5)
    refused = item(call, number)
    assert (refused["ZT"], refused["YJDM"]) == ("5", "JS-BY-01")
    assert "不予许可" in refused["YJ"]


def test_the_ledger_holds_the_inner_body_and_no_password(construction: Any, call: Any) -> None:
    call("applyItem", application())
    fields = construction.kit.ledger.entries()[0]["fields"]
    assert fields["XM"]["SJDW"] == "沪上设计院𠮷"
    assert fields["CLLB"]["CL"][0]["CLMC"] == "施工图"
    assert "secret" not in str(construction.kit.ledger.entries())


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("applyItem", application(more="<JZWBM>nowhere</JZWBM>"), "E2101"),
        ("applyItem", "<WBLSH>only</WBLSH>", "E1002"),
        ("queryItems", "".join(f"<SLBH>{n}</SLBH>" for n in range(21)), "E1002"),
        ("queryProjects", "<ZDDM>x</ZDDM>" * 21, "E1002"),
        ("queryProjects", "<ZDDM>x</ZDDM><XMBH>y</XMBH>", "E1002"),
        ("queryPermits", "<XKBH>x</XKBH>" * 21, "E1002"),
        ("revokeItem", "<SLBH>x</SLBH><CXLSH>w</CXLSH><CXYY>-</CXYY>", "E2001"),
        ("supplementItem", "<SLBH>x</SLBH><BZLSH>s</BZLSH>", "E2001"),
    ],
)
def test_what_is_declined_is_a_senders_fault(
    call: Any, operation: str, body: str, code: str
) -> None:
    with pytest.raises(Fault) as said:
        call(operation, body)
    assert said.value.code == "env:Sender"
    assert subcodes(said.value) == [code]


def test_a_wrong_password_is_told_apart(call: Any) -> None:
    with pytest.raises(Fault) as said:
        call("queryBuilding", "<JZWBM>x</JZWBM>", password="wrong")
    assert subcodes(said.value) == ["E1003"]


def test_revoking_twice_and_too_late_are_different_faults(construction: Any, call: Any) -> None:
    first, second = (call("applyItem", application(k)).findtext("SLBH") for k in ("01", "02"))
    revoke = "<SLBH>{}</SLBH><CXLSH>w</CXLSH><CXYY>不办了</CXYY>".format
    assert call("revokeItem", revoke(first)).findtext("ZT") == "6"
    construction.later(working_days=1)
    codes = []
    for number in (first, second):
        with pytest.raises(Fault) as said:
            call("revokeItem", revoke(number))
        codes += subcodes(said.value)
    assert codes == ["E2003", "E2004"]


def test_a_busy_platform_is_a_receivers_fault_in_gb18030_with_status_500(
    construction: Any,
) -> None:
    construction.spoil(operation="*", kind="busy")
    envelope = golden("applyItem", inner(application()))
    response = construction.post(envelope.encode("gb18030"), content_type=MEDIA)
    assert (response.status_code, response.headers["content-type"]) == (500, MEDIA)
    assert "系统繁忙".encode("gb18030") in response.content
    root = etree.fromstring(response.content)
    codes = [e.text for e in root.iter(f"{{{ENV}}}Value")]
    assert codes == ["env:Receiver", "f:BUSY"]
    assert construction.kit.ledger.entries() == ()


def test_gb18030_bytes_of_another_client_are_understood(construction: Any) -> None:
    envelope = golden("applyItem", inner(application()))
    media = MEDIA + '; action="urn:applyItem"'
    response = construction.post(envelope.encode("gb18030"), content_type=media)
    assert (response.status_code, response.headers["content-type"]) == (200, MEDIA)
    assert response.content.startswith(b"<?xml version='1.0' encoding='GB18030'?>")
    reply = etree.fromstring(response.content)[0][0]
    schema = etree.XMLSchema(etree.parse(construction.kit.contract_dir / "jzgl-service.xsd"))
    schema.assertValid(reply)
    assert "encoding='GB18030'" in str(reply.findtext("return"))[:50]


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (golden("applyItem", "x").replace("xmlParam", "param").encode("gb18030"), MEDIA),
        (golden("nothing", "x").encode("gb18030"), MEDIA),
        (golden("applyItem", "x").encode("gb18030"), MEDIA + '; action="urn:revokeItem"'),
        (golden("applyItem", "中文").encode("gb18030"), "application/soap+xml; charset=utf-8"),
        (golden("applyItem", "x").encode("gb18030"), "application/soap+xml; charset=ebcdic"),
    ],
)
def test_a_message_that_breaks_the_outer_contract_is_e1001(
    construction: Any, content: bytes, media: str
) -> None:
    response = construction.post(content, content_type=media)
    assert response.status_code == 500
    assert b"E1001" in response.content


@pytest.mark.parametrize(
    "document",
    [
        inner(application()).replace("GB18030", "UTF-8"),
        inner(application()).replace("REQUEST", "RESPONSE"),
        "<!DOCTYPE REQUEST [<!ENTITY a 'b'>]><REQUEST/>",
        "no document",
    ],
)
def test_a_document_that_breaks_the_inner_contract_is_e1002(
    construction: Any, document: str
) -> None:
    envelope = golden("applyItem", document).encode("gb18030")
    response = construction.post(envelope, content_type=MEDIA)
    assert b"E1002" in response.content
