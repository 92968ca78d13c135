"""Any small contract gives a manifest that is TOML and passes; nothing is left but decisions."""

import keyword
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strawberry.utils.str_converters import to_camel_case

from adapters.drafting.draft import Drafted, draft_department
from adapters.manifest.read import FILE

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

words = st.sampled_from(
    ["id", "certNo", "产权证号", "each", "request", "first name", "a.b", "12", "true", "x|y", "'q'",
     "status", "class", "@lang", "größe", "Ref", "page", "data", "list[]", '"', "\\", "when"]
) | st.text(min_size=1, max_size=6)  # fmt: skip
said = st.none() | st.text(max_size=20) | st.sampled_from(["权利人", 'the "owner"', "# DECIDE: no"])
plain_schemas = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["string", "integer", "number", "boolean", ["string", "null"], "array", "object"]
        ),
    },
    optional={
        "description": said.filter(lambda text: text is not None),
        "format": st.sampled_from(["date", "date-time", "uuid"]),
        "enum": st.lists(st.sampled_from(["A", "B'", 'C"', "丁", "E\nF"]), min_size=1, unique=True),
        "maxItems": st.integers(1, 50),
    },
)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    properties = st.dictionaries(words, inner, min_size=1, max_size=4)
    return properties.flatmap(
        lambda held: st.builds(
            lambda required, nullable: {
                "type": ["object", "null"] if nullable else "object",
                "properties": held,
                "required": sorted(required),
            },
            st.sets(st.sampled_from(sorted(held))),
            st.booleans(),
        )
    ) | st.builds(lambda items, most: {"type": "array", "items": items, "maxItems": most},
                  inner, st.integers(1, 50))  # fmt: skip


schemas = st.recursive(plain_schemas, _objects, max_leaves=8)
names = st.sampled_from(["getThing", "submitThing", "查询房产", "queryByRef", "Dance", "listAll"])


