"""Replies that a sound contract's checker could choke on."""

import pytest
from lxml import etree

from adapters.errors import ContractBroken
from adapters.soap.encoded import plain
from adapters.soap.envelope import validate
from adapters.soap.xml import BadXml

_XS = "http://www.w3.org/2001/XMLSchema"
_ENC = "http://schemas.xmlsoap.org/soap/encoding/"


def test_a_reply_the_checker_gives_up_on_is_broken_contract() -> None:
    schema = etree.XMLSchema(
        etree.fromstring(
            f'<xs:schema xmlns:xs="{_XS}"><xs:element name="r"><xs:simpleType>'
            '<xs:restriction base="xs:string"><xs:pattern value="(a{0,500}){0,500}b"/>'
            "</xs:restriction></xs:simpleType></xs:element></xs:schema>"
        )
    )
    with pytest.raises(ContractBroken, match="cannot be checked"):
        validate("land", schema, etree.fromstring(f"<r>{'a' * 2000}c</r>"))


def encoded(*children: str) -> list[etree._Element]:
    return list(etree.fromstring(f'<b xmlns:e="{_ENC}">{"".join(children)}</b>'))


def test_references_are_replaced_by_what_they_refer_to() -> None:
    answer = plain(
        encoded(
            '<r><a href="#1"/><b href="#1"/></r>',
            '<m id="1" e:root="0" e:arrayType="x[1]"><x href="#2"/></m>',
            '<m id="2">text</m>',
        ),
        "r",
    )
    array = "<item>text</item>"
    assert etree.tostring(answer, method="c14n") == (
        f'<r xmlns:e="{_ENC}"><a>{array}</a><b>{array}</b></r>'.encode()
    )


@pytest.mark.parametrize(
    ("children", "words"),
    [
        (['<r><a href="#1"/></r>', '<m id="1"><x href="#1"/></m>'], "in a circle"),
        (
            [
                '<r><a href="#1"/></r>',
                '<m id="1"><x href="#2"/></m>',
                '<m id="2"><y href="#1"/></m>',
            ],
            "in a circle",
        ),
        (['<r><a href="#9"/></r>'], "refers to what is not in it"),
        (['<r><a href="http://x.invalid/"/></r>'], "refers to what is not in it"),
        (["<q/>"], "holds no r"),
        (
            ['<r><a href="#0"/></r>']
            + [f'<m id="{n}">{f"""<x href="#{n + 1}"/>""" * 9}</m>' for n in range(30)]
            + ['<m id="30"/>'],
            "more than a reply holds",
        ),
    ],
)
def test_references_to_nothing_in_circles_or_floods_are_refused(
    children: list[str], words: str
) -> None:
    with pytest.raises(BadXml, match=words):
        plain(encoded(*children), "r")
