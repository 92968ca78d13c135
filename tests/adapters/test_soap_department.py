"""A SOAP department over real bytes: what is sent, what is believed, what is refused."""

import gzip
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from adapters.department import DeclaredDepartment
from adapters.documents import Documents
from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from adapters.soap.envelope import content_type
from adapters.soap.wsdl import load_wsdl
from schema.domain.filing import Filing, ItemStatus, Progress, Receipt
from schema.domain.problem import ProblemCode
from tests.adapters.conftest import CONTRACTS, Counter, filing_with

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SHANGHAI = ZoneInfo("Asia/Shanghai")
RECORD = (
    "<Record><Id>h1</Id><Floors> 6 </Floors><Area>186.50</Area><Listed>1</Listed>"
    '<Built xsi:nil="true"/><Use>S</Use></Record>'
)
FILED = (
    "<FileResponse xmlns='urn:permits'><No>N1</No><At>2026-11-23T10:00:00+08:00</At></FileResponse>"
)


def envelope(body: str, header: str = "") -> str:
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{header}<s:Body>{body}</s:Body></s:Envelope>"
    )


def read_reply(inside: str) -> str:
    return envelope(f'<ReadResponse xmlns="urn:permits">{inside}</ReadResponse>')


def fault(code: str, detail: str = "", text: str = "words") -> str:
    inside = (
        f'<detail><p:Trouble xmlns:p="urn:permits">{detail}</p:Trouble></detail>' if detail else ""
    )
    return envelope(
        f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>{text}</faultstring>{inside}</s:Fault>"
    )


async def read(department: DeclaredDepartment, budget: float = 1.0) -> object:
    return (await department.read("house", "id", ["h1"], budget=budget))["h1"]


