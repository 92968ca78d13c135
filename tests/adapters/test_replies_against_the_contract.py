"""What a reply against the contract is said to be: where, which rule, what is allowed, no value."""

import json
import re
from typing import Any

import pytest
from lxml import etree

from adapters.department import DeclaredDepartment
from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
)
from adapters.outcome import Faults, Meaning, Settled
from adapters.rest.answer import Answers
from adapters.rest.complaint import Validator
from adapters.rest.complaint import complaint as json_complaint
from adapters.soap.complaint import complaint as xml_complaint
from adapters.wire import WireReply
from tests.adapters.conftest import Counter
from tests.adapters.test_soap_department import RECORD, read, read_reply

ERROR = {"type": "object", "required": ["code"], "properties": {"code": {"enum": ["NONE", "BUSY"]}}}


def answers(**faults: Meaning) -> Answers:
    table = {code.replace("_", " "): meaning for code, meaning in faults.items()}
    described = {
        "200": Validator({}),
        "404": Validator(ERROR),
        "503": Validator(ERROR),
        "410": None,
    }
    return Answers("culture", described, Faults("culture", table), "code", None)


def reply(status: int, body: bytes = b"no", kind: str = "text/plain") -> WireReply:
    return WireReply(status=status, headers={"content-type": kind}, body=body)


def said(made: Answers, came: WireReply) -> Settled | AdapterError:
    try:
        found = made.open(came)
    except AdapterError as error:
        return error
    assert isinstance(found, Settled)
    return found


ABSENT = answers(http_404=Meaning.ABSENT, http_410=Meaning.ABSENT)


def test_a_404_that_is_no_message_of_the_department_is_not_no_such_record() -> None:
    found = said(ABSENT, reply(404))
    assert isinstance(found, ContractBroken)
    assert "HTTP 404: the reply is no JSON but text/plain — or the address is wrong" in str(found)


@pytest.mark.parametrize("meaning", [Meaning.ABSENT, Meaning.DONE, Meaning.REFUSED])
def test_only_the_departments_own_message_settles_or_refuses(meaning: Meaning) -> None:
    found = said(answers(http_404=meaning), reply(404, b"{}", "application/json"))
    assert isinstance(found, ContractBroken)


def test_a_404_as_the_contract_has_it_is_no_such_record() -> None:
    body = json.dumps({"code": "NONE"}).encode()
    assert said(ABSENT, reply(404, body, "application/json")) is Settled.ABSENT


def test_a_status_the_contract_gives_no_body_speaks_alone() -> None:
    assert said(ABSENT, reply(410)) is Settled.ABSENT


def test_a_busy_page_is_still_busy() -> None:
    assert isinstance(said(answers(http_503=Meaning.BUSY), reply(503)), NotDelivered)


@pytest.mark.parametrize(
    ("status", "error", "against"),
    [
        (500, OutcomeUnknown, "HTTP 500 is not in the contract"),
        (503, OutcomeUnknown, "the reply is no JSON but text/plain"),
        (302, Misconfigured, "HTTP 302 is not in the contract"),
    ],
)
def test_a_failure_the_contract_does_not_describe_says_so_as_its_cause(
    status: int, error: type[AdapterError], against: str
) -> None:
    found = said(ABSENT, reply(status))
    assert isinstance(found, error)
    assert isinstance(found.__cause__, ContractBroken)
    assert found.__cause__.message == against


# SOAP


XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x"
  elementFormDefault="qualified"><xs:element name="R"><xs:complexType><xs:sequence>
  <xs:element name="C" maxOccurs="9"><xs:complexType><xs:sequence>
    <xs:element name="Use" minOccurs="0" maxOccurs="9"><xs:simpleType>
      <xs:restriction base="xs:string"><xs:enumeration value="RES"/><xs:enumeration value="COM"/>
      </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="No" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:pattern value="WS\\d{8}"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="Name" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:maxLength value="4"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="On" type="xs:date" minOccurs="0"/>
  </xs:sequence><xs:attribute name="smart" type="xs:boolean" use="required"/></xs:complexType>
  </xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>"""
TRICK = "x' is not an element of the set {'13800138000'}"
WRONG = [
    ('<C smart="1"/><C smart="1"><Use>RES</Use><Use>13800138000</Use></C>',
     "at C[2]/Use[2]: enumeration (allowed: 'RES', 'COM')"),
    (f'<C smart="1"><Use>{TRICK}</Use></C>', "at C/Use: enumeration (allowed: 'RES', 'COM')"),
    ('<C smart="1"><No>13800138000</No></C>', r"at C/No: pattern (form: 'WS\d{8}')"),
    ('<C smart="1"><Name>13800138000</Name></C>', "at C/Name: maxlength (at most '4')"),
    ('<C smart="1"><On>13800138000</On></C>', "at C/On: datatype (wanted: atomic type 'xs:date')"),
    ('<C smart="13800138000"/>', "at C/@smart: datatype (wanted: atomic type 'xs:boolean')"),
    ("<C/>", "at C: complex_type_4 (The attribute 'smart' is required but missing)"),
    ('<C smart="1"><On>2020-01-01</On><Use>RES</Use></C>', "at C/Use: element_content"),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "expected"), WRONG)
@pytest.mark.parametrize("prefix", ["", "p:"])
def test_an_element_against_the_schema_is_told_by_name_rule_and_what_is_allowed(
    inside: str, expected: str, prefix: str
) -> None:
    named = re.sub(r"<(/?)([A-Z])", rf"<\1{prefix}\2", f"<R>{inside}</R>")
    space = f"xmlns{':p' if prefix else ''}='urn:x'"
    node = etree.fromstring(f"<E {space}>{named}</E>")[0]
    told = xml_complaint(etree.XMLSchema(etree.fromstring(XSD)), node)
    assert told == expected
    assert "138" not in told


async def test_a_reply_of_another_namespace_tells_both(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    counter.says(read_reply(RECORD).replace("urn:permits", "urn:permits:1"))
    sentence = "ReadResponse is of the namespace urn:permits:1, in the contract of urn:permits"
    with pytest.raises(ContractBroken, match=sentence):
        await read(permits)


async def test_bytes_that_are_no_utf8_are_said_to_be_none(
    permits: DeclaredDepartment, counter: Counter
) -> None:
    text = read_reply(RECORD.replace("h1", "沈若梅"))
    counter.says(text.encode("gbk"), kind="text/xml; charset=utf-8")
    with pytest.raises(ContractBroken, match=r'not in UTF-8 .*reply_encoding = "gb18030"'):
        await read(permits)


# JSON


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "kind": {"enum": ["THEATRE", "KTV"]},
        "seats": {"type": "integer", "minimum": 1},
        "no": {"type": "string", "pattern": "^WH[0-9]{6}$"},
        "byId": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "13800138000"}, "at kind: enum (allowed: THEATRE, KTV)"),
        ({"seats": "13800138000"}, "at seats: type (allowed: integer)"),
        ({"seats": 0}, "at seats: minimum (1)"),
        ({"no": "13800138000"}, "at no: pattern (^WH[0-9]{6}$)"),
        ({"byId": {"13800138000": "x"}}, "at byId/*: type (allowed: integer)"),
        (
            {"kind": "BAR", "seats": "300"},
            "at kind: enum (allowed: THEATRE, KTV); at seats: type (allowed: integer)",
        ),
    ],
)
def test_a_member_against_the_schema_is_told_with_what_is_allowed(
    change: dict[str, Any], expected: str
) -> None:
    assert json_complaint(Validator(SCHEMA), {"name": "x", **change}) == expected


def test_a_missing_member_is_named() -> None:
    assert json_complaint(Validator(SCHEMA), {}) == "at its root: required (name)"
