"""Replies read by the mould of their markup: what is proven is cast, all else is parsed."""

from pathlib import Path
from typing import Any

import pytest

from adapters.documents import Documents
from adapters.errors import ContractBroken
from adapters.mapping.cast import Cast
from adapters.soap.certain import forms
from adapters.soap.dialect import load_inner
from adapters.soap.mould import Loose, Slot, merged
from adapters.soap.moulded import Moulded
from adapters.soap.moulding import Maker, Parse
from adapters.soap.xml import XS, BadXml, parse
from adapters.wire import WireReply

SCHEMA = f"""<xs:schema xmlns:xs="{XS}"><xs:element name="R"><xs:complexType><xs:sequence>
<xs:element name="I" type="xs:string"/>
<xs:element name="X" maxOccurs="3"><xs:complexType><xs:sequence>
<xs:element name="A" type="xs:string"/>
<xs:sequence minOccurs="0"><xs:element name="B" type="xs:int"/><xs:element name="C" type="xs:int"/>
</xs:sequence><xs:element name="D" type="xs:time" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
FULL, BARE = "<X><A>a</A><B>1</B><C>2</C></X>", "<X><A>b</A></X>"


class Reader:
    """Replies of a schema of our own, read by their moulds."""

    def __init__(self, folder: Path) -> None:
        (folder / "r.xsd").write_text(SCHEMA, "utf-8")
        known = load_inner(Documents(folder), folder / "r.xsd")
        shape = known.shapes.element("R")
        assert shape is not None
        self._forms, self._schema = forms(shape), known.schema
        self.read = Moulded(self._carefully, self._bare, None, self._maker, lambda root: True)

    def __call__(self, *rows: str, first: str = "i") -> Any:
        text = f"<R><I>{first}</I>{''.join(rows)}</R>"
        return self.read(WireReply(200, {"content-type": "text/xml"}, text.encode()))

    def by_mould(self, *rows: str, first: str = "i") -> bool:
        return isinstance(self(*rows, first=first), Cast)

    def _bare(self, reply: WireReply) -> Any:
        return parse(reply.body)

    def _carefully(self, reply: WireReply) -> Any:
        root = parse(reply.body)
        if not self._schema.validate(root):
            raise ContractBroken("r", "breaks the schema")
        return root

    def _maker(self, parse: Parse) -> Maker:
        rows = lambda root: root.findall("X")  # noqa: E731 — as short as what it stands for
        return Maker(parse=parse, forms=self._forms, rows=rows, name="X", verdict=None)


def test_the_second_reply_is_learned_from_and_the_next_one_is_cast(tmp_path: Path) -> None:
    reader = Reader(tmp_path)

    assert [reader.by_mould(FULL, FULL) for _ in range(3)] == [False, False, True]
    cast = reader(FULL, FULL.replace("2", "-7"), first="other")
    assert (cast.once, cast.columns, cast.height) == (
        ("other",), [["a", "a"], ["1", "1"], ["2", "-7"]], 2,
    )  # fmt: skip


def test_so_many_rows_as_were_never_valid_are_asked_of_the_validator(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for _ in range(3):
        reader(FULL, FULL)

    assert not reader.by_mould(FULL), "seen for the first time"
    assert reader.by_mould(FULL)
    for _ in range(2):
        with pytest.raises(ContractBroken):
            reader(FULL, FULL, FULL, FULL)


def test_elements_left_out_together_are_not_left_out_one_by_one(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for _ in range(3):
        reader(FULL, BARE)

    assert reader.by_mould(BARE, FULL)
    for half in (FULL.replace("<B>1</B>", ""), FULL.replace("<C>2</C>", "")):
        for _ in range(2):
            with pytest.raises(ContractBroken):
                reader(half, BARE)


def test_a_text_of_which_nothing_is_certain_stands_as_it_stood(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    timed = "<X><A>b</A><D>10:00:00</D></X>"
    for _ in range(3):
        reader(timed)

    assert reader.by_mould(timed.replace("b", "other"))
    assert not reader.by_mould(timed.replace("10", "11"))
    with pytest.raises(ContractBroken):
        reader(timed.replace("10", "25"))


@pytest.mark.parametrize("said", ["<R><I>i</I>", "<x/>", "", "\xff"])
def test_what_is_no_such_reply_is_read_with_care(tmp_path: Path, said: str) -> None:
    reader = Reader(tmp_path)
    for _ in range(3):
        reader(FULL)

    with pytest.raises((ContractBroken, BadXml)):
        reader.read(WireReply(200, {"content-type": "text/xml"}, said.encode("latin-1")))


def test_of_many_kinds_of_replies_only_a_few_moulds_are_made(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for number in range(40):
        reader(f"<X ><A>a</A>{' ' * number}</X>")

    kinds = [reader.by_mould(f"<X ><A>a</A>{' ' * number}</X>") for number in range(40)]

    assert 0 < sum(kinds) <= 4


def test_rows_of_two_kinds_are_one_row_with_what_the_shorter_has_not_got_loose() -> None:
    a, b = Slot("<a>", "x", "</a>"), Slot("<b>", "y", "</b>")

    assert merged(["<r>", a, b, "</r>"], ["<r>", a, "</r>"]) == ("<r>", a, Loose(b), "</r>")
    assert merged(["<r>", a, "</r>"], ["<r>", a, " ", b, "</r>"]) == (
        "<r>", a, Loose(" "), Loose(b), "</r>",
    )  # fmt: skip
    assert merged(["<r>", a, "</r>"], ["<r>", b, "</r>"]) is None
    assert merged(["<r>", a, "<c/>", "</r>"], ["<r>", a, "</r>"]) is None, "half an element or more"