ASKED = [
    [("id", "path", True)],
    [("产权证号", "query", True), ("page", "query", True)],
    [("CertNo", "query", False), ("request", "header", False)],
    [("Ref", "query", True), ("status", "query", True)],
]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 3))):
        method = draw(st.sampled_from(["get", "get", "post", "put"]))
        node: dict[str, Any] = {
            "summary": draw(said) or "",
            "responses": {
                "200": {
                    "description": "",
                    "content": {"application/json": {"schema": draw(_objects(schemas))}},
                },
                draw(st.sampled_from(["404", "500", "default"])): {"description": ""},
            },
        }
        if draw(st.booleans()):
            node["operationId"] = f"{draw(names)}{number}"
        node["parameters"] = [
            {"name": name, "in": place, "required": required, "schema": {"type": "string"}}
            for name, place, required in draw(st.sampled_from(ASKED))
        ]
        if method != "get" and draw(st.booleans()):
            content = {"application/json": {"schema": draw(schemas)}}
            node["requestBody"] = {"required": draw(st.booleans()), "content": content}
        paths[f"/things{number}/{{id}}"] = {method: node}
    title = draw(said) or ""
    return {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": paths}


def passes(made: Drafted) -> None:
    text = (made.folder / FILE).read_text(encoding="utf-8")
    tomllib.loads(text)
    assert (made.findings, made.dropped) == ((), ())
    marks = [line for line in text.splitlines() if line.startswith("# DECIDE:")]
    assert len(marks) == len(made.decisions)
    assert (made.info is None) == (made.registers == ())
    for register in made.info.registers if made.info else ():
        names = [to_camel_case(field.name) for field in register.fields]
        assert len(names) == len(set(names))
        assert all(re.fullmatch("[_A-Za-z][_0-9A-Za-z]*", name) for name in names)
        assert not any(keyword.iskeyword(field.name) for field in register.fields)


@QUICK
@given(documents())
def test_any_openapi_document_gives_a_manifest_that_passes(document: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        entry = Path(folder) / "api.json"
        entry.write_bytes(orjson.dumps(document))
        passes(draft_department("any", entry, Path(folder) / "out"))


tags = st.sampled_from(["id", "CertNo", "产权证号", "each", "request", "a.b", "when", "Status",
                        "xml", "RefNo", "page", "Größe", "true", "class", "first"])  # fmt: skip
types = st.sampled_from(
    ["xs:string", "xs:int", "xs:decimal", "xs:boolean", "xs:date", "xs:dateTime", "xs:anyType"]
)
occurs = st.sampled_from(
    ["", ' minOccurs="0"', ' maxOccurs="20"', ' minOccurs="0" maxOccurs="unbounded"',
     ' nillable="true"']
)  # fmt: skip


def _enumerated(codes: list[str]) -> str:
    values = "".join(f"<xs:enumeration value={quoteattr(code)}/>" for code in codes)
    return (
        f'<xs:simpleType><xs:restriction base="xs:string">{values}</xs:restriction></xs:simpleType>'
    )


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    made = []
    for name in draw(st.lists(tags, min_size=1, max_size=4, unique=True)):
        how = draw(st.sampled_from(["type", "enum", "group", "text"] if depth < 2 else ["type"]))
        head = f"<xs:element name={quoteattr(name)}{draw(occurs)}"
        if how == "type":
            made.append(f'{head} type="{draw(types)}"/>')
        elif how == "enum":
            codes = draw(st.lists(st.sampled_from(["1", "二", "'x'", "a b"]), min_size=1))
            made.append(f"{head}>{_enumerated(sorted(set(codes)))}</xs:element>")
        elif how == "text":
            attribute = '<xs:attribute name="unit" type="xs:string" use="required"/>'
            made.append(
                f"{head}><xs:complexType><xs:simpleContent><xs:extension base="
                f'"xs:decimal">{attribute}</xs:extension></xs:simpleContent></xs:complexType>'
                "</xs:element>"
            )
        else:
            made.append(f"{head}>{draw(elements(depth + 1))}</xs:element>")
    kind = "sequence" if depth == 0 else draw(st.sampled_from(["sequence", "choice"]))
    return f"<xs:complexType><xs:{kind}>{''.join(made)}</xs:{kind}></xs:complexType>"


ONE_KEY = (
    '<xs:complexType><xs:sequence><xs:element name="CertNo" type="xs:string" maxOccurs="20"/>'
    '<xs:element name="page" type="xs:int"/></xs:sequence></xs:complexType>'
)


def wsdl(name: str, request: str, reply: str) -> str:
    return f"""<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:any"
 xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="urn:any"><w:types><xs:schema targetNamespace="urn:any"
 elementFormDefault="qualified"><xs:element name="Ask">{request}</xs:element>
 <xs:element name="Answer">{reply}</xs:element></xs:schema></w:types>
<w:message name="In"><w:part name="p" element="t:Ask"/></w:message>
<w:message name="Out"><w:part name="p" element="t:Answer"/></w:message>
<w:portType name="Any"><w:operation name="{name}"><w:input message="t:In"/>
<w:output message="t:Out"/></w:operation></w:portType>
<w:binding name="B" type="t:Any"><s:binding style="document"
 transport="http://schemas.xmlsoap.org/soap/http"/><w:operation name="{name}">
<s:operation soapAction=""/><w:input><s:body use="literal"/></w:input>
<w:output><s:body use="literal"/></w:output></w:operation></w:binding>
<w:service name="S"><w:port name="P" binding="t:B"><s:address location="http://any.example/a"/>
</w:port></w:service></w:definitions>"""


NUMBERED = (
    '<xs:complexType><xs:sequence><xs:element name="id" type="xs:decimal"/>'
    "</xs:sequence></xs:complexType>"
)
NIL_BESIDE_THE_KEY = (
    '<xs:complexType><xs:sequence><xs:element name="id" type="xs:string"/>'
    '<xs:element name="CertNo" nillable="true"><xs:simpleType><xs:restriction base="xs:string">'
    '<xs:enumeration value="1"/></xs:restriction></xs:simpleType></xs:element>'
    "</xs:sequence></xs:complexType>"
)

LISTED = (
    '<xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="1"/>'
    '<xs:enumeration value="二"/></xs:restriction></xs:simpleType>'
)
CODES_NAMED_AS_A_VALUE = (
    '<xs:complexType><xs:sequence><xs:element name="id"><xs:complexType><xs:sequence>'
    f'<xs:element name="true">{LISTED}</xs:element></xs:sequence></xs:complexType></xs:element>'
    "</xs:sequence></xs:complexType>"
)


@QUICK
@given(names, elements() | st.just(ONE_KEY), elements())
@example("getThing", ONE_KEY, CODES_NAMED_AS_A_VALUE)
@example("getThing", ONE_KEY, NUMBERED.replace('"id"', '"true"'))
@example("getThing", NUMBERED.replace('"id"', '"false"'), CODES_NAMED_AS_A_VALUE)
@example("getThing", NIL_BESIDE_THE_KEY, NUMBERED)
@example("getThing", NUMBERED.replace("decimal", "int"), NUMBERED.replace("decimal", "string"))
@example("getThing", NUMBERED.replace("decimal", "int"), NUMBERED.replace("decimal", "int"))
def test_any_wsdl_gives_a_manifest_that_passes(name: str, request: str, reply: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        entry = Path(folder) / "any.wsdl"
        entry.write_text(wsdl(name, request, reply), encoding="utf-8")
        passes(draft_department("any", entry, Path(folder) / "out"))
