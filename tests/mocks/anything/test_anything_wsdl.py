"""WSDL of every style, written by hand: what zeep calls over the wire, this mock answers."""

import logging
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from mocks.anything.exchange import Asked, Options
from mocks.anything.folder import Folder
from mocks.anything.opened import opened
from mocks.anything.refusal import Refused
from mocks.anything.server import Served
from mocks.anything.wsdl import Wsdl
from tests.mocks.anything.mocked import (
    TODAY,
    in_body,
    on_the_wire,
    soap_mock,
    soap_request,
    zeep_client,
)

TYPES = """
  <xs:complexType name="Base" abstract="true">
    <xs:sequence><xs:element name="id" type="xs:token"/></xs:sequence>
    <xs:attribute name="lang" type="xs:language" use="required"/>
  </xs:complexType>
  <xs:complexType name="House">
    <xs:complexContent><xs:extension base="t:Base"><xs:sequence>
      <xs:element name="floors" type="xs:positiveInteger"/>
      <xs:element name="part" type="t:House" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="owner" type="t:House" minOccurs="0"/>
    </xs:sequence></xs:extension></xs:complexContent>
  </xs:complexType>
  <xs:element name="shape" type="xs:string" abstract="true"/>
  <xs:element name="circle" type="xs:string" substitutionGroup="t:shape"/>
  <xs:simpleType name="Codes"><xs:list itemType="xs:int"/></xs:simpleType>
  <xs:simpleType name="Either"><xs:union memberTypes="xs:date xs:int"/></xs:simpleType>
  <xs:group name="pair"><xs:sequence>
    <xs:element name="left" type="t:Either"/><xs:element name="right" type="t:Codes"/>
  </xs:sequence></xs:group>
  <xs:element name="Ask"><xs:complexType><xs:sequence>
    <xs:element name="id" type="xs:token"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Told"><xs:complexType><xs:sequence>
    <xs:element name="house" type="t:Base" maxOccurs="3"/>
    <xs:element ref="t:shape"/>
    <xs:choice><xs:element name="yes" type="xs:boolean"/><xs:element name="no" type="xs:int"/>
    </xs:choice>
    <xs:group ref="t:pair"/>
    <xs:element name="both"><xs:complexType><xs:all>
      <xs:element name="b" type="xs:dateTime"/><xs:element name="a" type="xs:gYear" minOccurs="0"/>
    </xs:all></xs:complexType></xs:element>
    <xs:element name="price"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal">
      <xs:attribute name="unit" use="required"><xs:simpleType><xs:restriction base="xs:string">
        <xs:enumeration value="CNY"/></xs:restriction></xs:simpleType></xs:attribute>
    </xs:extension></xs:simpleContent></xs:complexType></xs:element>
    <xs:element name="nothing" type="xs:int" nillable="true" minOccurs="0"/>
    <xs:any namespace="##other" processContents="lax"/>
  </xs:sequence><xs:attribute name="version" type="xs:string" fixed="7"/></xs:complexType>
  </xs:element>
  <xs:element name="Session" type="xs:string"/>
  <xs:element name="Trouble"><xs:complexType><xs:sequence>
    <xs:element name="code" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
"""
ARRAYS = """<xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>
  <xs:complexType name="Item"><xs:sequence>
    <xs:element name="name" type="xs:string"/></xs:sequence></xs:complexType>
  <xs:complexType name="Items"><xs:complexContent><xs:restriction base="soapenc:Array">
    <xs:attribute ref="soapenc:arrayType" wsdl:arrayType="t:Item[]"/>
  </xs:restriction></xs:complexContent></xs:complexType>
"""
HEAD = """<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t"
  xmlns:soap="{soap}" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" targetNamespace="urn:t">
<wsdl:types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">
{types}</xs:schema></wsdl:types>
<wsdl:message name="Ask">{asked}</wsdl:message>
<wsdl:message name="Told">{told}</wsdl:message>
<wsdl:message name="Head"><wsdl:part name="session" element="t:Session"/></wsdl:message>
<wsdl:message name="Trouble"><wsdl:part name="f" element="t:Trouble"/></wsdl:message>
<wsdl:portType name="P">
  <wsdl:operation name="Look"><wsdl:input message="t:Ask"/><wsdl:output message="t:Told"/>
    <wsdl:fault name="f" message="t:Trouble"/></wsdl:operation>
  <wsdl:operation name="Tell"><wsdl:input message="t:Head"/></wsdl:operation>
</wsdl:portType>
<wsdl:binding name="B" type="t:P">
  <soap:binding style="{style}" transport="http://schemas.xmlsoap.org/soap/http"/>
  <wsdl:operation name="Look"><soap:operation soapAction="urn:look"/>
    <wsdl:input><soap:body use="{use}" namespace="urn:t"/>{header}</wsdl:input>
    <wsdl:output><soap:body use="{use}" namespace="urn:t"/>{header}</wsdl:output></wsdl:operation>
  <wsdl:operation name="Tell"><soap:operation soapAction="urn:tell" style="document"/>
    <wsdl:input><soap:body use="literal"/></wsdl:input></wsdl:operation>
</wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="t:B">
  <soap:address location="http://a.example/s"/></wsdl:port></wsdl:service>
</wsdl:definitions>"""
ELEVEN = "http://schemas.xmlsoap.org/wsdl/soap/"
TWELVE = "http://schemas.xmlsoap.org/wsdl/soap12/"
IN_HEADER = '<soap:header message="t:Head" part="session" use="literal"/>'
STYLES: dict[str, dict[str, str]] = {
    "document": {
        "asked": '<wsdl:part name="p" element="t:Ask"/>',
        "told": '<wsdl:part name="p" element="t:Told"/>',
    },
    "soap 1.2": {
        "soap": TWELVE,
        "asked": '<wsdl:part name="p" element="t:Ask"/>',
        "told": '<wsdl:part name="p" element="t:Told"/>',
    },
    "bare": {
        "asked": '<wsdl:part name="p" element="t:Session"/>',
        "told": '<wsdl:part name="p" element="t:circle"/>',
    },
    "header": {
        "asked": '<wsdl:part name="p" element="t:Ask"/>',
        "told": '<wsdl:part name="p" element="t:Told"/>',
        "header": IN_HEADER,
    },
    "rpc": {
        "style": "rpc",
        "asked": '<wsdl:part name="id" type="xs:token"/>',
        "told": '<wsdl:part name="id" type="xs:token"/><wsdl:part name="house" type="t:House"/>',
    },
    "encoded": {
        "style": "rpc",
        "use": "encoded",
        "asked": '<wsdl:part name="id" type="xs:string"/>',
        "told": '<wsdl:part name="house" type="t:House"/><wsdl:part name="id" type="xs:string"/>',
    },
    "encoded array": {
        "style": "rpc",
        "use": "encoded",
        "types": ARRAYS + TYPES,
        "asked": '<wsdl:part name="id" type="xs:string"/>',
        "told": '<wsdl:part name="list" type="t:Items"/><wsdl:part name="id" type="xs:string"/>',
    },
}
PLAIN = {"soap": ELEVEN, "style": "document", "use": "literal", "header": "", "types": TYPES}