async def test_request_satisfies_the_schema_in_contract_order(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(envelope(FILED))
    receipt = await permits.file(filing_with(openingDate=date(2026, 12, 1)), budget=1)
    assert receipt == Receipt(number="N1", received_at=datetime(2026, 11, 23, 10, tzinfo=SHANGHAI))
    head, _, body = counter.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ws HTTP/1.1")
    assert b'SOAPAction: "urn:File"' in head
    assert b"traceparent: 00-aa-bb-01" in head
    sent = etree.fromstring(body).find(f"{{{ENVELOPE}}}Body")[0]  # type: ignore[index]  # stubs
    folder = CONTRACTS / "permits/contract"
    wsdl = load_wsdl(Documents(folder), folder / "permits.wsdl")
    wsdl.schemas.validator().assertValid(sent)
    assert [etree.QName(c).localname for c in sent] == [
        "Ref",
        "Shop",
        "Area",
        "Opening",
        "Document",
    ]
    assert [c.text for c in sent][:4] == ["c-1:B:file:1", "小满 <&>", "186.56", "2026-12-01"]
    assert sent[2].get("unit") == "m2"


async def test_absent_is_left_out_and_else_nil_is_nil(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(envelope(FILED))
    await permits.file(filing_with(usableArea=None), budget=1)
    assert b"<n1:Area" not in counter.heard[0]
    assert b"n1:Agent" not in counter.heard[0]
    assert b'<n1:Opening xsi:nil="true"/>' in counter.heard[0]


async def test_security_header_digests_the_password(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(read_reply(""))
    await read(permits)
    assert b"<wsse:Username>onething</wsse:Username>" in counter.heard[0]
    assert b"#PasswordDigest" in counter.heard[0]
    assert b"secret" not in counter.heard[0]


async def test_a_value_xml_cannot_carry_is_not_sent(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    with pytest.raises(Misconfigured):
        await permits.file(filing_with(shopName="a\x00b"), budget=1)
    assert counter.heard == []


async def test_record_is_typed_and_nil_is_absent(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(read_reply(RECORD))
    assert await read(permits) == {
        "id": "h1",
        "floors": 6,
        "area": Decimal("186.50"),
        "listed": True,
        "built": None,
        "use": "商业",
    }


async def test_no_record_is_none(permits: DeclaredDepartment, counter: Counter) -> None:
    counter.says(read_reply(""))
    assert await read(permits) is None


async def test_filings_come_oldest_first(permits: DeclaredDepartment, counter: Counter) -> None:
    cases = "".join(f"<Case><No>N{n}</No><At>2026-11-2{n}T10:00:00Z</At></Case>" for n in (3, 1, 2))
    counter.says(envelope(f'<FindResponse xmlns="urn:permits">{cases}</FindResponse>'))
    found = await permits.find_filing("r", "shop", budget=1)
    assert [receipt.number for receipt in found] == ["N1", "N2", "N3"]


async def test_progress_speaks_our_statuses(permits: DeclaredDepartment, counter: Counter) -> None:
    state = "<Status>07</Status><At>2026-11-23T10:00:00</At>"
    counter.says(envelope(f'<StateResponse xmlns="urn:permits">{state}</StateResponse>'))
    at = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
    assert await permits.progress(["N1"], "shop", budget=1) == {
        "N1": Progress(receipt="N1", status=ItemStatus.GRANTED, at=at)
    }


BROKEN = {
    "a wrong boolean": read_reply(RECORD.replace("<Listed>1", "<Listed>maybe")),
    "a wrong integer": read_reply(RECORD.replace(" 6 ", "six")),
    "a wrong date": read_reply(RECORD.replace('<Built xsi:nil="true"/>', "<Built>soon</Built>")),
    "a missing required element": read_reply(RECORD.replace("<Use>S</Use>", "")),
    "an unknown code": read_reply(RECORD.replace("<Use>S", "<Use>X")),
    "another operation's reply": envelope(FILED),
    "another namespace": read_reply(RECORD).replace("urn:permits", "urn:else"),
    "an empty Body": envelope(""),
    "two elements in the Body": envelope(FILED + FILED),
    "a Body before the Header": envelope("", "").replace("</s:Body>", "</s:Body><s:Header/>"),
    "SOAP 1.2": read_reply(RECORD).replace(ENVELOPE, "http://www.w3.org/2003/05/soap-envelope"),
    "no envelope": "<x/>",
    "truncated XML": read_reply(RECORD)[:-20],
    "nothing": "",
    "a DTD": "<!DOCTYPE s:Envelope>" + read_reply(RECORD),
    "an entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + read_reply("&e;"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_reply_against_the_contract_is_broken_contract(
    permits: DeclaredDepartment, counter: Counter, name: str
) -> None:
    counter.says(BROKEN[name])
    with pytest.raises(ContractBroken):
        await read(permits)


async def test_web_page_is_broken_contract(permits: DeclaredDepartment, counter: Counter) -> None:
    counter.says("<html><body>Login</body></html>", kind="text/html")
    with pytest.raises(ContractBroken, match="no XML but text/html"):
        await read(permits)


@pytest.mark.parametrize("kind", ['text/xml; a="' + ";" * 64_000, "text/xml;" + " " * 400])
async def test_too_long_a_content_type_is_not_read(
    permits: DeclaredDepartment, counter: Counter, kind: str
) -> None:
    counter.says(read_reply(RECORD), kind=f"{kind}; charset=utf-8")

    with pytest.raises(ContractBroken, match="no XML but text/xml;") as broken:
        await read(permits)

    assert broken.value.foreign
    assert content_type(kind) == (kind[:40], None)


async def test_more_namespaces_than_a_message_needs_are_not_validated(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    for count in (401, 390):
        many = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(count))
        counter.says(read_reply(RECORD).replace("<s:Body>", f"<s:Body {many}>"))

    with pytest.raises(ContractBroken, match="400 namespaces"):
        await read(permits)
    assert await read(permits)


async def test_error_page_with_5xx_is_unknown(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says("<html>502</html>", status=502, kind="text/html")
    with pytest.raises(OutcomeUnknown) as caught:
        await read(permits)
    assert caught.value.code is ProblemCode.DEPARTMENT_FAULT


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (fault("Server", "<p:Code>T409</p:Code><p:Text>重复</p:Text>"), Refused),
        (fault("Server", "<p:Code>T503</p:Code><p:Text>忙</p:Text>"), NotDelivered),
        (fault("Client.Auth"), Misconfigured),
        (fault("Server"), OutcomeUnknown),
        (fault("Server", "<p:Code>T999</p:Code><p:Text>?</p:Text>"), OutcomeUnknown),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
async def test_fault_means_what_the_manifest_says(
    permits: DeclaredDepartment,
    counter: Counter,
    filing: Filing,
    reply: str,
    error: type[AdapterError],
    status: int,
) -> None:
    counter.says(reply, status=status)
    with pytest.raises(error) as caught:
        await permits.file(filing, budget=1)
    if isinstance(caught.value, Refused):
        assert (caught.value.fault, caught.value.reason) == ("T409", "重复")


async def test_absent_fault_is_no_record(permits: DeclaredDepartment, counter: Counter) -> None:
    counter.says(fault("Server", "<p:Code>T404</p:Code><p:Text>无</p:Text>"), status=500)
    assert await read(permits) is None


async def test_gb18030_reply_is_read(permits: DeclaredDepartment, counter: Counter) -> None:
    text = '<?xml version="1.0" encoding="GB18030"?>' + read_reply(RECORD.replace("h1", "沈"))
    counter.says(text.encode("gb18030"), kind="text/xml; charset=GB18030")
    assert (await permits.read("house", "id", ["沈"], budget=1))["沈"]["id"] == "沈"  # type: ignore[index,call-overload]  # a record


async def test_reply_in_another_charset_than_it_says_is_broken(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(read_reply(RECORD.replace("h1", "沈若梅")).encode("gb18030"))
    with pytest.raises(ContractBroken):
        await read(permits)


async def test_oversize_reply_is_broken_contract(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(read_reply(" " * 30_000))
    with pytest.raises(ContractBroken, match="20000 bytes"):
        await read(permits)


async def test_compressed_reply_is_not_inflated(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(gzip.compress(b" " * 10_000_000), headers="Content-Encoding: gzip\r\n")
    with pytest.raises(ContractBroken, match="compressed"):
        await read(permits)


async def test_redirect_is_not_followed(permits: DeclaredDepartment, counter: Counter) -> None:
    counter.says("", status=302, headers=f"Location: {counter.url}/else\r\n")
    with pytest.raises(Misconfigured):
        await read(permits)
    assert len(counter.heard) == 1


async def test_unoffered_verb_is_misconfigured(permits: DeclaredDepartment) -> None:
    with pytest.raises(Misconfigured):
        await permits.certificate("N1", "shop", budget=1)
