"""A header that must be understood, and is not, is answered by SOAP's own fault."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from mocks.soap.mandatory import ENV11, ENV12
from tests.mocks.anything.mocked import SOAP, Case, in_body, soap_mock, soap_request

VERSIONS = {"planning": ENV11, "greening": ENV11, "police": ENV11, "construction": ENV12}
MEDIA = {ENV11: "text/xml", ENV12: "application/soap+xml"}
NEXT = {
    ENV11: 's:actor="http://schemas.xmlsoap.org/soap/actor/next"',
    ENV12: f's:role="{ENV12}/role/next"',
}
ELSEWHERE = {ENV11: 's:actor="urn:proxy"', ENV12: f's:role="{ENV12}/role/none"'}


def asked(envelope: str, attributes: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{envelope}"><s:Header><x:Route xmlns:x="urn:x" {attributes}/>'
        '</s:Header><s:Body><y:No xmlns:y="urn:y"/></s:Body></s:Envelope>'
    ).encode()


def fault_of(content: bytes, envelope: str) -> str:
    """The fault's code; of the envelope's own namespace or it is none."""
    root: Any = etree.fromstring(content)
    path = "//faultcode" if envelope == ENV11 else "//e:Code/e:Value"
    [code] = root.xpath(path, namespaces={"e": envelope})
    prefix, _, name = (code.text or "").partition(":")
    return name if code.nsmap[prefix] == envelope else ""


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("value", ["1", "true"])
def test_a_department_says_that_it_must_understand(
    department: Callable[[str], Any], name: str, value: str
) -> None:
    envelope = VERSIONS[name]
    for more in ("", NEXT[envelope]):
        content = asked(envelope, f's:mustUnderstand="{value}" {more}')
        reply = department(name).post(content, content_type=MEDIA[envelope], action="")

        assert reply.status_code == 500
        assert fault_of(reply.content, envelope) == "MustUnderstand"


def test_soap_twelve_names_what_was_not_understood(department: Callable[[str], Any]) -> None:
    reply = department("construction").post(
        asked(ENV12, 's:mustUnderstand="1"'), content_type=MEDIA[ENV12]
    )

    root: Any = etree.fromstring(reply.content)
    [block] = root.findall(f"{{*}}Header/{{{ENV12}}}NotUnderstood")
    prefix, _, name = (block.get("qname") or "").partition(":")
    assert (block.nsmap[prefix], name) == ("urn:x", "Route")


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("how", ["optional", "elsewhere"])
def test_what_is_optional_or_for_somebody_else_is_passed_over(
    department: Callable[[str], Any], name: str, how: str
) -> None:
    envelope = VERSIONS[name]
    attributes = {
        "optional": 's:mustUnderstand="0"',
        "elsewhere": f's:mustUnderstand="1" {ELSEWHERE[envelope]}',
    }
    reply = department(name).post(
        asked(envelope, attributes[how]), content_type=MEDIA[envelope], action=""
    )

    assert fault_of(reply.content, envelope) != "MustUnderstand"


@pytest.mark.parametrize("case", SOAP, ids=str)
def test_a_mock_of_any_contract_says_that_it_must_understand(case: Case) -> None:
    mock = soap_mock(case.mock())
    name = next(iter(mock.contract.port.operations))
    request = soap_request(mock, name)
    envelope = {"1.1": ENV11, "1.2": ENV12}[mock.contract.port.version]
    root = etree.fromstring(request.body)
    header = root.find(f"{{{envelope}}}Header")
    if header is None:
        header = etree.Element(f"{{{envelope}}}Header")
        root.insert(0, header)
    block = etree.SubElement(header, "{urn:x}Route", {f"{{{envelope}}}mustUnderstand": "1"})

    refused = mock.answer(_with(request, root))
    block.attrib.clear()
    taken = mock.answer(_with(request, root))

    assert (refused.status, fault_of(refused.body, envelope)) == (500, "MustUnderstand")
    assert taken.status == 200
    assert in_body(taken)


def _with(request: Any, root: etree._Element) -> Any:
    return replace(request, body=etree.tostring(root))