def served(folder: Path, style: str, *, without: str = "") -> Served:
    text = HEAD.format(**{**PLAIN, **STYLES[style]})
    (folder / "s.wsdl").write_text(text.replace(without, "") if without else text, "utf-8")
    return opened(folder / "s.wsdl", Options(today=TODAY))


@pytest.mark.parametrize("style", STYLES)
def test_a_message_of_every_style_is_made_and_holds(tmp_path: Path, style: str) -> None:
    mock = soap_mock(served(tmp_path, style))

    for seed in range(5):
        answer = mock.answer(soap_request(mock, "Look", seed, attempt=seed))
        assert answer.status == 200, answer.body.decode()


@pytest.mark.parametrize("style", ["document", "soap 1.2"])
def test_the_schema_itself_agrees_with_what_was_made(tmp_path: Path, style: str) -> None:
    mock = soap_mock(served(tmp_path, style))
    schema = etree.parse(str(tmp_path / "s.wsdl")).find(
        ".//{http://www.w3.org/2001/XMLSchema}schema"
    )
    assert schema is not None
    oracle = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))

    for seed in range(5):
        [told] = in_body(mock.answer(soap_request(mock, "Look", seed, attempt=seed)))
        assert oracle.validate(etree.fromstring(etree.tostring(told))), oracle.error_log


CALLS: dict[str, dict[str, Any]] = {
    "document": {"id": "P-17"},
    "soap 1.2": {"id": "P-17"},
    "header": {"id": "P-17", "_soapheaders": {"session": "s-1"}},
    "rpc": {"id": "P-17"},
    "encoded": {"id": "P-17"},
}


@pytest.mark.parametrize("style", CALLS)
def test_a_foreign_client_calls_and_reads_the_key_it_asked_for(tmp_path: Path, style: str) -> None:
    # zeep knows no substitution groups
    with on_the_wire(served(tmp_path, style, without='<xs:element ref="t:shape"/>')) as base:
        client = zeep_client(f"{base}/s?wsdl")
        told = client.service.Look(**CALLS[style])

    text = str(told)
    assert "'P-17'" in text


def test_a_missing_header_is_a_mistake_that_is_told(tmp_path: Path) -> None:
    mock = soap_mock(served(tmp_path, "header"))
    asked = soap_request(mock, "Look")
    root = etree.fromstring(asked.body)
    root.remove(root[0])

    answer = mock.answer(
        Asked(method="POST", path="/s", headers=asked.headers, body=etree.tostring(root))
    )

    assert "the header {urn:t}Session is missing" in answer.mistakes[0]


def test_a_one_way_operation_is_accepted_without_a_body(tmp_path: Path) -> None:
    mock = soap_mock(served(tmp_path, "document"))

    answer = mock.answer(soap_request(mock, "Tell"))

    assert (answer.status, answer.body) == (202, b"")


