"""Rows are looked at one by one only where all around them is sound, and is little."""

from typing import Any

import orjson
import pytest
from lxml import etree

from adapters.rest import complaint as json
from adapters.rows import AGAINST, against, breaks
from adapters.soap import apart

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="page">
<xs:complexType><xs:sequence>
  <xs:element name="note" type="xs:string"/>
  <xs:element name="row" type="xs:int" minOccurs="{least}" maxOccurs="unbounded"/>
  <xs:element name="end" type="xs:int"/>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
SCHEMA = {
    "type": "object",
    "properties": {
        "note": {"type": "string"},
        "end": {"type": "integer"},
        "rows": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "properties": {"no": {"type": "integer"}}},
        },
    },
}


class Counted:
    """A schema that knows how often it was asked."""

    def __init__(self, text: str) -> None:
        self._schema = etree.XMLSchema(etree.fromstring(text.encode()))
        self.asked = 0

    def validate(self, node: Any) -> bool:
        self.asked += 1
        return bool(self._schema.validate(node))

    @property
    def error_log(self) -> Any:
        return self._schema.error_log


def page(rows: int, note: str = "", end: str = "1") -> Any:
    """Of whose rows the first is sound."""
    given = "<row>1</row>" + "<row>x</row>" * (rows - 1)
    text = f"<page>{note or '<note>a</note>'}{given}<end>{end}</end></page>"
    return etree.fromstring(text.encode())


@pytest.mark.parametrize("least", [0, 1])
def test_rows_of_a_sound_page_are_told_apart(least: int) -> None:
    schema, node = Counted(XSD.format(least=least)), page(3)

    assert apart.against(schema, node, ("row",))  # type: ignore[arg-type]
    assert [row.get(AGAINST) is None for row in node.iterfind("row")] == [True, False, False]


@pytest.mark.parametrize("least", [0, 1])
@pytest.mark.parametrize(
    "around",
    [
        {"note": '<note a="" b="">a</note>'},
        {"note": f"<note>{'a' * 200_000}</note>"},
    ],
)
def test_rows_of_another_are_not_looked_at(least: int, around: dict[str, str]) -> None:
    schema = Counted(XSD.format(least=least))

    assert not apart.against(schema, page(200, **around), ("row",))  # type: ignore[arg-type]
    assert schema.asked <= 1


@pytest.mark.parametrize("least", [0, 1])
def test_what_is_wrong_besides_missing_rows_is_found_in_the_end(least: int) -> None:
    schema, node = Counted(XSD.format(least=least)), page(3, note="<note>a</note><note/>")

    assert not apart.against(schema, node, ("row",))  # type: ignore[arg-type]
    assert not [row for row in node.iterfind("row") if AGAINST in row.attrib]


def told(body: Any) -> tuple[bool, int]:
    """Whether rows were told apart, and how often the page was looked at."""
    validator, asked = json.Validator(SCHEMA), 0

    def counted(one: Any) -> str | None:
        nonlocal asked
        asked += 1
        return json.complaint(validator, one)

    before = orjson.dumps(body)
    sound = against(body, ("rows",), counted)
    assert sound or orjson.dumps(body) == before
    return sound, asked


def test_the_same_of_json() -> None:
    rows = [{"no": 1}, *({"no": "x"} for _ in range(199))]
    sound = {"rows": rows, "note": "a", "end": 1}

    assert told({**sound, "note": 1}) == (False, 1)
    assert told({**sound, "note": "a" * 200_000}) == (False, 0)
    assert told(sound) == (True, 202)
    assert [breaks(row) is None for row in rows] == [True] + [False] * 199
