"""Facets and choices are read from contracts as the contracts say them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.documents import Documents
from adapters.mapping.fits import unfit
from adapters.rest.document import load_openapi
from adapters.rest.shapes import JsonShapes
from adapters.rules import Rule
from adapters.shape import Choice, Shape
from adapters.soap.schemas import Schemas
from adapters.soap.shapes import Shapes
from adapters.soap.wsdl import load_wsdl
from tests.adapters.bad.manifests import Case, placed, spoiled, told

TYPES = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="Base"><xs:restriction base="xs:string"><xs:maxLength value="6"/>
  <xs:pattern value="[A-Z]+"/></xs:restriction></xs:simpleType>
<xs:element name="R"><xs:complexType><xs:sequence>
  <xs:element name="narrowed"><xs:simpleType><xs:restriction base="Base"><xs:minLength value="2"/>
    <xs:pattern value="A.*"/><xs:pattern value="B.*"/></xs:restriction></xs:simpleType>
  </xs:element>
  <xs:element name="byte" type="xs:byte"/>
  <xs:element name="year" type="xs:gYear"/>
  <xs:element name="length"><xs:simpleType><xs:restriction base="xs:string">
    <xs:length value="3"/></xs:restriction></xs:simpleType></xs:element>
  <xs:element name="bounded"><xs:simpleType><xs:restriction base="xs:decimal">
    <xs:minExclusive value="0"/><xs:maxInclusive value="10"/></xs:restriction></xs:simpleType>
  </xs:element>
  <xs:element name="word" type="xs:token"/>
  <xs:element name="one" type="xs:string" fixed="1"/>
  <xs:choice minOccurs="0">
    <xs:element name="a" type="xs:string"/>
    <xs:sequence>
      <xs:element name="b" type="xs:string"/><xs:element name="c" type="xs:string"/>
    </xs:sequence>
  </xs:choice>
  <xs:choice maxOccurs="9">
    <xs:element name="d" type="xs:string"/><xs:element name="e" type="xs:string"/>
  </xs:choice>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""


@pytest.fixture
def root(tmp_path: Path) -> Shape:
    (tmp_path / "types.xsd").write_text(TYPES, encoding="utf-8")
    schemas = Schemas(Documents(tmp_path))
    schemas.add_file(tmp_path / "types.xsd")
    shape = Shapes(schemas).element("R")
    assert shape is not None
    return shape


@pytest.mark.parametrize(
    ("name", "good", "bad", "rule"),
    [
        ("narrowed", "AB", "A", Rule.VALUE_LENGTH),
        ("narrowed", "BX", "CX", Rule.VALUE_PATTERN),
        ("narrowed", "ABCDEF", "ABCDEFG", Rule.VALUE_LENGTH),
        ("byte", "-128", 128, Rule.VALUE_RANGE),
        ("byte", 127, "1.5", Rule.VALUE_KIND),
        ("year", "2026", "26", Rule.VALUE_PATTERN),
        ("length", "abc", "ab", Rule.VALUE_LENGTH),
        ("bounded", Decimal("0.5"), 0, Rule.VALUE_RANGE),
        ("bounded", 10, "10.01", Rule.VALUE_RANGE),
        ("one", "1", "2", Rule.VALUE_FIXED),
    ],
)
def test_xsd_facet_takes_and_refuses(
    root: Shape, name: str, good: Any, bad: Any, rule: Rule
) -> None:
    shape = root.member(name)
    assert shape is not None
    assert unfit(shape, good) is None
    complaint = unfit(shape, bad)
    assert complaint is not None
    assert complaint.rule is rule


def test_xsd_choice_has_its_branches(root: Shape) -> None:
    # the repeated choice chooses anew each time, so it forbids nothing
    assert root.choices() == (Choice((("a",), ("b", "c")), required=False),)


SCHEMAS: dict[str, Any] = {
    "Node": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"allOf": [{"type": "string", "maxLength": 3}, {"pattern": "^x"}]},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
            "level": {"oneOf": [{"const": "low"}, {"const": "high"}]},
            "size": {"type": "integer", "format": "int32", "exclusiveMinimum": 0},
            "price": {"type": "number", "multipleOf": 0.05},
            "grade": {"enum": ["a", "b", None], "type": ["string", "null"]},
        },
    }
}


PATHS = {"/nodes": {"get": {"responses": {"204": {"description": "none"}}}}}


@pytest.fixture
def node(tmp_path: Path) -> Shape:
    document = {"openapi": "3.1.0", "paths": PATHS, "components": {"schemas": SCHEMAS}}
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    return JsonShapes(load_openapi(Documents(tmp_path), tmp_path / "api.json")).shape(
        "node", SCHEMAS["Node"]
    )


@pytest.mark.parametrize(
    ("name", "good", "bad", "rule"),
    [
        ("name", "xyz", "xyzz", Rule.VALUE_LENGTH),
        ("name", "x", "y", Rule.VALUE_PATTERN),
        ("level", "high", "mid", Rule.VALUE_ENUM),
        ("size", 1, 0, Rule.VALUE_RANGE),
        ("size", 2**31 - 1, 2**31, Rule.VALUE_RANGE),
        ("price", "1.05", "1.055", Rule.VALUE_DIGITS),
        ("grade", "b", "c", Rule.VALUE_ENUM),
    ],
)
def test_json_schema_takes_and_refuses(
    node: Shape, name: str, good: Any, bad: Any, rule: Rule
) -> None:
    shape = node.member(name)
    assert shape is not None
    assert unfit(shape, good) is None
    complaint = unfit(shape, bad)
    assert complaint is not None
    assert complaint.rule is rule


def test_schema_that_contains_itself_is_read(node: Shape) -> None:
    deep = node.at(("children", "children", "name"))
    assert deep is not None
    assert deep.facets.most_length == 3


def test_good_contract_has_a_required_choice(tmp_path: Path) -> None:
    folder = placed("office", tmp_path)
    wsdl = load_wsdl(Documents(folder / "contract"), folder / "contract/office.wsdl")
    filed = Shapes(wsdl.schemas).element("{urn:office}File")
    assert filed is not None
    assert filed.choices() == (Choice((("Person",), ("Firm",)), required=True),)


def test_groups_of_a_choice_that_say_when_are_no_mistake(tmp_path: Path) -> None:
    here = "verbs.file.request.Holder"
    citizen = {"when": "answers.kind | equals 'P'", "Name": "applicant.name", "IdNo": "answers.no"}
    company = {"when": "answers.kind | equals 'C'", "Name": "applicant.name"}
    change = {f"{here}.Citizen": citizen, f"{here}.Company": company}
    case = Case("choice.both", {"base": "office", "set": change})
    assert [str(finding) for finding in told(spoiled(case, tmp_path))] == []
