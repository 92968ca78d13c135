"""Texts that are valid for certain: the validator thinks so, and everybody reads them alike."""

import re
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.shape import Shape
from adapters.soap.certain import TEXT, certain
from adapters.soap.facets import built_in, facets_of
from adapters.soap.xml import XS, parse


def _valid(shape_type: str, facets: str, texts: Iterable[str]) -> list[str]:
    """Which of these texts the validator refuses."""
    schema = etree.XMLSchema(
        etree.fromstring(
            f'<xs:schema xmlns:xs="{XS}"><xs:element name="r"><xs:simpleType>'
            f'<xs:restriction base="xs:{shape_type}">{facets}</xs:restriction>'
            "</xs:simpleType></xs:element></xs:schema>"
        )
    )
    refused = []
    for text in texts:
        node = etree.fromstring(f"<r>{text}</r>")
        assert (node.text or "") == text
        if not schema.validate(node):
            refused.append(text)
    return refused


_FACETS = {
    "string": [
        "", '<xs:maxLength value="3"/>', '<xs:length value="2"/>', '<xs:minLength value="2"/>',
        '<xs:pattern value="[0-9]{4}-[a-c]?x"/>', '<xs:pattern value="[A-z]{2}"/>',
        '<xs:pattern value="\\d{2}"/>', '<xs:enumeration value="a"/><xs:enumeration value="b c"/>',
        '<xs:pattern value="a"/><xs:maxLength value="1"/>', '<xs:whiteSpace value="collapse"/>',
        '<xs:enumeration value="long"/><xs:maxLength value="2"/>', '<xs:pattern value="[^a]+"/>',
    ],
    "decimal": [
        "", '<xs:minInclusive value="0"/><xs:fractionDigits value="2"/>',
        '<xs:totalDigits value="5"/><xs:fractionDigits value="2"/>',
        '<xs:maxExclusive value="100"/>', '<xs:minExclusive value="0"/>',
        '<xs:minInclusive value="-5"/><xs:maxInclusive value="9.5"/>',
        '<xs:minInclusive value="0.5"/>', '<xs:totalDigits value="3"/>',
    ],
    "int": ["", '<xs:minInclusive value="1"/><xs:maxInclusive value="100000"/>'],
    "positiveInteger": [""], "unsignedByte": [""], "long": [""], "integer": [""],
    "negativeInteger": [""], "boolean": [""], "token": [""], "anyURI": [""],
    "date": ["", '<xs:minInclusive value="2020-01-01"/>'], "dateTime": [""], "time": [""],
}  # fmt: skip


@pytest.mark.parametrize(
    ("base", "facets"), [(base, one) for base, all_of in _FACETS.items() for one in all_of]
)
@given(draw=st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_certain_of_a_text_is_valid(base: str, facets: str, draw: st.DataObject) -> None:
    kind, under = built_in(base)
    told = etree.fromstring(f'<xs:restriction xmlns:xs="{XS}">{facets}</xs:restriction>')
    enum = tuple(str(one.get("value")) for one in told.iterfind(f"{{{XS}}}enumeration"))
    shape = Shape(name="r", tag="r", kind=kind, enum=enum, facets=facets_of(told, under))
    form = certain(shape)
    if form is not None:
        text = draw.draw(st.from_regex(form, fullmatch=True))
        with suppress(etree.XMLSyntaxError):  # a surrogate, which no text decoded has
            assert _valid(base, facets, [text]) == []


def test_what_is_certain_is_said_of_the_plain_types_and_of_no_other() -> None:
    def said(base: str) -> bool:
        kind, facets = built_in(base)
        return certain(Shape(name="r", tag="r", kind=kind, facets=facets)) is not None

    known = ["string", "decimal", "int", "long", "boolean", "date", "dateTime"]
    unknown = ["token", "anyURI", "time", "double", "ID", "QName", "base64Binary", "anyType"]
    assert [base for base in [*known, *unknown] if said(base)] == known


def test_a_character_of_gb18030_that_may_stand_in_a_slot_is_the_same_to_everybody() -> None:
    allowed = re.compile(f"{TEXT}+")
    two = [bytes((a, b)) for a in range(0x81, 0xFF) for b in range(0x40, 0xFF) if b != 0x7F]
    four = [
        bytes((a, b, c, d))
        for a in (*range(0x81, 0x85), 0x90, 0x95, 0xE3)
        for b in range(0x30, 0x3A)
        for c in range(0x81, 0xFF)
        for d in range(0x30, 0x3A)
    ]
    told = {one: _decoded(one) for one in (*two, *four)}
    slots = [one for one, text in told.items() if text is not None and allowed.fullmatch(text)]

    text = "".join(told[one] or "" for one in slots)

    assert len(slots) > 60_000
    assert parse(b"<r>" + b"".join(slots) + b"</r>", "gb18030").text == text


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return None
