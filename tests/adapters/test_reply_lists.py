"""A path with [] behind any of its steps is the list of all values it leads to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.documents import Documents
from adapters.findings import Findings
from adapters.mapping.compile import Scope
from adapters.mapping.functions import Environment
from adapters.mapping.reply import Reader, Tree
from adapters.rest.tree import JsonTree
from adapters.shape import Kind, Shape
from adapters.soap.read import XmlTree
from adapters.soap.schemas import Schemas
from adapters.soap.shapes import Shapes

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="R"><xs:complexType><xs:sequence>
  <xs:element name="Meter" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
    <xs:element name="Serial" type="xs:string" minOccurs="0"/></xs:sequence>
    <xs:attribute name="place" type="xs:string"/></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
XML = (
    '<R><Meter place="k"><Serial>M1</Serial></Meter><Meter/>'
    '<Meter place="b"><Serial>M2</Serial></Meter></R>'
)
JSON = '{"Meter": [{"Serial": "M1"}, {}, {"Serial": "M2"}]}'


def _soap(folder: Path) -> tuple[Tree, Shape, Any]:
    (folder / "r.xsd").write_text(XSD, encoding="utf-8")
    schemas = Schemas(Documents(folder))
    schemas.add_file(folder / "r.xsd")
    shape = Shapes(schemas).element("R")
    assert shape is not None
    return XmlTree(), shape, etree.fromstring(XML)


def _rest(folder: Path) -> tuple[Tree, Shape, Any]:
    serial = Shape(name="Serial", tag="Serial", kind=Kind.TEXT, required=False)
    inside = {"Serial": serial}
    meter = Shape(name="Meter", tag="Meter", kind=Kind.GROUP, repeated=True, members=lambda: inside)
    root = Shape(name="R", tag="R", kind=Kind.GROUP, members=lambda: {"Meter": meter})
    return JsonTree(), root, json.loads(JSON)


@pytest.mark.parametrize("made", [_soap, _rest], ids=["soap", "rest"])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Meter[].Serial | join ','", "M1,M2"),
        ("Meter.Serial[] | join ','", "M1,M2"),
        ("Meter[].Serial[] | join ','", "M1,M2"),
        ("Meter[].Serial | count", 2),
        ("Meter.Serial", "M1"),
    ],
)
def test_brackets_behind_any_step_give_the_list(
    tmp_path: Path, made: Callable[[Path], tuple[Tree, Shape, Any]], line: str, expected: Any
) -> None:
    tree, shape, message = made(tmp_path)
    assert _read(tree, shape, message, line) == (expected, [])


def test_attributes_of_what_is_repeated_are_a_list_too(tmp_path: Path) -> None:
    assert _read(*_soap(tmp_path), "Meter[].@place | join ','") == ("k,b", [])


def test_a_list_where_one_value_is_wanted_is_told_wherever_the_brackets_stand(
    tmp_path: Path,
) -> None:
    _, findings = _read(*_rest(tmp_path), "Meter[].Serial")
    assert [f for f in findings if "is a list where one value is wanted" in f]


def _read(tree: Tree, shape: Shape, message: Any, line: str) -> tuple[Any, list[str]]:
    findings = Findings("x")
    env = Environment(replying=True, tables={}, python={})
    reader = Reader("lookup", env, findings, tree, shape)
    kind = Kind.INTEGER if line.endswith("count") else Kind.TEXT
    compute = reader.field(line, kind, "reply.meters")
    told = [str(finding) for finding in findings.items]
    return (None if told else compute(Scope({}, message))), told