def test_what_stands_elsewhere_in_an_encoded_request_is_put_in_its_place(tmp_path: Path) -> None:
    mock = soap_mock(served(tmp_path, "encoded"))
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        '<t:Look xmlns:t="urn:t"><id href="#1"/></t:Look>'
        '<multiRef id="1">P-18</multiRef></e:Body></e:Envelope>'
    )

    answer = mock.answer(Asked(method="POST", path="/s", body=body.encode()))

    assert answer.status == 200, answer.mistakes
    assert b"P-18" in answer.body


def test_an_encoded_array_says_what_it_holds_and_how_much(tmp_path: Path) -> None:
    mock = soap_mock(served(tmp_path, "encoded array"))

    [wrapper] = in_body(mock.answer(soap_request(mock, "Look")))

    [array] = [part for part in wrapper if part.tag == "list"]
    said = array.get("{http://schemas.xmlsoap.org/soap/encoding/}arrayType", "")
    assert said.endswith(f":Item[{len(array)}]")
    assert len(array) > 0


def test_recursion_ends_early(tmp_path: Path) -> None:
    mock = soap_mock(served(tmp_path, "rpc"))

    [wrapper] = in_body(mock.answer(soap_request(mock, "Look")))

    owners = [
        len(list(node.iterancestors("{urn:t}owner"))) for node in wrapper.iter("{urn:t}owner")
    ]
    assert max(owners) == 0


def test_what_a_walk_of_the_schema_does_not_see_is_seen_by_the_validator(tmp_path: Path) -> None:
    rows = (
        '<xs:element name="Told"><xs:complexType><xs:sequence>'
        '<xs:element name="row" maxOccurs="unbounded"><xs:complexType><xs:sequence>'
        '<xs:element name="no" type="xs:string" fixed="1"/>'
        "</xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>"
        '<xs:unique name="u"><xs:selector xpath="t:row"/><xs:field xpath="t:no"/></xs:unique>'
        "</xs:element>"
    )
    served(tmp_path, "document")
    file = tmp_path / "s.wsdl"
    text = file.read_text("utf-8")
    begin, end = text.index('<xs:element name="Told">'), text.index('<xs:element name="Session"')
    file.write_text(text[:begin] + rows + text[end:], "utf-8")
    mock = soap_mock(opened(file, Options(today=TODAY)))

    answer = mock.answer(soap_request(mock, "Look", attempt=2))

    [told] = in_body(answer)
    assert [row.tag for row in told] == ["{urn:t}row"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("<wsdl:types>", '<wsdl:import location="https://a.example/b.wsdl"/><wsdl:types>'),
         "nothing is fetched"),
        (("<wsdl:types>", '<wsdl:import location="../b.wsdl"/><wsdl:types>'), "--root"),
        (("<wsdl:types>", '<wsdl:import location="b.wsdl"/><wsdl:types>'), "add the file"),
        (("<wsdl:definitions", "<!DOCTYPE d [<!ENTITY x 'y'>]><wsdl:definitions"), "DOCTYPE"),
        (('element="t:Told"', 'element="t:Gone"'), "no such element"),
        (('binding="t:B"', 'binding="t:C"'), "no such binding"),
        (('type="xs:token"', 'type="t:Gone"'), "the schema cannot be read"),
        (('maxOccurs="3"', 'maxOccurs="few"'), "the schema cannot be read"),
        (('message="t:Told"', 'message="u:Told"'), "declare the prefix"),
    ],
)  # fmt: skip
def test_a_contract_that_cannot_be_served_is_refused_with_a_sentence(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    served(tmp_path, "document")
    file = tmp_path / "s.wsdl"
    file.write_text(file.read_text("utf-8").replace(*change), "utf-8")

    with pytest.raises(Refused, match=sentence):
        opened(file, Options(today=TODAY))


def test_a_port_is_chosen_by_name_and_others_are_offered(tmp_path: Path) -> None:
    served(tmp_path, "document")
    wsdl = Wsdl.of(Folder(tmp_path), "s.wsdl")

    assert wsdl.port("S", "P").version == "1.1"
    with pytest.raises(Refused, match="choose among: S/P"):
        wsdl.port("S", "Q")


def test_a_type_nothing_satisfies_is_a_server_fault_with_a_sentence_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    never = (
        '<xs:element name="yes"><xs:simpleType><xs:restriction base="xs:string">'
        '<xs:pattern value="[a-z]{5}"/><xs:maxLength value="2"/></xs:restriction>'
        "</xs:simpleType></xs:element>"
    )
    served(tmp_path, "document")
    file = tmp_path / "s.wsdl"
    text = file.read_text("utf-8").replace('<xs:element name="yes" type="xs:boolean"/>', never)
    file.write_text(text.replace('<xs:element name="no" type="xs:int"/>', ""), "utf-8")
    mock = soap_mock(opened(file, Options(today=TODAY)))

    with caplog.at_level(logging.WARNING, "mocks.anything"):
        answer = mock.answer(soap_request(mock, "Look"))

    assert (answer.status, answer.source) == (500, "failed")
    assert b"<faultcode>soap:Server</faultcode>" in answer.body
    assert "no valid reply could be made for Look" in caplog.text
